"""Is this cluster real? A group that was seen on a map, judged by the features behind it.

A map shows clusters in noise, too, and a person picks those that look like clusters. Three answers
are asked for, and all must be yes:

- persistence: on new maps with other seeds, perplexities and starts, are the members' nearest on
  the map members again?
- a valley: does the border of the group cross far fewer links of the graph of nearest neighbours
  in feature space than the best cut through the group itself does? An arbitrary half of one cloud
  has a border as dense as any cut through it, however the half was chosen.
- a null: is the conductance of the border below that of equally large groups, grown to hold
  together, in copies of the features that have the same covariance and no clusters? The columns of
  a copy are shuffled as in EMBEDR (Johnson et al., Patterns 2022), but in whitened principal
  coordinates that were turned at random: shuffled as they are, a column that parts two clusters
  would part them in the copy.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.graph import Members, cohesion, conductance, grown, mutual_graph
from core.maps.neighbours import Floats, comparable, distance_blocks, nearest, nearest_of
from core.maps.worker import MapWorker, finished
from core.progress import Progress

MOST = 1500  # points of the whole inquiry: about ten seconds of one core
FEWEST = 8  # members, and points outside
LARGEST = 0.95  # of all points; more is not a group among them
LINKS = 15  # nearest of each point in the graph, fewer for a group of few
SHOWN = 10  # nearest on a map
APART = 1 / 3  # of the conductance of cuts through the group: a border below it is a valley
TOGETHER = 0.5  # of the way from chance to all, of the members' nearest on a map that are members
MAPS_NEEDED = 3  # of the new maps, on which they stay together; a dense group tears on some
SIGNIFICANT = 0.05
COPIES, GROWN = 5, 20  # shuffled copies, and groups in each
NEW_MAPS: tuple[dict[str, Any], ...] = (
    {"perplexity": 15.0, "start": "random", "seed": 1},
    {"perplexity": 30.0, "start": "random", "seed": 2},
    {"perplexity": 60.0, "start": "random", "seed": 3},
    {"perplexity": 15.0, "start": "components", "seed": 4},
    {"perplexity": 60.0, "start": "components", "seed": 5},
)
SHORT = {"early_iterations": 100, "iterations": 150, "every": 25}  # neighbourhoods have settled
_ASKED = "Asking whether the group is real"
_STEPS = 100 * len(NEW_MAPS) + 20 * COPIES  # a copy takes about a fifth of a map


@dataclass(frozen=True)
class Verdict:
    """The answer. `figures` holds what it rests on, in plain numbers that JSON can keep.

    `members`, `points`: how many took part. `persistence`: of each new map, the share of the
    members' nearest that are members; `expected`: the share by chance. `conductance` of the
    border, `inner` of the best cut through the group, `parts` of which it is made; `null_mean`,
    `null_lowest`, `p` of the shuffled copies.
    """

    real: bool
    sentence: str
    figures: dict[str, Any]


def genuine(
    features: NDArray[Any],
    members: Sequence[int] | NDArray[np.int64],
    metric: str = "cosine",
    seed: int = 0,
    progress: Progress | None = None,
    worker: MapWorker | None = None,
) -> Verdict:
    """Whether the `members` (indices) of features (N, D) are a group in feature space.

    The maps are laid out by `worker`, or a process of this call's own. Raises ValueError for a
    group of too few, or of nearly all; Cancelled out of `progress`.
    """
    progress = progress or Progress()
    chosen = _members(len(features), members)
    progress.update(_ASKED, 0, _STEPS, "steps")
    x, group = _around(np.asarray(features), chosen, metric, np.random.default_rng(seed))
    links = int(np.clip(group.sum() // 2, 4, LINKS))
    graph = mutual_graph(nearest(x, links, metric), links)
    border = conductance(graph, group)
    inner, parts = cohesion(graph[group][:, group], APART)
    with contextlib.ExitStack() as stack:
        worker = worker or stack.enter_context(contextlib.closing(MapWorker()))
        persistence = _persistence(worker, x, group, metric, seed, progress)
    null = _null(x, int(group.sum()), metric, links, np.random.default_rng(seed), progress)
    progress.update(_ASKED, _STEPS, _STEPS, "steps")
    figures = {
        "members": int(group.sum()),
        "points": len(x),
        "persistence": persistence,
        "expected": float((group.sum() - 1) / (len(x) - 1)),
        "conductance": border,
        "inner": inner,
        "parts": parts,
        "null_mean": float(null.mean()),
        "null_lowest": float(null.min()),
        "p": float((1 + (null <= border).sum()) / (1 + len(null))),
    }
    return verdict(figures)


def verdict(figures: dict[str, Any]) -> Verdict:
    """The answer that the figures give, and its sentence."""
    chance, shares = figures["expected"], figures["persistence"]
    kept = sum(share - chance >= TOGETHER * (1.0 - chance) for share in shares)
    together = kept >= MAPS_NEEDED
    valley = figures["conductance"] <= APART * figures["inner"]
    unusual = figures["p"] <= SIGNIFICANT
    held = (
        f"its members stay together on {kept} of {len(shares)} new maps ({np.mean(shares):.0%} "
        f"of their nearest are members, {chance:.0%} by chance)"
    )
    border = f"{figures['conductance']:.0%} of the links between nearest pictures cross its border"
    through = f"the best cut through the group itself crosses {figures['inner']:.0%}"
    null = f"in shuffled features {figures['null_mean']:.0%} would, p = {figures['p']:.2f}"
    if not valley:
        said = f"Not a group of its own: {border}, and {through}; {held}."
    elif not unusual:
        said = f"Not a group of its own: {border}, and {null}; {held}."
    elif not together:
        said = f"Set apart in the features, but not on new maps: {held}; {border}, and {null}."
    else:
        said = f"A real group: {held}; {border}, while {through}, and {null}."
        if figures["parts"] > 1:
            said += f" It falls into {figures['parts']} groups."
    return Verdict(together and valley and unusual, said, figures)


def _members(count: int, members: Sequence[int] | NDArray[np.int64]) -> Members:
    indices = np.asarray(members, dtype=np.int64)
    if indices.size and (indices.min() < 0 or indices.max() >= count):
        raise ValueError(f"a member's number is not one of the {count} pictures")
    chosen = np.zeros(count, dtype=np.bool_)
    chosen[indices] = True
    size = int(chosen.sum())
    if size < FEWEST:
        raise ValueError(f"the group holds {size} pictures; choose at least {FEWEST} to ask about")
    if count - size < FEWEST or size > LARGEST * count:
        raise ValueError(
            f"the group holds {size} of {count} pictures, nearly all; choose a smaller group to "
            "ask whether it is set apart from the others"
        )
    return chosen


def _around(
    features: NDArray[Any], chosen: Members, metric: str, rng: np.random.Generator
) -> tuple[Floats, Members]:
    """The group and what lies around it, `MOST` at the most: features (n, D), who is a member.

    Of a large group a part is taken, and of the others the same part: were the others thinner,
    every border would look like a valley. Of those the ones nearest to a member stay.
    """
    comparable(features, metric)  # refuses what is not finite
    inside, outside = np.flatnonzero(chosen), np.flatnonzero(~chosen)
    if len(chosen) > MOST:
        share = min(1.0, MOST / 2 / len(inside))
        inside = rng.permutation(inside)[: round(share * len(inside))]
        outside = rng.permutation(outside)[: max(FEWEST, round(share * len(outside)))]
        room = MOST - len(inside)
        if len(outside) > room:
            far = nearest_of(features[inside], features[outside], 1, metric).distances[:, 0]
            outside = outside[np.argsort(far, kind="stable")[:room]]
    x = np.asarray(features[np.concatenate([inside, outside])], dtype=np.float32)
    return x, np.arange(len(x)) < len(inside)


def _persistence(
    worker: MapWorker, x: Floats, group: Members, metric: str, seed: int, progress: Progress
) -> list[float]:
    """Of each new map, the share of the members' nearest on it that are members."""
    shares = []
    for at, one in enumerate(NEW_MAPS):

        def told(share: float, at: int = at) -> None:
            progress.update(_ASKED, round(100 * (at + share)), _STEPS, "steps")

        params = {**SHORT, **one, "seed": one["seed"] + 10 * seed, "metric": metric}
        xy = finished(worker, x, "tsne", params, told=told).xy
        near = nearest(xy, min(SHOWN, int(group.sum()) - 1), "euclidean").indices[group]
        shares.append(float(group[near].mean()))
    return shares


