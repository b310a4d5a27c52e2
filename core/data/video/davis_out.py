"""What was tracked, for other programs: DAVIS masks, tables of keypoints, overlay frames."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.colours import PALETTE_ON_DARK, rgb
from core.data.video.clip import Clip
from core.progress import Progress
from core.tracking.marks import Marks

COLUMNS = ("frame", "name", "keypoint", "x", "y", "visible")
SHOWN, UNKNOWN = 2, 0  # COCO's visibility: labelled and seen; not labelled
DOT = 0.012  # of the shorter side: radius of a keypoint


@lru_cache(maxsize=1)
def palette() -> tuple[int, ...]:
    """The palette of DAVIS, which is that of PASCAL VOC: 256 colours, bits of the number spread.

    Bit 0, 3, 6 of the number k are the highest bits of red, bit 1, 4, 7 of green, 2, 5 of blue.
    """
    colours = []
    for number in range(256):
        for channel in range(3):
            bits = (number >> (3 * n + channel) & 1 for n in range(3))
            colours.append(sum(bit << (7 - n) for n, bit in enumerate(bits)))
    return tuple(colours)


def mask_png(mask: NDArray[np.uint8]) -> bytes:
    """A mask (H, W) as a PNG whose palette indices are its numbers, bit for bit."""
    from PIL import Image

    if mask.ndim != 2 or mask.dtype != np.uint8:
        raise ValueError(f"expected a mask (H, W) of uint8, found {mask.shape} of {mask.dtype}")
    picture = Image.fromarray(np.ascontiguousarray(mask))
    picture.putpalette(palette())
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def write_masks(folder: Path, clip: Clip, marks: Mapping[int, Marks],
                progress: Progress | None = None) -> int:  # fmt: skip
    """Write `<folder>/<name>.png` for each frame that has a mask; returns how many.

    Films' frames are named 00000, 00001 ... as DAVIS does; those of a folder keep their names.
    Raises OSError, or Cancelled out of `progress`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    progress = progress or Progress()
    known = [(at, one.mask) for at, one in sorted(marks.items()) if one.mask is not None]
    for done, (at, mask) in enumerate(known):
        progress.update("Writing masks", done, len(known), "frames")
        _write_whole(folder / f"{frame_name(clip, at)}.png", mask_png(mask))
    progress.update("Writing masks", len(known), len(known), "frames")
    return len(known)


def _write_whole(path: Path, data: bytes) -> None:
    """Under another name first, so that no half mask is ever found."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def frame_name(clip: Clip, at: int) -> str:
    """What the files of a frame are called: its own file's name, or its number in five digits."""
    name = clip.names[at]
    from_folder = clip.source is not None and clip.source.is_dir()
    return name if from_folder else f"{int(name) if name.isdigit() else at:05}"


def keypoints_csv(clip: Clip, marks: Mapping[int, Marks], names: Sequence[str]) -> str:
    """A row a frame and keypoint: frame, name, keypoint, x, y in pixels, visible (0 or 1)."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for at, points in _points(marks):
        for name, (x, y) in zip(names, points, strict=True):
            seen = bool(np.isfinite(x) and np.isfinite(y))
            place = (f"{x:.2f}", f"{y:.2f}", 1) if seen else ("", "", 0)
            table.writerow((at, clip.names[at], name, *place))
    return out.getvalue()


def keypoints_json(clip: Clip, marks: Mapping[int, Marks], names: Sequence[str],
                   skeleton: Sequence[tuple[int, int]] = ()) -> str:  # fmt: skip
    """The keypoints in COCO's format: one category, one annotation a frame, skeleton from 1 on."""
    high, wide = clip.size
    frames = _points(marks)
    document: dict[str, Any] = {
        "info": {"description": f"{clip.title}, tracked with Selfsight", "fps": clip.fps},
        "images": [
            {"id": at, "file_name": f"{frame_name(clip, at)}.jpg", "width": wide, "height": high}
            for at, _ in frames
        ],
        "categories": [
            {"id": 1, "name": clip.title, "keypoints": list(names),
             "skeleton": [[a + 1, b + 1] for a, b in skeleton]}
        ],
        "annotations": [_annotation(at, points) for at, points in frames],
    }  # fmt: skip
    return json.dumps(document, indent=1)


