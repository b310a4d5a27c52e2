"""What the page asks of the tracking in core, all of it in threads: networks and their features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from core.progress import Progress
    from core.runs import RunStore
    from core.tracking.features import Bank, Encoder

METHOD, DATA = "video_colorization", "clips"
UNTRAINED = "untrained"
SIDE = 96  # pixels of the frames that the untrained network is built for


@dataclass(frozen=True)
class Choice:
    """A network that can follow: a run of the store, or none that was trained."""

    id: str  # of a run, or UNTRAINED
    title: str


def choices(store: RunStore) -> list[Choice]:
    """The runs whose method has an encoder, those that learned from films first, then untrained."""
    from gui.session import has_ability

    found = [
        (run.info.method != METHOD, Choice(run.id, f"{run.info.title} ({run.id[9:15]})"))
        for run in store.list()
        if run.info is not None and not run.problem and has_ability(run.info.method, "Encodes")
    ]
    found.sort(key=lambda pair: pair[0])  # stable: the newest of each first
    return [*(choice for _, choice in found), Choice(UNTRAINED, "Untrained network")]


def newest(store: RunStore, id: str) -> int:
    """The step of the last snapshot of a run; 0 for the untrained network."""
    return 0 if id == UNTRAINED else max(store.open(id).snapshots(), default=0)


def encoder(store: RunStore, id: str) -> Encoder:
    """The features of a choice. Raises RunError or TrackingError in words."""
    from core.tracking.features import encoder_of

    if id == UNTRAINED:
        import torch

        from core.experiment import Experiment, build
        from core.method import DataShape

        made = build(Experiment(METHOD, DATA), DataShape(3, SIDE, ()), torch.device("cpu"))
        return encoder_of(made)
    from core.judge import method_of

    return encoder_of(method_of(store.open(id), None, "cpu")[0])


def fill(bank: Bank, progress: Progress) -> Bank:
    """Look at every frame, so that what is asked later is answered at once."""
    bank.fill(progress)
    return bank


def score(
    found: NDArray[np.uint8], truth: NDArray[np.uint8], objects: int
) -> dict[int, tuple[float, float]]:
    """J and F of each object in one frame, masks (H, W)."""
    from core.evaluate.tracking.davis import boundary, region

    regions = region(found[None], truth[None], objects)[0]
    boundaries = boundary(found[None], truth[None], objects)[0]
    return {k + 1: (float(regions[k]), float(boundaries[k])) for k in range(objects)}
