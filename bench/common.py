"""What the measuring scripts share: a quiet start, rounds in turns, and tables to print."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]


@contextlib.contextmanager
def own_home() -> Iterator[Path]:
    """The program as `main.py` starts it, with an empty home of its own. Enter it before torch."""
    assert "torch" not in sys.modules, "OpenMP reads its environment when torch is imported"
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    sys.setswitchinterval(0.00005)
    with tempfile.TemporaryDirectory(prefix="selfsight-bench-") as folder:
        os.environ["SELFSIGHT_HOME"] = folder
        yield Path(folder)


def rounds(count: int, measures: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Each measure `count` times, in turns, so that what disturbs one disturbs all."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(count):
        for name, measure in measures.items():
            found[name].append(measure())
    return found


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median of the rounds' ratios: both of a round saw the same machine."""
    return median(a / b for a, b in zip(over, under, strict=True))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table, its columns wide enough to be read as it stands."""
    cells = [[str(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    ruled = [cells[0], ["-" * width for width in widths], *cells[1:]]
    for row in ruled:
        print("| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths)) + " |")
    sys.stdout.flush()


def heading(text: str) -> None:
    """Print what is measured and how busy the machine is meanwhile; the figures depend on it."""
    cores = len(os.sched_getaffinity(0))
    print(f"\n{text}\nLoad {os.getloadavg()[0]:.1f} on {cores} cores.\n", flush=True)


def said(value: float, most: float) -> str:
    """Whether a figure meets its bar, in one word."""
    return "met" if value <= most else "missed"
