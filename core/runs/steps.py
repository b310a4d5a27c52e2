"""The steps at which a run keeps a snapshot: six a decade, evenly spaced on a logarithmic axis.

Learning is fast at first; equal distances on a log axis show it with few snapshots: 0, 1, 2, 3,
5, 7, 10, 15, 22, 32, 46, 68, 100, ... and the last step, under fifty for a million steps.
"""

from __future__ import annotations

import math

PER_DECADE = 6


def is_snapshot_step(step: int) -> bool:
    """Whether a snapshot is due at this step (the last step of a run is due besides)."""
    if step <= 0:
        return step == 0
    nearest = round(PER_DECADE * math.log10(step))
    return any(_at(k) == step for k in (nearest - 1, nearest, nearest + 1))


def snapshot_steps(total: int) -> list[int]:
    """All steps from 0 to `total` at which a run of that length keeps a snapshot."""
    last = math.ceil(PER_DECADE * math.log10(max(total, 1)))
    due = {_at(k) for k in range(last + 1)}
    return sorted({0, total} | {step for step in due if step < total})


def _at(k: int) -> int:
    return round(10 ** (k / PER_DECADE))
