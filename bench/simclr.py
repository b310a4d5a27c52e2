"""SimCLR's images a second, over the same network fed by lightly's transform in a DataLoader.

Ours is what the engine runs: pictures that stay on the device, views made of the whole batch, a
step with its gauges. Theirs is lightly's `SimCLRTransform` on PIL pictures that are in memory, with
the same strengths, through a DataLoader with 0 and 2 workers, into the same method, weights and
optimiser. Both train in turns, on the same number of threads. Beside it, lightly's default recipe,
which also blurs.

    pip install --target LIGHTLY lightly    # it is not a part of the project
    PYTHONPATH=LIGHTLY python -m bench.simclr [--threads 1] [--rounds 5] [--data toyland]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.common import heading, own_home, rounds, table

if TYPE_CHECKING:
    from core.data.imageset import ImageSet
    from core.experiment import Experiment

BAR = 3.0
IMAGES = 1024  # a round, of each
WARMING = 3  # steps before the first round


class Rate(NamedTuple):
    """Images a second by the clock, and a processor second of this process and its workers."""

    wall: float
    cpu: float


def timed(train: Callable[[], int]) -> Rate:
    """The rate of a function that gives how many images it has trained on."""
    began, spent = time.perf_counter(), _processor()
    count = train()
    return Rate(count / (time.perf_counter() - began), count / (_processor() - spent))


def _processor() -> float:
    found = os.times()  # workers count as soon as they have ended
    return found.user + found.system + found.children_user + found.children_system


def ours(experiment: Experiment, data: ImageSet) -> Callable[[], int]:
    """Steps as the engine takes them."""
    import torch

    from core import experiment as experiments
    from core.feed import Feed, held_out_batch
    from core.method import DataShape
    from core.trainer import Trainer

    device = torch.device("cpu")
    shape = DataShape(data.channels, data.side, tuple(data.classes))
    method = experiments.build(experiment, shape, device).train()
    feed = Feed(data.train, method.config.batch_size, experiment.seed, device)
    trainer = Trainer(method, feed, held_out_batch(data.held_out, 64, device))
    steps = IMAGES // method.config.batch_size

    def train() -> int:
        for _ in range(steps):
            trainer.take_step()
        return steps * method.config.batch_size

    for _ in range(WARMING):
        trainer.take_step()
    return train


def theirs(
    experiment: Experiment, data: ImageSet, workers: int, **changes: Any
) -> Callable[[], int]:
    """The same steps on views that lightly makes; `changes` are to its transform."""
    import torch
    from lightly.transforms import SimCLRTransform
    from PIL import Image
    from torch.utils.data import DataLoader, Dataset

    from core import experiment as experiments
    from core.method import Batch, DataShape
    from core.methods.contrastive import simclr
    from core.randomness import generator

    device = torch.device("cpu")
    shape = DataShape(data.channels, data.side, tuple(data.classes))
    method = experiments.build(experiment, shape, device).train()
    config, optimizers = method.config, method.optimizers()
    assert isinstance(config, simclr.SimCLRConfig)
    strengths: dict[str, Any] = {
        "input_size": data.side, "min_scale": config.crop, "hf_prob": config.flip,
        "cj_prob": config.jitter, "cj_strength": 1.0, "cj_bright": config.brightness,
        "cj_contrast": config.contrast, "cj_sat": config.saturation, "cj_hue": config.hue,
        "random_gray_scale": config.grey, "gaussian_blur": config.blur, "normalize": None,
    }  # fmt: skip
    transform = SimCLRTransform(**{**strengths, **changes})

    class Views(Dataset[list[torch.Tensor]]):
        def __init__(self) -> None:
            self.images = [Image.fromarray(p) for p in data.train.images.transpose(0, 2, 3, 1)]

        def __len__(self) -> int:
            return len(self.images)

        def __getitem__(self, at: int) -> list[torch.Tensor]:
            return transform(self.images[at])

    views = Views()

    pair: list[torch.Tensor] = []

    def ready(*_: object) -> list[torch.Tensor]:
        return pair

    def train(most: int = IMAGES) -> int:
        order = torch.randperm(len(views), generator=generator("bench"))[:most].tolist()
        loader = DataLoader(
            torch.utils.data.Subset(views, order), config.batch_size, num_workers=workers,
            drop_last=True,
        )  # fmt: skip
        made, simclr.two_views = simclr.two_views, ready  # the views are made already
        none, rng, done = torch.empty(0), torch.Generator(), 0
        try:
            for pair[:] in loader:
                method.step(Batch(pair[0], none, none, rng, 0, 0.0), optimizers)
                done += len(pair[0])
        finally:
            simclr.two_views = made
        return done

    train(WARMING * config.batch_size)
    return train


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--threads", type=int, default=1)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--data", default="toyland")
    given = words.parse_args()
    with own_home():
        try:
            import lightly
        except ImportError:
            print("lightly is not installed; the first lines of this file say how", file=sys.stderr)
            return 2
        import torch

        from core.data.sources import load
        from core.experiment import Experiment
        from core.progress import Progress

        torch.set_num_threads(given.threads)
        experiment = Experiment("simclr", given.data, {}, {}, 0, "cpu", given.threads)
        data = load(given.data, {}, Progress())
        default = {"cj_bright": 0.8, "cj_contrast": 0.8, "cj_sat": 0.8, "cj_hue": 0.2,
                   "min_scale": 0.08, "gaussian_blur": 0.5}  # fmt: skip
        feeds = {
            "Selfsight": ours(experiment, data),
            "lightly's transform, 0 workers": theirs(experiment, data, 0),
            "lightly's transform, 2 workers": theirs(experiment, data, 2),
            "lightly's default, 0 workers": theirs(experiment, data, 0, **default),
        }
        heading(
            f"SimCLR on {given.data}, batches of {experiment.config().batch_size}, "
            f"{given.threads} thread(s), lightly {lightly.__version__}."
        )
        found = rounds(given.rounds, {name: lambda f=f: timed(f) for name, f in feeds.items()})
    best = found["Selfsight"]
    rows = []
    for name, rates in found.items():
        by_clock = median(b.wall / r.wall for b, r in zip(best, rates))
        by_processor = median(b.cpu / r.cpu for b, r in zip(best, rates))
        verdict = "" if rates is best else ("met" if by_clock >= BAR else "missed")
        rows.append([
            name, f"{median(r.wall for r in rates):,.0f}", f"{median(r.cpu for r in rates):,.0f}",
            f"{by_clock:.2f}", f"{by_processor:.2f}", verdict,
        ])  # fmt: skip
    table(["feed", "images/s", "images/processor s", "ratio", "by processor", f"bar {BAR:g}"], rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
