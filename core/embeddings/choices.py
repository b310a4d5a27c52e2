"""Words about a table, as a person says them: what points are coloured by, who is in a group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.embeddings.table import Column, EmbeddingError, Table
from core.maps.colourings import predicted, purity
from core.maps.neighbours import nearest
from core.maps.trust import Belief

CLASS, PREDICTED, PURITY = "class", "predicted", "purity"
BELIEFS = ("trust", "continuity", "preserved")
NEIGHBOURS = {PREDICTED: 20, PURITY: 10}
MOST_COMPARED = 50_000  # points among which exact neighbours are found in a minute


def colour(
    table: Table,
    by: str,
    stage: str | None = None,
    metric: str = "cosine",
    belief: Belief | None = None,
) -> Column:
    """The column to colour a map by: `class`, `predicted`, `purity`, a measure of belief, or one
    of the table's own. Raises EmbeddingError naming those there are.
    """
    if by in table.columns:
        return table.columns[by]
    if by == CLASS:
        return classes(table)
    if by in NEIGHBOURS:
        return _by_neighbours(table, by, stage, metric)
    if by in BELIEFS and belief is not None:
        return Column(np.asarray(getattr(belief, by), dtype=np.float64))
    there = ", ".join([CLASS, *NEIGHBOURS, *BELIEFS, *table.columns])
    raise EmbeddingError(f"there is nothing named {by!r} to colour by; there are {there}")


def classes(table: Table) -> Column:
    """The labels as a column; raises EmbeddingError where there are none."""
    if table.labels is None:
        raise EmbeddingError(f"{table.title}: no labels are known; colour by a column of your own")
    labels = np.asarray(table.labels, dtype=np.int64)
    names = table.classes or tuple(str(at) for at in range(int(labels.max(initial=-1)) + 1))
    return Column(labels, names)


def _by_neighbours(table: Table, by: str, stage: str | None, metric: str) -> Column:
    known = classes(table)
    if len(table) > MOST_COMPARED:
        raise EmbeddingError(
            f"{by}: {len(table):,} points are more than the {MOST_COMPARED:,} whose neighbours "
            "are found; colour by class"
        )
    near = nearest(table.features(stage), min(NEIGHBOURS[by], len(table) - 1), metric)
    if by == PURITY:
        return Column(purity(near, known.values).astype(np.float64))
    return Column(predicted(near, known.values), known.names)


def group(table: Table, text: str) -> tuple[str, NDArray[np.int64]]:
    """The name and rows of a group said as NAME=label:cat, NAME=COLUMN:value or NAME=3,5,9.

    Raises EmbeddingError.
    """
    name, equals, said = text.partition("=")
    if not equals or not name or not said:
        raise EmbeddingError(f"group {text!r}: expected NAME=label:cat or NAME=3,5,9")
    column, colon, value = said.partition(":")
    if colon:
        rows = np.flatnonzero(_is(table, column, value))
        if not len(rows):
            raise EmbeddingError(f"group {name!r}: no row has {value!r} as its {column}")
        return name, rows
    parts = [part.strip() for part in said.split(",")]
    wrong = [part for part in parts if not part.isdecimal() or int(part) >= len(table)]
    if wrong:
        raise EmbeddingError(
            f"group {name!r}: {wrong[0]!r} is no row; rows go from 0 to {len(table) - 1}"
        )
    return name, np.unique([int(part) for part in parts])


def _is(table: Table, column: str, value: str) -> NDArray[np.bool_]:
    """Where a column has a value; "label" and "class" stand for the labels."""
    if column not in table.columns and column not in ("label", CLASS):
        there = ", ".join(["label", *table.columns])
        raise EmbeddingError(f"there is no column {column!r}; there are {there}")
    found = table.columns.get(column) or classes(table)
    if found.names is not None:
        return np.array([word == value for word in found.words()])
    try:
        return np.asarray(found.values == float(value))
    except ValueError:
        raise EmbeddingError(f"{column} has numbers, and {value!r} is none") from None
