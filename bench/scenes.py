"""How well held-out views are shown after so many seconds of work on a scene, and by what memory.

Each representation learns in a process of its own, so that its peak of memory is its own, with one
thread. The clock is the processor time of its steps: loops are compiled before, and judging (2,000
pixels of each held-out view) costs nothing of it. The painted scene has 60 views of 100x100, 10 of
them held out; of a folder in the Blender layout every 8th view is.

    python -m bench.scenes [--names voxels,nerf] [--seconds 15] [--seeds 0,1]
    python -m bench.scenes --lego ../shared/data/nerf_synthetic/lego --side 100 --seconds 30
"""

from __future__ import annotations

import argparse
import os
import resource
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.common import heading, own_home, table

if TYPE_CHECKING:
    from core.data.imageset import ImageSet

EVERY = 8  # of a folder's views every so many is held out
MARKS = (1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 300.0)
SEEN = 160, 120  # pixels of the picture that is timed


@dataclass(frozen=True)
class Plan:
    """What is trained, for how long, and what it must reach by when."""

    method: str
    seconds: float
    bars: Mapping[float, float] = field(default_factory=dict)  # seconds -> dB
    options: Mapping[str, Any] = field(default_factory=dict)


PLANS = {
    "voxels": Plan("voxels", 15, {3: 22, 15: 31.5}),
    "gaussians": Plan("gaussians", 15, {3: 22, 15: 31.5}),
    "voxels in torch": Plan("voxels", 10, {10: 28}, {"backbone": "torch"}),
    "nerf": Plan("nerf", 30, {30: 25}),
    "hash grid": Plan("hash_grid", 30),
    "tensorf": Plan("tensorf", 30),
    "gaussians for a minute": Plan("gaussians", 60, {60: 32.5}, {
        "steps": 3500, "most": 8000, "dissimilarity": 0.2}),
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """How one training went."""

    psnr: Mapping[float, float]  # seconds -> dB
    steps: int
    seconds: float
    look: float  # seconds of processor time of a picture of `SEEN`
    peak: float  # MB resident at the most, of the whole process
    failed: str


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--names", default=",".join(PLANS), help="of: %(default)s")
    words.add_argument("--seconds", type=float, help="of every training; else each has its own")
    words.add_argument("--seeds", default="0")
    words.add_argument("--lego", type=Path, metavar="FOLDER", help="a set in the Blender layout")
    words.add_argument("--side", type=int, default=100, help="of the folder's pictures")
    given = words.parse_args()
    names = given.names.split(",")
    if unknown := [name for name in names if name not in PLANS]:
        words.error(f"--names: there is no {unknown[0]!r}; there are {', '.join(PLANS)}")
    plans = {name: replace(PLANS[name], seconds=given.seconds or PLANS[name].seconds)
             for name in names}  # fmt: skip
    options = options_of(given.lego, given.side)
    with own_home():
        heading(f"PSNR of held-out views, {given.lego or 'the painted scene'}")
        scene(options)  # painted or read once, for all
        report(plans, options, [int(seed) for seed in given.seeds.split(",")])


def options_of(folder: Path | None, side: int) -> dict[str, Any]:
    """Those of the source of scenes."""
    if folder is None:
        return {}
    return {"kind": "own", "path": str(folder.resolve()), "views": 5000, "held_out": 1,
            "side": side}  # fmt: skip


def report(plans: Mapping[str, Plan], options: dict[str, Any], seeds: list[int]) -> None:
    """Train one after the other; print a table, and how each figure stands to its bar."""
    marks = [m for m in MARKS if m <= max(plan.seconds for plan in plans.values())]
    rows, against = [], []
    for name, plan in plans.items():
        for seed in seeds:
            found = apart(plan, options, seed)
            title = name if len(seeds) == 1 else f"{name}, seed {seed}"
            each, look = 1e3 * found.seconds / max(1, found.steps), 1e3 * found.look
            told = (f"{found.psnr[m]:.2f}" if m in found.psnr else "" for m in marks)
            rows.append((title, *told, found.steps, f"{each:.1f}", f"{look:.0f}",
                         f"{found.peak:.0f}"))  # fmt: skip
            print(f"{title}: {found.failed or 'done'}", flush=True)
            bars = {} if options else {at: bar for at, bar in plan.bars.items() if at in found.psnr}
            for at, bar in bars.items():
                reached = found.psnr[at]
                said = "met" if reached >= bar else "missed"
                against.append((title, f"{at:g} s", bar, f"{reached:.2f}", said))
    print()
    seen = f"{SEEN[0]}x{SEEN[1]}, ms"
    table(("", *(f"{m:g} s" for m in marks), "steps", "ms a step", seen, "peak MB"), rows)
    if against:
        print()
        table(("", "after", "bar, dB", "dB", ""), against)


def apart(plan: Plan, options: dict[str, Any], seed: int) -> Measured:
    """Measured in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measured, plan, options, seed).result()


def measured(plan: Plan, options: dict[str, Any], seed: int) -> Measured:
    """Trained, judged at the marks, and looked at once."""
    os.environ["OMP_NUM_THREADS"] = "1"  # torch is not imported yet
    from core import device
    from core.racing.lane import Lane, experiment_of
    from core.racing.plan import LanePlan

    device.use_threads(1)
    lane_plan, marks = LanePlan(plan.method, plan.options).named(), list(MARKS)
    lane = Lane(lane_plan, experiment_of(lane_plan, options, seed), scene(options), plan.seconds,
                on_the_way=False)  # fmt: skip
    found: dict[float, float] = {}
    while not lane.finished:
        lane.play()
        while marks and lane.seconds >= marks[0] and not lane.failed:
            found[marks.pop(0)] = lane.judge().psnr
    look = float("nan") if lane.failed else looked_at(lane)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return Measured(found, lane.step, lane.seconds, look, peak, lane.failed)


def looked_at(lane: Any) -> float:
    """Processor seconds of a small picture: the least of three."""
    import time

    import numpy as np
    import torch

    from core.render.cameras import Cameras

    packed = torch.from_numpy(np.array(lane.data.held_out.cameras[:1]))
    camera = Cameras.unpack(packed, (lane.data.side, lane.data.side))
    times = []
    for _ in range(3):
        began = time.process_time()
        with torch.no_grad():
            lane.method.eval().render(camera, SEEN)
        times.append(time.process_time() - began)
    return min(times)


def scene(options: dict[str, Any]) -> ImageSet:
    """The views; of a folder every 8th is held out."""
    import numpy as np

    from core.data.imageset import Pictures
    from core.data.sources import load

    data = load("scenes", options)
    if not options:
        return data
    both = data.train, data.held_out
    names = [name for part in both for name in part.names]
    order = sorted(range(len(names)), key=lambda i: (len(names[i]), names[i]))
    images, labels, cameras = (np.concatenate([np.asarray(getattr(part, what)) for part in both])
                               for what in ("images", "labels", "cameras"))  # fmt: skip

    def chosen(held: bool) -> Pictures:
        kept = [i for at, i in enumerate(order) if (at % EVERY == 0) is held]
        return Pictures(images[kept], labels[kept], [names[i] for i in kept], cameras=cameras[kept])

    return replace(data, train=chosen(False), held_out=chosen(True))


if __name__ == "__main__":
    main()