def _annotation(at: int, points: NDArray[np.float32]) -> dict[str, Any]:
    seen = np.asarray(np.isfinite(points).all(axis=1))
    flat: list[float] = []
    for (x, y), shown in zip(points.tolist(), seen.tolist(), strict=True):
        flat += [round(x, 2), round(y, 2), SHOWN] if shown else [0, 0, UNKNOWN]
    low, high = (
        (points[seen].min(axis=0), points[seen].max(axis=0)) if seen.any() else np.zeros((2, 2))
    )
    box = [round(float(v), 2) for v in (*low, *(high - low))]
    return {
        "id": at + 1,
        "image_id": at,
        "category_id": 1,
        "keypoints": flat,
        "num_keypoints": int(seen.sum()),
        "bbox": box,
        "area": round(box[2] * box[3], 2),
        "iscrowd": 0,
    }


def _points(marks: Mapping[int, Marks]) -> list[tuple[int, NDArray[np.float32]]]:
    return [(at, one.points) for at, one in sorted(marks.items()) if one.points is not None]


# --- overlay --------------------------------------------------------------------------------------


def overlaid(
    clip: Clip,
    marks: Mapping[int, Marks],
    opacity: float = 0.5,
    outline: bool = True,
    trail: int = 12,
    skeleton: Sequence[tuple[int, int]] = (),
    colours: Sequence[str] = PALETTE_ON_DARK,
) -> Iterator[NDArray[np.uint8]]:
    """Every frame (H, W, 3) with its masks and keypoints, and where these were `trail` frames ago.

    Object k has colour k - 1 of `colours`, keypoint n colour n. For `core.videos.write_video`.
    """
    inks = np.array([rgb(code) for code in colours], dtype=np.float32)
    past: deque[NDArray[np.float32]] = deque(maxlen=trail + 1)
    for at in range(len(clip)):
        frame = np.array(clip.frames[at])
        known = marks.get(at, Marks())
        if known.mask is not None:
            _tint(frame, known.mask, inks, opacity, outline)
        if known.points is not None:
            past.append(known.points)
            frame = _dotted(frame, list(past), inks, skeleton)
        else:
            past.clear()
        yield frame


def _tint(frame: NDArray[np.uint8], mask: NDArray[np.uint8], inks: NDArray[np.float32],
          opacity: float, outline: bool) -> None:  # fmt: skip
    inside = mask > 0
    ink = inks[(mask[inside].astype(np.intp) - 1) % len(inks)]
    frame[inside] = np.rint(frame[inside] * (1.0 - opacity) + ink * opacity).astype(np.uint8)
    if outline:
        border = _border(mask)
        frame[border] = inks[(mask[border].astype(np.intp) - 1) % len(inks)].astype(np.uint8)


def _border(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The pixels of objects that have a neighbour of another number: (H, W)."""
    around = np.pad(mask, 1, mode="edge")
    shifted = (around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:])
    other = np.zeros(mask.shape, dtype=bool)
    for neighbour in shifted:
        other |= neighbour != mask
    return other & (mask > 0)


def _dotted(
    frame: NDArray[np.uint8],
    past: Sequence[NDArray[np.float32]],
    inks: NDArray[np.float32],
    skeleton: Sequence[tuple[int, int]],
) -> NDArray[np.uint8]:
    """The frame with bones, trails and dots; the last of `past` is now."""
    from PIL import Image, ImageDraw

    picture = Image.fromarray(frame)
    draw, now = ImageDraw.Draw(picture), past[-1]
    radius = max(1.5, DOT * min(frame.shape[:2]))
    wide = max(1, round(radius / 2))
    for a, b in skeleton:
        if np.isfinite(now[[a, b]]).all():
            draw.line([*now[a].tolist(), *now[b].tolist()], fill="#FFFFFF", width=wide)
    for number in range(len(now)):
        ink = tuple(inks[number % len(inks)].astype(int).tolist())
        for before, after in itertools.pairwise(past):
            step = [*before[number].tolist(), *after[number].tolist()]
            if np.isfinite(step).all():
                draw.line(step, fill=ink, width=wide)
        x, y = now[number].tolist()
        if np.isfinite([x, y]).all():
            box = (x - radius, y - radius, x + radius, y + radius)
            draw.ellipse(box, fill=ink, outline="#FFFFFF")
    return np.asarray(picture, dtype=np.uint8)
