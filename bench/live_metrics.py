"""What scoring samples beside a training costs it: steps a second meanwhile, over those alone.

One GAN trains in the engine, without a window. In turns nothing else is done, and the newest
samples are scored once as the panel of quality does it, in a thread of low priority; each turn
alone lasts as long as the scoring before it. The panel then rests 30 times the processor time that
a score took; what a score takes from the training is spread over that rest.

    python -m bench.live_metrics [--data digits] [--width 32] [--rounds 5]
"""

from __future__ import annotations

import argparse
import threading
import time
from statistics import median
from typing import TYPE_CHECKING

from bench.common import heading, own_home, said, table

if TYPE_CHECKING:
    from core.engine import Engine
    from core.generative.judging import Bench

BAR = 1.05
STEPS = 1_000_000  # more than there is time for
SAMPLES = 500  # as gui/panels/samples_judged.py
PATIENCE = 30  # as there
POLL = 0.01  # seconds


def begin(data: str, width: int) -> tuple[Engine, Bench]:
    """A training under way, and what its samples are held against."""
    from core.engine import Engine
    from core.evaluate.generative.classifier import judge_of
    from core.experiment import Experiment, from_run, load_data
    from core.generative.judging import bench_of
    from core.progress import Progress
    from core.runs import RunStore

    options = {"steps": STEPS, "width": width}
    engine = Engine(Experiment("gan", data, options, threads=1), RunStore(), autosave_seconds=1e9)
    engine.start()
    while engine.state != "training" or engine.trainer is None or engine.trainer.step < 5:
        if not engine.alive:
            raise SystemExit(engine.message)
        time.sleep(POLL)
    assert engine.run is not None
    images = load_data(from_run(engine.run), Progress())
    return engine, bench_of(images, judge_of(images))


def score_once(engine: Engine, bench: Bench) -> tuple[float, float]:
    """Score the newest samples in a thread of their own: seconds, and seconds of a processor."""
    from core import scores
    from core.device import lower_priority, use_threads

    took: list[tuple[float, float]] = []

    def work() -> None:
        lower_priority()
        use_threads(1)
        began, worked = time.monotonic(), time.thread_time()
        scores.score(engine.run, bench, None, SAMPLES, None, None, engine.showcase)
        took.append((time.monotonic() - began, time.thread_time() - worked))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return took[0]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--data", default="digits")
    words.add_argument("--width", type=int, default=32)
    words.add_argument("--rounds", type=int, default=5)
    given = words.parse_args()
    with own_home():
        heading(f"Live scores: {SAMPLES} samples of a GAN of width {given.width} on {given.data}.")
        engine, bench = begin(given.data, given.width)
        trainer = engine.trainer
        assert trainer is not None
        score_once(engine, bench)  # loads what is loaded once
        lost, spent = [], []
        length, _ = score_once(engine, bench)
        for _ in range(given.rounds):
            before, began = trainer.step, time.monotonic()
            time.sleep(length)
            alone = (trainer.step - before) / (time.monotonic() - began)
            before, began = trainer.step, time.monotonic()
            length, worked = score_once(engine, bench)
            beside = (trainer.step - before) / (time.monotonic() - began)
            lost.append((1 - beside / alone) * length / (length + PATIENCE * worked))
            spent.append(worked)
        engine.stop(60.0)
        cost = 1 / (1 - median(lost))
        table(
            ("a score takes of a processor", "time of a step, over that alone", ""),
            [(f"{median(spent):.2f} s", f"{cost:.3f}", said(cost, BAR))],
        )


if __name__ == "__main__":
    main()
