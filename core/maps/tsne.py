"""t-SNE that can be watched, stopped, and continued from an earlier map (openTSNE).

van der Maaten and Hinton, JMLR 2008; the initialisation by principal components of small size is
Kobak and Berens, Nature Communications 2019. A map that follows a training starts from the map
before: 50 iterations at exaggeration 4 and 100 plain ones give nearly the quality of a whole run
at a third of its cost, and points move least.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.neighbours import METRICS, Neighbours, nearest
from core.maps.pca import pca

Floats = NDArray[np.float32]
OnIteration = Callable[[int, Floats], bool]  # iteration and places (N, 2); true asks to stop

FEWEST = 5  # points below which there is nothing for t-SNE to arrange


class Stopped(Exception):
    """The listener asked the layout to stop."""


@dataclass(frozen=True)
class TsneParams:
    """How a layout is made. `perplexity` is lowered to a third of the points where they are few."""

    perplexity: float = 30.0
    metric: str = "cosine"
    exaggeration: float = 12.0  # of attraction, during the first phase of a cold start
    early_iterations: int = 250
    iterations: int = 500
    every: int = 10  # iterations between two frames
    seed: int = 0

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise ValueError(f"metric {self.metric!r} is not one of {', '.join(METRICS)}")
        for name in ("perplexity", "exaggeration", "every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} is below 1, the least allowed")

    def phases(self, warm: bool) -> list[tuple[int, float]]:
        """(iterations, exaggeration) of each phase, in order."""
        if warm:
            return [(50, 4.0), (100, 1.0)]
        return [(self.early_iterations, self.exaggeration), (self.iterations, 1.0)]

    def neighbours(self, count: int) -> int:
        """How many neighbours the affinities of `count` points are made of."""
        return max(1, min(count - 1, round(3 * self.perplexity)))


def tsne(
    features: NDArray[Any],
    params: TsneParams | None = None,
    init: NDArray[Any] | None = None,
    on_iteration: OnIteration | None = None,
    table: Neighbours | None = None,
) -> Floats:
    """Places (N, 2) of vectors (N, D).

    `init` (N, 2) is an earlier map to continue from; `table` the exact neighbours where they are
    known already (`params.neighbours(N)` of them). Raises Stopped when `on_iteration` says so.
    """
    from openTSNE import TSNEEmbedding
    from openTSNE.tsne import OptimizationInterrupt

    params = params or TsneParams()
    count = len(features)
    if count < FEWEST:
        return pca(features)
    if init is not None and init.shape != (count, 2):
        raise ValueError(f"the earlier map has shape {init.shape}, expected {(count, 2)}")
    table = table or nearest(features, params.neighbours(count), params.metric)
    embedding = TSNEEmbedding(
        _start(features, init, params.seed),
        _affinities(table, params),
        negative_gradient_method="bh" if count < 10_000 else "fft",
        random_state=params.seed,
        n_jobs=1,
    )
    done = 0
    for iterations, exaggeration in params.phases(warm=init is not None):

        def told(iteration: int, _error: float, xy: NDArray[Any], before: int = done) -> bool:
            if on_iteration is None:
                return False
            return on_iteration(before + iteration, np.array(xy, dtype=np.float32))

        try:
            embedding = embedding.optimize(
                iterations,
                exaggeration=exaggeration,
                momentum=0.8,
                callbacks=told,
                callbacks_every_iters=params.every,
                propagate_exception=True,
            )
        except OptimizationInterrupt:
            raise Stopped from None
        done += iterations
    return np.array(embedding, dtype=np.float32)


def _start(features: NDArray[Any], init: NDArray[Any] | None, seed: int) -> NDArray[np.float64]:
    """Where the points begin: on the earlier map, or on a tiny map of principal components."""
    if init is not None:
        return np.array(init, dtype=np.float64)
    xy = pca(features).astype(np.float64)
    spread = max(float(xy[:, 0].std()), np.finfo(np.float64).tiny)
    # Points that coincide would never part: equal forces act on them.
    jitter = np.random.default_rng(seed).normal(size=xy.shape)
    return xy / spread * 1e-4 + jitter * 1e-6


def _affinities(table: Neighbours, params: TsneParams) -> Any:
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    table = table.first(params.neighbours(len(table.indices)))
    index = PrecomputedNeighbors(table.indices, table.distances.astype(np.float64))
    return PerplexityBasedNN(
        knn_index=index, perplexity=max(1.0, min(params.perplexity, table.k / 3)), n_jobs=1
    )
