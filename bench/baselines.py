"""The settings at which baselines follow painted clips best: each is to be beaten at its own.

The clips are none that anything is judged by or learns from. Settings are changed one after
another, each to the best of its values while the others stay, twice around.

    python -m bench.baselines [--clips 8] [--textures photos]
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bench.common import heading, own_home, table

FIRST = 3_000_000  # the seed of the first clip
ROUNDS = 2
VALUES: Mapping[str, tuple[Any, ...]] = {
    "radius": (2, 3, 4, 6),
    "temperature": (0.01, 0.03, 0.1, 0.2, 0.5),
    "top_k": (1, 5, 10, 20),
    "enlarge": (1.0, 1.5, 2.0),
}
WINDOWS = (5, 9, 15, 21, 31)  # pixels that optical flow is smoothed over


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--clips", type=int, default=8)
    words.add_argument("--textures", default="procedural", choices=("procedural", "photos"))
    words.add_argument("--names", default="untrained,patches,colours,flow")
    given = words.parse_args()
    with own_home():
        import torch

        torch.set_num_threads(1)
        from core.data.clips import make_clip

        heading(f"Baselines on {given.clips} clips")
        clips = [
            make_clip(FIRST + n, textures=given.textures, held_out=True) for n in range(given.clips)
        ]
        rows = []
        for name in given.names.split(","):
            rows += flows(clips) if name == "flow" else [climbed(name, clips)]
        table(("baseline", "best settings", "J&F, %"), rows)


def climbed(name: str, clips: list[Any]) -> tuple[str, str, str]:
    """The best settings of a baseline that has features."""
    from core.following.trackers import Follower, baseline

    start = baseline(name)
    best, tried = start.settings, {}

    def score(settings: Any) -> float:
        if settings not in tried:
            follower = Follower(name, start.title, start.encode, settings)
            tried[settings] = judged(follower.tracker(), clips)
            print(f"{name}: {settings} {100 * tried[settings]:.1f}", flush=True)
        return tried[settings]

    for _ in range(ROUNDS):
        for field, values in VALUES.items():
            best = max((replace(best, **{field: v}) for v in values), key=score)
    said = ", ".join(f"{field} {getattr(best, field):g}" for field in VALUES)
    return (start.title, said, f"{100 * tried[best]:.1f}")


def flows(clips: list[Any]) -> list[tuple[str, str, str]]:
    """Optical flow with each window; nothing where OpenCV is absent."""
    from core.tracking.baselines import flow, has_flow

    if not has_flow():
        return []
    rows = []
    for window in WINDOWS:

        def track(clip: Any, _progress: Any, window: int = window) -> Any:
            return flow(clip.frames, {0: clip.truth[0]}, range(len(clip)), window)

        rows.append(("Optical flow", f"window {window}", f"{100 * judged(track, clips):.1f}"))
    return rows


def judged(tracker: Any, clips: list[Any]) -> float:
    """Mean J&F."""
    from core.evaluate.tracking.compare import compare

    return compare({"": tracker}, clips)[0].mean()[0]


if __name__ == "__main__":
    main()
