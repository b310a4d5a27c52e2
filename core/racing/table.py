"""A race in numbers: the PSNR of each lane by its seconds, and what it occupies."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.pictures import Curve, Line
from core.racing.plan import told_at

if TYPE_CHECKING:
    from core.racing.race import LaneState

X = {"seconds": "seconds of work", "steps": "step"}


def psnr_at(state: LaneState, seconds: float) -> float | None:
    """Between the two judgements about that moment; None where it was not reached."""
    if not state.judged or state.judged[-1].seconds < seconds - 1e-9:
        return None
    times = [j.seconds for j in state.judged]
    return float(np.interp(seconds, times, [j.psnr for j in state.judged]))


def table(states: Sequence[LaneState], length: float) -> tuple[list[str], list[list[str]]]:
    """Columns and rows in words, for a person."""
    times = told_at(length)
    columns = ["lane", *(f"{t:g} s" for t in times), "steps", "samples a ray", "MB"]
    rows = []
    for state in states:
        found = [psnr_at(state, t) for t in times]
        told = ["" if f is None else f"{f:.2f}" for f in found]
        more = [f"{state.step:,}", f"{state.samples:.1f}", f"{state.memory.megabytes:.2f}"]
        rows.append([state.title, *told, *more])
    return columns, rows


def as_csv(states: Sequence[LaneState]) -> str:
    """Every judgement of every lane."""
    file = io.StringIO()
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["lane", "method", "step", "seconds", "held-out PSNR in dB", "MB"])
    for state in states:
        for judged in state.judged:
            out.writerow([state.title, state.method, judged.step, f"{judged.seconds:.3f}",
                          f"{judged.psnr:.3f}", f"{judged.megabytes:.3f}"])  # fmt: skip
    return file.getvalue()


def curve(states: Sequence[LaneState], clock: str = "seconds") -> Curve:
    """PSNR of held-out views by seconds of work or by steps."""
    lines = {}
    for state in states:
        at = [float(j.seconds if clock == "seconds" else j.step) for j in state.judged]
        lines[state.title] = Line(np.array(at), np.array([j.psnr for j in state.judged]))
    return Curve(lines, X[clock], "held-out PSNR in dB")
