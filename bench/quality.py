"""What rotation prediction learns with its default settings, and what that is worth.

Each seed trains a network of its own in the engine, without a window. Its features, those of the
same network untrained, the raw pixels and (with `--supervised`, as `digits` always has it) those
of a network trained with labels are judged by `core.evaluate`. Tables are Markdown.

    python -m bench.quality [--data toyland,digits] [--seeds 0,1,2]
    python -m bench.quality --cifar /work/shared/data/cifar10.zip --seeds 0
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.common import heading, own_home, table

if TYPE_CHECKING:
    from core.data.imageset import ImageSet
    from core.evaluate.report import Report, Score
    from core.experiment import Experiment
    from core.method import Method

COUNTS = (1, 5, 10)  # labels a class
CIFAR_PICTURES = 12_000  # 10,000 of them to train on: the zip holds one in six out
BATCH = 256
POLL = 0.05  # seconds


@dataclass(frozen=True)
class Trained:
    """A network, and what it took."""

    method: Method
    steps: int
    wall: float  # seconds of the training alone, without loading torch and the pictures
    cpu: float


def train(experiment: Experiment) -> Trained:
    """Train to the end in the engine; SystemExit with its message where it fails."""
    from core.engine import Engine
    from core.judge import method_of
    from core.runs import RunStore

    engine = Engine(experiment, RunStore())
    engine.start()
    while engine.alive and engine.state != "training":
        time.sleep(POLL)
    wall, cpu = time.perf_counter(), time.process_time()
    engine.join()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if engine.state != "finished" or engine.run is None:
        raise SystemExit(f"{experiment.method} on {experiment.data}: {engine.message}")
    method, steps = method_of(engine.store.open(engine.run.id))
    return Trained(method, steps, wall, cpu)


def answers(method: Method, data: ImageSet) -> tuple[float, np.ndarray]:
    """Held-out accuracy on the method's own question, and by class and true answer (C, K)."""
    import torch

    from core.evaluate.answers import accuracy_by_class

    images, labels = data.held_out.images, data.held_out.labels
    probabilities, truths = [], []
    with torch.no_grad():
        for start in range(0, len(images), BATCH):
            pixels = torch.from_numpy(np.array(images[start : start + BATCH])).float().div_(255.0)
            found = method.guess(pixels)
            probabilities.append(found.probabilities)
            truths.append(found.truth)
    probable, truth = np.concatenate(probabilities), np.concatenate(truths)
    of = np.repeat(labels, len(truth) // len(labels))
    each = accuracy_by_class(probable, truth, of, found.options, data.classes)
    return float((probable.argmax(axis=1) == truth).mean()), np.asarray(each.values)


def shown(values: Sequence[float]) -> str:
    """Mean in per cent, ± the standard deviation where there are several."""
    spread = f" ± {100 * np.std(values, ddof=1):.1f}" if len(values) > 1 else ""
    return f"{100 * np.mean(values):.1f}{spread}"


def print_training(
    trained: Sequence[Trained], seeds: Sequence[int], right: Sequence[float]
) -> None:
    rows = [
        [seed, t.steps, f"{t.wall:.0f}", f"{t.cpu:.0f}", f"{100 * share:.1f}"]
        for seed, t, share in zip(seeds, trained, right, strict=True)
    ]
    rows.append(["mean", "", "", "", shown(right)])
    table(["seed", "steps", "wall s", "CPU s", "rotation accuracy %"], rows)


def print_features(reports: Sequence[Report]) -> None:
    """kNN and linear probe of the best and of the last stage.

    The best is chosen on one half of the held-out pictures; both are judged on the other.
    """
    protocols = list(dict.fromkeys(score.protocol for score in reports[0].scores))
    stages: dict[str, dict[str, dict[str, list[Score]]]] = {}
    for score in (s for report in reports for s in report.scores):
        kept = stages.setdefault(score.representation, {}).setdefault(score.protocol, {})
        kept.setdefault(score.stage, []).append(score)
    rows = []
    for name, found in stages.items():
        row = [name]
        for each in (found[protocol] for protocol in protocols):
            best = max(each, key=lambda stage: np.mean([s.choosing for s in each[stage]]))
            judged = {
                stage: [v for s in scores for v in s.judged] for stage, scores in each.items()
            }
            row += [f"{shown(judged[best])} ({best})", shown(judged[list(each)[-1]])]
        rows.append(row)
    titles = [f"{protocol}, {which} stage" for protocol in protocols for which in ("best", "last")]
    print()
    table(["accuracy %", *titles], rows)


def print_few_labels(reports: Sequence[Report]) -> None:
    curves = [report.curves["few_labels"] for report in reports]
    rows = [
        [way, *(shown([a for c in curves for a in c.accuracies[way][i]])
                for i in range(len(curves[0].counts)))]
        for way in curves[0].accuracies
    ]  # fmt: skip
    print()
    table(["linear, labels a class", *map(str, curves[0].counts)], rows)


def print_classes(each: Sequence[np.ndarray], data: ImageSet, turns: Sequence[str]) -> None:
    shares = np.nanmean(each, axis=0)  # (C, K)
    rows = [
        [name, *(f"{100 * share:.0f}" for share in row), f"{100 * row.mean():.0f}"]
        for name, row in zip(data.classes, shares, strict=True)
    ]
    print()
    table(["rotation right %, class", *turns, "mean"], rows)


def measure(data_id: str, data_options: dict[str, Any], options: dict[str, Any],
            given: argparse.Namespace) -> None:  # fmt: skip
    """Everything about one set of pictures."""
    from core.evaluate.compare import evaluate
    from core.evaluate.label_training import Terms
    from core.experiment import Experiment, load_data
    from core.progress import Progress

    seeds = [int(seed) for seed in given.seeds.split(",")]
    with_labels = given.supervised or data_id == "digits"
    protocols = [
        *(() if given.cifar else ("knn",)),
        "linear",
        *(("few_labels",) if with_labels else ()),
    ]
    trained, right, each, reports = [], [], [], []
    for seed in seeds:
        experiment = Experiment(
            "rotation", data_id, options, data_options, seed, "cpu", given.threads
        )
        data = load_data(experiment, Progress())
        trained.append(train(experiment))
        method = trained[-1].method
        share, by_class = answers(method, data)
        right.append(share)
        each.append(by_class)
        taught = None
        if with_labels:
            steps = {"steps": given.steps} if given.steps else {}
            taught = train(Experiment("supervised", data_id, steps, data_options, seed, "cpu",
                                      given.threads)).method  # fmt: skip
        terms = Terms(seeds=(seed,), counts=COUNTS)
        reports.append(evaluate(method, data, protocols, terms, supervised=taught))
    heading(f"## {data.title}: {len(data.train)} pictures, {len(data.held_out)} held out")
    print_training(trained, seeds, right)
    print_features(reports)
    if with_labels:
        print_few_labels(reports)
    print_classes(each, data, method.names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="toyland,digits")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--steps", type=int, default=0, help="0: as many as is the default")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as a run takes")
    parser.add_argument("--supervised", action="store_true", help="beside it, a run with labels")
    parser.add_argument("--cifar", type=Path, help="a zip or folder of CIFAR-10, instead of --data")
    given = parser.parse_args()
    steps = {"steps": given.steps} if given.steps else {}
    with own_home():
        from core.device import default_threads, use_threads
        from core.registry import method_class

        use_threads(given.threads or default_threads())
        if given.cifar:
            recipe = method_class("rotation").recipes["cifar10"]
            folder = {"path": str(given.cifar), "count": CIFAR_PICTURES}
            measure("folder", folder, {**recipe, **steps}, given)
            return
        for data_id in given.data.split(","):
            measure(data_id, {}, steps, given)


if __name__ == "__main__":
    main()
