"""A person's own columns beside a table: which row of their file belongs to which of ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.embeddings import files
from core.embeddings.columns import INDEX, NAMES
from core.embeddings.table import UNKNOWN, Column, EmbeddingError, Table


def joined(table: Table, path: Path) -> dict[str, Column]:
    """The columns of a file in the order of the table; raises EmbeddingError."""
    columns = files.read_columns(path)
    found = len(next(iter(columns.values())))
    for key in _keys(columns):
        rows = _rows(table, key, columns[key], path.name)
        if rows is not None:
            return {name: c.taken(rows) for name, c in columns.items() if name != key}
    if found != len(table):
        raise EmbeddingError(
            f"{path.name} has {found:,} rows, expected {len(table):,}, as many as pictures; or "
            "give it a column of their names, or a column 'index' that counts them from 0"
        )
    return {name: c for name, c in columns.items() if name.strip().lower() not in INDEX}


def _keys(columns: Mapping[str, Column]) -> list[str]:
    """Columns that may say which picture a row is of: those with names first, then with indices."""
    words = [*NAMES, *INDEX]
    low = {name: name.strip().lower() for name in columns}
    named = sorted((n for n in columns if low[n] in words), key=lambda n: words.index(low[n]))
    return [*named, *(n for n in columns if n not in named and columns[n].categorical)]


def _rows(table: Table, key: str, column: Column, file: str) -> NDArray[np.int64] | None:
    """The row of the file for each of the table, -1 without one; None where it is no key."""
    counting = key.strip().lower() in INDEX and not column.categorical
    if counting and (column.values == np.arange(len(column))).all():
        return None  # it says no more than the order does
    ours = list(map(str, range(len(table)))) if counting else list(table.names)
    theirs = column.words()
    place: dict[str, int] = {}
    twice = ""
    known = set(ours)
    for at, word in enumerate(theirs):
        if word in known:
            twice = word if word in place else twice
            place.setdefault(word, at)
    rows = np.array([place.get(word, UNKNOWN) for word in ours], dtype=np.int64)
    if not len(ours) or (rows < 0).all():
        return None
    if twice:
        if len(theirs) == len(table):  # a class or the like: the rows go by their order
            return None
        raise EmbeddingError(f"{file}: column {key!r} names {twice!r} in more than one row")
    return rows
