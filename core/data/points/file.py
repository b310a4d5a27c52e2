"""Points that a person drew: a file of x and y, as CSV or as JSON."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.imageset import DataError

LEAST = 2
MOST_BYTES = 64 * 1024**2


def read_points(path: Path) -> NDArray[np.float64]:
    """Points (N, 2) of a .csv with x and y in its first two columns, or a .json [[x, y], ...].

    Raises DataError naming the file, the line and what is wrong with it.
    """
    if not path.is_file():
        raise DataError(f"{path}: there is no such file; choose a .csv or .json of points")
    if path.stat().st_size > MOST_BYTES:
        raise DataError(f"{path.name}: more than {MOST_BYTES >> 20} MiB; choose fewer points")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name}: this is no text; choose a .csv or .json of points"
        ) from error
    rows = _of_json(path, text) if path.suffix.lower() == ".json" else _of_csv(path, text)
    points = np.array(rows, dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(points).all():
        raise DataError(f"{path.name}: a coordinate is no finite number")
    if len(np.unique(points, axis=0)) < LEAST:
        raise DataError(f"{path.name}: found {len(points)} points; at least {LEAST} in different "
                        "places are needed")  # fmt: skip
    return points


def _of_csv(path: Path, text: str) -> list[tuple[float, float]]:
    found = []
    lines = text.splitlines()
    dialect = ";" if lines and ";" in lines[0] else ","
    for number, row in enumerate(csv.reader(lines, delimiter=dialect), 1):
        if not any(cell.strip() for cell in row):
            continue
        try:
            found.append((float(row[0]), float(row[1])))
        except (ValueError, IndexError):
            if number == 1:  # titles of the columns
                continue
            raise DataError(
                f"{path.name}, line {number}: expected two numbers, x and y, found {row!r}"
            ) from None
    return found


def _of_json(path: Path, text: str) -> list[tuple[float, float]]:
    try:
        rows = json.loads(text)
        return [(float(x), float(y)) for x, y in rows]
    except (ValueError, TypeError, RecursionError) as error:
        raise DataError(
            f"{path.name}: expected a list of pairs such as [[0.1, 0.5], [0.2, 0.4]] ({error})"
        ) from error
