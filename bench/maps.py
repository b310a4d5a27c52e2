"""Layouts of the embedding map: against scikit-learn's, to the first frame, and continued.

The features are ten groups in 64 dimensions that form out of noise, as in a training. A layout is
timed in the map's own process where it is about what a person waits for, and in this one, by
processor time of one thread, where two libraries are compared.

    python -m bench.maps [--points 10000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.common import heading, own_home, said, table

if TYPE_CHECKING:
    from core.maps.worker import MapWorker

WIDTH = 64
FEW = 2000  # pictures of a run's fixed set
SKLEARN_BAR, PCA_BAR, TSNE_BAR, REFRESH_BAR, KEPT_BAR = 2.0, 1.0, 3.0, 2.5, 0.94


def features(count: int, formed: float) -> np.ndarray:
    """Vectors (N, 64) on the way from noise (0) to ten groups of uneven shape (1)."""
    rng = np.random.default_rng(0)
    groups = np.arange(count) % 10
    centres = rng.normal(size=(10, WIDTH)) * 1.5
    shapes = np.linspace(2.0, 0.2, WIDTH)
    apart = centres[groups] + rng.normal(size=(count, WIDTH)) * shapes
    noise = rng.normal(size=(count, WIDTH)) * 1.5
    return (formed * apart + (1.0 - formed) * noise).astype(np.float32)


def processor(pid: int) -> float:
    """Seconds of the processor that another process has used."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(work: Callable[[], np.ndarray]) -> tuple[np.ndarray, float, float]:
    """The result, and the seconds that it took by the clock and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - wall, time.process_time() - cpu


def against_sklearn(count: int) -> None:
    """One map by both libraries, each in one thread, and how far each may be believed."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    from core.maps.params import TsneParams, UmapParams
    from core.maps.trust import reliability, sample
    from core.maps.tsne import tsne
    from core.maps.umap import umap, warm_up

    warm_up()
    x = features(count, 0.8)
    works: dict[str, Callable[[], Any]] = {
        "t-SNE here": lambda: tsne(x, TsneParams(metric="euclidean")),
        "UMAP here": lambda: umap(x, UmapParams(metric="euclidean")),
        "scikit-learn's TSNE": lambda: TSNE(n_jobs=1, random_state=0).fit_transform(x),
    }
    rows, cpus = [], []
    with threadpool_limits(1):
        for name, work in works.items():
            xy, wall, cpu = timed(work)
            quality = reliability(x, xy, 10, "euclidean", sample(count, 1000)).summary()
            cpus.append(cpu)
            shares = (f"{quality[each]:.4f}" for each in ("trust", "continuity", "preserved"))
            rows.append([name, f"{wall:.1f}", f"{cpu:.1f}", *shares])
    for row, cpu in zip(rows, cpus, strict=True):
        times = cpus[-1] / cpu
        row += [f"{times:.2f}", "met" if times >= SKLEARN_BAR else "missed"]
    rows[-1][-1] = ""
    heading(f"Map of {count} x {WIDTH} features, euclidean, one thread.")
    columns = ["", "s", "CPU s", "trust", "continuity", "10-NN kept", "times faster"]
    table([*columns, f"{SKLEARN_BAR:g}?"], rows)


class Timed:
    """One worker whose layouts are timed, with a warm process."""

    def __init__(self, worker: MapWorker) -> None:
        from core.maps.worker import finished

        self.worker = worker
        finished(worker, features(50, 1.0), "tsne", {"iterations": 10, "early_iterations": 10})
        finished(worker, features(50, 1.0), "umap", {"epochs": 2})

    def first(self, method: str) -> tuple[float, float]:
        """Seconds to the first frame, and to the first of the layout itself."""
        frames: list[tuple[float, int, bool]] = []
        began = time.perf_counter()
        self.worker.start(
            features(FEW, 0.8),
            method,
            on_frame=lambda f: frames.append((time.perf_counter() - began, f.iteration, f.final)),
        )
        while not any(iteration or final for _, iteration, final in frames):
            self.worker.wait(1.0)
            self.worker.poll()
        self.worker.stop()
        return frames[0][0], frames[-1][0]

    def whole(self, x: np.ndarray, method: str, init: np.ndarray | None) -> tuple[Any, float]:
        """The last frame, and the seconds of the processor that the process took for it."""
        from core.maps.worker import finished

        pid = self.worker.process_id
        assert pid is not None
        before = processor(pid)
        frame = finished(self.worker, x, method, None, init)
        return frame, processor(pid) - before


def first_frames(timing: Timed, count: int) -> None:
    rows = []
    for method, bar in (("pca", PCA_BAR), ("tsne", TSNE_BAR), ("umap", TSNE_BAR)):
        found = [timing.first(method) for _ in range(count)]
        shown, own = (median(each) for each in zip(*found, strict=True))
        rows.append([method, f"{shown:.2f}", f"{own:.2f}", said(own, bar), f"{bar:g} s"])
    heading(f"Seconds to the first frame at {FEW} points, warm process, median of {count}.")
    table(["", "any frame", "of the layout", "bar", ""], rows)


def refreshes(timing: Timed, count: int) -> None:
    """A map that continues that of the features before, against one of the same from nothing."""
    steps = np.linspace(0.3, 0.8, count + 1)
    rows = []
    for method in ("tsne", "umap"):
        before = timing.whole(features(FEW, steps[0]), method, None)[0]
        spent, shares, fresh_spent = [], [], []
        for formed in steps[1:]:
            x = features(FEW, formed)
            fresh, cold = timing.whole(x, method, None)
            before, cpu = timing.whole(x, method, before.xy)
            spent.append(cpu)
            fresh_spent.append(cold)
            shares.append(before.quality["preserved"] / fresh.quality["preserved"])
        cpu, share = median(spent), median(shares)
        met = "met" if cpu <= REFRESH_BAR and share >= KEPT_BAR else "missed"
        rows.append([method, f"{median(fresh_spent):.2f}", f"{cpu:.2f}", f"{share:.1%}",
                     f"{min(shares):.1%}", met])  # fmt: skip
    heading(f"Continued map at {FEW} points, seconds of the processor with all that is judged.")
    table(["", "from nothing", "continued", "10-NN kept, of that", "least",
           f"{REFRESH_BAR} s, {KEPT_BAR:.0%}?"], rows)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=10_000, help="0: not against scikit-learn")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with own_home():
        from core.maps.worker import MapWorker

        with contextlib.closing(MapWorker()) as worker:
            timing = Timed(worker)
            first_frames(timing, given.rounds)
            refreshes(timing, given.rounds)
        if given.points:
            against_sklearn(given.points)


if __name__ == "__main__":
    main()
