"""Every single change of the disk as the moment of death, error or power cut.

The story is the same each time: a run with checkpoints 1 and 2 is trained on to checkpoint 4, with
rows, states, snapshots and events between. Whatever happens at change k, the run must open again,
show nothing wrong, and go on from a checkpoint that is no older than the last one completed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.runs import Run, RunError, RunFull, RunStore, disk, folder
from tests.runs.conftest import CONFIG, INFO
from tests.runs.faulty import Death, FaultyOs

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def weights(step: int) -> dict[str, np.ndarray]:
    return {"w": np.arange(5) * (step + 1), "b": np.float32([step])}


def save(run: Run, step: int) -> None:
    run.save_checkpoint(step, weights(step), {"m": np.int64([step])}, {"step": step})


class Story:
    """What was completed, as the program was told, while the disk may misbehave."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.lock = run._lock
        self.checkpoint = 2
        self.rows = [1, 2]
        self.snapshots = [1]
        self.refused: list[RunError] = []

    def tell(self) -> None:
        run = self.run
        self._try(lambda: run.set_state(status="training", step=2))
        self._row(3)
        self._try(lambda: run.event("live", name="learning_rate", now=0.1))
        if self._try(lambda: run.save_snapshot(3, weights(3))):
            self.snapshots.append(3)
        self._checkpoint(3)
        self._row(4)
        self._try(lambda: run.save_evaluation("knn", {"accuracy": 0.5}))
        self._checkpoint(4)
        self._checkpoint(4)  # paused, then stopped at the same step
        self._try(lambda: run.set_state(status="finished", step=4))
        self._try(run.close)

    def _row(self, step: int) -> None:
        if self._try(lambda: self.run.append(step, {"loss": 1.0 / step})):
            self.rows.append(step)

    def _checkpoint(self, step: int) -> None:
        if self._try(lambda: save(self.run, step)):
            self.checkpoint = step

    def _try(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except RunError as error:
            self.refused.append(error)
            return False
        return True


@pytest.fixture(autouse=True)
def no_real_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What reaches the disk is simulated; waiting for the real one proves nothing here."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one run at step 2, to be copied for every case."""
    root = tmp_path_factory.mktemp("begun")
    with RunStore(root).create(INFO, CONFIG) as run:
        for step in (1, 2):
            run.append(step, {"loss": 1.0 / step})
            save(run, step)
        run.save_snapshot(1, weights(1))
    return root


class Case:
    """One copy of the begun store and one misbehaviour of the disk."""

    def __init__(self, begun: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.place, self.monkeypatch = begun, place, monkeypatch

    def live(self, at: int, fault: int | None, lasting: bool = False) -> tuple[Story, FaultyOs]:
        """Tell the story with the misbehaviour at change `at`; the disk is sound afterwards."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.begun, self.place / "runs")
        (self.place / "attic").mkdir()
        store = RunStore(self.place / "runs")
        faulty = FaultyOs(self.place / "attic")
        with self.monkeypatch.context() as patch:
            patch.setattr(disk, "os", faulty)
            story = Story(store.open(store.list()[0].id, write=True))
            faulty.arm(at, fault, lasting)
            with contextlib.suppress(Death):
                story.tell()
        story.run._metrics.close()  # as the system does for a dead process
        story.run._events._lines.close()
        story.lock.release()
        return story, faulty

    def changes(self) -> int:
        return self.live(-1, None)[1].count

    def check(self, story: Story, rows: bool = True) -> None:
        """The promises; `rows` that were not synced may be lost in a power cut."""
        store = RunStore(self.place / "runs")
        [summary] = store.list()
        assert not summary.problem
        with store.open(summary.id, write=True) as run:
            assert not list(run.path.rglob(f"{disk.TEMPORARY}*"))
            checkpoint = run.load_checkpoint()
            assert not checkpoint.warnings
            step = checkpoint.step
            assert step >= story.checkpoint
            for name, array in weights(step).items():
                np.testing.assert_array_equal(checkpoint.model[name], array)
            assert (checkpoint.optimizer["m"][0], checkpoint.state) == (step, {"step": step})
            shown = run.metrics()["loss"][0].tolist()
            assert shown == sorted(set(shown))
            assert set(s for s in story.rows if rows or s <= story.checkpoint) <= set(shown)
            assert not run.problems()
            assert all("problem" not in result for result in run.evaluations().values())
            assert set(story.snapshots) <= set(run.snapshots())
            for step in run.snapshots():
                np.testing.assert_array_equal(run.load_snapshot(step)["w"], weights(step)["w"])
            run.resume_from(checkpoint.step)
            save(run, 9)
            assert run.load_checkpoint().step == 9


@pytest.fixture
def case(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    memory = Path("/dev/shm")  # thousands of small files are cheaper there
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as place:
        yield Case(begun, Path(place) / "case", monkeypatch)


def test_the_story_without_a_fault_completes_everything(case: Case) -> None:
    story, faulty = case.live(-1, None)
    assert (story.checkpoint, story.rows, story.refused) == (4, [1, 2, 3, 4], [])
    assert faulty.count > 40
    case.check(story)


def test_death_at_any_change_loses_nothing_completed(case: Case) -> None:
    assert case.changes() > 40
    for at in range(case.changes()):
        story, _ = case.live(at, None)
        case.check(story)


@pytest.mark.parametrize(("names_stay", "zeros"), [(0.0, False), (0.5, False), (1.0, True)])
def test_power_cut_at_any_change_loses_no_completed_checkpoint(
    case: Case, names_stay: float, zeros: bool
) -> None:
    assert case.changes() > 40
    for at in range(case.changes()):
        story, faulty = case.live(at, None)
        faulty.cut_power(names_stay, zeros)
        case.check(story, rows=False)


@pytest.mark.parametrize(
    ("fault", "lasting"),
    [(errno.ENOSPC, False), (errno.ENOSPC, True), (errno.EIO, False)],
)
def test_an_error_at_any_change_is_told_and_loses_nothing(
    case: Case, fault: int, lasting: bool
) -> None:
    told = 0
    for at in range(case.changes()):
        story, _ = case.live(at, fault, lasting)
        told += bool(story.refused)
        if fault in FULL:
            assert all(isinstance(error, RunFull) for error in story.refused)
        case.check(story)
    assert told > 20


def test_death_at_any_change_of_creating_leaves_a_whole_run_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, died = -1, True
    while died:
        at, store = at + 1, RunStore(tmp_path / f"runs{at}")
        faulty = FaultyOs(tmp_path)
        faulty.arm(at)
        with monkeypatch.context() as patch:
            patch.setattr(disk, "os", faulty)
            try:
                run = store.create(INFO, CONFIG)
                died = False
            except Death:
                assert all(not summary.problem for summary in store.list())
    run.close()
    assert at > 15


def no_sync(descriptor: int) -> None:
    """A writer that does not wait for its files."""


def no_folder_sync(path: Path) -> None:
    """A writer that does not wait for its names."""


def write_in_place(path: Path, files: dict[str, folder.Parts], what: str) -> None:
    """A writer that writes its folder under the final name."""
    disk.make_folder(path)
    manifest = {name: folder._facts(parts) for name, parts in files.items()}
    content = folder.encode_document({"format": 1, "files": manifest})
    disk.write_new(path / folder.MANIFEST, content)
    for name, parts in files.items():
        disk.write_new(path / name, *parts)


def write_over(path: Path, data: bytes, durable: bool = True) -> None:
    """A writer that overwrites the only copy of a file."""
    with open(path, "wb") as file:
        disk.write_all(file.fileno(), data)


def discard_first(path: Path, files: dict[str, folder.Parts], what: str) -> None:
    """A writer that makes room before the new folder is whole."""
    for older in path.parent.glob("step-*"):
        folder.discard(older)
    folder.write_folder(path, files, what)


@pytest.mark.parametrize(
    ("name", "broken", "names_stay"),
    [
        ("core.runs.disk.sync", no_sync, 1.0),
        ("core.runs.disk.sync_folder", no_folder_sync, 0.0),
        ("core.runs.shelf.write_folder", write_in_place, 1.0),
        ("core.runs.shelf.write_folder", discard_first, 1.0),
        ("core.runs.results.write_file", write_over, 1.0),
    ],
)
def test_a_careless_writer_is_noticed_by_these_cases(
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    broken: Callable[..., None],
    names_stay: float,
) -> None:
    """Each step of the protocol is there for a reason that the cases above can see."""
    count = case.changes()
    monkeypatch.setattr(name, broken)
    assert any(_goes_wrong(case, at, names_stay) for at in range(count))


def _goes_wrong(case: Case, at: int, names_stay: float) -> bool:
    story, faulty = case.live(at, None)
    faulty.cut_power(names_stay, zeros=False)
    try:
        case.check(story, rows=False)
    except (AssertionError, RunError, AttributeError):
        return True
    return False
