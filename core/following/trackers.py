"""Trackers by name: a run, or one of what it must beat, each at settings that suit it.

Every baseline has settings of its own: bad features need a smaller radius than good ones, for what
is far away may look alike by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from core.config import configure, to_dict
from core.data.video.clip import Clip
from core.evaluate.tracking.compare import Tracker, first_marked
from core.experiment import Experiment, build, from_run, shape_of
from core.judge import method_of
from core.method import DataShape
from core.progress import Progress
from core.runs import Run
from core.tracking import baselines
from core.tracking.features import Bank, Encode, Encoder, TrackingError, encoder_of
from core.tracking.marks import Marks
from core.tracking.propagate import Settings, propagate, stretch

Told = Callable[[int, Marks], None] | None

UNTRAINED = "video_colorization"
SIDE = 96  # pixels of the pictures that an untrained network is built for
USUAL = Settings()
FINE = Settings(enlarge=1.5, radius=9, temperature=0.07)  # small things, keypoints; slower
# Found by `python -m bench.baselines` on three clips that nothing is judged by. An untrained
# network follows best where it hardly averages. The colours' settings are not of this search.
BEST: Mapping[str, Settings] = {
    "untrained": Settings(radius=2, top_k=1, temperature=0.01, enlarge=2.0),
    "patches": Settings(radius=2, temperature=0.03, enlarge=1.5),
    "colours": Settings(radius=3, temperature=0.2),
}
LARGE, LINES = 160, 240  # lines from which a film is no small clip; and of it as it is looked at
# Of films of 480 lines seen at 240, found by `python -m bench.tracking_davis --search`.
ON_FILMS: Mapping[str, Settings] = {
    "": Settings(radius=6, top_k=5, temperature=0.03),
    "untrained": Settings(radius=3, top_k=1, temperature=0.01),
    "patches": Settings(radius=3, top_k=5, temperature=0.03),
    "colours": Settings(radius=6, temperature=0.03),
}
TITLES: Mapping[str, str] = {
    "identity": "Marks stay where they are",
    "untrained": "Untrained network",
    "patches": "Grey patches, 9x9",
    "flow": "Farneback optical flow",
    "colours": "Raw Lab colours",
}


@dataclass(frozen=True)
class Follower:
    """What follows marks: an encoder with settings, or a baseline that has none."""

    name: str
    title: str
    encode: Encode | None = None
    settings: Settings = USUAL

    def bank(self, clip: Clip) -> Bank | None:
        """An empty bank of the clip's features; None for what has no features."""
        return (
            None if self.encode is None else Bank(self.encode, clip.frames, self.settings.enlarge)
        )

    def follow(
        self,
        clip: Clip,
        given: Mapping[int, Marks],
        frames: Sequence[int],
        on_frame: Told = None,
        progress: Progress | None = None,
    ) -> dict[int, Marks]:
        """Marks of `frames`, in the order of going; raises TrackingError or Cancelled."""
        if not given:
            raise TrackingError("nothing is marked; mark an object or a keypoint in some frame")
        bank = self.bank(clip)
        if bank is not None:
            return propagate(bank, given, self.settings, frames, clip.size, on_frame, progress)
        if self.name == "identity":
            found = given.get(frames[0]) or given[min(given, key=lambda f: abs(f - frames[0]))]
            return baselines.stay(found, frames, on_frame)
        return baselines.flow(clip.frames, given, frames, on_frame=on_frame, progress=progress)

    def tracker(self) -> Tracker:
        """From the first known frame of a clip to its end."""

        def track(clip: Clip, progress: Progress) -> dict[int, Marks]:
            start = first_marked(clip)
            given = {start: clip.truth[start]}
            return self.follow(clip, given, stretch(given, start, len(clip), False), None, progress)

        return track


def names() -> list[str]:
    """The baselines that this machine has."""
    return [name for name in TITLES if name != "flow" or baselines.has_flow()]


def baseline(name: str, settings: Settings | None = None, seed: int = 0) -> Follower:
    """A baseline by name, at its own settings or those given; raises TrackingError."""
    if name not in TITLES:
        raise TrackingError(f"there is no tracker {name!r}; there are {', '.join(TITLES)}")
    if name == "flow" and not baselines.has_flow():
        raise TrackingError("optical flow needs OpenCV: pip install opencv-python-headless")
    encoders: dict[str, Callable[[], Encode]] = {
        "untrained": lambda: untrained(seed),
        "patches": lambda: baselines.patches,
        "colours": lambda: baselines.raw_colours,
    }
    encode = encoders[name]() if name in encoders else None
    return Follower(name, TITLES[name], encode, settings or BEST.get(name, USUAL))


def untrained(seed: int = 0, like: Run | None = None) -> Encoder:
    """The network of a run, or of the video method, with the weights it was born with."""
    made = from_run(like) if like is not None else Experiment(UNTRAINED, "clips")
    shape = shape_of(like) if like is not None else DataShape(3, SIDE)
    return encoder_of(build(replace(made, seed=seed), shape, torch.device("cpu")))


def of_run(run: Run, settings: Settings | None = None, step: int | None = None) -> Follower:
    """A run's encoder, whatever method it learned by; raises TrackingError or RunError."""
    method, at = method_of(run, step)
    title = f"{run.info.title or run.id}, step {at:,}"
    return Follower(run.id, title, encoder_of(method), settings or USUAL)


def fitting(size: tuple[int, int] | None = None, name: str = "") -> Settings:
    """Settings that suit frames (H, W) and a tracker: large frames are seen smaller."""
    if size is None or min(size) < LARGE:
        return BEST.get(name, USUAL)
    return replace(ON_FILMS.get(name, ON_FILMS[""]), enlarge=min(1.0, LINES / min(size)))


def settings_of(
    values: Mapping[str, object], name: str = "", size: tuple[int, int] | None = None
) -> Settings:
    """Settings from plain values, over those that fit; raises ConfigError."""
    return configure(Settings, {**to_dict(fitting(size, name)), **values})
