"""t-SNE that can be watched, stopped, and continued from an earlier map (openTSNE).

van der Maaten and Hinton, JMLR 2008; the initialisation by principal components of small size is
Kobak and Berens, Nature Communications 2019. A map that follows a training starts from the map
before: 50 iterations at exaggeration 4 and 100 plain ones give nearly the quality of a whole run
at a third of its cost, and points move least.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.neighbours import Neighbours, nearest
from core.maps.params import TsneParams
from core.maps.pca import pca

Floats = NDArray[np.float32]
OnIteration = Callable[[int, Floats], bool]  # iteration and places (N, dims); true asks to stop

FEWEST = 5  # points below which there is nothing for t-SNE to arrange
FFT_FROM = 10_000  # points from which interpolation beats the tree, which only a flat map can have
COARSE_FROM = 1000  # points from which the tree may be coarse; the maps of fewer shrink by it
FINE, COARSE = 0.5, 0.8  # theta of the tree; coarse saves a quarter of the time
# Momentum: calm while clusters gather and where points shall keep their places. Swift reaches with
# 350 iterations the trustworthiness that calm reaches with 700.
CALM, SWIFT = 0.8, 0.95


class Stopped(Exception):
    """The listener asked the layout to stop."""


def tsne(
    features: NDArray[Any],
    params: TsneParams | None = None,
    init: NDArray[Any] | None = None,
    on_iteration: OnIteration | None = None,
    table: Neighbours | None = None,
) -> Floats:
    """Places (N, dims) of vectors (N, D).

    `init` (N, dims) is an earlier map to continue from; `table` the nearest neighbours where they
    are known already (`params.neighbours_wanted(N)` of them or more). Raises Stopped when
    `on_iteration` says so, ValueError for what cannot be laid out.
    """
    from openTSNE import TSNEEmbedding
    from openTSNE.tsne import OptimizationInterrupt

    params = params or TsneParams()
    count = len(features)
    if count < FEWEST:
        return pca(features, params.dims)
    start = beginning(features, params.dims, init, params.seed, params.start == "random")
    table = table or nearest(features, params.neighbours_wanted(count), params.metric)
    embedding = TSNEEmbedding(
        start,
        _affinities(table, params),
        negative_gradient_method="fft" if count >= FFT_FROM and params.dims == 2 else "bh",
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
                learning_rate=params.learning_rate or "auto",
                momentum=SWIFT if init is None and exaggeration == 1.0 else CALM,
                theta=COARSE if count >= COARSE_FROM else FINE,
                callbacks=told,
                callbacks_every_iters=params.every,
                propagate_exception=True,
            )
        except OptimizationInterrupt:
            raise Stopped from None
        done += iterations
    return np.array(embedding, dtype=np.float32)


def beginning(
    features: NDArray[Any], dims: int, init: NDArray[Any] | None, seed: int, random: bool = False
) -> NDArray[np.float64]:
    """Where the points (N, dims) begin: on the earlier map, or on a tiny one.

    A tiny map is of principal components or, with `random`, of chance alone. Raises ValueError
    for an earlier map of another shape.
    """
    if init is not None:
        if init.shape != (len(features), dims):
            raise ValueError(
                f"the earlier map has shape {init.shape}, expected {(len(features), dims)}"
            )
        return np.array(init, dtype=np.float64)
    # Points that coincide would never part: equal forces act on them.
    jitter = np.random.default_rng(seed).normal(size=(len(features), dims))
    if random:
        return jitter * 1e-4
    xy = pca(features, dims).astype(np.float64)
    spread = max(float(xy[:, 0].std()), np.finfo(np.float64).tiny)
    return xy / spread * 1e-4 + jitter * 1e-6


def _affinities(table: Neighbours, params: TsneParams) -> Any:
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    table = table.first(params.neighbours_wanted(len(table.indices)))
    index = PrecomputedNeighbors(table.indices, table.distances.astype(np.float64))
    return PerplexityBasedNN(
        knn_index=index, perplexity=max(1.0, min(params.perplexity, table.k / 3)), n_jobs=1
    )
