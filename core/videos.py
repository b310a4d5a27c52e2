"""Films of pictures: .mp4 (H.264) for everybody's player, .gif for pages that take nothing else."""

from __future__ import annotations

import contextlib
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Sized
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.pictures import Images
from core.progress import Progress
from core.runs import disk

Frame = NDArray[np.uint8]  # (H, W, 3)

SAVED = (".mp4", ".gif")
WRITING = "writing the film"
QUALITY = "18"  # H.264's constant rate factor: no difference is seen from the frames
PLAIN_BITS = 0.4  # a pixel and frame, where there is no H.264
PALETTE_FRAMES = 12  # a gif's colours are chosen of so many frames
PALETTE_SIDE = 240  # pixels of each of these, about
HELD = 2000  # frames of a gif, which is made of all at once
EXACT = 96  # colours of a gif's palette that are those of the frames
CENTISECOND = 10  # milliseconds: a gif counts no less


class FilmError(ValueError):
    """Frames or a name of which no film can be made; says why."""


def check_ending(path: Path) -> None:
    """Raises FilmError for an ending that no film is written with."""
    if path.suffix.lower() not in SAVED:
        raise FilmError(f"{path.name}: a film is written as {' or '.join(SAVED)}")


def write_video(
    path: Path,
    frames: Iterable[Frame],
    fps: float = 25.0,
    progress: Progress | None = None,
    total: int = 0,
) -> int:
    """Write frames (H, W, 3) of one size as a film, whole or not at all; returns their number.

    Of an .mp4 one frame at a time is in memory; of a .gif all, with one byte a pixel. `total` is
    the number of frames for `progress`, where it is known and the frames have no length. Raises
    FilmError, OSError, or Cancelled out of `progress`.
    """
    check_ending(path)
    if not 0.1 <= fps <= 120:
        raise FilmError(f"{fps:g} frames a second; choose 0.1 to 120")
    total = total or (len(frames) if isinstance(frames, Sized) else 0)
    told = _told(_checked(frames), progress or Progress(), total)
    first = next(told, None)
    if first is None:
        raise FilmError(f"{path.name}: a film needs a frame at least, found none")
    write: Callable[[Path, Iterator[Frame], Frame, float], int]
    write = _mp4 if path.suffix.lower() == ".mp4" else _gif
    temporary = path.with_name(disk.temporary_name(path.stem) + path.suffix.lower())
    try:
        count = write(temporary, itertools.chain([first], told), first, fps)
        disk.rename(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    return count


def _checked(frames: Iterable[Frame]) -> Iterator[Frame]:
    """The frames; raises FilmError for one of another size or type."""
    shape: tuple[int, ...] | None = None
    for at, frame in enumerate(frames):
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
            raise FilmError(
                f"frame {at}: expected (H, W, 3) of uint8, found {frame.shape} of {frame.dtype}"
            )
        shape = shape or frame.shape
        if frame.shape != shape:
            raise FilmError(f"frame {at} is {frame.shape}, expected {shape} as the first")
        yield np.ascontiguousarray(frame)


def _told(frames: Iterator[Frame], progress: Progress, total: int) -> Iterator[Frame]:
    done = 0
    progress.update(WRITING, 0, total, "frames")
    for done, frame in enumerate(frames, 1):
        yield frame
        progress.update(WRITING, done, total, "frames")
    progress.update(WRITING, done, done, "frames")


def _mp4(path: Path, frames: Iterator[Frame], first: Frame, fps: float) -> int:
    """With sides made even by repeating the last row and column: H.264 halves its colours."""
    import av

    high, wide = (side + side % 2 for side in first.shape[:2])
    count = 0
    with av.open(str(path), "w", options={"movflags": "faststart"}) as film:
        stream = _stream(film, wide, high, Fraction(fps).limit_denominator(1000))
        for frame in frames:
            padding = ((0, high - frame.shape[0]), (0, wide - frame.shape[1]), (0, 0))
            even = np.pad(frame, padding, mode="edge")
            film.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
            count += 1
        film.mux(stream.encode())
    return count


def _stream(film: Any, wide: int, high: int, rate: Fraction) -> Any:
    import av

    codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    stream = film.add_stream(codec, rate=rate)
    stream.width, stream.height, stream.pix_fmt = wide, high, "yuv420p"
    if codec == "libx264":
        stream.options = {"crf": QUALITY, "preset": "medium"}
    else:
        stream.bit_rate = round(PLAIN_BITS * wide * high * rate)
    stream.codec_context.thread_count = 1  # beside a training
    return stream


def _gif(path: Path, frames: Iterator[Frame], _: Frame, fps: float) -> int:
    """With one palette for all frames, so that what stands still does not flicker."""

    kept = [_packed(frame) for frame in itertools.islice(frames, HELD)]
    if next(frames, None) is not None:
        raise FilmError(f"a .gif may have {HELD:,} frames; write a longer film as .mp4")
    palette, exact = _palette(_sample(kept))
    shown = (_coloured(_unpacked(data), palette, exact) for data in kept)
    next(shown).save(
        path,
        "GIF",
        save_all=True,
        append_images=shown,
        duration=_durations(len(kept), fps),
        loop=0,
        optimize=True,
        disposal=1,
    )
    return len(kept)


def _packed(frame: Frame) -> bytes:
    """A frame that waits until the palette is known, in little memory."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(frame).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _unpacked(data: bytes) -> Any:
    from PIL import Image

    return Image.open(io.BytesIO(data))


def _sample(kept: list[bytes]) -> Images:
    """Pixels of some frames side by side, evenly over the film."""
    chosen = np.unique(np.linspace(0, len(kept) - 1, min(PALETTE_FRAMES, len(kept))).round())
    parts = [np.asarray(_unpacked(kept[int(at)])) for at in chosen]
    step = max(1, min(parts[0].shape[:2]) // PALETTE_SIDE)
    return np.ascontiguousarray(np.concatenate([part[::step, ::step] for part in parts], axis=1))


def _palette(pixels: Images) -> tuple[Any, NDArray[np.uint32]]:
    """A picture with the palette of pixels (H, W, 3), and those of its first colours that are
    exact: the commonest, so that a background stays what it is. The others are by median cut.
    """
    from PIL import Image

    found, counts = np.unique(_codes(pixels), return_counts=True)
    exact = found[np.argsort(-counts, kind="stable")[:EXACT]]
    rest = pixels[~np.isin(_codes(pixels), exact)]
    colours = [channel for code in exact.tolist() for channel in code.to_bytes(3, "big")]
    if len(rest):
        cut = Image.fromarray(rest[None]).quantize(255 - EXACT, Image.Quantize.MEDIANCUT)
        colours += cut.getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours[: 3 * 255])
    return palette, exact


def _coloured(image: Any, palette: Any, exact: NDArray[np.uint32]) -> Any:
    """A frame in the palette; Pillow's nearest colour is not exact, so the exact ones are set."""
    from PIL import Image

    found = image.quantize(palette=palette, dither=Image.Dither.NONE)
    codes, order = _codes(np.asarray(image)), np.argsort(exact)
    at = np.searchsorted(exact, codes, sorter=order).clip(max=len(exact) - 1)
    same = exact[order[at]] == codes
    shown = Image.fromarray(np.where(same, order[at], np.asarray(found)).astype(np.uint8), "P")
    shown.putpalette(found.getpalette())
    return shown


def _codes(pixels: Images) -> NDArray[np.uint32]:
    """Each colour (..., 3) as one number."""
    return pixels.astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)


def _durations(count: int, fps: float) -> list[int]:
    """Milliseconds of each frame, whole hundredths of a second whose sum is that of the film."""
    ends = np.round(np.arange(count + 1) * 100.0 / fps)
    return [int(max(1, d)) * CENTISECOND for d in np.diff(ends)]
