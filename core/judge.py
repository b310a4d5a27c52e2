"""Judging a run: its weights at a step, its data loaded again; the result is kept in the run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from core import experiment as experiments
from core import registry
from core.abilities import Generates, Inverts
from core.data.imageset import ImageSet
from core.data.unit import unit
from core.evaluate.compare import evaluate
from core.evaluate.features import EvaluationError
from core.evaluate.generative.classifier import Judge, judge_of
from core.evaluate.label_training import Terms
from core.evaluate.protocols import USUAL
from core.evaluate.report import RANDOM, RAW, Report
from core.generative.asking import Making, generate_by, made
from core.generative.inversion import invert
from core.method import Method
from core.pictures import Images
from core.progress import Progress
from core.randomness import generator
from core.runs import Run, RunError, RunStore


def method_of(run: Run, step: int | None = None, device: str = "cpu") -> tuple[Method, int]:
    """A replica with the weights of a snapshot (the last without `step`), and its step.

    Raises RunError when the run has no such snapshot.
    """
    steps = run.snapshots()
    if not steps or (step is not None and step not in steps):
        there = ", ".join(f"{s:,}" for s in steps) or "none"
        raise RunError(f"{run.id} has no snapshot of step {step}; it has {there}")
    step = steps[-1] if step is None else step
    experiment = experiments.from_run(run)
    weights = experiments.to_tensors(run.load_snapshot(step))
    cls = registry.method_class(experiment.method)
    method = experiments.rebuild(
        cls, experiment.config(), experiments.shape_of(run), weights, torch.device(device)
    )
    return method.eval(), step


def judged_generator(
    run: Run, step: int | None, progress: Progress
) -> tuple[Generates, ImageSet, Judge]:
    """A replica that generates, its data, and the classifier that judges what is made of them.

    Raises RunError, DataError, EvaluationError where it generates nothing, or Cancelled.
    """
    method = method_of(run, step)[0]
    if not isinstance(method, Generates):
        raise EvaluationError(f"{run.info.method} generates nothing; choose a run of gan or vae")
    data: ImageSet = experiments.load_data(experiments.from_run(run), progress)
    return method, data, judge_of(data, progress)


def inverted_by_search(
    run: Run,
    step: int | None,
    picture: NDArray[np.uint8],
    steps: int,
    starts: int,
    progress: Progress,
    label: int | None = None,
) -> tuple[NDArray[np.float32], Images]:
    """The latent (Z,) whose picture is most like (1, C, H, W), and that picture (H, W, 3).

    Begun from an encoder's answer, where there is one, or from `starts` drawn latents. Raises
    RunError, EvaluationError, or Cancelled out of `progress`.
    """
    method = method_of(run, step)[0]
    if not isinstance(method, Generates):
        raise EvaluationError(f"{run.info.method} generates nothing; choose a run of gan or vae")
    method.requires_grad_(False)
    images = unit(torch.from_numpy(np.array(picture)))
    if isinstance(method, Inverts):
        begin = method.latents_of(images)[None]
    else:
        begin = method.draw(starts, generator("inversion"))[:, None]
    making = Making(label)
    found = invert(generate_by(method, making), images, begin, steps, progress=progress)
    with torch.no_grad():
        return found.latents[0].numpy().copy(), made(method, found.latents, making).images[0]


def judge(
    store: RunStore,
    run: Run,
    protocols: Sequence[str] = USUAL,
    seeds: int = 3,
    step: int | None = None,
    supervised: Run | None = None,
    progress: Progress | None = None,
    references: Sequence[str] = (RAW, RANDOM),
) -> Report:
    """Evaluate a run by the protocols and keep the result among its evaluations.

    `supervised` is a run with labels on the same data, to stand beside, as the `references` do.
    Raises EvaluationError, DataError, RunError, or Cancelled out of `progress`.
    """
    progress = progress or Progress()
    method, at = method_of(run, step)
    experiment = experiments.from_run(run)
    data: ImageSet = experiments.load_data(experiment, progress)
    taught = method_of(supervised)[0] if supervised is not None else None
    report = evaluate(
        method,
        data,
        protocols,
        Terms(seeds=tuple(range(seeds))),
        progress,
        supervised=taught,
        references=references,
    )
    name = f"{_prefix(at)}{'-'.join(protocols)}"
    if run.read_only:
        with store.open(run.id, write=True) as writable:
            writable.save_evaluation(name, report.to_dict())
    else:
        run.save_evaluation(name, report.to_dict())
    return report


def judged(run: Run) -> dict[str, Report]:
    """Protocol -> the report that has it, of what was found at the last snapshot.

    What cannot be read counts as not judged.
    """
    steps = run.snapshots()
    found: dict[str, Report] = {}
    for name, values in run.evaluations().items():
        if not steps or not name.startswith(_prefix(steps[-1])):
            continue
        try:
            report = Report.from_dict(values)
        except (ValueError, KeyError, TypeError):
            continue
        for protocol in report.protocols:
            found.setdefault(protocol, report)
    return found


def _prefix(step: int) -> str:
    """How the evaluations of a step are named."""
    return f"step-{step:09d}-"
