"""A run's features as a table, without a window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.cli.main import main
from core.embeddings.of_run import PICTURES, features_at, table_of_run
from core.probe import load_probe
from core.progress import Cancelled, Progress
from core.runs import Run, RunError, RunStore


@pytest.fixture
def run(tmp_path: Path) -> Run:
    words = ["--steps", "2", "--width", "4", "--batch-size", "8", "--threads", "1"]
    runs = str(tmp_path / "runs")
    assert main(["--quiet", "--runs", runs, "train", "rotation", "--data", "digits", *words]) == 0
    store = RunStore(tmp_path / "runs")
    return store.open(store.list()[0].id)


def test_a_run_is_a_table_of_every_stage_of_its_pictures(run: Run) -> None:
    table = table_of_run(run)
    probe = load_probe(run.path)
    assert len(table) == len(probe)
    assert len(table.stages) > 1
    assert table.labels is not None
    np.testing.assert_array_equal(table.labels, probe.labels)
    assert table.images is not None
    assert table.images.shape == (len(probe), 8, 8, 3)
    assert (table.about["run"], table.about["step"]) == (run.id, "2")


def test_the_features_of_a_step_are_those_of_its_table(run: Run) -> None:
    first = run.snapshots()[0]
    found = features_at(run)(first)
    np.testing.assert_array_equal(found, table_of_run(run, first).features())
    assert not np.allclose(found, table_of_run(run).features())


def test_a_step_without_a_snapshot_is_told(run: Run) -> None:
    with pytest.raises(RunError, match="no snapshot of step 999"):
        table_of_run(run, 999)


def test_looking_can_be_cancelled(run: Run) -> None:
    with pytest.raises(Cancelled):
        table_of_run(run, progress=Progress(cancelled=lambda: True))


def test_all_held_out_pictures_can_be_mapped_and_all_of_the_training(run: Run) -> None:
    fixed = table_of_run(run)
    sizes = {name: len(table_of_run(run, pictures=name)) for name in PICTURES}
    assert sizes == {"fixed": len(fixed), "held-out": 450, "training": 1347, "all": 1797}
    held_out = table_of_run(run, pictures="held-out")
    seen = {image.tobytes() for image in held_out.images}
    assert {image.tobytes() for image in fixed.images} <= seen


def test_other_words_for_the_pictures_are_refused(run: Run) -> None:
    with pytest.raises(ValueError, match="'most' are not one of fixed, held-out, training, all"):
        table_of_run(run, pictures="most")
