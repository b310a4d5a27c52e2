"""How far translation comes in so many seconds of one core.

    python -m bench.translation edges --seconds 20
    python -m bench.translation glasses --seconds 40 --method cyclegan
    python -m bench.translation edges --seconds 20 --set adversarial=0

Of pairs, the distance from the truth beside that of the mean picture and of no change at all; of
glasses, what a classifier of the faces' attributes sees. Seconds are of the processor and of
training alone, with one thread.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from bench.common import heading, table

PAIRS = ("edges", "night")


def trained(id: str, data: Any, options: dict[str, Any], seed: int, seconds: float) -> Any:
    """A method after so many seconds of one core, and the steps that it took."""
    import torch

    from core.experiment import Experiment, build
    from core.feed import Feed, held_out_batch
    from core.method import DataShape
    from core.trainer import Trainer

    cpu = torch.device("cpu")
    torch.set_num_threads(1)
    experiment = Experiment(id, "domains", options, seed=seed)
    method = build(experiment, DataShape(data.channels, data.side), cpu)
    feed = Feed(data.train, method.pictures_a_step(method.config), seed, cpu)
    trainer = Trainer(method, feed, held_out_batch(data.held_out, 64, cpu))
    ends = time.process_time() + seconds
    while time.process_time() < ends and trainer.step < method.config.steps:
        trainer.take_step()
    return method.eval(), trainer.step, seconds - (ends - time.process_time())


def pairs(method: Any, data: Any) -> None:
    """Distances from the truth, of held-out pairs."""
    from core.evaluate.generative.translation import faithful

    found = faithful(method, data.train, data.held_out)
    rows = [(name, f"{d.l1:.4f}", f"{d.psnr:.2f}") for name, d in vars(found).items()]
    table(("answer", "L1", "PSNR (dB)"), rows)


def attributes(method: Any) -> None:
    """What is seen of glasses, and of all else, in held-out faces without and with them."""
    from core.data.sources import load
    from core.evaluate.generative.classifier import judge_of
    from core.evaluate.generative.translation import flipped, translated

    faces = load("domains", {"kind": "glasses"}).held_out  # the same, with and without
    judge, had = judge_of(load("faces")), faces.attributes
    assert had is not None
    ways = [("glasses put on", translated(method, faces.images), had)]
    if method.both_ways:
        worn = had.copy()
        worn[:, 0] = True
        there = ("and taken off again", translated(method, faces.partners, back=True))
        ways.append((*there, worn))
    print(f"Judged by {judge}.\n")
    rows = []
    for name, made, before in ways:
        found = flipped(made, before, "glasses", judge)
        rows.append((name, f"{found.flipped:.3f}", *(f"{v:.3f}" for v in found.kept.values())))
    table(("way", "flipped", *(f"{name} kept" for name in found.kept)), rows)


def main() -> None:
    """Measure what is asked for, and print a table."""
    from core.data.sources import load

    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("kind", choices=(*PAIRS, "glasses"))
    words.add_argument("--method", choices=("pix2pix", "cyclegan"), default="pix2pix")
    words.add_argument("--seconds", type=float, default=20.0, help="of one core")
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--set", action="append", default=[], metavar="OPTION=VALUE")
    words.add_argument("--sheet", default="", help="a .png of held-out pictures and what was made")
    given = words.parse_args()
    options: dict[str, Any] = {}
    for said in given.set:
        name, value = said.split("=", 1)
        options[name] = float(value) if value.replace(".", "").isdigit() else value
        if isinstance(options[name], float) and options[name].is_integer():
            options[name] = int(options[name])
    heading(f"{given.method} on {given.kind}, {given.seconds:g} CPU-s of one thread {given.set}")
    data = load("domains", {"kind": given.kind, "paired": given.method == "pix2pix"})
    method, steps, took = trained(given.method, data, options, given.seed, given.seconds)
    print(f"{steps} steps in {took:.1f} s.\n")
    if given.kind == "glasses":
        attributes(method)
    else:
        pairs(method, load("domains", {"kind": given.kind}))
    if given.sheet:
        _draw(method, data, given.sheet)


def _draw(method: Any, data: Any, path: str) -> None:
    import numpy as np
    import torch
    from PIL import Image

    from core.data.unit import unit
    from core.method import Look
    from core.randomness import generator

    images, partners = (
        unit(torch.from_numpy(p[:16])) for p in (data.held_out.images, data.held_out.partners)
    )
    look = Look(images, torch.full((16,), -1), (), generator("look"), partners)
    name = "translations" if hasattr(method, "translations") else "cycles"
    with torch.no_grad():
        shown = getattr(method, name)(look)
    images, across = shown.images, shown.columns
    rows = [np.concatenate(list(images[i : i + across]), 1) for i in range(0, len(images), across)]
    sheet = Image.fromarray(np.concatenate(rows))
    sheet.resize((sheet.width * 3, sheet.height * 3), Image.Resampling.NEAREST).save(path)


if __name__ == "__main__":
    main()
