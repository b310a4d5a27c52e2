"""Films and folders of frames, odd and broken ones, become clips or an error in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.video import VideoError, clips_in, film, open_clip, opening
from core.progress import Cancelled, Progress, Tick
from tests.data import films

COUNT = 12


def reds(frame: np.ndarray) -> np.ndarray:
    """Where a frame is red: (H, W)."""
    return (frame[..., 0] > 150) & (frame[..., 1] < 80)


# --- films ----------------------------------------------------------------------------------------


def test_a_film_gives_its_frames_in_order_and_its_rate(tmp_path: Path) -> None:
    clip = open_clip(films.write(tmp_path / "walk.mp4", sound=True))
    assert clip.frames.shape == (COUNT, *films.SIDE, 3)
    assert films.levels(clip.frames) == list(range(COUNT))
    assert (clip.fps, clip.title, clip.names[3], clip.problem) == (10.0, "walk", "3", "")
    difference = clip.frames[5].astype(int) - films.frames()[5]
    assert np.abs(difference).mean() < 4


@pytest.mark.parametrize(
    ("first", "most", "every"), [(7, 2, 1), (1, None, 3), (11, 5, 1), (0, 3, 4)]
)
def test_any_part_of_a_film_is_the_same_frames(
    tmp_path: Path, first: int, most: int | None, every: int
) -> None:
    path = films.write(tmp_path / "a.mp4")
    clip = open_clip(path, first=first, most=most, every=every)
    wanted = list(range(COUNT))[first::every][:most]
    assert films.levels(clip.frames) == wanted
    assert list(clip.names) == [str(at) for at in wanted]
    np.testing.assert_array_equal(clip.frames, open_clip(path).frames[wanted])


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_turned_film_is_turned_upright(tmp_path: Path, turns: int) -> None:
    clip = open_clip(films.turned(films.write(tmp_path / "phone.mp4"), turns))
    expected = np.rot90(films.frames()[4], -turns)
    assert clip.frames[4].shape == expected.shape
    assert (reds(clip.frames[4]) == reds(expected)).mean() > 0.98


def test_frames_of_unlike_duration_each_count_once(tmp_path: Path) -> None:
    times = [0, 1, 5, 6, 7, 20, 21, 22, 23, 30, 31, 40]
    path = films.write(tmp_path / "vfr.mp4", times=times)
    assert films.levels(open_clip(path).frames) == list(range(COUNT))
    assert films.levels(open_clip(path, first=6, most=3).frames) == [6, 7, 8]
    assert 2.0 < open_clip(path).fps < 4.0


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("deep.mkv", "libx265", "yuv420p10le"), ("deep.mov", "prores_ks", "yuv422p10le"),
     ("old.avi", "mpeg4", "yuv420p"), ("web.webm", "libvpx-vp9", "yuv420p")],
)  # fmt: skip
def test_other_codecs_and_ten_bits_are_read(
    tmp_path: Path, name: str, codec: str, pixels: str
) -> None:
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    clip = open_clip(films.write(tmp_path / name, codec=codec, pixels=pixels, options=quiet))
    assert clip.frames.dtype == np.uint8
    assert films.levels(clip.frames) == list(range(COUNT))


def test_odd_sides_stay_odd(tmp_path: Path) -> None:
    given = films.frames(3, (47, 61))
    path = films.write(tmp_path / "odd.mkv", given, "ffv1", "bgr0")
    np.testing.assert_array_equal(open_clip(path).frames, given)


def test_what_is_transparent_lies_over_white(tmp_path: Path) -> None:
    given = [np.dstack([frame, np.full(films.SIDE, 255, np.uint8)]) for frame in films.frames(2)]
    given[1][:, 32:, 3] = 0
    given[1][:, :32, 3] = 51
    clip = open_clip(films.write(tmp_path / "alpha.mov", given, "png", "rgba"))
    np.testing.assert_array_equal(clip.frames[0], films.frames(1)[0])
    assert (clip.frames[1][:, 32:] == 255).all()
    expected = round(0.2 * films.level(1) + 0.8 * 255)
    assert abs(int(clip.frames[1][-1, 0, 0]) - expected) <= 1


def test_a_film_of_one_frame_is_a_clip_of_one_frame(tmp_path: Path) -> None:
    clip = open_clip(films.write(tmp_path / "one.mp4", films.frames(1)))
    assert len(clip) == 1


def test_the_shorter_side_is_brought_to_size_and_the_shape_kept(tmp_path: Path) -> None:
    path = films.write(tmp_path / "a.mp4", films.frames(2, (48, 96)))
    assert open_clip(path, side=24).size == (24, 48)
    assert reds(open_clip(path, side=24).frames[1])[:12, :24].mean() > 0.8


@pytest.mark.parametrize("name", ["cut.mkv", "cut.mp4"])  # a cut .ts looks like a short one
def test_a_film_cut_short_keeps_what_was_before_and_names_the_frame(
    tmp_path: Path, name: str
) -> None:
    path = films.write(tmp_path / name, films.noisy(28), index_first=True)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) * 6 // 10])
    clip = open_clip(path)
    assert 5 < len(clip) < 25
    whole = len(clip) - 1  # the cut may go through the last
    assert films.levels(clip.frames)[:whole] == list(range(whole))
    assert clip.problem.startswith(f"{name} breaks at frame {len(clip)}: ")


def test_a_film_damaged_inside_names_the_frame_at_which_it_breaks(tmp_path: Path) -> None:
    path = films.write(tmp_path / "bad.mov", films.frames(20), "png", "rgb24")
    raw = bytearray(path.read_bytes())
    starts = [at for at in range(len(raw)) if raw[at : at + 8] == b"\x89PNG\r\n\x1a\n"]
    raw[starts[7] : starts[7] + 40] = bytes(40)
    path.write_bytes(raw)
    clip = open_clip(path)
    assert len(clip) == 7
    assert clip.problem.startswith("bad.mov breaks at frame 7: ")
    assert clip.problem.endswith("the frames before it are used")


def test_a_film_without_its_end_says_how_many_frames_are_missing(tmp_path: Path) -> None:
    path = films.write(tmp_path / "late.mov", films.frames(20), "png", "rgb24",)  # fmt: skip
    raw = path.read_bytes()
    moov = raw.index(b"moov") - 4
    mdat = raw.index(b"mdat") - 4
    size = int.from_bytes(raw[mdat : mdat + 4], "big")
    half = raw[mdat + 8 : mdat + size // 2]
    # Zeros where the second half of the frames was, as after an interrupted copy.
    path.write_bytes(raw[: mdat + 8] + half + bytes(size - 8 - len(half)) + raw[moov:])
    clip = open_clip(path)
    assert 5 < len(clip) < 14
    assert f"breaks at frame {len(clip)}" in clip.problem


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("empty.mp4", b"", "empty.mp4 is empty"),
        ("page.mp4", b"<html><body>not here</body></html>", "no film .* looks like a web page"),
        ("noise.mp4", bytes(range(256)) * 9, "no film that can be read"),
        ("half.mp4", b"\0\0\0\x18ftypmp42" + bytes(300), "cut short or damaged"),
    ],
)
def test_what_is_no_film_is_said_in_words(
    tmp_path: Path, name: str, raw: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(VideoError, match=words):
        open_clip(tmp_path / name)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="there is no such film"):
        open_clip(tmp_path / "gone.mp4")


@pytest.mark.parametrize("part", [{"first": 12}, {"first": 99, "most": 2}])
def test_a_frame_that_is_not_there_is_named(tmp_path: Path, part: dict[str, int]) -> None:
    path = films.write(tmp_path / "a.mp4")
    with pytest.raises(VideoError, match=f"has 12 frames.* no frame {part['first']}"):
        open_clip(path, **part)  # type: ignore[arg-type]


@pytest.mark.parametrize("part", [{"first": -1}, {"most": 0}, {"every": 0}, {"side": 2}])
def test_a_senseless_part_is_refused(tmp_path: Path, part: dict[str, int]) -> None:
    with pytest.raises(VideoError, match="expected a frame from 0 on"):
        open_clip(films.write(tmp_path / "a.mp4"), **part)  # type: ignore[arg-type]


def test_a_film_too_long_for_the_disk_names_what_to_choose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "LARGEST", 5 * 48 * 64 * 3)
    path = films.write(tmp_path / "long.mp4")
    with pytest.raises(VideoError, match=r"more than 5 frames of 64 x 48.*first, most and every"):
        open_clip(path)
    assert len(open_clip(path, most=4)) == 4


def test_a_film_is_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = films.write(tmp_path / "a.mp4")
    first = open_clip(path).frames.copy()
    monkeypatch.setattr(film.Film, "read", None)
    np.testing.assert_array_equal(open_clip(path).frames, first)


def test_decoding_says_how_far_it_is_and_can_be_cancelled(tmp_path: Path) -> None:
    path, ticks = films.write(tmp_path / "a.mp4"), list[Tick]()
    with pytest.raises(Cancelled):
        open_clip(path, Progress(ticks.append, lambda: bool(ticks)))
    open_clip(path, Progress(ticks.append))
    assert (ticks[-1].done, ticks[-1].total, ticks[-1].unit) == (COUNT, COUNT, "frames")


# --- folders --------------------------------------------------------------------------------------


def davis(root: Path, palette: bool = True, count: int = 3) -> Path:
    """A root with the sequence `dog` of so many frames, whose object 2 widens frame by frame."""
    images, masks = root / "JPEGImages/480p/dog", root / "Annotations/480p/dog"
    for folder in (images, masks):
        folder.mkdir(parents=True)
    for at, frame in enumerate(films.frames(count)):
        Image.fromarray(frame).save(images / f"{at:05}.jpg", quality=95)
        mask = np.zeros(films.SIDE, np.uint8)
        mask[10:20, : 10 + at] = 2 if palette else 255
        picture = Image.fromarray(mask)
        if palette:
            picture.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
        picture.save(masks / f"{at:05}.png")
    return root


def test_frames_of_a_folder_come_in_natural_order(tmp_path: Path) -> None:
    for at, frame in enumerate(films.frames(COUNT)):
        Image.fromarray(frame).save(tmp_path / f"frame{at}.png")
    clip = open_clip(tmp_path)
    np.testing.assert_array_equal(clip.frames, films.frames(COUNT))
    assert clip.names[2] == "frame2"
    assert films.levels(open_clip(tmp_path, first=2, every=5).frames) == [2, 7]


def test_a_frame_of_another_size_is_named(tmp_path: Path) -> None:
    for at, size in enumerate([(48, 64), (48, 64), (40, 64)]):
        Image.fromarray(films.frames(1, size)[0]).save(tmp_path / f"{at}.png")
    with pytest.raises(VideoError, match=r"2\.png is 64 x 40, the frames before it are 64 x 48"):
        open_clip(tmp_path)


def test_a_damaged_frame_is_named_and_those_before_it_are_kept(tmp_path: Path) -> None:
    for at, frame in enumerate(films.frames(3)):
        Image.fromarray(frame).save(tmp_path / f"{at}.png")
    (tmp_path / "2.png").write_bytes((tmp_path / "2.png").read_bytes()[:60])
    clip = open_clip(tmp_path)
    assert len(clip) == 2
    assert "breaks at frame 2, 2.png: " in clip.problem


def test_a_sequence_of_davis_brings_its_masks(tmp_path: Path) -> None:
    clip = open_clip(davis(tmp_path) / "JPEGImages/480p/dog")
    assert (clip.title, len(clip), sorted(clip.truth)) == ("dog", 3, [0, 1, 2])
    for at, marks in clip.truth.items():
        assert marks.mask is not None
        assert (marks.mask == 2).sum() == 10 * (10 + at)
        assert set(np.unique(marks.mask)) == {0, 2}
    small = open_clip(tmp_path / "JPEGImages/480p/dog", side=24).truth[0].mask
    assert small is not None
    assert (small == 2).sum() == 5 * 5


def test_masks_of_black_and_white_are_one_object(tmp_path: Path) -> None:
    clip = open_clip(davis(tmp_path, palette=False) / "JPEGImages/480p/dog")
    assert clip.truth[0].objects == 1


def test_a_changed_mask_is_read_again(tmp_path: Path) -> None:
    dog = davis(tmp_path) / "JPEGImages/480p/dog"
    open_clip(dog)
    (tmp_path / "Annotations/480p/dog/00001.png").unlink()
    assert sorted(open_clip(dog).truth) == [0, 2]


def test_a_folder_of_several_clips_lists_them(tmp_path: Path) -> None:
    root = davis(tmp_path / "davis")
    assert [p.name for p in clips_in(root)] == ["dog"]
    with pytest.raises(VideoError, match="davis holds 1 clips, not one; open one of them: dog"):
        open_clip(root)
    for name in ("b10.mp4", "b2.mp4"):
        films.write(tmp_path / name, films.frames(1))
    assert [p.name for p in clips_in(tmp_path)] == ["b2.mp4", "b10.mp4"]


def test_a_folder_with_nothing_in_it_says_what_to_choose(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no pictures in it; choose a film"):
        open_clip(tmp_path)
