"""How far a GAN comes in so many seconds of one core: modes of points, FD and recall of pictures.

    python -m bench.generative ring --seconds 10 --seeds 3
    python -m bench.generative digits --seconds 60
    python -m bench.generative faces --seconds 120

Seconds are of the processor (`time.process_time`) and of training alone, with one thread. Wall time
on a busy machine says nothing; through the cache, busy neighbours cost these seconds too.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from statistics import median
from typing import Any

from bench.common import heading, table

RINGS: Mapping[str, dict[str, Any]] = {
    "non-saturating": {},
    "least squares": {"objective": "least squares"},
    "gradient penalty": {
        "objective": "wasserstein",
        "regulariser": "gradient penalty",
        "learning_rate": 2e-3,
        "discriminator_rate": 2e-3,
    },
    "clipping": {
        "objective": "wasserstein",
        "regulariser": "clipping",
        "discriminator_steps": 5,
    },
}
PICTURES: Mapping[str, dict[str, Any]] = {"digits": {"side": 16}, "faces": {}}
SAMPLES = 2000


def trained(source: str, data: Any, options: dict[str, Any], seed: int, seconds: float) -> Any:
    """A GAN after so many seconds of one core, and the steps that it took."""
    import torch

    from core.experiment import Experiment, build
    from core.feed import Feed, held_out_batch
    from core.method import DataShape
    from core.trainer import Trainer

    cpu = torch.device("cpu")
    torch.set_num_threads(1)
    experiment = Experiment("gan", source, {"steps": 1_000_000, **options}, seed=seed)
    method = build(experiment, DataShape(data.channels, data.side, tuple(data.classes)), cpu)
    feed = Feed(data.train, method.pictures_a_step(method.config), seed, cpu)
    trainer = Trainer(method, feed, held_out_batch(data.held_out, 64, cpu))
    ends = time.process_time() + seconds
    while time.process_time() < ends:
        trainer.take_step()
    return method.eval(), trainer.step


def points(kind: str, seconds: float, seeds: int) -> None:
    """The modes that each objective covers."""
    from core.data.sources import load
    from core.generative.judging import modes_of, samples

    data, rows = load("mixtures", {"kind": kind}), []
    for name, options in RINGS.items():
        found, steps = [], []
        for seed in range(seeds):
            method, taken = trained("mixtures", data, options, seed, seconds)
            found.append(modes_of(samples(method, SAMPLES), data))
            steps.append(taken)
        covered = median(f.covered for f in found)
        quality = median(f.quality for f in found)
        rows.append((name, median(steps), f"{covered:g} of {found[0].count}", f"{quality:.2f}"))
    table(("objective", "steps", "modes covered", "within 3 sigma"), rows)


def pictures(source: str, seconds: float, seeds: int) -> None:
    """FD, recall and coverage of the samples."""
    from core.data.sources import load
    from core.evaluate.generative.classifier import judge_of
    from core.generative.judging import quality, samples

    data, rows = load(source, PICTURES[source]), []
    judge = judge_of(data)
    for seed in range(seeds):
        method, steps = trained(source, data, {}, seed, seconds)
        found = quality(samples(method, SAMPLES), data, judge)
        rates, balls = sorted(found.rates.values()), found.balls
        numbers = (found.distance, found.floor, balls.recall, balls.coverage, rates[0], rates[-1])
        rows.append((seed, steps, *(f"{number:.3g}" for number in numbers)))
    print(f"Judged by {judge}.\n")
    table(("seed", "steps", "FD", "floor", "recall", "coverage", "least rate", "most"), rows)


def main() -> None:
    """Measure what is asked for, and print a table."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("what", choices=("ring", "grid", *PICTURES))
    words.add_argument("--seconds", type=float, default=10.0, help="of one core, for each training")
    words.add_argument("--seeds", type=int, default=3)
    given = words.parse_args()
    heading(f"GAN on {given.what}, {given.seconds:g} CPU-s of one thread")
    measure = pictures if given.what in PICTURES else points
    measure(given.what, given.seconds, given.seeds)


if __name__ == "__main__":
    main()
