"""Films of a person's own as pictures to learn from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.imageset import DataError, ImageSet
from core.data.sources import load
from tests.data import films

SIDE = 32


def video(path: Path, **options: object) -> ImageSet:
    return load("video", {"path": str(path), "side": SIDE, **options})


def test_the_last_frames_of_a_film_are_held_out(tmp_path: Path) -> None:
    found = video(films.write(tmp_path / "a.mp4", films.frames(20)), fit="middle")
    assert found.title == "a.mp4"
    assert found.train.images.shape == (12, 3, SIDE, SIDE)
    assert found.train.names[11] == "a, frame 11"
    assert list(found.held_out.names) == [f"a, frame {at}" for at in range(12, 20)]
    assert films.levels(found.held_out.images.transpose(0, 2, 3, 1)) == list(range(12, 20))


def test_of_a_wide_film_both_ends_are_used_as_clips_of_their_own(tmp_path: Path) -> None:
    found = video(films.write(tmp_path / "a.mp4", films.frames(4, (32, 64))))
    assert found.train.clips is not None
    assert found.train.clips.tolist() == [0, 0, 1, 1]
    red = (found.train.images[:, 0] > 150) & (found.train.images[:, 1] < 80)
    assert red[0].mean() == pytest.approx(0.5, abs=0.05)
    assert red[2].mean() == pytest.approx(0.0, abs=0.05)


def test_a_square_film_is_used_once(tmp_path: Path) -> None:
    found = video(films.write(tmp_path / "a.mp4", films.frames(4, (32, 32))))
    assert len(found.train) == len(found.held_out) == 2


def test_several_films_are_several_clips_and_a_bad_one_is_listed(tmp_path: Path) -> None:
    for name in ("b.mp4", "c.mp4"):
        films.write(tmp_path / name, films.frames(6, (32, 32)))
    (tmp_path / "a.mp4").write_bytes(b"not a film at all")
    found = video(tmp_path)
    assert found.train.clips is not None
    assert found.train.clips.tolist() == [0] * 3 + [1] * 3
    assert [problem.name for problem in found.problems] == ["a.mp4"]


def test_a_part_of_a_long_film_is_used(tmp_path: Path) -> None:
    path = films.write(tmp_path / "a.mp4", films.frames(25))
    found = video(path, first=2, every=3, most=6, fit="middle")
    names = [*found.train.names, *found.held_out.names]
    assert names == [f"a, frame {at}" for at in (2, 5, 8, 11, 14, 17)]


def test_films_are_decoded_once_and_again_when_they_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = films.write(tmp_path / "a.mp4", films.frames(6))
    first = video(path).fingerprint()
    with monkeypatch.context() as patched:
        patched.setattr("core.data.video.source.open_clip", None)
        assert video(path).fingerprint() == first
    films.write(path, films.frames(9))
    assert video(path).fingerprint() != first


@pytest.mark.parametrize(
    ("name", "words"),
    [("gone.mp4", "there is no such"), ("", "no film is chosen"), ("one.mp4", "1 frame"),
     ("bad.mp4", "no film that can be read"), ("nothing", "no film and no frames")],
)  # fmt: skip
def test_what_gives_no_clip_is_said(tmp_path: Path, name: str, words: str) -> None:
    films.write(tmp_path / "one.mp4", films.frames(1))
    (tmp_path / "bad.mp4").write_bytes(b"words and words")
    (tmp_path / "nothing").mkdir()
    with pytest.raises(DataError, match=words):
        load("video", {"path": str(tmp_path / name) if name else ""})


def test_frames_are_those_of_the_film(tmp_path: Path) -> None:
    given = films.frames(4, (32, 32))
    found = video(films.write(tmp_path / "a.mkv", given, "ffv1", "bgr0"))
    np.testing.assert_array_equal(found.train.images.transpose(0, 2, 3, 1), given[:2])
