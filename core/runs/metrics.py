"""The scalars of a run as columns over steps, read from the lines of `metrics.jsonl`.

A row is `{"step": 12, "loss": 0.53, ...}`. When a run is resumed from step m, a row
`{"event": "resume", "from": m}` says that the rows after m before it belong to a past that was
given up. A later row of the same step replaces an earlier one.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.runs.lines import LineReader, last_rows

Columns = dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]
RESUME = "resume"
_MOST = 1 << 62


def row_of(step: int, scalars: dict[str, float]) -> dict[str, Any]:
    """The row that is written; raises ValueError for a scalar named as the row's own entry."""
    if "step" in scalars:
        raise ValueError("a scalar may not be called 'step'; that is the row's own entry")
    return {"step": step, **scalars}


def resume_row(step: int) -> dict[str, Any]:
    """The row that gives up everything after `step`."""
    return {"event": RESUME, "from": step}


class ColumnReader:
    """Reads the file once and then only what was added to it; any thread may ask."""

    def __init__(self, path: Path) -> None:
        self._lines = LineReader(path)
        self._lock = threading.Lock()
        self._columns: dict[str, tuple[array[int], array[float]]] = {}

    @property
    def damaged(self) -> int:
        """Lines that were skipped because their checksum did not fit."""
        return self._lines.damaged

    def read(self) -> Columns:
        """Every scalar's steps (ascending) and values, as copies; raises RunDamaged."""
        with self._lock:
            for row in self._lines.poll():
                self._take(row)
            return {
                name: (np.array(steps, dtype=np.int64), np.array(values, dtype=np.float64))
                for name, (steps, values) in self._columns.items()
            }

    def _take(self, row: dict[str, Any]) -> None:
        if row.get("event") == RESUME and _is_step(row.get("from")):
            self._give_up(self._columns.values(), row["from"] + 1)
            self._columns = {name: c for name, c in self._columns.items() if c[0]}
            return
        if not _is_step(row.get("step")):
            return
        step: int = row["step"]
        for name, value in _scalars(row):
            steps, values = column = self._columns.setdefault(name, (array("q"), array("d")))
            if steps and steps[-1] >= step:
                self._give_up([column], step)
            steps.append(step)
            values.append(value)

    @staticmethod
    def _give_up(columns: Iterable[tuple[array[int], array[float]]], first: int) -> None:
        """Drop the entries of step `first` and later."""
        for steps, values in columns:
            keep = bisect_left(steps, first)
            del steps[keep:], values[keep:]


def last_scalars(path: Path) -> tuple[int, dict[str, float]]:
    """Step and scalars of the newest row, found without reading the whole file; (0, {}) if none."""
    for row in last_rows(path):
        if row.get("event") == RESUME and _is_step(row.get("from")):
            return row["from"], {}
        if _is_step(row.get("step")):
            return row["step"], dict(_scalars(row))
    return 0, {}


def _scalars(row: dict[str, Any]) -> list[tuple[str, float]]:
    return [
        (name, float(value))
        for name, value in row.items()
        if name != "step" and isinstance(value, int | float)
    ]


def _is_step(value: Any) -> bool:
    return type(value) is int and 0 <= value < _MOST
