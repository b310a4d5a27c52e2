"""How well films of DAVIS are followed from their first mask, by DAVIS's own measure at 480 lines.

A network trained without a label on painted clips, the same after some time on each film's own
frames, and what they must beat, each at settings searched with `--search` on the first frames of
three of the films. J and F for every film, and what it cost.

    python -m bench.tracking_davis /work/shared/data/davis [--seconds 200] [--own 20]
    python -m bench.tracking_davis /work/shared/data/davis --search
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.common import heading, own_home, table

if TYPE_CHECKING:
    from core.data.video.clip import Clip
    from core.following.trackers import Follower
    from core.method import Method

TRIED, FRAMES = ("bmx-trees", "dog", "kite-surf"), 30  # the films and frames of the search
VALUES: Mapping[str, tuple[Any, ...]] = {
    "radius": (3, 6, 10, 14),
    "temperature": (0.01, 0.03, 0.07, 0.2),
    "top_k": (1, 5, 10, 20),
}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--seconds", type=float, default=200.0)
    words.add_argument("--own", type=float, default=20.0)
    words.add_argument("--names", default="trained,own,untrained,patches,colours,flow,identity")
    words.add_argument("--films", default="")
    words.add_argument("--weights", type=Path, help="kept here, and taken from here if there")
    words.add_argument("--search", action="store_true")
    given = words.parse_args()
    with own_home():
        import torch

        torch.set_num_threads(1)
        from core.data.video import clips_in, open_clip

        names = given.names.split(",")
        wanted = TRIED if given.search else tuple(filter(None, given.films.split(",")))
        paths = [p for p in clips_in(given.folder) if not wanted or p.name in wanted]
        most = FRAMES if given.search else None
        heading(f"DAVIS, {len(paths)} films of 480 lines, {given.seconds:g} s of training")
        method = None
        if {"trained", "own"} & set(names):
            method = network(given.seconds, given.weights)
        if given.search:
            clips = [open_clip(path, side=480, most=most) for path in paths]
            for name in names:
                climbed(name, method, clips)
            return
        scores: dict[str, dict[str, tuple[float, float, float]]] = {}
        for path in paths:
            clip = open_clip(path, side=480)
            scores[path.name] = {}
            for name in names:
                j, f, cost = judged(follower(name, method, clip, given.own), clip)
                scores[path.name][name] = j, f, cost
                print(f"{path.name} {name}: J {100 * j:.1f} F {100 * f:.1f} {cost:.2f} s a frame",
                      flush=True)  # fmt: skip
        for at, what in enumerate(("J", "F", "seconds a frame")):
            shown(what, names, scores, at)


def network(seconds: float, weights: Path | None) -> Method:
    """Trained on painted clips, or as it was kept."""
    import torch
    from safetensors.torch import load_file, save_file

    from bench.tracking_quality import trained
    from core.experiment import Experiment, build
    from core.method import DataShape

    if weights is not None and weights.exists():
        made = Experiment("video_colorization", "clips")
        method = build(made, DataShape(3, 96), torch.device("cpu"))
        method.load_state_dict(load_file(weights))
        return method.eval()
    method, steps = trained(0, seconds, "procedural")
    print(f"{steps:,} steps.", flush=True)
    if weights is not None:
        save_file({name: v.contiguous() for name, v in method.state_dict().items()}, weights)
    return method


def follower(name: str, method: Method | None, clip: Clip, own: float) -> Follower:
    """What follows, at its settings for films of this size."""
    from core.following.own_film import train_on
    from core.following.trackers import Follower, baseline, fitting
    from core.tracking.features import encoder_of

    settings = fitting(clip.size, name)
    if name in ("trained", "own"):
        assert method is not None
        if name == "own":
            method = train_on(method, clip, own, clock=time.process_time).method
        return Follower(name, name, encoder_of(method), settings)
    return replace(baseline(name), settings=settings)


def judged(one: Follower, clip: Clip) -> tuple[float, float, float]:
    """J, F and processor seconds a frame."""
    from core.evaluate.tracking.compare import judge_clip
    from core.progress import Progress

    began = time.process_time()
    found = one.tracker()(clip, Progress())
    spent = time.process_time() - began
    course = judge_clip(found, clip, None, official=True).course
    return course.of_regions().mean, course.of_boundaries().mean, spent / len(clip)


def climbed(name: str, method: Method | None, clips: list[Clip]) -> None:
    """Settings are changed one after another, each to the best of its values."""
    start = follower(name, method, clips[0], 0)
    tried: dict[Any, float] = {}

    def score(settings: Any) -> float:
        if settings not in tried:
            each = [judged(replace(start, settings=settings), clip) for clip in clips]
            tried[settings] = float(np.mean([j + f for j, f, _ in each])) / 2
            print(f"{name}: {settings} {100 * tried[settings]:.1f}", flush=True)
        return tried[settings]

    best = start.settings
    for field, values in VALUES.items():
        best = max((replace(best, **{field: v}) for v in values), key=score)
    print(f"{name}: best {best}", flush=True)


def shown(what: str, names: list[str], scores: Mapping[str, Mapping[str, tuple]], at: int) -> None:
    """A row a film, and the mean."""
    scale = 1 if at == 2 else 100
    rows = [(film, *(f"{scale * of[n][at]:.2f}" if at == 2 else f"{scale * of[n][at]:.1f}"
                     for n in names)) for film, of in scores.items()]  # fmt: skip
    means = [scale * float(np.mean([of[n][at] for of in scores.values()])) for n in names]
    rows.append(("mean", *(f"{mean:.2f}" if at == 2 else f"{mean:.1f}" for mean in means)))
    print(f"\n{what}")
    table(("film", *names), rows)


if __name__ == "__main__":
    main()
