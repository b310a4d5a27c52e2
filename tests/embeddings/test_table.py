"""What a table of features takes, what it refuses, and a person's own columns beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.embeddings.table import Column, EmbeddingError, Table

FEATURES = np.arange(12, dtype=np.float32).reshape(4, 3)
NAMES = ("a.png", "b.png", "c.png", "d.png")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"stages": {}}, "one stage at least"),
        ({"stages": {"f": FEATURES, "g": FEATURES[:3]}}, "expected 4 rows, found 3"),
        ({"stages": {"f": FEATURES[0]}}, r"expected shape \(N, D\)"),
        ({"stages": {"f": np.array([[0.0, 1.0], [np.nan, 1.0]])}}, "row 1 holds nan in column 0"),
        ({"labels": np.zeros(3, int)}, "labels: expected 4 rows"),
        ({"labels": np.full(4, 2), "classes": ("one", "two")}, "labels go from 2 to 2"),
        ({"names": ("a", "b")}, "names: expected 4 rows"),
        ({"images": np.zeros((4, 2, 2), np.uint8)}, r"expected shape \(N, H, W, 3\)"),
        ({"places": np.zeros((4, 4))}, r"\(N, 2\) or \(N, 3\)"),
        ({"groups": {"odd": np.array([7])}}, "group 'odd' names rows beyond the 4"),
        ({"columns": {"loss": Column(np.zeros(5))}}, "column 'loss': expected 4 rows"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(parts: dict[str, object], said: str) -> None:
    with pytest.raises(EmbeddingError, match=said):
        Table(**{"stages": {"f": FEATURES}, **parts})


def test_the_last_stage_is_looked_at_without_a_name() -> None:
    table = Table({"first": FEATURES, "last": FEATURES + 1})
    assert table.features()[0, 0] == 1
    assert table.features("first")[0, 0] == 0
    with pytest.raises(EmbeddingError, match="'first', 'last'"):
        table.features("middle")


def test_a_category_without_a_name_is_refused() -> None:
    with pytest.raises(EmbeddingError, match="expected -1 to 0"):
        Column(np.array([0, 1]), ("only",))


def joined(tmp_path: Path, text: str) -> dict[str, list[str]]:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    table = Table({"f": FEATURES}, names=NAMES).with_columns_of(path)
    return {name: column.words() for name, column in table.columns.items()}


def test_columns_are_joined_by_the_names_of_the_pictures_in_any_order(tmp_path: Path) -> None:
    found = joined(tmp_path, "file,score,kind\nd.png,4,x\nb.png,2.5,\nzz.png,9,y\n")
    assert found == {"score": ["", "2.5", "", "4"], "kind": ["", "", "", "x"]}


def test_columns_are_joined_by_an_index(tmp_path: Path) -> None:
    assert joined(tmp_path, "index,score\n3,30\n0,0\n") == {"score": ["0", "", "", "30"]}


def test_columns_without_a_key_are_joined_by_their_order(tmp_path: Path) -> None:
    assert joined(tmp_path, "score\n1\n2\n3\n4\n") == {"score": ["1", "2", "3", "4"]}


def test_another_number_of_rows_without_a_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="has 3 rows, expected 4"):
        joined(tmp_path, "index,score\n0,1\n1,2\n2,3\n")


def test_a_name_in_two_rows_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"'a\.png' in more than one row"):
        joined(tmp_path, "file,score\na.png,1\na.png,2\n")
