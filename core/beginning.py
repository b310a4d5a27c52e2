"""How a training begins: data, method and run folder, of a new run or of one gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from core import device as devices
from core import experiment as experiments
from core import registry
from core.config import change
from core.data.imageset import DataError, ImageSet, Problem
from core.experiment import Experiment
from core.feed import Feed, held_out_batch
from core.memory import give_back_memory
from core.method import Batch, DataShape, Method
from core.probe import choose, contact_sheet, save_probe
from core.progress import Progress
from core.runs import Checkpoint, Run, RunError, RunInfo, RunStore
from core.runs.errors import saving
from core.trainer import Trainer

FORGOTTEN = (
    "this run keeps its weights of step {:,} but not what its optimisers remembered; they begin "
    "anew, so the first steps may shake what was learned"
)
_rehearsed: set[str] = set()  # methods whose loops this process has compiled
HELD_OUT_PICTURES = 256  # judged while training: +-1.5 points of accuracy, at half a step's cost


@dataclass(frozen=True)
class Beginning:
    """A trainer that stands at its first step, its run open for writing, and what to tell of it."""

    trainer: Trainer
    run: Run
    data: ImageSet
    experiment: Experiment  # with every option written out
    threads: int
    problems: Sequence[Problem]
    warnings: Sequence[str]


def begin(
    experiment: Experiment, store: RunStore, progress: Progress, device: torch.device
) -> Beginning:
    """A new run of the experiment; the run folder is made when all else stands.

    Raises UnknownMethod, ConfigError, DataError, RunError, or Cancelled out of `progress`.
    """
    experiment = experiment.complete()
    data = experiments.load_data(experiment, progress)
    shape = DataShape(data.channels, data.side, tuple(data.classes))
    threads = experiment.threads or devices.default_threads()
    devices.use_threads(threads)
    _rehearse(experiment, data, shape, device, progress)
    method = experiments.build(experiment, shape, device)
    trainer = Trainer(method, *fed(data, method, experiment.seed, device))
    info = RunInfo(
        method=experiment.method,
        data=experiment.data,
        title=experiment.title or f"{registry.note(experiment.method).title} on {data.title}",
        seed=experiment.seed,
        device=str(device),
        threads=threads,
        fingerprint=data.fingerprint(),
    )
    run = store.create(info, experiments.to_config(experiment, shape))
    try:
        with saving("the pictures to look at", run.path):
            probe = choose(data)
            save_probe(run.path, probe)
            run.save_picture("thumbnail", contact_sheet(probe))
    except RunError as error:
        run.set_state(status="failed", message=str(error))
        run.close()
        raise
    remarks = data.facts.get("remarks", ())  # of cameras that do not fit their pictures
    return Beginning(trainer, run, data, experiment, threads, data.problems, list(remarks))


def _rehearse(experiment: Experiment, data: ImageSet, shape: DataShape, device: torch.device,
              progress: Progress) -> None:  # fmt: skip
    """Take a first step that is thrown away, where loops are compiled by it: once in a process.

    A field of light would else stand at its first step for some ten seconds, and say nothing.
    """
    known = experiment.method in _rehearsed
    if known or device.type != "cpu" or not registry.method_class(experiment.method).needs_cameras:
        return
    progress.update("compiling loops, which takes some seconds once", 0)
    method = experiments.build(experiment, shape, device)
    Trainer(method, *fed(data, method, experiment.seed, device)).take_step()
    give_back_memory()
    _rehearsed.add(experiment.method)


def begin_again(
    experiment: Experiment, run: Run, progress: Progress, device: torch.device
) -> Beginning:
    """A run that was opened for writing, exactly where its newest checkpoint was taken.

    One that keeps snapshots but no checkpoint, as the histories that ship, goes on from its newest
    weights with optimisers that remember nothing, and says so.

    Raises DataError, RunError, or Cancelled out of `progress`, with the run as it was.
    """
    data = experiments.load_data(experiment, progress)
    checkpoint = run.load_checkpoint()
    steps = run.snapshots()
    if checkpoint is None and not steps:
        raise RunError(
            f"{run.id} was interrupted before its first checkpoint; there is nothing to go on "
            "from, begin a new run"
        )
    shape = experiments.shape_of(run)
    if (data.channels, data.side) != (shape.channels, shape.side):
        raise DataError(
            f"{run.id} was trained on pictures of {shape.side} px in {shape.channels} channels; "
            f"{data.title} now gives {data.side} px in {data.channels}"
        )
    threads = run.info.threads  # another number of threads sums in another order
    devices.use_threads(threads)
    _rehearse(experiment, data, shape, device, progress)
    config = experiment.config()
    if checkpoint is None:
        weights = experiments.to_tensors(run.load_snapshot(steps[-1]))
    else:
        config = change(config, **checkpoint.state["config"])
        weights = experiments.to_tensors(checkpoint.model)
    method = experiments.rebuild(
        registry.method_class(experiment.method), config, shape, weights, device
    )
    trainer = Trainer(method, *fed(data, method, experiment.seed, device))
    if checkpoint is None:
        trainer.restart(steps[-1], weights)
        trainer.seconds = run.state.seconds
        run.resume_from(steps[-1])
        warnings = [FORGOTTEN.format(steps[-1])]
    else:
        trainer.restore(checkpoint)
        run.resume_from(checkpoint.step)
        warnings = [*checkpoint.warnings, *_differences(run, data, checkpoint)]
    return Beginning(trainer, run, data, experiment, threads, data.problems, warnings)


def _differences(run: Run, data: ImageSet, checkpoint: Checkpoint) -> list[str]:
    """What keeps the run from going on bit for bit, in words."""
    found = []
    if data.fingerprint() != run.info.fingerprint:
        found.append(
            "the pictures are not those that this run was begun with; from here it is another run"
        )
    if checkpoint.state.get("torch") != torch.__version__:
        found.append(
            f"this checkpoint was written with torch {checkpoint.state.get('torch')}, this is "
            f"{torch.__version__}; the last digits may differ from here on"
        )
    return found


def fed(data: ImageSet, method: Method, seed: int, device: torch.device) -> tuple[Feed, Batch]:
    """What a trainer takes its steps on, and what it judges itself on."""
    window = method.window(method.config)
    feed = Feed(data.train, method.pictures_a_step(method.config), seed, device, window)
    return feed, held_out_batch(data.held_out, HELD_OUT_PICTURES, device, window=window)
