"""UMAP that can be watched, stopped, and continued from an earlier map (umap-learn).

McInnes, Healy and Melville, arXiv 1802.03426. The parts of umap-learn are called rather than its
`UMAP` class: the class searches neighbours that are known already, and pulls an earlier map into a
square of side 10, which no map that follows a training may do. A map that continues another runs
fewer epochs at a low learning rate, so that points keep their places.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.neighbours import Neighbours, nearest, vectors
from core.maps.params import UmapParams
from core.maps.pca import pca
from core.maps.tsne import FEWEST, Floats, OnIteration, Stopped, beginning

SIDE = 10.0  # largest coordinate of a first map before it is laid out, as in umap-learn
WARM_RATE = 0.2  # learning rate of a map that continues another; of a first one it is 1
EPOCH_FUNCTION = "_get_optimize_layout_euclidean_single_epoch_fn"  # private to umap-learn
_importing = threading.Lock()


def umap(
    features: NDArray[Any],
    params: UmapParams | None = None,
    init: NDArray[Any] | None = None,
    on_iteration: OnIteration | None = None,
    table: Neighbours | None = None,
) -> Floats:
    """Places (N, dims) of vectors (N, D).

    `init` (N, dims) is an earlier UMAP map to continue from; `table` the nearest neighbours where
    they are known already. Raises Stopped when `on_iteration` says so, ValueError for what cannot
    be laid out. Where umap-learn lacks the function that is listened to, no frames come.
    """
    params = params or UmapParams()
    count = len(features)
    if count < FEWEST:
        return pca(features, params.dims)
    xy = beginning(vectors(features), params.dims, init, params.seed).astype(np.float32)
    if init is None:
        xy *= SIDE / float(np.abs(xy).max())  # the jitter keeps it above zero
        xy += np.random.default_rng(params.seed).normal(scale=1e-2, size=xy.shape)
    table = table or nearest(features, params.neighbours_wanted(count), params.metric)
    learn = imported()
    graph = _graph(learn, features, table.first(params.neighbours_wanted(count)))
    epochs = params.total(warm=init is not None)
    graph.data[graph.data < graph.data.max() / epochs] = 0.0  # would not be visited once
    graph.eliminate_zeros()
    a, b = learn.umap_.find_ab_params(1.0, params.min_dist)
    state = np.random.default_rng(params.seed).integers(-(2**31) + 1, 2**31 - 1, 3)
    with _listening(learn.layouts, on_iteration, params.every):
        learn.layouts.optimize_layout_euclidean(
            xy,  # laid out in place
            xy,
            graph.row,
            graph.col,
            epochs,
            count,
            learn.umap_.make_epochs_per_sample(graph.data, epochs),
            a,
            b,
            state.astype(np.int64),
            initial_alpha=1.0 if init is None else WARM_RATE,
            move_other=True,
        )
    return xy


def _graph(learn: Any, features: NDArray[Any], table: Neighbours) -> Any:
    """The fuzzy neighbour graph as a sparse matrix in coordinates; a point is its own first."""
    count = len(features)
    indices = np.hstack([np.arange(count)[:, None], table.indices])
    distances = np.hstack([np.zeros((count, 1), np.float32), table.distances])
    graph, *_ = learn.umap_.fuzzy_simplicial_set(
        features, table.k + 1, None, "euclidean", knn_indices=indices, knn_dists=distances
    )
    graph = graph.tocoo()
    graph.sum_duplicates()
    return graph


@contextlib.contextmanager
def _listening(layouts: Any, on_iteration: OnIteration | None, every: int) -> Iterator[None]:
    """Have umap-learn tell of every so many epochs, where it still has the function for one."""
    original = getattr(layouts, EPOCH_FUNCTION, None)
    if on_iteration is None or original is None:
        yield
        return

    def one_epoch(*given: Any, **named: Any) -> Any:
        run, done = original(*given, **named), 0

        def epoch(xy: Floats, *rest: Any, **more: Any) -> None:
            nonlocal done
            run(xy, *rest, **more)
            done += 1
            if done % every == 0 and on_iteration(done, xy.copy()):
                raise Stopped

        return epoch

    setattr(layouts, EPOCH_FUNCTION, one_epoch)
    try:
        yield
    finally:
        setattr(layouts, EPOCH_FUNCTION, original)


def ready() -> bool:
    """Whether umap-learn is in memory already; importing it costs seconds, the first time many."""
    return "umap.umap_" in sys.modules


def imported() -> Any:
    """The `umap` package, its compiled functions kept in numba's folder where that can be.

    numba compiles umap-learn's functions anew in every process, which costs 15 s, unless each is
    marked to be cached. umap-learn does not mark them, so its decorator does while it is imported.
    """
    with _importing:
        if not ready():
            _import_cached()
        return _import_quietly()


def _import_cached() -> None:
    import numba

    plain = numba.njit

    def cached(*given: Any, **named: Any) -> Any:
        return plain(*given, **{"cache": True, **named})

    numba.njit = cached
    try:
        _import_quietly()
    except RuntimeError:  # numba's word for a folder that it cannot write to
        for name in [n for n in sys.modules if n.split(".")[0] == "umap"]:
            del sys.modules[name]
    finally:
        numba.njit = plain


def _import_quietly() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of TensorFlow, which is not wanted
        import umap
        import umap.layouts
        import umap.umap_
        from tqdm import tqdm
    tqdm.monitor_interval = 0  # else the bar that nobody sees starts a thread
    return umap


def warm_up() -> None:
    """Import umap-learn and have all that a layout needs compiled, or read from numba's folder."""
    features = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    for dims in (2, 3):
        umap(features, UmapParams(dims=dims, neighbours=5, epochs=2))
