"""The table of a run: the features of its fixed pictures by every stage, at a snapshot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from core import experiment as experiments
from core.data.unit import unit
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
FIXED, HELD_OUT, TRAINING, EVERY = PICTURES = ("fixed", "held-out", "training", "all")


def table_of_run(
    run: Run,
    step: int | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
    pictures: str = FIXED,
) -> Table:
    """The pooled features of every stage, at a snapshot or the last.

    They are of the run's fixed pictures, or of others of its data: one of `PICTURES`. Raises
    RunError without such a snapshot, DataError where the pictures are lost, CannotAnswer where
    the method has no encoder, ValueError for other words, Cancelled out of `progress`.
    """
    progress = progress or Progress()
    method, at = method_of(run, step, device)
    probe = pictures_of_run(run, pictures, progress)
    experiment = experiments.from_run(run)
    about = {
        "run": run.id,
        "step": str(at),
        "method": experiment.method,
        "data": experiment.data,
        "training seed": str(experiment.seed),
        "pictures": pictures,
    }
    return Table(
        stages_of(method, probe, device, progress),
        probe.labels,
        probe.classes,
        as_images(probe.images),
        tuple(probe.names),
        title=f"{run.info.title}, step {at:,}",
        about=about,
    )


def pictures_of_run(run: Run, pictures: str, progress: Progress) -> Probe:
    """The run's fixed pictures out of its folder, or others that are loaded from its source."""
    if pictures not in PICTURES:
        raise ValueError(f"pictures {pictures!r} are not one of {', '.join(PICTURES)}")
    if pictures == FIXED:
        return load_probe(run.path)
    data = experiments.load_data(experiments.from_run(run), progress)
    parts = {HELD_OUT: [data.held_out], TRAINING: [data.train], EVERY: [data.held_out, data.train]}
    chosen = parts[pictures]
    names = [name for part in chosen for name in part.names]
    return Probe(
        np.concatenate([part.images for part in chosen]),
        np.concatenate([np.asarray(part.labels) for part in chosen]),
        tuple(data.classes),
        names if len(names) == sum(map(len, chosen)) else (),
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
            images = unit(torch.from_numpy(probe.images[part]).to(device))
            labels = torch.from_numpy(probe.labels[part])
            look = Look(images, labels, probe.classes, generator("look"))
            for name, features in spaces(method, look).stages.items():
                parts.setdefault(name, []).append(features)
    progress.update(LOOKING, len(probe), len(probe), "pictures")
    return {name: np.concatenate(found) for name, found in parts.items()}
