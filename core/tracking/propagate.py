"""Marks carried from frame to frame: every cell takes the labels of the cells it looks most like.

The loop of Vondrick et al. (2018, section 3.4) with the settings of later papers: the first frame
and the last few stand in memory, and what was copied is copied on, soft, never rounded to a winner
between two frames. Masks, keypoints and anything else are channels over one attention.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.config import option
from core.progress import Progress
from core.tracking.correlation import copy_labels
from core.tracking.features import Bank, TrackingError
from core.tracking.labels import Layout
from core.tracking.marks import Marks

FOLLOWING = "following"
GROUP = "Following"


@dataclass(frozen=True)
class Settings:
    """How marks are carried; all may be changed at any time."""

    top_k: int = option(10, "Cells that labels are taken from, the likeliest.", low=1, high=1000,
                        log=True, live=True, group=GROUP)  # fmt: skip
    temperature: float = option(0.1, "Of the attention: small takes from the likeliest alone.",
                                low=0.005, high=5.0, log=True, live=True, group=GROUP)  # fmt: skip
    radius: int = option(6, "Cells that a place may have moved since a frame in memory.", low=1,
                         high=64, live=True, group=GROUP)  # fmt: skip
    previous: int = option(4, "Frames just before that stay in memory.", low=0, high=32, live=True,
                           group=GROUP)  # fmt: skip
    first: bool = option(True, "Keep the first marked frame in memory throughout.", live=True,
                         group=GROUP)  # fmt: skip
    corrected: int = option(3, "Corrected frames, the latest, that stay in memory throughout.",
                            low=0, high=32, live=True, group=GROUP, advanced=True)  # fmt: skip
    enlarge: float = option(1.0, "How many times as large the frames are seen: finer, and slower.",
                            low=0.25, high=4.0, live=True, group=GROUP)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One frame that labels reached."""

    frame: int
    labels: Tensor  # (L, h, w)
    shares: dict[int, float]  # how much of the attention each frame in memory got


Known = Mapping[int, tuple[Tensor, Tensor]]  # frame -> labels (L, h, w), which are known (L,) bool


def remembered(frame: int, passed: Sequence[int], given: Sequence[int], settings: Settings,
               ) -> list[int]:  # fmt: skip
    """The frames in memory for `frame`: given ones first, then the last that were passed.

    `passed` and `given` are in the order of going and before `frame`.
    """
    kept = list(given[:1]) if settings.first else []
    later = given[1:]
    kept += later[len(later) - min(settings.corrected, len(later)) :]
    recent = list(passed[len(passed) - min(settings.previous, len(passed)) :])
    found = dict.fromkeys([*kept, *recent])
    if not found and passed:
        found = {passed[-1]: None}  # nothing can be copied from nothing
    return list(found)


@torch.no_grad()
def carry(
    bank: Bank,
    known: Known,
    settings: Settings,
    frames: Sequence[int],
    memory: dict[int, Tensor] | None = None,
    progress: Progress | None = None,
) -> Iterator[Step]:
    """Carry labels through `frames`, in the order of going; yields each with what reached it.

    `known` are labels that frames are given, by channel; a given frame keeps what it is given and
    is copied from by all that come after it. `memory` holds the labels of frames passed before, and
    is filled: going on from a corrected frame with it is the same as going again from the start.
    Raises TrackingError where nothing is known of or before the first frame.
    """
    memory = {} if memory is None else memory
    ahead = -1 if len(frames) > 1 and frames[1] < frames[0] else 1
    progress = progress or Progress()
    for done, frame in enumerate(frames):
        progress.update(FOLLOWING, done, len(frames), "frames")
        given = sorted((f for f in known if (frame - f) * ahead > 0), key=lambda f: f * ahead)
        for other in given:
            memory.setdefault(other, known[other][0])
        passed = sorted((f for f in memory if (frame - f) * ahead > 0), key=lambda f: f * ahead)
        yield _reached(bank, known, settings, frame, remembered(frame, passed, given, settings),
                       memory)  # fmt: skip
    progress.update(FOLLOWING, len(frames), len(frames), "frames")


def _reached(bank: Bank, known: Known, settings: Settings, frame: int, kept: list[int],
             memory: dict[int, Tensor]) -> Step:  # fmt: skip
    """The labels of one frame, from those in memory and what is known of it."""
    shares: dict[int, float] = {}
    if kept:
        copied = copy_labels(
            bank.at(frame),
            torch.stack([bank.at(f) for f in kept]),
            torch.stack([memory[f].to(bank.at(f).device) for f in kept]),
            settings.radius,
            settings.top_k,
            settings.temperature,
        )
        labels = copied.labels
        shares = dict(zip(kept, copied.shares.tolist(), strict=True))
        if frame in known:
            own, is_known = known[frame]
            labels = torch.where(is_known[:, None, None], own, labels)
    elif frame in known:
        labels = known[frame][0]
    else:
        raise TrackingError(f"nothing is marked in frame {frame} or before it; mark something")
    memory[frame] = labels
    return Step(frame, labels, shares)


def propagate(
    bank: Bank,
    given: Mapping[int, Marks],
    settings: Settings,
    frames: Sequence[int],
    shape: tuple[int, int],
    on_frame: Callable[[int, Marks], None] | None = None,
    progress: Progress | None = None,
    memory: dict[int, Tensor] | None = None,
) -> dict[int, Marks]:
    """Marks of every one of `frames`, in the order of going, forward or backward.

    `given` are the marks of annotated frames (H, W) = `shape`; those before a frame, as one goes,
    stay in memory. After a correction hand in the frames from it on, and the same `memory`.
    Raises TrackingError, or Cancelled out of `progress` with what was told to `on_frame` done.
    """
    if not given:
        raise TrackingError("nothing is marked; mark an object or a keypoint in some frame")
    layout = Layout.of(given, shape, tuple(bank.at(next(iter(given))).shape[1:]))
    known = {frame: layout.encode(marks) for frame, marks in given.items()}
    if memory:
        layout.fit(memory)
    found: dict[int, Marks] = {}
    for step in carry(bank, known, settings, frames, memory, progress):
        found[step.frame] = layout.decode(step.labels, given.get(step.frame))
        if on_frame is not None:
            on_frame(step.frame, found[step.frame])
    return found


def stretch(given: Mapping[int, Marks], start: int, count: int, backward: bool) -> list[int]:
    """The frames from `start` to the end of a film of `count` frames, or back to its first."""
    if not 0 <= start < count:
        raise TrackingError(f"there is no frame {start}; the film has 0 to {count - 1}")
    found = list(range(start, -1, -1) if backward else range(start, count))
    before = [f for f in given if (f >= start if backward else f <= start)]
    if not before:
        where = "after" if backward else "before"
        raise TrackingError(f"nothing is marked in frame {start} or {where} it; mark something")
    return found
