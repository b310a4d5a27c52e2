"""Marks carried through films whose features are the true correspondence, so all is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor

from core.config import change
from core.progress import Cancelled, Progress
from core.tracking.attention import look
from core.tracking.features import Bank, TrackingError, encoder_of
from core.tracking.labels import Layout
from core.tracking.marks import Marks
from core.tracking.propagate import Settings, propagate, remembered, stretch
from core.tracking.textures import carry_channels, colourise
from tests.tracking.films import CELL, SHAPE, exact, shifting, square

SHARP = Settings(top_k=1, temperature=0.01, radius=3)


def followed(
    given: Mapping[int, Marks], frames: list[int], settings: Settings = SHARP, **more: object
) -> dict[int, Marks]:
    return propagate(Bank(exact, shifting(8)), given, settings, frames, SHAPE, **more)  # type: ignore[arg-type]


def assert_same(found: Marks, mask: np.ndarray, frame: int) -> None:
    """In the middle of every cell, but for those that came in since the first frame."""
    assert found.mask is not None
    seen, wanted = (m[CELL // 2 :: CELL, CELL // 2 :: CELL] for m in (found.mask, mask))
    inside = slice(frame, seen.shape[1] - (7 - frame))  # seen in all eight frames
    np.testing.assert_array_equal(seen[:, inside], wanted[:, inside])


def test_a_mask_follows_a_shift_exactly() -> None:
    found = followed({0: Marks(square(0))}, list(range(8)))
    for frame in range(8):
        assert_same(found[frame], square(frame), frame)


def test_it_goes_backward_from_the_last_frame_too() -> None:
    found = followed({7: Marks(square(7))}, list(range(7, -1, -1)))
    assert list(found) == list(range(7, -1, -1))
    assert_same(found[0], square(0), 0)


def test_several_objects_and_keypoints_go_together() -> None:
    two = square(0)
    two[0:CELL, 0:CELL] = 2
    start = np.array([[18.0, 18.0], [np.nan, np.nan]], np.float32)
    found = followed({0: Marks(two, start)}, list(range(4)))
    assert set(np.unique(found[3].mask)) == {0, 1, 2}
    points = found[3].points
    assert points is not None
    np.testing.assert_allclose(points[0], [18.0 + 3 * CELL, 18.0], atol=0.6)
    assert np.isnan(points[1]).all()


def test_a_correction_changes_what_comes_after_it_and_nothing_before() -> None:
    bank, memory = Bank(exact, shifting(8)), {}
    first = propagate(bank, {0: Marks(square(0))}, SHARP, range(8), SHAPE, memory=memory)
    wrong = np.roll(square(4), 2 * CELL, axis=0)
    given = {0: Marks(square(0)), 4: Marks(wrong)}
    again = propagate(bank, given, change(SHARP, first=False, previous=1), range(4, 8), SHAPE,
                      memory=memory)  # fmt: skip
    assert list(again) == [4, 5, 6, 7]
    np.testing.assert_array_equal(again[4].mask, wrong)
    assert_same(again[6], np.roll(square(6), 2 * CELL, axis=0), 6)
    assert_same(first[3], square(3), 3)


def test_going_on_from_a_correction_is_going_again_from_the_start() -> None:
    settings = Settings(top_k=5, temperature=0.3, radius=3)
    bank, memory = Bank(exact, shifting(8)), {}
    given = {0: Marks(square(0))}
    propagate(bank, given, settings, range(8), SHAPE, memory=memory)
    given[4] = Marks(np.roll(square(4), CELL, axis=0))
    part = propagate(bank, given, settings, range(4, 8), SHAPE, memory=memory)
    whole = propagate(bank, given, settings, range(8), SHAPE)
    for frame in part:
        np.testing.assert_array_equal(part[frame].mask, whole[frame].mask)
        np.testing.assert_allclose(part[frame].confidence, whole[frame].confidence, atol=1e-6)


def test_a_keypoint_alone_may_be_corrected_and_the_mask_goes_on() -> None:
    points = np.array([[18.0, 18.0]], np.float32)
    moved = np.array([[30.0, 10.0]], np.float32)
    given = {0: Marks(square(0), points), 2: Marks(None, moved)}
    found = followed(given, list(range(4)))
    assert_same(found[2], square(2), 2)
    np.testing.assert_array_equal(found[2].points, moved)


def test_memory_is_the_first_the_corrected_and_the_last_frames() -> None:
    settings = Settings(previous=2, corrected=1)
    assert remembered(9, list(range(9)), [0, 3, 5], settings) == [0, 5, 7, 8]
    assert remembered(9, list(range(9)), [0], change(settings, first=False)) == [7, 8]
    lone = change(settings, first=False, previous=0, corrected=0)
    assert remembered(9, list(range(9)), [0], lone) == [8]


def test_each_frame_is_told_when_it_is_done_and_a_stop_leaves_those() -> None:
    told: list[int] = []
    progress = Progress(cancelled=lambda: len(told) >= 3)
    with pytest.raises(Cancelled):
        followed({0: Marks(square(0))}, list(range(8)), on_frame=lambda f, _: told.append(f),
                 progress=progress)  # fmt: skip
    assert told == [0, 1, 2]


def test_what_cannot_be_followed_is_said_in_words() -> None:
    with pytest.raises(TrackingError, match="nothing is marked"):
        followed({}, [0, 1])
    with pytest.raises(TrackingError, match="frame 2 or before it"):
        followed({4: Marks(square(4))}, [2, 3, 4])
    with pytest.raises(TrackingError, match="the mask of frame 0"):
        followed({0: Marks(np.ones((3, 3), np.uint8))}, [0, 1])
    with pytest.raises(TrackingError, match="marks are empty"):
        followed({0: Marks(np.zeros(SHAPE, np.uint8))}, [0, 1])
    with pytest.raises(TrackingError, match="numbers of keypoints"):
        followed({0: Marks(None, np.ones((1, 2), np.float32)),
                  1: Marks(None, np.ones((2, 2), np.float32))}, [0, 1])  # fmt: skip


def test_a_stretch_begins_at_or_after_what_is_marked() -> None:
    given = {3: Marks(square(0))}
    assert stretch(given, 3, 6, backward=False) == [3, 4, 5]
    assert stretch(given, 3, 6, backward=True) == [3, 2, 1, 0]
    for start, backward in ((2, False), (4, True)):
        with pytest.raises(TrackingError, match="nothing is marked"):
            stretch(given, start, 6, backward)


# --- features -------------------------------------------------------------------------------------


def test_features_are_computed_once_and_have_length_one() -> None:
    asked: list[int] = []

    def encode(frames: Tensor) -> Tensor:
        asked.append(len(frames))
        return exact(frames)

    bank = Bank(encode, shifting(3))
    first = bank.at(1)
    torch.testing.assert_close(first.norm(dim=0), torch.ones(first.shape[1:]), atol=2e-3, rtol=0)
    assert torch.equal(bank.at(1), first)
    assert asked == [len(bank)], "small frames are looked at together"


def test_an_enlarged_bank_has_finer_cells() -> None:
    assert Bank(exact, shifting(1), 1.5).at(0).shape[1] == round(1.5 * SHAPE[0]) // CELL


def test_any_encoder_of_the_program_follows() -> None:
    from core.experiment import Experiment, build
    from core.method import DataShape

    for method in ("random_network", "simclr", "rotation"):
        made = build(Experiment(method, "toyland"), DataShape(3, 32), torch.device("cpu"))
        encoder = encoder_of(made)
        assert encoder.stride in (4, 8), method
        assert Bank(encoder, shifting(1)).at(0).ndim == 3


# --- attention, colours ---------------------------------------------------------------------------


def test_attention_of_a_pixel_sums_to_one_and_lies_where_the_thing_was() -> None:
    maps = look(Bank(exact, shifting(4)), 2, (22.0, 18.0), [0, 1], SHARP)
    assert sum(float(m.sum()) for m in maps.values()) == pytest.approx(1.0, abs=1e-5)
    for frame, heat in maps.items():
        row, column = divmod(int(heat.argmax()), heat.shape[1])
        assert (row, column) == (18 // CELL, 22 // CELL - (2 - frame))


def test_any_channels_are_carried_as_masks_are() -> None:
    frames = shifting(4)
    texture = np.random.default_rng(0).random((*SHAPE, 5)).astype(np.float32)
    cells = texture.reshape(SHAPE[0] // CELL, CELL, SHAPE[1] // CELL, CELL, 5).mean(axis=(1, 3))
    made = dict(carry_channels(Bank(exact, frames), texture, SHARP, range(4)))
    middle = made[1].reshape(SHAPE[0] // CELL, CELL, SHAPE[1] // CELL, CELL, 5).mean(axis=(1, 3))
    wanted = np.roll(cells, 1, axis=1)
    assert np.corrcoef(middle[:, 1:].ravel(), wanted[:, 1:].ravel())[0, 1] > 0.9
    assert made[3].shape == (*SHAPE, 5)


def test_a_film_is_coloured_from_its_first_frame() -> None:
    frames = shifting(3)
    made = dict(colourise(Bank(exact, frames), SHARP, range(3)))
    assert made[2].dtype == np.uint8
    assert made[2].shape == frames[2].shape


def test_a_keypoint_is_where_it_was_put() -> None:
    layout = Layout(0, 1, SHAPE, (SHAPE[0] // CELL, SHAPE[1] // CELL))
    for place in ([18.0, 20.0], [25.3, 30.8]):
        labels, _ = layout.encode(Marks(None, np.array([place], np.float32)))
        points = layout.decode(labels).points
        assert points is not None
        np.testing.assert_allclose(points[0], place, atol=0.5)
