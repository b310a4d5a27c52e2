"""Where a network is least sure: the frames that are worth a look."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def next_doubtful(sure: Mapping[int, Mapping[int, float]], at: int) -> int | None:
    """The next frame after `at`, around the end, where the least sure object is at a low.

    `sure` is object -> frame -> 0..1. A low is not above its neighbours and below
    the median; None where there is none.
    """
    frames = sorted({frame for by_frame in sure.values() for frame in by_frame})
    if len(frames) < 3:
        return None
    least = np.array([min(b[f] for b in sure.values() if f in b) for f in frames])
    median = float(np.median(least))
    lows = [
        frame
        for n, frame in enumerate(frames)
        if least[n] <= least[max(0, n - 1)]
        and least[n] <= least[min(len(frames) - 1, n + 1)]
        and least[n] < median
    ]
    later = [frame for frame in lows if frame > at]
    return later[0] if later else (lows[0] if lows else None)
