"""The table of a run: the features of its fixed pictures by every stage, at a snapshot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from core import experiment as experiments
from core.embeddings.table import Floats, Table
from core.judge import method_of
from core.method import Look, Method
from core.pictures import as_images
from core.probe import Probe, load_probe
from core.progress import Progress
from core.questions import BATCH, spaces
from core.randomness import generator
from core.runs import Run

LOOKING = "looking at pictures"


def table_of_run(
    run: Run, step: int | None = None, device: str = "cpu", progress: Progress | None = None
) -> Table:
    """The pooled features of every stage for the run's fixed pictures, at a snapshot or the last.

    Raises RunError without such a snapshot, DataError where the pictures are lost, CannotAnswer
    where the method has no encoder, Cancelled out of `progress`.
    """
    method, at = method_of(run, step, device)
    probe = load_probe(run.path)
    experiment = experiments.from_run(run)
    about = {
        "run": run.id,
        "step": str(at),
        "method": experiment.method,
        "data": experiment.data,
        "training seed": str(experiment.seed),
    }
    return Table(
        stages_of(method, probe, device, progress or Progress()),
        probe.labels,
        probe.classes,
        as_images(probe.images),
        tuple(probe.names),
        title=f"{run.info.title}, step {at:,}",
        about=about,
    )


def features_at(run: Run, stage: str | None = None, device: str = "cpu") -> Callable[[int], Floats]:
    """What gives the features (N, D) of a stage (the last without one) at a snapshot's step."""
    probe = load_probe(run.path)

    def features(step: int) -> Floats:
        method, _ = method_of(run, step, device)
        return Table(stages_of(method, probe, device, Progress())).features(stage)

    return features


def stages_of(method: Method, probe: Probe, device: str, progress: Progress) -> dict[str, Floats]:
    """Name of a stage -> features (N, D) of all pictures of a probe."""
    parts: dict[str, list[Floats]] = {}
    with torch.no_grad():
        for start in range(0, len(probe), BATCH):
            progress.update(LOOKING, start, len(probe), "pictures")
            part = slice(start, start + BATCH)
            images = torch.from_numpy(probe.images[part]).to(device).float().div_(255.0)
            labels = torch.from_numpy(probe.labels[part])
            look = Look(images, labels, probe.classes, generator("look"))
            for name, features in spaces(method, look).stages.items():
                parts.setdefault(name, []).append(features)
    progress.update(LOOKING, len(probe), len(probe), "pictures")
    return {name: np.concatenate(found) for name, found in parts.items()}
