"""What was tracked leaves the program as it is, and others can read it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.clips import make_clip
from core.data.video import Clip, open_clip
from core.data.video.davis_out import (
    keypoints_csv,
    keypoints_json,
    mask_png,
    overlaid,
    palette,
    write_masks,
)
from core.data.video.folders import read_mask
from core.progress import Cancelled, Progress
from core.tracking.marks import Marks
from core.videos import write_video

PLAIN = Clip(np.full((3, 20, 30, 3), 100, np.uint8), 10.0, ["0", "1", "2"], "plain")


def test_every_number_of_a_mask_survives_a_round_trip_bit_for_bit(tmp_path: Path) -> None:
    mask = np.arange(256, dtype=np.uint8).reshape(16, 16)
    (tmp_path / "00000.png").write_bytes(mask_png(mask))
    np.testing.assert_array_equal(read_mask(tmp_path / "00000.png"), mask)
    with Image.open(tmp_path / "00000.png") as image:
        assert image.mode == "P"
        assert tuple(image.getpalette() or ()) == palette()


def test_the_same_mask_is_the_same_file() -> None:
    mask = make_clip(1, frames=1).truth[0].mask
    assert mask is not None
    assert mask_png(mask) == mask_png(mask.copy())


def test_the_palette_is_that_of_davis() -> None:
    known = {0: (0, 0, 0), 1: (128, 0, 0), 2: (0, 128, 0), 3: (128, 128, 0), 4: (0, 0, 128),
             8: (64, 0, 0), 255: (224, 224, 192)}  # fmt: skip
    for number, colour in known.items():
        assert palette()[3 * number : 3 * number + 3] == colour


def test_masks_written_beside_their_frames_are_a_sequence_of_davis(tmp_path: Path) -> None:
    clip = make_clip(4, frames=5)
    frames = tmp_path / "JPEGImages/480p/toy"
    frames.mkdir(parents=True)
    for at, frame in enumerate(clip.frames):
        Image.fromarray(frame).save(frames / f"{at:05}.png")
    assert write_masks(tmp_path / "Annotations/480p/toy", clip, clip.truth) == 5
    again = open_clip(frames)
    np.testing.assert_array_equal(again.frames, clip.frames)
    for at, marks in clip.truth.items():
        np.testing.assert_array_equal(again.truth[at].mask, marks.mask)


def test_writing_masks_can_be_cancelled(tmp_path: Path) -> None:
    clip = make_clip(4, frames=2)
    with pytest.raises(Cancelled):
        write_masks(tmp_path, clip, clip.truth, Progress(cancelled=lambda: True))


def test_a_mask_of_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="of int64"):
        mask_png(np.zeros((3, 3), np.int64))  # type: ignore[arg-type]


def marks() -> dict[int, Marks]:
    first = np.array([[3, 4], [np.nan, np.nan]], np.float32)
    second = np.array([[5.25, 4], [20, 10]], np.float32)
    return {0: Marks(points=first), 2: Marks(points=second)}


def test_keypoints_as_csv_have_a_row_a_frame_and_name() -> None:
    rows = list(csv.DictReader(keypoints_csv(PLAIN, marks(), ["nose", "tail"]).splitlines()))
    assert [(r["frame"], r["keypoint"], r["x"], r["y"], r["visible"]) for r in rows] == [
        ("0", "nose", "3.00", "4.00", "1"),
        ("0", "tail", "", "", "0"),
        ("2", "nose", "5.25", "4.00", "1"),
        ("2", "tail", "20.00", "10.00", "1"),
    ]


def test_keypoints_as_json_are_in_the_format_of_coco() -> None:
    found = json.loads(keypoints_json(PLAIN, marks(), ["nose", "tail"], [(0, 1)]))
    [category] = found["categories"]
    assert (category["keypoints"], category["skeleton"]) == (["nose", "tail"], [[1, 2]])
    assert [image["file_name"] for image in found["images"]] == ["00000.jpg", "00002.jpg"]
    first, second = found["annotations"]
    assert (first["image_id"], first["keypoints"], first["num_keypoints"]) == (
        0, [3, 4, 2, 0, 0, 0], 1,
    )  # fmt: skip
    assert second["bbox"] == [5.25, 4, 14.75, 6]


def test_an_overlay_tints_objects_and_leaves_the_rest(tmp_path: Path) -> None:
    mask = np.zeros((20, 30), np.uint8)
    mask[5:15, 5:15] = 2
    frames = list(overlaid(PLAIN, {1: Marks(mask)}, 0.5, colours=("#000000", "#FF0064")))
    assert (frames[0] == 100).all()
    assert (frames[1][mask == 0] == 100).all()
    assert frames[1][9, 9].tolist() == [178, 50, 100]
    assert frames[1][5, 9].tolist() == [255, 0, 100]  # the outline
    assert write_video(tmp_path / "a.mp4", overlaid(PLAIN, {1: Marks(mask)}), 10) == 3


def test_keypoints_leave_a_trail_as_long_as_asked() -> None:
    points = [Marks(points=np.array([[5.0 + 8 * at, 10.0]], np.float32)) for at in range(3)]
    long, short = (
        list(overlaid(PLAIN, dict(enumerate(points)), trail=trail))[2] for trail in (5, 1)
    )
    assert (long[10, 8] != 100).any()
    assert (short[10, 8] == 100).all()
    assert (short[10, 17] != 100).any()
    assert (short[10, 21] != 100).any()
