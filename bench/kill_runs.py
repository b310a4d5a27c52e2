"""Kill -9 a writer of a run at random moments, again and again, and see what is left each time.

    python -m bench.kill_runs --kills 200

The writer is a stand-in for a training whose whole state at a step can be computed again: it
writes a row a step, snapshots at log-spaced steps and a checkpoint every 25 steps, as fast as it
can. After each death the run must be listed without a problem, its newest checkpoint must verify,
hold exactly the state of its step and be no older than before, no row may be missing or torn, and
the steps lost may be at most one interval.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.runs import Run, RunInfo, RunStore, is_snapshot_step
from core.runs.disk import TEMPORARY

ROOT = Path(__file__).resolve().parents[1]
INTERVAL = 25  # steps between checkpoints
SIZE = 20_000  # numbers in the state


def state_at(step: int) -> np.ndarray:
    """The stand-in's weights, (SIZE,) uint64: a pure function of the step."""
    return (np.arange(SIZE, dtype=np.uint64) + np.uint64(1)) * np.uint64(step * 2654435761 + 1)


def write_until_killed(root: Path) -> None:
    """Open the interrupted run, go on from its checkpoint, and never stop.

    Says "ready" before the first step and "saved" after every checkpoint.
    """
    store = RunStore(root)
    with store.open(store.list()[0].id, write=True) as run:
        checkpoint = run.load_checkpoint()
        step = checkpoint.step if checkpoint else 0
        run.resume_from(step)
        run.set_state(status="training", step=step, steps=10**9)
        print("ready", flush=True)
        while True:
            step += 1
            weights = state_at(step)
            run.append(step, {"loss": 1.0 / step, "sum": float(weights.sum())})
            if is_snapshot_step(step):
                run.save_snapshot(step, {"w": weights})
            if step % INTERVAL == 0:
                run.save_checkpoint(step, {"w": weights}, {"m": weights[::-1]}, {"step": step})
                print("saved", flush=True)
            run.set_state(step=step)


@dataclass
class Tally:
    """What was seen over all kills."""

    kills: int = 0
    in_checkpoint: int = 0  # kills that fell inside the writing of a folder
    lost: int = 0  # most steps lost at one kill
    step: int = 0  # the newest checkpoint


def kill_once(root: Path, after: bytes, wait: float, tally: Tally) -> None:
    """Start a writer, kill it `wait` seconds after it said `after`, and check what is left.

    Raises AssertionError saying what is wrong.
    """
    words = [sys.executable, "-m", "bench.kill_runs", "--write", str(root)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert after in iter(process.stdout.readline, b""), "the writer could not go on"
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.kill()
    assert process.returncode == -9, "the writer ended by itself"
    [summary] = RunStore(root).list()
    assert not summary.problem, summary.problem
    assert summary.status == "interrupted", f"status is {summary.status}"
    tally.kills += 1
    tally.in_checkpoint += bool(list(summary.path.glob(f"*/{TEMPORARY}step-*")))
    with RunStore(root).open(summary.id) as run:
        check(run, tally)


def check(run: Run, tally: Tally) -> None:
    """The promises, against a run that was just killed."""
    checkpoint = run.load_checkpoint()
    step = checkpoint.step if checkpoint else 0
    assert step >= tally.step, f"the checkpoint went back from {tally.step} to {step}"
    tally.step = step
    if checkpoint:
        assert not checkpoint.warnings, checkpoint.warnings
        assert np.array_equal(checkpoint.model["w"], state_at(step)), "the weights are not its own"
        assert np.array_equal(checkpoint.optimizer["m"], state_at(step)[::-1])
        assert checkpoint.state == {"step": step}
    steps, sums = run.metrics().get("sum", (np.zeros(0, np.int64), np.zeros(0)))
    assert not run.problems(), run.problems()
    assert steps.tolist() == list(range(1, len(steps) + 1)), "rows are missing"
    assert all(float(state_at(int(s)).sum()) == v for s, v in zip(steps[-30:], sums[-30:]))
    assert len(steps) >= step, "the checkpoint is ahead of the rows"
    tally.lost = max(tally.lost, len(steps) - step)
    assert len(steps) - step <= INTERVAL, f"{len(steps) - step} steps are lost"
    for snapshot in run.snapshots():
        assert np.array_equal(run.load_snapshot(snapshot)["w"], state_at(snapshot))


def harry(root: Path, kills: int, seed: int = 0, longest: float = 0.25) -> Tally:
    """Kill that many writers of one run, each after at most `longest` seconds."""
    RunStore(root).create(RunInfo("rotation", "digits", seed), {}).close()
    tally, rng, after = Tally(), np.random.default_rng(seed), (b"ready\n", b"saved\n")
    for _ in range(kills):
        kill_once(root, after[int(rng.integers(2))], float(rng.uniform(0.0, longest)), tally)
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill writers of a run at random moments.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path, default=None, metavar="ROOT", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write is not None:
        write_until_killed(given.write)
    with tempfile.TemporaryDirectory() as folder:
        tally = harry(Path(folder), given.kills, given.seed)
    print(
        f"{tally.kills} kills, {tally.in_checkpoint} inside the writing of a folder: 0 unreadable"
    )
    print(f"most steps lost at one kill {tally.lost}, interval {INTERVAL}; last step {tally.step}")


if __name__ == "__main__":
    main()
