"""Finding points by what is known of them."""

from __future__ import annotations

import numpy as np
import pytest

from core.embeddings.search import find
from core.embeddings.table import Column, EmbeddingError, Table


@pytest.fixture
def table() -> Table:
    return Table(
        {"features": np.eye(5, 3, dtype=np.float32) + 1},
        np.array([0, 1, 0, -1, 2]),
        ("cat", "dog", "catfish"),
        names=["a.png", "dog house.png", "c.png", "cat 4.png", "e.png"],
        columns={
            "loss": Column(np.array([0.1, 0.9, np.nan, 0.5, 0.7], np.float32)),
            "place": Column(np.array([0, 1, -1, 0, 1]), ("Rome", "Oslo")),
        },
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("cat", [0, 2]),  # a class, whole, before names and classes that hold the word
        ("CATF", [4]),
        ("png", [0, 1, 2, 3, 4]),
        ("house", [1]),
        ("#3", [3]),
        ("#1-#3", [1, 2, 3]),
        ("#3 - 99", [3, 4]),
        ("loss>0.5", [1, 4]),
        ("loss <= 0.5", [0, 3]),
        ("place: oslo", [1, 4]),
        ("label=dog", [1]),
        ("zebra", []),
        ("  ", []),
    ],
)
def test_points_are_found(table: Table, words: str, expected: list[int]) -> None:
    assert find(table, words).tolist() == expected


def test_a_column_that_there_is_not_is_named_with_those_there_are(table: Table) -> None:
    with pytest.raises(EmbeddingError, match=r"no column 'colour'; there are label, name, loss"):
        find(table, "colour=red")


def test_words_are_no_value_of_a_column_of_numbers(table: Table) -> None:
    with pytest.raises(EmbeddingError, match="'loss' holds numbers; 'high' is none"):
        find(table, "loss>high")