def _null(
    x: Floats, size: int, metric: str, links: int, rng: np.random.Generator, progress: Progress
) -> NDArray[np.float64]:
    """Conductances of groups of `size` points in copies of the features that have no clusters."""
    found = []
    for copy in range(COPIES):
        progress.update(_ASKED, 100 * len(NEW_MAPS) + 20 * copy, _STEPS, "steps")
        shuffled = without_groups(x, rng)
        graph = mutual_graph(nearest(shuffled, links, metric), links)
        points = comparable(shuffled, metric)
        centres = rng.choice(len(x), min(GROWN, len(x)), replace=False)
        for at, block in distance_blocks(points, centres):
            for centre, far in zip(centres[at], block, strict=True):
                ball = np.zeros(len(x), dtype=np.bool_)
                ball[np.argsort(far, kind="stable")[: size - 1]] = True
                ball[centre] = True
                found.append(conductance(graph, grown(graph, ball)))
    return np.array(found)


def without_groups(x: Floats, rng: np.random.Generator) -> Floats:
    """A copy (n, D) with the mean and covariance of `x` and nothing else of it."""
    mean = x.mean(axis=0, dtype=np.float64)
    left, sizes, axes = np.linalg.svd(x - mean, full_matrices=False)
    kept = sizes > 1e-6 * max(float(sizes[0]), 1e-12)
    white = left[:, kept]
    turn, _ = np.linalg.qr(rng.normal(size=(white.shape[1], white.shape[1])))
    mixed = white @ turn
    mixed = np.stack([rng.permutation(column) for column in mixed.T], axis=1) @ turn.T
    return np.asarray(mean + mixed * sizes[kept] @ axes[kept], dtype=np.float32)
