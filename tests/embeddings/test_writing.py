"""What is written has the same table when it is read, in every form, or is not written at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.embeddings.files import read
from core.embeddings.table import Column, EmbeddingError, Table
from core.embeddings.writing import write
from core.progress import Cancelled, Progress

RNG = np.random.default_rng(0)
TABLE = Table(
    {"stem": RNG.normal(size=(5, 2)), "head": RNG.normal(size=(5, 3)).astype(np.float32)},
    np.array([2, 0, -1, 2, 0]),
    ("owl", "never seen", "cat, \"tom\""),
    RNG.integers(0, 256, (5, 4, 6, 3), dtype=np.uint8),
    ("a", "b", "ü, c", "d", "e"),
    {
        "loss": Column(np.array([0.1, np.nan, 3.0, 1e-9, 1e12])),
        "kind": Column(np.array([1, 0, -1, 1, 1]), ("dark", "light")),
        "label": Column(np.arange(5.0)),
    },
    RNG.normal(size=(5, 3)).astype(np.float32),
    {"mine": np.array([1, 3]), "none": np.array([], int)},
    "a title",
    {"seed": "3", "layout": "umap"},
)  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "parquet", "npz"])
def test_a_table_comes_back_as_it_was(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"t.{ending}"
    assert write(path, TABLE) == [path]
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    found = read(path)
    np.testing.assert_array_equal(found.features(), TABLE.stages["head"])
    assert found.labels is not None
    assert found.labels.tolist() == [2, 0, -1, 2, 0]
    assert found.classes == TABLE.classes
    assert list(found.names) == list(TABLE.names)
    assert found.places is not None
    np.testing.assert_array_equal(found.places, TABLE.places)
    assert {n: c.words() for n, c in found.columns.items()} == {
        n: c.words() for n, c in TABLE.columns.items()
    }
    assert {n: r.tolist() for n, r in found.groups.items()} == {"mine": [1, 3], "none": []}
    assert (found.title, found.about) == (TABLE.title, TABLE.about)
    if ending == "npz":
        np.testing.assert_array_equal(found.images, TABLE.images)


def test_a_projector_pair_comes_back(tmp_path: Path) -> None:
    write(tmp_path / "t.tsv", TABLE)
    names = {"t.tsv", "t-metadata.tsv", "t-sprite.png", "projector_config.pbtxt"}
    assert {p.name for p in tmp_path.iterdir()} == names
    for path in (tmp_path / "t.tsv", tmp_path):
        found = read(path)
        np.testing.assert_array_equal(found.features(), TABLE.stages["head"])
        np.testing.assert_array_equal(found.images, TABLE.images)
        assert list(found.names) == list(TABLE.names)


def test_a_chosen_stage_and_places_are_written(tmp_path: Path) -> None:
    places = np.arange(10.0).reshape(5, 2)
    write(tmp_path / "t.npz", TABLE, places, stage="stem")
    found = read(tmp_path / "t.npz")
    np.testing.assert_array_equal(found.places, places)
    np.testing.assert_array_equal(found.features(), TABLE.stages["stem"].astype(np.float32))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_features_can_be_left_out(tmp_path: Path, ending: str) -> None:
    write(tmp_path / f"t.{ending}", TABLE, features=False)
    found = read(tmp_path / f"t.{ending}")
    np.testing.assert_array_equal(found.features(), TABLE.places)
    assert set(found.columns) == set(TABLE.columns)


def test_a_csv_tells_its_settings_above_the_names(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", TABLE)
    first, names, *_ = (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()
    assert first.startswith("# {")
    assert '"seed": "3"' in first
    assert names == (
        "index,name,label,class,x,y,z,group:mine,group:none,loss,kind,column:label,f0,f1,f2"
    )


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"\.csv, \.parquet, \.npz, \.tsv"):
        write(tmp_path / "t.xlsx", TABLE)


def test_writing_that_is_cancelled_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("before")
    with pytest.raises(Cancelled):
        write(path, TABLE, progress=Progress(cancelled=lambda: True))
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]
