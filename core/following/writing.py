"""What was followed, written: masks as DAVIS's PNGs, and a film of them over the frames."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.video.clip import Clip
from core.progress import Progress
from core.runs.atomic import write_file
from core.tracking.marks import Marks
from core.videos import write_video

WRITING = "writing masks"
OPACITY = 0.5
POINT = 1.5  # pixels from a keypoint's middle to its edge


def palette() -> NDArray[np.uint8]:
    """The colours (256, 3) of DAVIS and VOC: the bits of a number, dealt to red, green, blue."""
    number = np.arange(256)
    colours = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            colours[:, channel] |= (((number >> (3 * bit + channel)) & 1) << (7 - bit)).astype(
                np.uint8
            )
    return colours


def write_masks(
    folder: Path, clip: Clip, found: Mapping[int, Marks], progress: Progress | None = None
) -> int:
    """A palette PNG a frame, named as DAVIS names frames; returns how many."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    colours = palette().ravel().tolist()
    named = [(frame, marks.mask) for frame, marks in sorted(found.items())]
    for done, (frame, mask) in enumerate(named):
        (progress or Progress()).update(WRITING, done, len(named), "frames")
        if mask is None:
            continue
        image = Image.fromarray(mask, "P")
        image.putpalette(colours)
        out = io.BytesIO()
        image.save(out, "PNG")
        write_file(folder / f"{clip.names[frame]}.png", out.getvalue())
    (progress or Progress()).update(WRITING, len(named), len(named), "frames")
    return len(named)


def overlaid(frame: NDArray[np.uint8], marks: Marks) -> NDArray[np.uint8]:
    """A frame (H, W, 3) under its masks and keypoints."""
    shown = np.array(frame)
    colours = palette()
    if marks.mask is not None:
        there = marks.mask > 0
        mixed = (1 - OPACITY) * shown[there] + OPACITY * colours[marks.mask[there]]
        shown[there] = mixed.round().astype(np.uint8)
    if marks.points is not None:
        y, x = np.mgrid[: shown.shape[0], : shown.shape[1]]
        for n, (px, py) in enumerate(marks.points):
            if np.isfinite(px) and np.isfinite(py):
                shown[(x - px) ** 2 + (y - py) ** 2 <= POINT**2] = colours[n + 1]
    return shown


def write_overlay(
    path: Path, clip: Clip, found: Mapping[int, Marks], progress: Progress | None = None
) -> int:
    """A film, .mp4 or .gif, of the frames that were followed, in their order in the film."""

    def shown() -> Iterator[NDArray[np.uint8]]:
        for frame, marks in sorted(found.items()):
            yield overlaid(np.asarray(clip.frames[frame]), marks)

    return write_video(path, shown(), clip.fps, progress, len(found))
