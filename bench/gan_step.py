"""Steps a second of a GAN in the trainer over the same two networks in a loop written by hand.

The loop is what a tutorial has: forward, backward and Adam for each player, the average of the
generator, nothing kept, nothing measured. Both in turns in one process, by processor time of one
thread; the ratio is the median over the rounds.

    python -m bench.gan_step [--data digits] [--rounds 7] [--steps 30]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from bench.common import heading, own_home, ratio, rounds, table

SIDES = {"digits": {"side": 16}, "faces": {}, "mixtures": {}}
BAR = 0.97


def main() -> None:
    """Measure, and print a table."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--data", default="digits", choices=tuple(SIDES))
    words.add_argument("--rounds", type=int, default=7)
    words.add_argument("--steps", type=int, default=30)
    given = words.parse_args()
    with own_home():
        import torch

        torch.set_num_threads(1)
        heading(f"A step of a GAN on {given.data}")
        trainer, bare = prepared(given.data)
        for _ in range(5):
            trainer(), bare()
        found = rounds(
            given.rounds,
            {"trainer": timed(trainer, given.steps), "by hand": timed(bare, given.steps)},
        )
        share = ratio(found["by hand"], found["trainer"])
        rows = [(name, f"{1000 * min(each):.2f}") for name, each in found.items()]
        rows.append(("steps a second, trainer over by hand", f"{share:.3f}"))
        rows.append(("bar", f"{BAR} ({'met' if share >= BAR else 'missed'})"))
        table(("what", "ms of a core a step, least"), rows)


def timed(step: Callable[[], Any], steps: int) -> Callable[[], float]:
    """Seconds of the processor that one of so many steps takes."""

    def measure() -> float:
        began = time.process_time()
        for _ in range(steps):
            step()
        return (time.process_time() - began) / steps

    return measure


def prepared(source: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A step in the trainer, and one by hand of networks of the same shape and options."""
    import torch
    from torch.nn import functional as F

    from core.data.sources import load
    from core.experiment import Experiment, build
    from core.feed import Feed, held_out_batch
    from core.method import DataShape
    from core.trainer import Trainer

    data, cpu = load(source, SIDES[source]), torch.device("cpu")
    experiment = Experiment("gan", source, {"steps": 1_000_000})
    shape = DataShape(data.channels, data.side, tuple(data.classes))

    def feed() -> Feed:
        config = experiment.config()
        return Feed(data.train, config.batch_size, 0, cpu)

    trainer = Trainer(build(experiment, shape, cpu), feed(), held_out_batch(data.held_out, 64, cpu))
    method, batches = build(experiment, shape, cpu).train(), feed()
    config = method.config
    optimizers = method.optimizers()
    of_g, of_d = optimizers["generator"], optimizers["discriminator"]
    at = 0

    def bare() -> None:
        nonlocal at
        batch = batches.batch(at, 0.0)
        at += 1
        real = method.inward(batch.images)
        made = method.generator(method.draw(len(real), batch.rng))
        of_d.zero_grad()
        both = method.discriminator(torch.cat([real, made.detach()]))
        on_real, on_fake = both[: len(real)], both[len(real) :]
        (F.softplus(-on_real).mean() + F.softplus(on_fake).mean()).backward()
        of_d.step()
        of_g.zero_grad()
        wish = F.softplus(-method.discriminator(made)).mean()
        wish.backward(inputs=list(method.generator.parameters()))
        of_g.step()
        with torch.no_grad():
            for mine, theirs in zip(method.averaged.parameters(), method.generator.parameters()):
                mine.lerp_(theirs, 1 - config.average)

    return trainer.take_step, bare


if __name__ == "__main__":
    main()
