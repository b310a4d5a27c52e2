"""Decoded frames a second of a film, by this program's reader over OpenCV's.

Both give RGB frames of the film's own size, one after another, in turns within one process; OpenCV
is no part of the project: `pip install --target X opencv-python-headless`, and X in PYTHONPATH.
Beside it what opening through the cache costs, first and again, and an exact entry in the middle.

    python -m bench.decode [--rounds 5] [--film PATH]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.common import heading, own_home, ratio, rounds, table

BAR = 0.8
SIZES = ((240, 426), (360, 640), (720, 1280))  # height, width
FRAMES = 120


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--film", type=Path)
    given = words.parse_args()
    with own_home() as home:
        films = [given.film] if given.film else [_film(home, *size) for size in SIZES]
        heading("Decoded frames a second, to RGB.")
        rows = [_row(film, given.rounds) for film in films]
        table(
            ("film", "ours", "OpenCV", f"ratio (bar {BAR})", "opened, MB a second", "again, ms",
             "entered in the middle, ms"), rows,
        )  # fmt: skip


def _film(folder: Path, high: int, wide: int) -> Path:
    """A film of clouds that drift, H.264, a key frame every 60."""
    from core.data.clips.textures import texture
    from core.videos import write_video

    cloth = (texture("procedural", wide + FRAMES, False, np.random.default_rng(0)) * 255).astype(
        np.uint8
    )
    frames = (cloth[at : at + high, at : at + wide] for at in range(FRAMES))
    path = folder / f"{wide} x {high}.mp4"
    write_video(path, frames, 25.0, total=FRAMES)
    return path


def _row(film: Path, count: int) -> list[str]:
    from core.data.video import open_clip

    measures: dict[str, Callable[[], float]] = {"ours": lambda: _ours(film)}
    opencv = _opencv()
    if opencv is not None:
        measures["OpenCV"] = lambda: _theirs(opencv, film)
    found = rounds(count, measures)
    over = f"{ratio(found['ours'], found['OpenCV']):.2f}" if opencv else "not installed"
    began = time.perf_counter()
    clip = open_clip(film)
    first, began = time.perf_counter() - began, time.perf_counter()
    open_clip(film)
    again, began = time.perf_counter() - began, time.perf_counter()
    open_clip(film, first=len(clip) // 2 + 7, most=1)
    entered = time.perf_counter() - began
    theirs = f"{median(found['OpenCV']):.0f}" if opencv else ""
    return [film.stem, f"{median(found['ours']):.0f}", theirs, over,
            f"{clip.frames.nbytes / first / 1e6:.0f}", f"{again * 1e3:.1f}",
            f"{entered * 1e3:.0f}"]  # fmt: skip


def _ours(path: Path) -> float:
    from core.data.video.film import Film

    began = time.perf_counter()
    film = Film(path)
    count = sum(1 for _ in film.read())
    film.close()
    return count / (time.perf_counter() - began)


def _opencv() -> Any | None:
    try:
        import cv2
    except ImportError:
        return None
    return cv2


def _theirs(cv2: Any, path: Path) -> float:
    began, count = time.perf_counter(), 0
    film = cv2.VideoCapture(str(path))
    while True:
        more, frame = film.read()
        if not more:
            break
        cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        count += 1
    film.release()
    return count / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
