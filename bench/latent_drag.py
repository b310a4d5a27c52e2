"""How soon a dragged latent is answered while its network trains.

    python -m bench.latent_drag --seconds 15

The engine trains and the observer answers, as in the window, which takes a prompt answer over at
its next event. The place moves 60 times a second, as a mouse does; of each answer it is told how
long ago its question was put. One that a newer one replaced while it waited is never answered.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from bench.common import heading, own_home, said, table

BAR = 30.0  # ms, 95th percentile
EVERY = 1 / 60
WARM = 20  # answers that are left out: the first ones load and build


def dragged(seconds: float, width: int) -> tuple[list[float], int]:
    """Milliseconds of each answer, and the steps that the training took meanwhile."""
    import torch

    from core.engine import Engine
    from core.experiment import Experiment
    from core.generative.asking import Making, Plane, on_plane
    from core.observer import Answer, Observer
    from core.runs import RunStore, home

    torch.set_num_threads(1)
    experiment = Experiment("gan", "faces", options={"steps": 1_000_000, "width": width},
                            data_options={"count": 1000, "held_out": 100}, threads=1)  # fmt: skip
    engine = Engine(experiment, RunStore(home() / "runs"), judged=False)
    engine.start()
    while engine.showcase is None or engine.run is None or engine.state != "training":
        time.sleep(0.05)
    observer, found = Observer(engine.run, engine.showcase), []
    plane, begun, turn = Plane((0, 1, 2)), engine.trainer.step if engine.trainer else 0, 0
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        put = time.monotonic()

        def deliver(answer: Answer, put: float = put) -> None:
            assert not answer.error, answer.error
            found.append(1000 * (time.monotonic() - put))

        at = np.array([[0.5 + 0.5 * np.cos(turn / 40), 0.5 + 0.5 * np.sin(turn / 40)]])
        observer.ask("drag", on_plane(plane, at, Making()), deliver, indices=[0])
        turn += 1
        time.sleep(EVERY)
    steps = (engine.trainer.step if engine.trainer else 0) - begun
    observer.close()
    engine.stop(10)
    return found[WARM:], steps


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--seconds", type=float, default=15.0)
    words.add_argument("--width", type=int, default=32, help="of the GAN (its default)")
    given = words.parse_args()
    with own_home():
        heading(f"A dragged latent of a GAN on faces, width {given.width}, while it trains")
        found, steps = dragged(given.seconds, given.width)
        low, high = np.percentile(found, [50, 95])
        row = (len(found), f"{low:.1f}", f"{high:.1f}", said(float(high), BAR), steps)
        table(("answers", "median ms", "95 % ms", "bar 30 ms", "steps"), [row])


if __name__ == "__main__":
    main()
