"""A layout of any number of points: beyond a limit some are laid out and the rest placed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.neighbours import Floats, Neighbours, nearest, nearest_of
from core.maps.params import LayoutParams, TsneParams, UmapParams
from core.maps.pca import pca
from core.maps.placing import among
from core.maps.tsne import FEWEST, OnIteration, tsne
from core.maps.umap import umap

MOST = 100_000  # points that are all laid out
MOST_IN_SPACE = 20_000  # by t-SNE in three dimensions, where only the slower tree will do
PLACED_BY = 10  # neighbours among which a point that was not laid out is placed


@dataclass(frozen=True)
class Plan:
    """Which points are laid out; the others are placed among these."""

    count: int
    kept: NDArray[np.int64] | None  # (n,) rising, or None for all

    @property
    def note(self) -> str:
        """What was done, for a person; nothing where all were laid out."""
        if self.kept is None:
            return ""
        return f"laid out {len(self.kept):,}, placed the other {self.count - len(self.kept):,}"


def plan(count: int, params: LayoutParams) -> Plan:
    """All points, or a fixed half of the limit where there are more than it."""
    slow = isinstance(params, TsneParams) and params.dims == 3
    most = MOST_IN_SPACE if slow else MOST
    if count <= most or not isinstance(params, TsneParams | UmapParams):
        return Plan(count, None)
    kept = np.random.default_rng(0).permutation(count)[: most // 2]
    return Plan(count, np.sort(kept))


def lay_out(
    features: NDArray[Any],
    params: LayoutParams,
    init: NDArray[Any] | None = None,
    on_iteration: OnIteration | None = None,
    table: Callable[[Floats, int], Neighbours] | None = None,
) -> Floats:
    """Places (N, dims) of vectors (N, D) by the method that `params` belong to.

    `table(features, k)` gives their nearest neighbours from somebody's memory. Raises Stopped,
    ValueError; see `tsne` and `umap`.
    """
    if not isinstance(params, TsneParams | UmapParams):
        return pca(features, params.dims)
    chosen = plan(len(features), params)
    kept = slice(None) if chosen.kept is None else chosen.kept
    some, told, rest = features[kept], on_iteration, None
    if chosen.kept is not None:
        rest = _Rest(features, chosen.kept, params.metric)
        if on_iteration is not None:
            listener, others = on_iteration, rest

            def told(iteration: int, xy: Floats) -> bool:
                return listener(iteration, others.complete(xy))

    wanted = params.neighbours_wanted(len(some))
    enough = len(some) >= FEWEST
    known = (table or _fresh(params.metric))(some, wanted) if enough else None
    start = None if init is None else np.asarray(init)[kept]
    if isinstance(params, TsneParams):
        xy = tsne(some, params, start, told, known)
    else:
        xy = umap(some, params, start, told, known)
    return xy if rest is None else rest.complete(xy)


def _fresh(metric: str) -> Callable[[Floats, int], Neighbours]:
    return lambda features, k: nearest(features, k, metric)


class _Rest:
    """The points that were not laid out, and among which of the others they go."""

    def __init__(self, features: NDArray[Any], kept: NDArray[np.int64], metric: str) -> None:
        self._kept = kept
        self._others = np.setdiff1d(np.arange(len(features)), kept, assume_unique=True)
        self._table = nearest_of(features[kept], features[self._others], PLACED_BY, metric)

    def complete(self, xy: Floats) -> Floats:
        """The whole map (N, dims) from the places (n, dims) of those that were laid out."""
        whole = np.empty((len(self._kept) + len(self._others), xy.shape[1]), dtype=np.float32)
        whole[self._kept] = xy
        whole[self._others] = among(xy, self._table)
        return whole
