"""How far a map may be believed: what it did to the neighbourhoods, over all and for each point.

Trustworthiness and continuity: Venna and Kaski, "Neighborhood preservation in nonlinear projection
methods: an experimental study", ICANN 2001. All ranks are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.neighbours import Floats, closest, comparable, distance_blocks

ALL = 20_000  # points up to which every one is judged; the work grows as their square
SOME = 500  # points that are judged where not all are
PAIRS = 10**8  # of points compared at the most, where not all are judged


@dataclass(frozen=True)
class Belief:
    """The measures of `Reliability` at every point of a map, NaN where one was not judged."""

    trust: Floats  # (N,)
    continuity: Floats  # (N,)
    preserved: Floats  # (N,)


@dataclass(frozen=True)
class Reliability:
    """Three measures of each point, in 0..1 where 1 is best.

    `trust` falls where the map shows neighbours that are none; `continuity` where it tears true
    neighbours away; `preserved` is the share of the k true neighbours that are still among the k.
    """

    k: int
    points: NDArray[np.int64]  # (Q,) the points that were judged
    trust: Floats  # (Q,)
    continuity: Floats  # (Q,)
    preserved: Floats  # (Q,)

    def summary(self) -> dict[str, float]:
        """The means: what a badge beside the map shows."""
        return {
            "trust": float(self.trust.mean()),
            "continuity": float(self.continuity.mean()),
            "preserved": float(self.preserved.mean()),
            "k": float(self.k),
        }

    def everywhere(self, count: int) -> Belief:
        """The same for all `count` points of the map, NaN where a point was not judged."""
        spread = []
        for measure in (self.trust, self.continuity, self.preserved):
            whole = np.full(count, np.nan, dtype=np.float32)
            whole[self.points] = measure
            spread.append(whole)
        return Belief(*spread)


def sample(count: int, most: int = SOME) -> NDArray[np.int64]:
    """The points at which a map of `count` is judged: `most`, fewer of very many, always the same.

    They are in rising order.
    """
    kept = min(most, max(100, PAIRS // max(1, count)))
    chosen = np.random.default_rng(0).permutation(count)[:kept]
    return np.sort(chosen).astype(np.int64)


def judged(
    features: NDArray[Any],
    xy: NDArray[Any],
    k: int = 10,
    metric: str = "cosine",
    pause: Callable[[], None] | None = None,
) -> Reliability:
    """`reliability` at every point, or beyond `ALL` points at a sample of them.

    `pause` is called now and then, and may raise to give up.
    """
    count = len(features)
    points = np.arange(count) if count <= ALL else sample(count, 2 * SOME)
    parts = []
    for start in range(0, len(points), SOME):
        if pause is not None:
            pause()
        some = points[start : start + SOME]
        parts.append(reliability(features, xy, k, metric, some))
    measures = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("points", "trust", "continuity", "preserved")
    )
    return Reliability(parts[0].k, *measures)


def reliability(
    features: NDArray[Any],
    xy: NDArray[Any],
    k: int = 10,
    metric: str = "cosine",
    points: NDArray[np.int64] | None = None,
) -> Reliability:
    """Judge a map `xy` (N, dims) of `features` (N, D) by `k` neighbours, at `points` or at all.

    `metric` is that of the feature space. `k` is lowered to keep the measures defined
    (3k < 2N - 1). Raises ValueError where there are fewer than 4 points.
    """
    count = len(features)
    if len(xy) != count or count < 4:
        raise ValueError(
            f"found {count} vectors and {len(xy)} places; expected the same, 4 or more"
        )
    k = max(1, min(k, (2 * count - 2) // 3, count - 2))
    rows = np.arange(count) if points is None else np.asarray(points, dtype=np.int64)
    trust, continuity, preserved = (np.empty(len(rows), dtype=np.float32) for _ in range(3))
    worst = k * (2 * count - 3 * k - 1) / 2  # the largest sum of excess ranks a point can have
    spaces = (
        distance_blocks(comparable(features, metric), rows),
        distance_blocks(comparable(xy, "euclidean"), rows),
    )
    for (at, true), (_, shown) in zip(*spaces, strict=True):
        near_true, near_shown = closest(true, k), closest(shown, k)
        excess_shown = np.maximum(_ranks(true, near_shown) - k, 0)
        excess_true = np.maximum(_ranks(shown, near_true) - k, 0)
        trust[at] = 1.0 - excess_shown.sum(axis=1) / worst
        continuity[at] = 1.0 - excess_true.sum(axis=1) / worst
        shared = near_true[:, :, None] == near_shown[:, None, :]
        preserved[at] = shared.any(axis=2).mean(axis=1)
    return Reliability(k, rows, trust, continuity, preserved)


def _ranks(block: Floats, columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rank of each of `columns` (b, k) in its row of `block` (b, N), 1 for the smallest."""
    values = np.take_along_axis(block, columns, axis=1)
    ranks = np.empty(columns.shape, dtype=np.int64)
    for j in range(columns.shape[1]):
        ranks[:, j] = np.count_nonzero(block < values[:, j : j + 1], axis=1) + 1
    return ranks
