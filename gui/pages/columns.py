"""The metrics of a run folder as the rows that the live curves are fed with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np


def rows_of(
    columns: Mapping[str, tuple[np.ndarray, np.ndarray]],
) -> Iterator[tuple[int, dict[str, float]]]:
    """Rows (step, {name: value}) in the order of the steps, each with its `seconds`."""
    rows: dict[int, dict[str, float]] = {}
    for name, (steps, values) in columns.items():
        for step, value in zip(steps.tolist(), values.tolist()):
            rows.setdefault(int(step), {})[name] = value
    for step in sorted(rows):
        yield step, rows[step]
