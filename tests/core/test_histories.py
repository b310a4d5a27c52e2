"""Runs that ship with the program: packed small, brought back whole, trained on with a warning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import histories
from core.engine import Engine
from core.experiment import Experiment, from_run
from core.histories import bring, chosen_steps, pack
from core.judge import method_of
from core.runs import Run, RunError, RunStore

TINY = {"steps": 3, "batch_size": 4, "width": 4}
SAME = {"net.": "averaged."}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """A folder of histories with one in it, and the run that it is of."""
    store = RunStore(tmp_path_factory.mktemp("runs"))
    engine = Engine(Experiment("diffusion", "digits", options=TINY, threads=1), store)
    engine.start()
    engine.join()
    assert engine.state == "finished", engine.message
    assert engine.run is not None
    run, folder = store.open(engine.run.id), tmp_path_factory.mktemp("histories") / "all"
    pack(run, folder / "noise", 2, SAME)
    return folder, run


def test_snapshots_are_kept_evenly_on_a_logarithmic_axis_to_the_last() -> None:
    steps = [0, 1, 3, 10, 32, 100, 316, 1000, 2000]
    assert chosen_steps(steps, 3) == [100, 316, 2000]
    assert chosen_steps(steps, 1) == [2000]


def test_a_history_is_listed_with_what_it_is_and_is_much_smaller(shelf: tuple[Path, Run]) -> None:
    folder, run = shelf
    (found,) = histories.histories(folder)
    assert (found.name, found.info.method, found.step) == ("noise", "diffusion", 3)
    assert found.snapshots[-1] == 3
    kept = found.path / "snapshots"
    whole = (run.path / "snapshots").rglob("*.safetensors")
    one = next(whole).stat().st_size
    assert next(kept.rglob("*.safetensors")).stat().st_size < one / 3


def test_brought_back_its_average_stands_for_what_it_is_the_average_of(
    shelf: tuple[Path, Run], store: RunStore
) -> None:
    folder, run = shelf
    id = bring("noise", store, folder)
    mine, own = store.open(id).load_snapshot(3), run.load_snapshot(3)
    assert mine.keys() == own.keys()
    for name, array in own.items():
        kept = own[name.replace("net.", "averaged.", 1)] if name.startswith("net.") else array
        assert mine[name].dtype == array.dtype
        if array.dtype.kind == "f":
            assert (mine[name] == kept.astype(np.float16).astype(np.float32)).all()
    method_of(store.open(id))  # it can be looked at
    assert bring("noise", store, folder) == id
    assert len(store.list()) == 1


def test_training_on_begins_from_its_weights_and_says_what_is_forgotten(
    shelf: tuple[Path, Run], store: RunStore
) -> None:
    id = bring("noise", store, shelf[0])
    run = store.open(id, write=True)
    engine = Engine(from_run(run), store, run)
    engine.change("steps", 5)
    engine.start()
    engine.join()
    assert engine.state == "finished", engine.message
    after = store.open(id)
    assert after.state.step == 5
    said = [e["text"] for e in after.events() if e["event"] == "warning"]
    assert any("optimisers" in text and "step 3" in text for text in said)


def test_a_history_that_does_not_ship_is_named_with_those_that_do(
    shelf: tuple[Path, Run], store: RunStore
) -> None:
    with pytest.raises(RunError, match="there are noise"):
        bring("silence", store, shelf[0])


def test_what_no_half_number_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        histories._halved({"w": np.array([1e6], np.float32)}, {})
    with pytest.raises(ValueError, match="stand in"):
        histories._halved({"net.w": np.zeros(2, np.float32)}, SAME)


@pytest.fixture
def store(own_home: Path) -> RunStore:
    return RunStore(own_home / "runs")
