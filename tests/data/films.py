"""Films of every odd kind, written as they are needed; frame n has the grey level 20 + 8 n."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

SIDE = (48, 64)  # height, width


def level(at: int) -> int:
    return 20 + 8 * at


def frames(count: int = 12, size: tuple[int, int] = SIDE) -> list[np.ndarray]:
    """Grey frames whose upper left quarter is red and whose lower half is blue by a half."""
    found = []
    for at in range(count):
        frame = np.full((*size, 3), level(at), np.uint8)
        frame[: size[0] // 2, : size[1] // 2] = (220, 10, 10)
        found.append(frame)
    return found


def noisy(count: int) -> list[np.ndarray]:
    """The same with noise, so that the film has some bytes to lose."""
    dice = np.random.default_rng(0)
    return [
        (frame + dice.integers(-15, 16, frame.shape)).clip(0, 255).astype(np.uint8)
        for frame in frames(count)
    ]


def write(path: Path, given: Sequence[np.ndarray] | None = None, codec: str = "libx264",
          pixels: str = "yuv420p", times: Sequence[int] = (), options: dict[str, str] | None = None,
          sound: bool = False, index_first: bool = False) -> Path:  # fmt: skip
    """A film at 10 frames a second, or with frames at these tenths of a second."""
    given = frames() if given is None else given
    where = {"movflags": "faststart"} if index_first and path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=where) as film:
        stream = film.add_stream(codec, rate=10)
        stream.height, stream.width = given[0].shape[:2]
        stream.pix_fmt = pixels
        stream.options = options or ({"crf": "5", "g": "6", "bf": "2"} if "264" in codec else {})
        stream.codec_context.time_base = Fraction(1, 10)
        if sound:
            film.add_stream("aac", rate=8000)
        for at, frame in enumerate(given):
            shape = "rgba" if frame.shape[2] == 4 else "rgb24"
            made = av.VideoFrame.from_ndarray(frame, format=shape).reformat(format=pixels)
            made.pts, made.time_base = times[at] if len(times) else at, Fraction(1, 10)
            film.mux(stream.encode(made))
        film.mux(stream.encode())
    return path


def turned(path: Path, quarter_turns: int) -> Path:
    """The same .mp4 with a matrix that tells players to turn it clockwise (ISO 14496-12, tkhd)."""
    cos, sin = [(1, 0), (0, 1), (-1, 0), (0, -1)][quarter_turns % 4]
    raw = bytearray(path.read_bytes())
    at = raw.index(b"tkhd") + 4 + 40  # version 0: the matrix lies 40 bytes into the box
    one = 1 << 16
    matrix = (cos * one, sin * one, 0, -sin * one, cos * one, 0, 0, 0, 1 << 30)
    raw[at : at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(raw)
    return path


def levels(found: np.ndarray) -> list[int]:
    """Which frame each of a clip is, told by the grey of its lower right corner."""
    corner = found[:, -8:, -8:].astype(float).mean(axis=(1, 2, 3))
    return [round((value - 20) / 8) for value in corner]
