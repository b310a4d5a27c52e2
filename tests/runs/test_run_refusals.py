"""A disk that refuses: said in words, in time, and with what was saved before intact."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.runs import Run, RunError, RunFull, RunStore, disk
from core.runs.folder import room_for
from tests.runs.conftest import CONFIG, INFO


class Refusing:
    """`os` whose writes and makings of files fail with one error."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __getattr__(self, name: str) -> object:
        return self._refuse if name in ("write", "mkdir", "makedirs") else getattr(os, name)

    def _refuse(self, *args: object, **more: object) -> None:
        raise OSError(self._number, os.strerror(self._number))


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.EROFS, RunError, "read-only"),
        (errno.EACCES, RunError, "SELFSIGHT_HOME"),
        (errno.EIO, RunError, "check the disk"),
        (errno.ENOSPC, RunFull, "Free some space"),
        (errno.EDQUOT, RunFull, "Free some space"),
    ],
)
def test_a_refused_run_is_refused_before_it_begins(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, number: int, kind: type, words: str
) -> None:
    monkeypatch.setattr(disk, "os", Refusing(number))
    with pytest.raises(kind, match=words):
        store.create(INFO, CONFIG)
    assert store.list() == []


@pytest.fixture
def unwritable(store: RunStore, run: Run) -> Iterator[Path]:
    """The store's folder, really read-only for this user."""
    run.close()
    if os.getuid() != 0:
        store.root.chmod(0o500)
        yield store.root
        store.root.chmod(0o700)
        return
    tool = shutil.which("chattr")
    if tool is None or subprocess.run([tool, "+i", store.root], capture_output=True).returncode:
        pytest.skip("this file system cannot make a folder unwritable for root")
    yield store.root
    subprocess.run([tool, "-i", store.root], check=True)


def test_a_read_only_folder_can_be_looked_at_and_begins_no_run(
    store: RunStore, unwritable: Path
) -> None:
    assert len(store.list()) == 1
    with pytest.raises(RunError, match="read-only"):
        store.create(INFO, CONFIG)
    with pytest.raises(RunError, match="read-only"):
        store.delete(store.list()[0].id)


def test_too_little_space_is_noticed_before_a_checkpoint_is_written(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.save_checkpoint(1, {"w": np.zeros(1000)}, {}, None)
    monkeypatch.setattr(disk, "free_space", lambda folder: 5_000_000)
    with pytest.raises(
        RunFull, match=r"the checkpoint of step 2: needs 8\.0 MB, 5\.0 MB"
    ) as refusal:
        run.save_checkpoint(2, {"w": np.zeros(1000)}, {}, None)
    assert refusal.value.free == 5_000_000
    assert refusal.value.needed > 8_000_000
    assert run.load_checkpoint().step == 1


def test_the_room_asked_for_grows_with_the_checkpoint_and_has_a_bound() -> None:
    assert room_for(0) < 10e6
    assert room_for(2_000_000) < 30e6
    assert room_for(10**9) == 2 * 10**9 + 200_000_000


def test_a_full_disk_can_still_be_told_and_goes_on_when_there_is_space(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.append(1, {"loss": 1.0})
    with monkeypatch.context() as patch:
        patch.setattr(disk, "os", Refusing(errno.ENOSPC))
        with pytest.raises(RunFull):
            run.append(2, {"loss": 2.0})
        run.set_state(status="paused", message="no room")
        run.event("full", step=2)
        run.log("no room")
        assert run.state.status == "paused"
        assert run.events() == []
    run.append(2, {"loss": 2.0})
    run.event("space")
    assert run.metrics()["loss"][0].tolist() == [1, 2]
    assert [event["event"] for event in run.events()] == ["full", "space"]
    run.close()
    assert "no room" in (run.path / "state.json").read_text()


LIMITED = """
import resource, sys
import numpy as np
from core.runs import RunFull, RunStore
store = RunStore(sys.argv[1])
run = store.open(store.list()[0].id, write=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    run.save_checkpoint(2, {"w": np.zeros(100_000)}, {}, None)
except RunFull as error:
    print("full:", error)
for step in range(2, 1000):
    try:
        run.append(step, {"loss": 1.0, "accuracy": 0.5})
    except RunFull:
        print("rows:", step)
        break
run.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_limit_on_the_size_of_files_is_met_like_a_full_disk(store: RunStore, run: Run) -> None:
    run.append(1, {"loss": 1.0})
    run.save_checkpoint(1, {"w": np.zeros(10)}, {}, None)
    run.close()
    words = [sys.executable, "-c", LIMITED, str(store.root)]
    root = Path(__file__).parents[2]
    told = subprocess.run(words, cwd=root, capture_output=True, text=True, check=True).stdout
    assert "full: no room on the disk for the checkpoint of step 2" in told
    last = int(told.split("rows: ")[1])
    with store.open(run.id) as seen:
        assert seen.load_checkpoint().step == 1
        assert seen.metrics()["loss"][0].tolist() == list(range(1, last))
        assert not seen.problems()
        assert not list(run.path.rglob(f"{disk.TEMPORARY}*"))
