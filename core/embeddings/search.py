"""Finding points by what is known of them: a class, part of a name, a number, a column's value."""

from __future__ import annotations

import operator
import re

import numpy as np
from numpy.typing import NDArray

from core.embeddings.table import Column, EmbeddingError, Table

_NUMBER = re.compile(r"#(\d+)(?:\s*-\s*#?(\d+))?$")
_COLUMN = re.compile(r"(.+?)\s*(<=|>=|!=|<|>|=|:)\s*(.+)$")
_COMPARE = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
    "=": operator.eq, ":": operator.eq, "!=": operator.ne,
}  # fmt: skip


def find(table: Table, words: str) -> NDArray[np.int64]:
    """The points that are meant, in growing order.

    "#12" and "#3-#9" are numbers of points; "label=cat" and "loss>0.5" compare a column (or
    "label", "name"); other words are a class, whole, else a part of a name or of a class.
    Upper and lower case are the same. Raises EmbeddingError for a column that there is not, or a
    value that it cannot have.
    """
    words = words.strip()
    if not words:
        return np.zeros(0, np.int64)
    if number := _NUMBER.match(words):
        first, last = int(number[1]), int(number[2] or number[1])
        return np.arange(first, min(last, len(table) - 1) + 1, dtype=np.int64)
    if (compared := _COLUMN.match(words)) and _is_column(table, compared[1]):
        return _compared(table, *compared.groups())
    if compared and "=" in compared[2]:
        known = ", ".join(["label", "name", *table.columns])
        raise EmbeddingError(f"there is no column {compared[1]!r}; there are {known}")
    return _named(table, words.lower())


def _is_column(table: Table, name: str) -> bool:
    return name.lower() in ("label", "class", "name") or name in table.columns


def _named(table: Table, words: str) -> NDArray[np.int64]:
    """Of a class of just that name, else all whose class or name has the words in it."""
    classes = [name.lower() for name in table.classes]
    if words in classes and table.labels is not None:
        return np.flatnonzero(table.labels == classes.index(words))
    found = np.zeros(len(table), bool)
    if table.labels is not None:
        found |= np.isin(table.labels, [at for at, name in enumerate(classes) if words in name])
    if len(table.names):
        found |= np.array([words in str(name).lower() for name in table.names])
    return np.flatnonzero(found)


def _compared(table: Table, name: str, sign: str, wanted: str) -> NDArray[np.int64]:
    compare = _COMPARE[sign]
    if name.lower() in ("label", "class"):
        words = [table.classes[i] if 0 <= i < len(table.classes) else "" for i in _labels(table)]
    elif name.lower() == "name" and name not in table.columns:
        words = [str(one) for one in table.names] or [""] * len(table)
    else:
        column: Column = table.columns[name]
        if not column.categorical:
            return np.flatnonzero(compare(np.asarray(column.values, float), _number(name, wanted)))
        words = column.words()
    return np.flatnonzero([bool(compare(word.lower(), wanted.lower())) for word in words])


def _labels(table: Table) -> list[int]:
    return [-1] * len(table) if table.labels is None else table.labels.tolist()


def _number(name: str, wanted: str) -> float:
    try:
        return float(wanted)
    except ValueError:
        raise EmbeddingError(f"column {name!r} holds numbers; {wanted!r} is none") from None
