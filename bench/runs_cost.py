"""What keeping a run costs: a row of metrics, a checkpoint, reading a long run back.

    python -m bench.runs_cost

Prints processor and wall time, and for checkpoints the ratio to writing the same bytes once
without any care (no fsync, no checksum, no rename): the price of surviving a power cut.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.runs import Run, RunInfo, RunStore

ROWS = 100_000
REPEATS = 5


def timed(action: Callable[[], object], repeats: int = 1) -> tuple[float, float]:
    """Least processor and wall seconds of one call."""
    found = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        action()
        found.append((time.process_time() - cpu, time.perf_counter() - wall))
    return min(cpu for cpu, _ in found), min(wall for _, wall in found)


def rows(run: Run) -> None:
    """A row of four scalars, and reading all rows back."""

    def write() -> None:
        for step in range(ROWS):
            run.append(step, {"loss": 0.123456789, "accuracy": 0.5, "rate": 1e-3, "seconds": 1.25})
            run.set_state(step=step)

    cpu, wall = timed(write)
    print(f"row and state     {cpu / ROWS * 1e6:8.1f} us cpu {wall / ROWS * 1e6:8.1f} us wall")
    cpu, wall = timed(run.metrics)
    print(f"read {ROWS} rows  {cpu:8.2f} s cpu  {wall:8.2f} s wall")
    cpu, wall = timed(run.metrics, REPEATS)
    print(f"read nothing new  {cpu * 1e3:8.2f} ms cpu {wall * 1e3:8.2f} ms wall")


def checkpoint(run: Run, megabytes: float) -> None:
    """Weights of a third, an optimiser of two thirds of the size."""
    count = int(megabytes * 1e6 / 4 / 3)
    rng = np.random.default_rng(0)
    model = {f"w{i}": rng.random(count // 10, dtype=np.float32) for i in range(10)}
    optimizer = {f"m{i}": rng.random(count // 5, dtype=np.float32) for i in range(10)}
    data = b"".join(array.tobytes() for array in (*model.values(), *optimizer.values()))
    steps = iter(range(10**6))
    cpu, wall = timed(lambda: run.save_checkpoint(next(steps), model, optimizer, {}), REPEATS)
    plain, _ = timed(lambda: (run.path / "plain").write_bytes(data), REPEATS)
    print(
        f"checkpoint {megabytes:4.0f} MB {cpu * 1e3:8.1f} ms cpu {wall * 1e3:8.1f} ms wall, "
        f"{cpu / max(plain, 1e-9):.1f} x the processor time of a bare write"
    )
    cpu, wall = timed(run.load_checkpoint, REPEATS)
    print(f"  loaded verified {cpu * 1e3:8.1f} ms cpu {wall * 1e3:8.1f} ms wall")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        with store.create(RunInfo("rotation", "digits", 0), {}) as run:
            rows(run)
            for megabytes in (2, 50):
                checkpoint(run, megabytes)
        for _ in range(50):
            store.create(RunInfo("rotation", "digits", 0), {}).close()
        cpu, wall = timed(store.list, REPEATS)
        print(f"list of 51 runs   {cpu * 1e3:8.1f} ms cpu {wall * 1e3:8.1f} ms wall")


if __name__ == "__main__":
    main()
