"""What the folders of a picture collection mean: classes, a part held out, or nothing.

- `<class>/...`: the first folder below the root names the class;
- `train/<class>/...` beside `test/` (or `val`, `validation`, `valid`): the second part is held out;
- pictures without folders: no labels.

A lone folder around everything, as most zips have it, is looked through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_TRAIN = frozenset({"train", "training"})
_HELD_OUT = frozenset({"test", "testing", "val", "valid", "validation"})


@dataclass(frozen=True)
class Layout:
    """What the names say of each of N files."""

    labels: NDArray[np.int64]  # (N,), -1 where there is no class
    held_out: NDArray[np.bool_] | None  # (N,), or None where the names hold nothing out
    used: NDArray[np.bool_]  # (N,), False for what lies beside `train` and `test`
    classes: tuple[str, ...]  # sorted; empty where there are fewer than two


def read_layout(names: Sequence[str]) -> Layout:
    """The layout of files by their paths below the root, with forward slashes."""
    paths = _unwrap([tuple(name.split("/")) for name in names])
    parts = [path[0].casefold() if len(path) > 1 else "" for path in paths]
    used = np.ones(len(paths), dtype=bool)
    held_out = None
    if _TRAIN.intersection(parts) and _HELD_OUT.intersection(parts):
        held_out = np.array([part in _HELD_OUT for part in parts], dtype=bool)
        used = held_out | np.array([part in _TRAIN for part in parts], dtype=bool)
        paths = [path[1:] for path in paths]
    folders = [path[0] if len(path) > 1 else "" for path in paths]
    classes = sorted({f for f, use in zip(folders, used, strict=True) if f and use})
    if len(classes) < 2:  # one class tells nothing
        classes = []
    number = {name: i for i, name in enumerate(classes)}
    labels = np.array([number.get(folder, -1) for folder in folders], dtype=np.int64)
    return Layout(labels, held_out, used, tuple(classes))


def _unwrap(paths: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The paths without the folders that all of them share."""
    while paths and all(len(path) > 1 for path in paths) and len({path[0] for path in paths}) == 1:
        paths = [path[1:] for path in paths]
    return paths
