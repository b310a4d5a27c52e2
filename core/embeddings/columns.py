"""What each column of a delimited or Parquet file is: features, labels, names, places or more.

The rule. In a table, features are the largest family of two or more columns whose names are one
prefix and a number (f0 .. f63, emb_0, dim_1, "0" .. "63"), in the order of the numbers. Where there
is no family, they are all columns of numbers whose names are not among those below. The rest is
what its name says, or a column to colour by. A list column of a Parquet file comes before all this.
A file that this program wrote says itself what is what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.embeddings.table import FEATURES, UNKNOWN, Column, Floats, Ints, Table

INDEX = ("index", "id", "idx", "row", "rowid", "unnamed: 0", "")
NAMES = ("name", "names", "file", "filename", "file_name", "filepath", "file_path", "path",
         "picture", "image", "image_path", "img_path", "uri", "url", "title", "text")  # fmt: skip
LABELS = ("label", "labels", "target", "targets", "y_true", "class_id", "category_id")
CLASSES = ("class", "classes", "class_name", "label_name", "category", "species")
PLACES = ("x", "y", "z")
GROUP = "group:"  # before the name of a group, whose column is true where a row is in it
COLUMN = "column:"  # before a name that would be taken for something else
_NUMBERED = re.compile(r"(.*?)(\d+)")
_LARGEST_FAMILY_NUMBER = 9  # digits


@dataclass(frozen=True)
class Roles:
    """Which column of a file is what, by their places in it."""

    features: tuple[int, ...]
    places: tuple[int, ...] = ()
    index: int | None = None
    names: int | None = None
    labels: int | None = None
    classes: int | None = None

    def rest(self, count: int) -> list[int]:
        """The columns that are none of these."""
        known = {*self.features, *self.places, self.index, self.names, self.labels, self.classes}
        return [at for at in range(count) if at not in known]


def roles(names: Sequence[str], numeric: Sequence[bool], ours: bool = False) -> Roles:
    """What the columns of a file are, by the rule above; `ours` where this program wrote it."""
    low = [name.strip().lower() for name in names]
    places = _places(low, numeric)
    left = {at for at in range(len(low)) if at not in places}

    def first(words: Sequence[str]) -> int | None:
        return next((at for word in words for at in sorted(left) if low[at] == word), None)

    index, pictures = first(INDEX), first(NAMES)
    labels, classes = first(LABELS), first(CLASSES)
    if labels is None and classes is None and not places:
        labels = first(("y",))
    taken = {index, pictures, labels, classes}
    free = [at for at in sorted(left - taken) if not low[at].startswith((GROUP, COLUMN))]
    numbers = [at for at in free if numeric[at]]
    if ours:
        features = [at for at in numbers if re.fullmatch(r"f\d+", low[at])]
    else:
        features = family([names[at] for at in numbers], numbers)
        features = features or [at for at in numbers if low[at] not in _known()]
    return Roles(tuple(features), places, index, pictures, labels, classes)


def _known() -> set[str]:
    return {*INDEX, *NAMES, *LABELS, *CLASSES, *PLACES, "split", "cluster", "group", "loss"}


def _places(low: Sequence[str], numeric: Sequence[bool]) -> tuple[int, ...]:
    """The columns of a map, where x and y are both there."""
    found = [low.index(word) for word in PLACES if word in low and numeric[low.index(word)]]
    return tuple(found) if [low[at] for at in found[:2]] == ["x", "y"] else ()


def family(names: Sequence[str], at: Sequence[int]) -> list[int]:
    """The largest family of numbered names, in the order of their numbers; empty without one."""
    families: dict[str, dict[int, int]] = {}
    for name, place in zip(names, at, strict=True):
        match = _NUMBERED.fullmatch(name.strip())
        if match and len(match[2]) <= _LARGEST_FAMILY_NUMBER:
            families.setdefault(match[1].lower(), {}).setdefault(int(match[2]), place)
    largest = max(families.values(), key=len, default={})
    return [largest[number] for number in sorted(largest)] if len(largest) > 1 else []


def column_of(values: Sequence[str | None] | Ints | Floats) -> Column:
    """A column of what a file holds: numbers where all are, else categories in sorted order.

    An empty text or a None is missing.
    """
    array = np.asarray(values)
    if array.dtype.kind in "iufb":
        return Column(array.astype(np.float64))
    texts = np.array(["" if v is None else str(v) for v in values], dtype=object)
    present = texts != ""
    numbers = np.full(len(texts), np.nan)
    try:
        numbers[present] = texts[present].astype(np.float64)
    except ValueError:
        return _categories(texts)
    return Column(numbers)


def _categories(texts: np.ndarray) -> Column:
    names, codes = np.unique(texts.astype(str), return_inverse=True)
    if len(names) and names[0] == "":
        return Column(codes.astype(np.int64) - 1, tuple(names[1:].tolist()))
    return Column(codes.astype(np.int64), tuple(names.tolist()))


def labelled(
    labels: Column | None, classes: Column | None, known: Sequence[str] = ()
) -> tuple[Ints | None, tuple[str, ...]]:
    """Labels (N,) and the names of the classes, out of a column of either or of both.

    Codes keep their numbers where `known` names them all, or where a class is named beside each.
    """
    if labels is None and classes is None:
        return None, ()
    if labels is None or labels.categorical:
        column = labels if classes is None else classes
        assert column is not None
        if not column.categorical:
            return _renumbered(column)
        if known and set(column.names or ()) <= set(known):
            place = {name: at for at, name in enumerate(known)}
            order = np.array([*(place[name] for name in column.names or ()), UNKNOWN])
            return order[column.values.astype(np.int64)], tuple(known)
        return column.values.astype(np.int64), column.names or ()
    codes = np.where(np.isnan(labels.values), UNKNOWN, labels.values)
    whole = bool((codes == np.round(codes)).all() and codes.min(initial=0) >= UNKNOWN)
    if whole and known and codes.max(initial=0) < len(known):
        return codes.astype(np.int64), tuple(known)
    if whole and classes is not None and classes.categorical:
        named = _paired(codes.astype(np.int64), classes)
        if named is not None:
            return codes.astype(np.int64), named
    return _renumbered(labels)


def _paired(codes: Ints, classes: Column) -> tuple[str, ...] | None:
    """The name of each code where every code has one; None where they do not go together."""
    pairs = np.unique(np.stack([codes, classes.values]), axis=1)
    pairs = pairs[:, pairs[0] >= 0]
    if len(np.unique(pairs[0])) != pairs.shape[1] or (pairs[1] < 0).any() or not pairs.size:
        return None
    if pairs[0].max() > 10 * len(pairs[0]) + 10:  # numbers of another list, with few of it here
        return None
    name = {int(code): (classes.names or ())[int(at)] for code, at in pairs.T}
    return tuple(name.get(code, str(code)) for code in range(int(pairs[0].max()) + 1))


def _renumbered(column: Column) -> tuple[Ints, tuple[str, ...]]:
    """Whatever numbers as codes from 0, each named by its number; -1 and missing are unknown."""
    values = column.values
    known = ~np.isnan(values) & (values != UNKNOWN)
    found, codes = np.unique(values[known], return_inverse=True)
    labels = np.full(len(values), UNKNOWN, dtype=np.int64)
    labels[known] = codes
    return labels, tuple(f"{value:g}" for value in found.tolist())


def table_of(
    features: Floats,
    beside: Mapping[str, Column],
    found: Roles,
    names: Sequence[str],
    places: Floats | None,
    title: str,
    about: Mapping[str, Any],
) -> Table:
    """A table of features and of the columns beside them, by their roles.

    `beside` has every column but features and places; `about` is what the file says of itself.
    """

    def taken(at: int | None) -> Column | None:
        return beside[names[at]] if at is not None else None

    labels, classes = labelled(
        taken(found.labels), taken(found.classes), [str(n) for n in about.get("classes") or ()]
    )
    pictures = taken(found.names)
    if pictures is None and found.index is not None and not _counts(taken(found.index)):
        pictures = taken(found.index)
    rest = {names[at]: beside[names[at]] for at in found.rest(len(names))}
    second = taken(found.classes)
    if second is not None and second.names and not set(second.names) <= set(classes):
        rest[names[found.classes or 0]] = second  # they do not name the labels
    return Table(
        {FEATURES: features},
        labels,
        classes,
        names=pictures.words() if pictures is not None else (),
        columns={
            name.removeprefix(COLUMN): column
            for name, column in rest.items()
            if not name.startswith(GROUP)
        },
        places=places,
        groups={
            name.removeprefix(GROUP): np.flatnonzero(_true(column))
            for name, column in rest.items()
            if name.startswith(GROUP)
        },
        title=str(about.get("title") or title),
        about={str(k): str(v) for k, v in dict(about.get("about") or {}).items()},
    )


def _counts(column: Column | None) -> bool:
    """Whether a column only counts the rows, from 0 or 1."""
    if column is None or column.names is not None or not len(column):
        return False
    start = column.values[0]
    return start in (0, 1) and bool((column.values == np.arange(len(column)) + start).all())


def _true(column: Column) -> np.ndarray:
    """Where a column of a group says yes."""
    if column.names is None:
        return np.nan_to_num(column.values) != 0
    yes = np.array([name.lower() in ("true", "yes", "t") for name in column.names] + [False])
    return yes[column.values]
