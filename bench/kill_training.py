"""Kill -9 a real training at random moments, again and again, and go on with it each time.

    python -m bench.kill_training 50

After each death the run must be listed without a problem and its newest checkpoint must verify and
be no older than the one before; so what is lost are the steps since the last autosave. At the end
the run, gone on with to its last step, must equal one that was never killed, bit for bit: weights,
statistics, optimiser, every row and every snapshot.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.runs import Run, RunStore
from core.runs.disk import TEMPORARY

ROOT = Path(__file__).resolve().parents[1]
AUTOSAVE = 0.1  # seconds
STEPS_A_KILL = 200
WIDTH, BATCH_SIZE = 4, 8
LONGEST = 0.4  # seconds of training before a kill
LOOK = 0.02  # seconds between two looks at whether it trains yet


@dataclass
class Tally:
    """What was seen over all kills."""

    kills: int = 0
    in_write: int = 0  # kills that fell inside the writing of a snapshot or checkpoint
    lost: int = 0  # most steps lost at one kill
    lost_seconds: float = 0.0  # most seconds of training lost at one kill
    step: int = 0  # the newest checkpoint
    different: list[str] = field(default_factory=list)  # from the run that was never killed


def command(root: Path, *words: str) -> list[str]:
    python = [sys.executable, str(ROOT / "main.py"), "--runs", str(root), "--quiet"]
    return [*python, *words, "--autosave", str(AUTOSAVE)]


def training(root: Path, steps: int) -> list[str]:
    small = ["--steps", str(steps), "--width", str(WIDTH), "--batch-size", str(BATCH_SIZE)]
    return command(root, "train", "rotation", "--data", "digits", "--threads", "1", *small)


def kill_once(root: Path, words: list[str], wait: float, tally: Tally) -> None:
    """Start a training, kill it `wait` seconds after its first new row, and check what is left.

    Raises AssertionError saying what is wrong.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    before = rows_size(root)
    with subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        while rows_size(root) <= before and process.poll() is None:
            pause(process, LOOK)
        pause(process, wait)
        process.kill()
    assert process.returncode == -9, f"the training ended by itself with {process.returncode}"
    tally.kills += 1
    [summary] = RunStore(root).list()
    assert not summary.problem, summary.problem
    assert summary.status == "interrupted", f"status is {summary.status}"
    tally.in_write += bool(list(summary.path.glob(f"*/{TEMPORARY}step-*")))
    with RunStore(root).open(summary.id) as run:
        check(run, tally)


def rows_size(root: Path) -> int:
    """Bytes of all rows of numbers below a folder."""
    return sum(path.stat().st_size for path in root.glob("*/metrics.jsonl"))


def pause(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def check(run: Run, tally: Tally) -> None:
    """The promises, against a run that was just killed."""
    checkpoint = run.load_checkpoint()
    assert checkpoint is not None, "there is no checkpoint"
    assert not checkpoint.warnings, checkpoint.warnings
    assert checkpoint.step >= tally.step, f"the checkpoint went back from {tally.step}"
    tally.step = checkpoint.step
    assert not run.problems(), run.problems()
    steps, seconds = run.metrics()["seconds"]
    assert np.array_equal(np.unique(steps), np.arange(steps[0], steps[-1] + 1)), "rows are missing"
    assert steps[-1] >= checkpoint.step, "the checkpoint is ahead of the rows"
    tally.lost = max(tally.lost, int(steps[-1]) - checkpoint.step)
    lost_seconds = float(seconds[-1]) - float(checkpoint.state["seconds"])
    tally.lost_seconds = max(tally.lost_seconds, lost_seconds)
    for step in run.snapshots():
        run.load_snapshot(step)  # verifies


def gone_on_with(root: Path) -> dict[str, Any]:
    """The whole state of the killed run, resumed once more and left alone."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    words = command(root, "resume", "last")
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return whole_state(RunStore(root).open(RunStore(root).list()[0].id))


def left_in_peace(root: Path, steps: int) -> dict[str, Any]:
    """The whole state of the same training, never killed, in this process."""
    from core.engine import Engine
    from core.experiment import Experiment

    options = {"steps": steps, "width": WIDTH, "batch_size": BATCH_SIZE}
    engine = Engine(Experiment("rotation", "digits", options, threads=1), RunStore(root))
    engine.start()
    engine.join()
    assert engine.run is not None, engine.message
    return whole_state(RunStore(root).open(engine.run.id))


def whole_state(run: Run) -> dict[str, Any]:
    """Everything of a run that must be the same bit for bit, by name; only times are left out."""
    checkpoint = run.load_checkpoint()
    assert checkpoint is not None
    found: dict[str, Any] = {f"model {name}": a for name, a in checkpoint.model.items()}
    found |= {f"optimiser {name}": a for name, a in checkpoint.optimizer.items()}
    found["state"] = {k: v for k, v in checkpoint.state.items() if k != "seconds"}
    for name, (steps, values) in run.metrics().items():
        if name != "seconds":
            found |= {f"steps of {name}": steps, f"values of {name}": values}
    for step in run.snapshots():
        found |= {f"snapshot {step} {n}": a for n, a in run.load_snapshot(step).items()}
    return found


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Names of what is not the same bit for bit."""

    def bits(value: Any) -> Any:
        return value.tobytes() if isinstance(value, np.ndarray) else value

    names = one.keys() | other.keys()
    return sorted(n for n in names if bits(one.get(n)) != bits(other.get(n)))


def harry(folder: Path, kills: int, seed: int = 0) -> Tally:
    """Kill a training that many times, let it end, and compare it with one left in peace."""
    tally, rng = Tally(), np.random.default_rng(seed)
    harried, peaceful = folder / "harried", folder / "peaceful"
    words = training(harried, kills * STEPS_A_KILL)
    for _ in range(kills):
        kill_once(harried, words, float(rng.uniform(0.0, LONGEST)), tally)
        words = command(harried, "resume", "last")
    alone = left_in_peace(peaceful, kills * STEPS_A_KILL)
    tally.different = differences(gone_on_with(harried), alone)
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill a real training at random moments.")
    parser.add_argument("kills", type=int, nargs="?", default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = harry(Path(folder), given.kills, given.seed)
    print(f"{tally.kills} kills, {tally.in_write} inside the writing of tensors: 0 runs unreadable")
    print(
        f"most lost at one kill: {tally.lost} steps, {tally.lost_seconds:.2f} s of training; "
        f"a checkpoint every {AUTOSAVE} s"
    )
    same = "the same bit for bit as" if not tally.different else "DIFFERENT from"
    print(f"at the end the run is {same} one never killed", *tally.different[:5])
    sys.exit(bool(tally.different))


if __name__ == "__main__":
    main()
