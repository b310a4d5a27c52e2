"""How soon the VAE, the PixelCNN and diffusion can do what they are for, on digits.

    .venv/bin/python -m bench.generative_likelihood [vae pixelcnn diffusion] [--seeds 3]

Processor time of one thread, the median of the seeds. The classifier that judges is trained on the
same digits first; its time does not count.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from bench.common import heading, own_home, table

CLASSIFIER_STEPS = 600
SURE = 0.8  # of a cell's class
CELLS = 4  # that a class needs on the plane
GRID = 20
DRAWN = 100
STEPS = 10  # of DDIM
MARKS = {"vae": (2, 4, 6), "pixelcnn": (20, 35, 50), "diffusion": (15, 25, 35, 45)}
BARS = {"vae": "10 digits in 6 s", "pixelcnn": "0.335 bits a dimension in 50 s",
        "diffusion": "0.9 in 25 s, 0.98 in 45 s"}  # fmt: skip


def digits(side: int) -> Any:
    from core.data.sources import load

    return load("digits", {"side": side})


def trainer(method: str, data: Any, seed: int) -> Any:
    """As the window would train it, on one thread."""
    import torch

    from core.experiment import Experiment, build
    from core.feed import Feed, held_out_batch
    from core.method import DataShape
    from core.trainer import Trainer

    device = torch.device("cpu")
    shape = DataShape(data.channels, data.side, tuple(data.classes))
    made = build(Experiment(method, "digits", seed=seed, threads=1), shape, device)
    feed = Feed(data.train, made.config.batch_size, seed, device)
    return Trainer(made, feed, held_out_batch(data.held_out, 450, device))


def classifier(data: Any) -> Any:
    """The supervised method, trained; pictures (B, C, H, W) to probabilities (B, 10)."""
    import torch

    learner = trainer("supervised", data, 0)
    for _ in range(min(learner.steps, CLASSIFIER_STEPS)):
        learner.take_step()
    method = learner.method.eval()
    held = torch.from_numpy(data.held_out.images).float() / 255
    with torch.no_grad():
        right = method.head(method.backbone(held)).argmax(1)
        share = (right == torch.from_numpy(data.held_out.labels)).float().mean()
    print(f"The classifier names {share:.1%} of held-out digits.")
    return lambda images: method.head(method.backbone(images)).softmax(dim=1)


def along(learner: Any, marks: tuple[int, ...], measure: Callable[[Any], tuple[float, ...]]) -> Any:
    """What is measured once each of so many seconds of processor time have gone into steps."""
    import torch

    spent, found = 0.0, []
    for mark in marks:
        began = time.process_time()
        while spent + time.process_time() - began < mark and learner.step < learner.steps:
            learner.take_step()
        spent += time.process_time() - began
        learner.method.eval()
        with torch.no_grad():
            found.append(measure(learner.method))
    return found


def measures(name: str, data: Any, tell: Any) -> tuple[list[str], Any]:
    """What stands in the columns, and the function of a method that gives it."""
    import torch

    from core.randomness import generator

    held = torch.from_numpy(data.held_out.images).float() / 255
    labels = torch.from_numpy(data.held_out.labels)

    def vae(method: Any) -> tuple[float, ...]:
        sure, which = tell(method.generate(method.plane(GRID))).max(dim=1)
        cells = torch.bincount(which[sure > SURE], minlength=10)
        return (float((cells >= CELLS).sum()),)

    def pixelcnn(method: Any) -> tuple[float, ...]:
        named = method.class_probabilities(held).argmax(dim=1) == labels
        return float(method.bits(held, labels).mean()), float(named.float().mean())

    def diffusion(method: Any) -> tuple[float, ...]:
        wanted, found = torch.arange(DRAWN) % 10, []
        for weight in (0.0, 1.0, 2.0):
            noise = method.draw(DRAWN, generator("drawn")).unflatten(1, method.shape)
            made = method.denoise(noise, wanted, weight, STEPS, keep=1).made[..., 0]
            images = torch.from_numpy(made.copy()).float()[:, None] / 255
            found.append(float((tell(images).argmax(dim=1) == wanted).float().mean()))
        return tuple(found)

    columns = {
        "vae": ["digits on the plane"],
        "pixelcnn": ["bits a dimension", "named by Bayes' rule"],
        "diffusion": ["w = 0", "w = 1 (scale 2)", "w = 2 (scale 3)"],
    }
    return columns[name], {"vae": vae, "pixelcnn": pixelcnn, "diffusion": diffusion}[name]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("methods", nargs="*", metavar="METHOD", help=", ".join(MARKS))
    words.add_argument("--seeds", type=int, default=3)
    given = words.parse_args()
    with own_home():
        import torch

        torch.set_num_threads(1)
        for name in given.methods or MARKS:
            heading(f"{name} on digits; the bar is {BARS[name]}")
            data = digits(8 if name == "pixelcnn" else 16)
            tell = None if name == "pixelcnn" else classifier(data)
            columns, measure = measures(name, data, tell)
            runs = [along(trainer(name, data, s), MARKS[name], measure) for s in range(given.seeds)]
            rows = [
                [mark, *(f"{median(run[at][c] for run in runs):.3g}" for c in range(len(columns)))]
                for at, mark in enumerate(MARKS[name])
            ]
            table(["seconds of CPU", *columns], rows)


if __name__ == "__main__":
    main()
