"""What the page asks of the tracking in core, all of it in threads: networks and their features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from core.following.trackers import Follower as Tracker
    from core.runs import RunStore

METHOD, DATA = "video_colorization", "clips"
UNTRAINED = "untrained"
ORDER = (UNTRAINED, "patches", "colours", "flow", "identity")  # what a network must beat


@dataclass(frozen=True)
class Choice:
    """What can follow: a run of the store, an untrained network, or a baseline without one."""

    id: str  # of a run, or a baseline
    title: str


def choices(store: RunStore) -> list[Choice]:
    """The runs whose method has an encoder, those that learned from films first, then what
    was not trained."""
    from core.following.trackers import TITLES, names
    from gui.session import has_ability

    there = names()
    found = [
        (run.info.method != METHOD, Choice(run.id, f"{run.info.title} ({run.id[9:15]})"))
        for run in store.list()
        if run.info is not None and not run.problem and has_ability(run.info.method, "Encodes")
    ]
    found.sort(key=lambda pair: pair[0])  # stable: the newest of each first
    return [
        *(choice for _, choice in found),
        *(Choice(name, TITLES[name]) for name in ORDER if name in there),
    ]


def newest(store: RunStore, id: str) -> int:
    """The step of the last snapshot of a run; 0 for a baseline."""
    return 0 if is_baseline(id) else max(store.open(id).snapshots(), default=0)


def is_baseline(id: str) -> bool:
    """Whether a choice is no run."""
    from core.following.trackers import TITLES

    return id in TITLES


def tracker(store: RunStore, id: str) -> Tracker:
    """What follows by a choice. Raises RunError or TrackingError in words."""
    from core.following import trackers

    return trackers.baseline(id) if is_baseline(id) else trackers.of_run(store.open(id))


def score(
    found: NDArray[np.uint8], truth: NDArray[np.uint8], objects: int
) -> dict[int, tuple[float, float]]:
    """J and F of each object that is in either of two masks (H, W)."""
    from core.evaluate.tracking.davis import boundary, region

    made = {}
    for number in range(1, objects + 1):
        here, there = found == number, truth == number
        if here.any() or there.any():
            made[number] = (region(here, there), boundary(here, there))
    return made
