"""Films that are read back: as many frames, of the size and the colours that were given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from core.progress import Cancelled, Progress, Tick
from core.videos import FilmError, write_video

COLOURS = [(200, 30, 40), (20, 180, 60), (30, 60, 220), (240, 240, 240), (90, 90, 10)]


def frames(high: int = 48, wide: int = 64) -> list[np.ndarray]:
    """One colour after the other, with a black square that moves."""
    made = []
    for at, colour in enumerate(COLOURS):
        frame = np.full((high, wide, 3), colour, np.uint8)
        frame[8:16, 8 + 4 * at : 16 + 4 * at] = 0
        made.append(frame)
    return made


def read_back(path: Path) -> list[np.ndarray]:
    if path.suffix == ".gif":
        with Image.open(path) as film:
            return [np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(film)]
    import av

    with av.open(str(path)) as film:
        return [f.to_ndarray(format="rgb24") for f in film.decode(video=0)]


@pytest.mark.parametrize("name", ["film.mp4", "film.gif", "FILM.GIF"])
def test_a_film_has_the_frames_that_were_given(tmp_path: Path, name: str) -> None:
    given = frames()
    assert write_video(tmp_path / name, iter(given), fps=10) == len(given)
    found = read_back((tmp_path / name).rename(tmp_path / name.lower()))
    assert len(found) == len(given)
    for one, other in zip(found, given):
        assert one.shape == other.shape
        assert np.abs(one[30:].astype(int) - other[30:]).mean() < 6
        assert np.abs(one.astype(int) - other).mean() < 10
    assert [p.name for p in tmp_path.iterdir()] == [name.lower()]


def test_odd_sides_are_made_even_in_an_mp4(tmp_path: Path) -> None:
    write_video(tmp_path / "film.mp4", frames(47, 61))
    assert {frame.shape for frame in read_back(tmp_path / "film.mp4")} == {(48, 62, 3)}


def test_the_background_of_a_gif_stays_what_it_is_beside_many_colours(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (3, 40, 40, 3), dtype=np.uint8)
    made = []
    for patch in noise:
        frame = np.full((120, 120, 3), (251, 250, 247), np.uint8)
        frame[10:50, 10:50] = patch
        frame[:3] = 252
        made.append(frame)
    write_video(tmp_path / "film.gif", made)
    for frame in read_back(tmp_path / "film.gif"):
        assert (frame[60:] == (251, 250, 247)).all()


def test_a_gif_loops_for_ever_in_its_time(tmp_path: Path) -> None:
    write_video(tmp_path / "film.gif", frames(), fps=30)
    with Image.open(tmp_path / "film.gif") as film:
        assert film.info["loop"] == 0
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(film)]
    assert sum(durations) == pytest.approx(1000 * len(COLOURS) / 30, abs=10)


def test_an_mp4_plays_at_its_rate(tmp_path: Path) -> None:
    import av

    write_video(tmp_path / "film.mp4", frames(), fps=12.5)
    with av.open(str(tmp_path / "film.mp4")) as film:
        assert film.streams.video[0].average_rate == 12.5
        assert film.streams.video[0].codec_context.pix_fmt == "yuv420p"


def test_an_mp4_holds_one_frame_at_a_time(tmp_path: Path) -> None:
    alive: list[int] = []

    def fresh() -> Iterator[np.ndarray]:
        import weakref

        made: list[weakref.ref[np.ndarray]] = []
        for at in range(30):
            frame = np.full((32, 32, 3), at, np.uint8)
            made.append(weakref.ref(frame))
            yield frame
            del frame
            alive.append(sum(ref() is not None for ref in made))

    write_video(tmp_path / "film.mp4", fresh())
    assert max(alive) <= 3


@pytest.mark.parametrize("name", ["film.mp4", "film.gif"])
def test_a_cancelled_film_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"before")
    ticks: list[Tick] = []
    progress = Progress(ticks.append, lambda: bool(ticks and ticks[-1].done >= 0))
    with pytest.raises(Cancelled):
        write_video(tmp_path / name, frames(), progress=progress)
    assert [p.name for p in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == b"before"


def test_writing_tells_how_far_it_is(tmp_path: Path) -> None:
    ticks: list[Tick] = []
    write_video(tmp_path / "film.mp4", frames(), progress=Progress(ticks.append))
    assert (ticks[-1].done, ticks[-1].total, ticks[-1].unit) == (5, 5, "frames")


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("film.avi", frames(), r"\.mp4 or \.gif"),
        ("film.mp4", [], "needs a frame"),
        ("film.gif", [*frames(), np.zeros((2, 2, 3), np.uint8)], "frame 5 is"),
        ("film.mp4", [np.zeros((4, 4), np.uint8)], r"expected \(H, W, 3\)"),
    ],
)
def test_what_makes_no_film_is_told(
    tmp_path: Path, name: str, given: list[np.ndarray], said: str
) -> None:
    with pytest.raises(FilmError, match=said):
        write_video(tmp_path / name, given)
    assert not list(tmp_path.iterdir())
