"""What the page asks of the tracking in core, all of it in threads: networks and their features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from core.runs import RunStore
    from core.tracking.features import Encode

METHOD, DATA = "video_colorization", "clips"
UNTRAINED, COLOURS, PATCHES = "untrained", "colours", "patches"
SIDE = 96  # pixels of the frames that the untrained network is built for


@dataclass(frozen=True)
class Choice:
    """What can follow: a run of the store, an untrained network, or a baseline without one."""

    id: str  # of a run, or one of those above
    title: str


def choices(store: RunStore) -> list[Choice]:
    """The runs whose method has an encoder, those that learned from films first, then what
    was not trained."""
    from gui.session import has_ability

    found = [
        (run.info.method != METHOD, Choice(run.id, f"{run.info.title} ({run.id[9:15]})"))
        for run in store.list()
        if run.info is not None and not run.problem and has_ability(run.info.method, "Encodes")
    ]
    found.sort(key=lambda pair: pair[0])  # stable: the newest of each first
    return [
        *(choice for _, choice in found),
        Choice(UNTRAINED, "Untrained network"),
        Choice(COLOURS, "Raw colours, no network"),
        Choice(PATCHES, "Grey patches, no network"),
    ]


def newest(store: RunStore, id: str) -> int:
    """The step of the last snapshot of a run; 0 for what was not trained."""
    return 0 if id in (UNTRAINED, COLOURS, PATCHES) else max(store.open(id).snapshots(), default=0)


def encoder(store: RunStore, id: str) -> Encode:
    """The features of a choice. Raises RunError or TrackingError in words."""
    from core.tracking import baselines
    from core.tracking.features import encoder_of

    if id in (COLOURS, PATCHES):
        return baselines.raw_colours if id == COLOURS else baselines.patches
    if id == UNTRAINED:
        import torch

        from core.experiment import Experiment, build
        from core.method import DataShape

        made = build(Experiment(METHOD, DATA), DataShape(3, SIDE, ()), torch.device("cpu"))
        return encoder_of(made)
    from core.judge import method_of

    return encoder_of(method_of(store.open(id), None, "cpu")[0])


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
