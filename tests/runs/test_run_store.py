"""A store: runs are made, listed, opened, deleted and restored; garbage among them does no harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import platformdirs
import pytest
from PIL import Image

from core.runs import Run, RunDamaged, RunError, RunInfo, RunStore, disk, home
from core.runs.document import read_document, write_document
from tests.runs.conftest import CONFIG, INFO


def test_a_new_run_says_everything_it_was_made_from(store: RunStore, run: Run) -> None:
    with store.open(run.id) as seen:
        assert seen.read_only
        assert seen.info == run.info
        assert (seen.info.method, seen.info.seed, seen.info.title) == ("rotation", 7, INFO.title)
        assert set(seen.info.versions) == {"python", "numpy", "torch", "selfsight"}
        assert all(seen.info.versions.values())
        assert seen.config == {"format": 1, **CONFIG}
        assert seen.state.status == "preparing"
        assert seen.id == seen.info.id


def test_a_run_folder_is_read_without_this_program(run: Run) -> None:
    run.append(1, {"loss": 0.5})
    assert json.loads((run.path / "run.json").read_text())["method"] == "rotation"
    assert json.loads((run.path / "config.json").read_text())["method"]["learning_rate"] == 0.001
    line = (run.path / "metrics.jsonl").read_text().splitlines()[0]
    assert json.loads(line.split("\t")[0]) == {"step": 1, "loss": 0.5}


def test_torch_is_not_imported_by_runs() -> None:
    code = "import core.runs, sys; sys.exit('torch' in sys.modules or 'PIL' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2]).returncode == 0
    )


def test_the_list_is_newest_first_with_the_last_scalars(store: RunStore) -> None:
    for step in range(3):
        with store.create(INFO, CONFIG) as run:
            run.set_state(status="training", step=step, steps=10)
            run.append(step, {"loss": float(step)})
            run.save_checkpoint(step, {}, {}, None)
            run.set_state(status="finished")
    found = store.list()
    assert [summary.last["loss"] for summary in found] == [2.0, 1.0, 0.0]
    assert found[0].status == "finished"
    assert (found[0].step, found[0].steps, found[0].resume_step) == (2, 10, 2)
    assert store.interrupted() == []


def test_a_run_whose_writer_left_it_active_is_interrupted(store: RunStore, run: Run) -> None:
    run.set_state(status="training", step=4)
    assert store.list()[0].status == "training"
    assert store.list()[0].writer.pid == os.getpid()
    assert store.interrupted() == []
    run.close()
    assert [summary.id for summary in store.interrupted()] == [run.id]
    assert store.open(run.id).state.status == "interrupted"
    with store.open(run.id, write=True) as again:
        assert again.state.status == "interrupted"
        again.set_state(status="stopped")
    assert store.interrupted() == []


def garbage(root: Path, run: Path) -> None:
    """Folders as a careless person, a bad disk or an enemy leaves them among the runs."""
    (root / "empty").mkdir()
    (root / "file.txt").write_text("no run")
    (root / "link").symlink_to(run)
    (root / "loop").symlink_to(root)
    (root / os.fsdecode(b"caf\xe9")).mkdir()
    (root / ".hidden").mkdir()
    for number, text in enumerate(
        [b"", b"[]", b"{}", b"[" * 100_000, b"\xff\xfe", b'{"format": 1}']
    ):
        (root / f"bad{number}").mkdir()
        (root / f"bad{number}" / "run.json").write_bytes(text)
    (root / "pipe").mkdir()
    os.mkfifo(root / "pipe" / "run.json")
    (root / "folder" / "run.json").mkdir(parents=True)
    (root / "huge").mkdir()
    with (root / "huge" / "run.json").open("wb") as file:
        file.truncate(1 << 40)
    (root / "future").mkdir()
    write_document(root / "future" / "run.json", {**read_document(run / "run.json"), "format": 2})
    (root / "types").mkdir()
    write_document(root / "types" / "run.json", {**read_document(run / "run.json"), "seed": "x"})


def test_the_list_survives_garbage_and_names_each_problem(store: RunStore, run: Run) -> None:
    garbage(store.root, run.path)
    found = {summary.id: summary for summary in store.list()}
    assert found.pop(run.id).problem == ""
    assert len(found) == 13
    assert all(summary.problem for summary in found.values())
    assert "format 2" in found["future"].problem
    assert "missing" in found["empty"].problem
    for id in found:
        for write in (False, True):
            with pytest.raises(RunDamaged):
                store.open(id, write=write)
    assert store.list()[0].id == run.id


@pytest.mark.parametrize("name", ["state.json", "metrics.jsonl", "events.jsonl", "lock"])
@pytest.mark.parametrize("text", [b"", b"\0" * 100, b'{"status": "dancing"}', b"[" * 100_000])
def test_a_run_outlives_the_loss_of_what_changes_all_the_time(
    store: RunStore, run: Run, name: str, text: bytes
) -> None:
    run.append(3, {"loss": 1.0})
    run.save_checkpoint(3, {}, {}, None)
    run.set_state(status="finished", step=3)
    run.close()
    (run.path / name).write_bytes(text)
    [summary] = store.list()
    assert not summary.problem
    assert summary.status == ("interrupted" if name == "state.json" else "finished")
    with store.open(run.id, write=True) as again:
        assert again.load_checkpoint().step == 3
        again.append(4, {"loss": 1.0})
        assert again.metrics()["loss"][0][-1] == 4


@pytest.mark.parametrize("name", ["run.json", "config.json"])
def test_flipped_bits_of_the_facts_are_noticed(store: RunStore, run: Run, name: str) -> None:
    path = run.path / name
    whole, facts = path.read_bytes(), (run.info, run.config)
    for bit in range(0, len(whole) * 8, 7):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        try:
            seen = Run(run.path)
            assert (seen.info, seen.config) == facts  # one kind of white space for another
        except RunDamaged:
            continue


def test_missing_folder_means_no_runs(tmp_path: Path) -> None:
    assert RunStore(tmp_path / "nowhere").list() == []


@pytest.mark.parametrize("name", ["../secret", "..", ".", "", "/no/such/run", ".trash", "nothing"])
def test_names_that_are_no_run_of_the_store_are_refused(
    store: RunStore, run: Run, name: str
) -> None:
    with pytest.raises(RunError):
        store.open(name)
    with pytest.raises(RunError):
        store.delete(name)


def test_a_run_is_opened_by_its_path_too(store: RunStore, run: Run, tmp_path: Path) -> None:
    run.close()
    os.replace(run.path, tmp_path / "copy of a run")
    assert store.open(tmp_path / "copy of a run").info.id == run.id
    assert store.open(str(tmp_path / "copy of a run"), write=True).close() is None


def test_a_deleted_run_is_out_of_the_list_and_comes_back_whole(store: RunStore, run: Run) -> None:
    run.append(1, {"loss": 1.0})
    run.close()
    store.delete(run.id)
    assert store.list() == []
    assert [summary.id for summary in store.trash()] == [run.id]
    store.restore(run.id)
    assert store.open(run.id).metrics()["loss"][1].tolist() == [1.0]
    assert store.trash() == []
    store.delete(run.id)
    store.empty_trash()
    with pytest.raises(RunError, match="no run"):
        store.restore(run.id)


def test_a_run_that_cannot_be_read_can_be_deleted(store: RunStore) -> None:
    (store.root / "broken").mkdir(parents=True)
    store.delete("broken")
    assert store.list() == []


def test_half_made_runs_are_swept_when_they_are_old(store: RunStore, run: Run) -> None:
    for name, age in (("old", 7200), ("new", 0)):
        folder = store.root / f"{disk.TEMPORARY}{name}"
        folder.mkdir()
        os.utime(folder, (time.time() - age,) * 2)
    store.create(INFO, CONFIG).close()
    assert [path.name for path in store.root.glob(f"{disk.TEMPORARY}*")] == [f"{disk.TEMPORARY}new"]


def test_a_title_is_changed_and_nothing_else(store: RunStore, run: Run) -> None:
    before = run.info
    run.rename("Étude")
    assert store.open(run.id).info.title == store.list()[0].title == "Étude"
    assert store.open(run.id).info.created == before.created


@pytest.mark.parametrize("method", ["../x", "", "A", "a b", "x" * 60])
def test_a_method_with_a_bad_name_makes_no_run(store: RunStore, method: str) -> None:
    with pytest.raises(ValueError, match="method id"):
        store.create(RunInfo(method, "digits", 0), CONFIG)
    assert not store.root.exists()


def test_results_are_kept_and_named_safely(run: Run) -> None:
    run.save_evaluation("knn", {"accuracy": float("nan"), "k": 5})
    (run.path / "evaluations" / "bad.json").write_text("{")
    found = run.evaluations()
    assert np.isnan(found["knn"]["accuracy"])
    assert "damaged" in found["bad"]["problem"]
    assert run.thumbnail is None
    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    run.save_picture("thumbnail", picture)
    np.testing.assert_array_equal(np.asarray(Image.open(run.thumbnail)), picture)
    for name in ("../x", "a/b", "", ".x", "a" * 201):
        with pytest.raises(ValueError, match="file name"):
            run.save_evaluation(name, {})
        with pytest.raises(ValueError, match="file name"):
            run.save_picture(name, picture)


def test_the_log_and_the_size_grow(run: Run) -> None:
    before = run.size_on_disk()
    run.log("half way")
    assert (run.path / "log.txt").read_text().endswith(" half way\n")
    assert run.size_on_disk() == before + (run.path / "log.txt").stat().st_size


def test_a_closed_or_read_only_run_refuses_every_change(store: RunStore, run: Run) -> None:
    run.close()
    run.close()
    for closed in (run, store.open(run.id)):
        for change in (
            lambda r: r.append(1, {}),
            lambda r: r.set_state(step=1),
            lambda r: r.log(""),
            lambda r: r.event("x"),
            lambda r: r.save_snapshot(0, {}),
            lambda r: r.save_checkpoint(0, {}, {}, 0),
            lambda r: r.rename("x"),
            lambda r: r.resume_from(0),
            lambda r: r.save_evaluation("x", {}),
        ):
            with pytest.raises(RunError, match="looking only"):
                change(closed)


def test_the_state_is_written_at_a_change_of_status_and_once_a_second(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.set_state(status="training", step=1)
    for step in range(2, 100):
        run.set_state(step=step)
    assert run.state.step == 99
    on_disk = lambda: read_document(run.path / "state.json")  # noqa: E731
    assert on_disk()["step"] == 1
    later = time.monotonic() + 2.0
    monkeypatch.setattr("core.runs.state.time.monotonic", lambda: later)
    run.set_state(step=100)
    assert on_disk()["step"] == 100
    with pytest.raises(TypeError):
        run.set_state(stepp=1)
    with pytest.raises(ValueError, match="dancing"):
        run.set_state(status="dancing")


def test_home_is_the_environments_or_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFSIGHT_HOME", "/somewhere")
    assert home() == Path("/somewhere")
    assert RunStore().root == Path("/somewhere/runs")
    monkeypatch.delenv("SELFSIGHT_HOME")
    assert home() == Path(platformdirs.user_data_dir("selfsight", appauthor=False))
