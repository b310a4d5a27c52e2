"""Groups of points in the graph of nearest neighbours: how much of a group's links leave it.

Conductance: Kannan, Vempala and Vetta, "On clusterings: good, bad and spectral", JACM 2004. The
best cut is sought along the second eigenvector of the walk (Shi and Malik, PAMI 2000).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.neighbours import Neighbours

Members = NDArray[np.bool_]  # (N,)
LEAST_SIDE = 0.2  # of a group's links, in the smaller part of a cut: a splinter is no part


def mutual_graph(table: Neighbours, k: int) -> Any:
    """The symmetric graph (N, N), sparse, of pairs that are among each other's `k` nearest.

    Mutual, because scattered points often have a dense group as their nearest; links that only
    they see would drown that group's boundary.
    """
    from scipy.sparse import csr_array

    near = table.indices[:, :k]
    count, k = near.shape
    rows = np.repeat(np.arange(count), k)
    directed = csr_array((np.ones(count * k), (rows, near.ravel())), shape=(count, count))
    return directed.multiply(directed.T).tocsr()


def conductance(graph: Any, members: Members) -> float:
    """The share of a group's links that leave it, of the smaller side; 1 for one without links."""
    inside = members.astype(np.float64)
    degrees = graph.sum(axis=1)
    volume = float(degrees @ inside)
    least = min(volume, float(degrees.sum()) - volume)
    if least <= 0:
        return 1.0
    return float((volume - inside @ (graph @ inside)) / least)


def best_cut(graph: Any) -> tuple[float, Members]:
    """The lowest conductance of a cut of the graph in two, and one side of it.

    Cuts are those along the second eigenvector of the walk; a side of fewer than `LEAST_SIDE` of
    the links is none. (1, nobody) where there is no such cut.
    """
    count = graph.shape[0]
    nobody = np.zeros(count, dtype=np.bool_)
    degrees = graph.sum(axis=1)
    if count < 4 or degrees.sum() == 0:
        return 1.0, nobody
    order = np.argsort(_second_vector(graph, degrees), kind="stable")
    ranked = graph[order][:, order].tocoo()
    # A link between ranks i < j crosses every cut from i to j - 1.
    low, high = np.minimum(ranked.row, ranked.col), np.maximum(ranked.row, ranked.col)
    steps = np.bincount(low, ranked.data, count) - np.bincount(high, ranked.data, count)
    crossing = np.cumsum(steps)[:-1] / 2  # each link is stored from both its ends
    volume = np.cumsum(degrees[order])[:-1]
    least = np.minimum(volume, degrees.sum() - volume)
    allowed = least >= LEAST_SIDE * degrees.sum()
    if not allowed.any():
        return 1.0, nobody
    found = np.where(allowed, crossing / np.maximum(least, 1e-12), np.inf)
    at = int(found.argmin())
    nobody[order[: at + 1]] = True
    return float(found[at]), nobody


def _second_vector(graph: Any, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    root = 1.0 / np.sqrt(np.maximum(degrees, 1e-12))
    root[degrees == 0] = 0.0
    dense = graph.toarray() * root[:, None] * root[None, :]
    _, vectors = np.linalg.eigh(dense)
    second: NDArray[np.float64] = vectors[:, -2] * root
    return second


def grown(graph: Any, ball: Members, rounds: int = 5) -> Members:
    """An equally large group that holds better together: the walk's favourites from a ball."""
    degrees = np.maximum(graph.sum(axis=1), 1e-12)
    mass = ball / ball.sum()
    for _ in range(rounds):
        mass = 0.5 * mass + 0.5 * (graph @ (mass / degrees))
    chosen = np.zeros(len(ball), dtype=np.bool_)
    chosen[np.argsort(-mass / degrees, kind="stable")[: int(ball.sum())]] = True
    return chosen


def cohesion(graph: Any, apart: float, depth: int = 3) -> tuple[float, int]:
    """The lowest conductance of a cut through a group, and of how many groups it is made.

    A cut whose conductance is below `apart` times that of cuts through its two sides parts two
    groups rather than one, and then it is the cuts through those that count. `graph` is of the
    group alone.
    """
    lowest, side = best_cut(graph)
    if depth == 0 or not side.any():
        return lowest, 1
    parts = [cohesion(graph[s][:, s], apart, depth - 1) for s in (side, ~side)]
    through = min(inner for inner, _ in parts)
    if lowest <= apart * through:
        return through, sum(groups for _, groups in parts)
    return lowest, 1
