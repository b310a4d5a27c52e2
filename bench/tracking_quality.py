"""How well networks trained by colorizing painted clips follow, beside what they must beat.

Each seed trains a network for so much processor time of one thread (200 s are about two minutes of
two cores), its rate falling with that time. Then clips that nobody trained on, seen as they are and
enlarged, and a pair of photographs whose disparity was measured by light.

    python -m bench.tracking_quality [--seeds 0,1,2] [--seconds 200] [--textures photos]
"""

from __future__ import annotations

import argparse
from statistics import mean
from typing import TYPE_CHECKING

import numpy as np

from bench.common import heading, own_home, table

if TYPE_CHECKING:
    from core.data.video.clip import Clip
    from core.evaluate.tracking.compare import Tracker
    from core.method import Method
    from core.tracking.features import Encode

HELD_OUT = 1_000_000  # as `main.py tracking` judges by
APART, NEAR = 10, 4.0  # pixels between the points of the pair; how far off counts as found
LATER = 50  # pixels at the borders without points, where the other picture may not show them


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seeds", default="0,1,2")
    words.add_argument("--seconds", type=float, default=200.0)
    words.add_argument("--clips", type=int, default=12)
    words.add_argument("--textures", default="procedural", choices=("procedural", "photos"))
    given = words.parse_args()
    with own_home():
        import torch

        torch.set_num_threads(1)
        heading(f"{given.seconds:g} s of one thread, {given.textures} textures")
        methods = {}
        for seed in (int(word) for word in given.seeds.split(",")):
            methods[seed], steps = trained(seed, given.seconds, given.textures)
            print(f"Seed {seed}: {steps:,} steps.", flush=True)
        judged(methods, judges(given))
        pair(methods)


def trained(seed: int, seconds: float, textures: str) -> tuple[Method, int]:
    """A network of default settings after so much time, and how many steps that were."""
    import time

    import torch

    from core.experiment import Experiment, build, load_data
    from core.feed import Feed
    from core.following.own_film import train_for
    from core.method import DataShape
    from core.progress import Progress

    made = Experiment("video_colorization", "clips", data_options={"textures": textures}, seed=seed)
    data, device = load_data(made, Progress()), torch.device("cpu")
    method = build(made, DataShape(3, data.train.images.shape[-1]), device)
    window = method.window(method.config)
    feed = Feed(data.train, method.config.batch_size, seed, device, window)
    steps = train_for(method, feed, data.held_out, seconds, clock=time.process_time)
    return method.eval(), steps


def judges(given: argparse.Namespace) -> list[Clip]:
    """The clips to judge by."""
    from core.data.clips import make_clip

    return [
        make_clip(HELD_OUT + n, textures=given.textures, held_out=True) for n in range(given.clips)
    ]


def judged(methods: dict[int, Method], clips: list[Clip]) -> None:
    """A row for each network at both sizes, their means, and the baselines."""
    from core.evaluate.tracking.compare import COLUMNS, compare
    from core.following import trackers
    from core.tracking.features import encoder_of

    named: dict[str, Tracker] = {}
    sizes = {"x1": trackers.USUAL, "x1.5": trackers.FINE}
    for size, settings in sizes.items():
        for seed, method in methods.items():
            one = trackers.Follower("", "", encoder_of(method), settings)
            named[f"seed {seed}, {size}"] = one.tracker()
    for name in trackers.names():
        named[trackers.TITLES[name]] = trackers.baseline(name).tracker()
    rows = {s.name: s.mean() for s in compare(named, clips)}
    for size in sizes:
        each = [row for name, row in rows.items() if name.endswith(f", {size}")]
        rows[f"mean of seeds, {size}"] = tuple(np.mean(each, axis=0).tolist())
    shown = [(name, *(f"{100 * v:.1f}" for v in row)) for name, row in rows.items()]
    table(("tracker", *COLUMNS), shown)


def pair(methods: dict[int, Method]) -> None:
    """The share of points of the stereo pair that are found within some pixels."""
    from core.following.trackers import untrained
    from core.tracking.baselines import patches, raw_colours
    from core.tracking.features import encoder_of

    encoders: dict[str, Encode] = {"Untrained": untrained(), "Grey patches": patches,
                                   "Raw Lab colours": raw_colours}  # fmt: skip
    shares = {name: stereo(encode) for name, encode in encoders.items()}
    trained_ones = [stereo(encoder_of(method)) for method in methods.values()]
    shares |= {f"seed {s}": v for s, v in zip(methods, trained_ones, strict=True)}
    shares["mean of seeds"] = mean(trained_ones)
    print()
    table(
        ("motorcycle", f"within {NEAR:g} px, %"), [(n, f"{100 * v:.1f}") for n, v in shares.items()]
    )


def stereo(encode: Encode) -> float:
    """The share of points on a grid of the left picture whose likeliest cell of all the right
    picture's lies within `NEAR` pixels of where the disparity says, at half size."""
    import torch
    from PIL import Image
    from skimage.data import stereo_motorcycle

    from core.tracking.features import Bank

    left, right, apart = stereo_motorcycle()  # (500, 741, 3) twice, (500, 741) px
    half = (left.shape[1] // 2, left.shape[0] // 2)
    frames = np.stack([np.asarray(Image.fromarray(x).resize(half)) for x in (left, right)])
    bank = Bank(encode, frames)
    here, there = bank.at(0), bank.at(1)
    rows, columns = here.shape[1:]
    high, wide = frames.shape[1:3]
    y, x = np.mgrid[LATER // 2 : high - LATER // 2 : APART, LATER : wide - LATER : APART]
    y, x = y.ravel(), x.ravel()
    moved = apart[2 * y, 2 * x] / 2
    known = np.isfinite(moved) & (moved > 0)
    y, x, moved = y[known], x[known], moved[known]
    row, column = ((y + 0.5) * rows / high).astype(int), ((x + 0.5) * columns / wide).astype(int)
    chosen = here[:, torch.from_numpy(row), torch.from_numpy(column)].T @ there.flatten(1)
    best = chosen.argmax(dim=1).numpy()
    found_y = (best // columns + 0.5) * high / rows - 0.5
    found_x = (best % columns + 0.5) * wide / columns - 0.5
    return float((np.hypot(found_y - y, found_x - (x - moved)) <= NEAR).mean())


if __name__ == "__main__":
    main()
