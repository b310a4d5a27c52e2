"""Painted clips: what is said of them is true of their pixels."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.clips import make_clip, textures
from core.data.imageset import ImageSet
from core.data.sources import load
from core.progress import Cancelled, Progress

FEW = {"count": 3, "held_out": 2, "frames": 5, "side": 48}


def test_a_clip_is_a_function_of_its_values() -> None:
    one, again, other = make_clip(3), make_clip(3), make_clip(4)
    np.testing.assert_array_equal(one.frames, again.frames)
    assert (one.frames != other.frames).any()
    assert one.frames.shape == (24, 96, 96, 3)
    assert one.frames.dtype == np.uint8
    assert sorted(one.truth) == list(range(24))


def test_held_out_clips_are_others_of_the_same_seed() -> None:
    assert (make_clip(3).frames != make_clip(3, held_out=True).frames).any()


@pytest.mark.parametrize("kind", textures.KINDS)
def test_things_move_and_are_seen_for_most_of_the_clip(kind: str) -> None:
    seen, stayed = [], []
    for seed in range(6):
        masks = np.stack([m.mask for m in make_clip(seed, textures=kind).truth.values()])
        for thing in range(1, masks.max() + 1):
            mine = masks == thing
            seen.append((mine.sum(axis=(1, 2)) > 50).mean())
            stayed.append((mine[0] & mine[-1]).sum() / max(1, (mine[0] | mine[-1]).sum()))
    assert np.mean(seen) > 0.9
    assert np.mean(stayed) < 0.3


def test_flow_carries_masks_and_keypoints_to_the_next_frame() -> None:
    clip = make_clip(5, frames=8, things=3, flow=True)
    assert clip.flow is not None
    y, x = np.mgrid[:96, :96]
    for at, flow in enumerate(clip.flow):
        to = np.rint(np.stack([x, y], axis=-1) + flow).astype(int)
        inside = ((to >= 0) & (to < 96)).all(axis=-1)
        before, after = clip.truth[at], clip.truth[at + 1]
        same = after.mask[to[inside][:, 1], to[inside][:, 0]] == before.mask[inside]
        assert same.mean() > 0.95  # else hidden, uncovered, or at an edge between two pixels
        known = np.isfinite(before.points).all(axis=1) & np.isfinite(after.points).all(axis=1)
        here = np.rint(before.points[known]).astype(int)
        moved = before.points[known] + flow[here[:, 1], here[:, 0]]
        np.testing.assert_allclose(moved, after.points[known], atol=0.2)


def test_keypoints_lie_on_their_thing_and_only_where_it_is_seen() -> None:
    clip = make_clip(2, things=3)
    assert list(clip.keypoints[:2]) == ["1 middle", "1 right"]
    hidden = 0
    for marks in clip.truth.values():
        for at, (x, y) in enumerate(marks.points):
            if np.isnan(x):
                hidden += 1
            else:
                assert marks.mask[round(y), round(x)] == at // 5 + 1
    assert 0 < hidden < 24 * 15 / 2


def test_held_out_photographs_are_no_training_photographs() -> None:
    assert not set(textures._TRAINED) & set(textures._HELD_OUT)


@pytest.mark.parametrize("wrong", [{"textures": "wool"}, {"frames": 0}, {"side": 4}])
def test_what_cannot_be_painted_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"wool|painted"):
        make_clip(0, **wrong)  # type: ignore[arg-type]


@pytest.fixture
def found() -> ImageSet:
    return load("clips", FEW)


def test_the_source_gives_frames_in_order_with_the_number_of_their_clip(found: ImageSet) -> None:
    assert found.train.images.shape == (15, 3, 48, 48)
    assert found.train.clips is not None
    assert found.held_out.clips is not None
    assert found.train.clips.tolist() == [0] * 5 + [1] * 5 + [2] * 5
    assert found.held_out.clips.tolist() == [3] * 5 + [4] * 5
    assert found.train.names[6] == "clip 2, frame 2"
    assert found.train.ends_of_windows(3).tolist() == [3, 4, 8, 9, 13, 14]
    assert not found.labelled


def test_the_truth_of_held_out_frames_is_kept_with_them(found: ImageSet) -> None:
    clip = make_clip((0, 4), 5, 48, held_out=True)
    np.testing.assert_array_equal(found.held_out.images[5].transpose(1, 2, 0), clip.frames[0])
    facts = found.facts["held_out"]
    np.testing.assert_array_equal(facts["masks"][5], clip.truth[0].mask)
    assert facts["keypoints"].shape == (10, 15, 2)
    np.testing.assert_array_equal(
        facts["keypoints"][5][: len(clip.keypoints)], clip.truth[0].points
    )


def test_clips_are_painted_once(found: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.clips.source.make_clip", None)
    assert load("clips", FEW).fingerprint() == found.fingerprint()


def test_painting_can_be_cancelled_and_says_how_far_it_is() -> None:
    ticks: list[object] = []
    with pytest.raises(Cancelled):
        load("clips", {**FEW, "seed": 9}, Progress(ticks.append, lambda: len(ticks) > 0))
    load("clips", {**FEW, "seed": 9}, Progress(ticks.append))
    assert (ticks[-1].done, ticks[-1].total, ticks[-1].unit) == (5, 5, "clips")  # type: ignore[attr-defined]
