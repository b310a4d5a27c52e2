"""What a hand does to a mask, in cases small enough to write down."""

from __future__ import annotations

import numpy as np

from gui.widgets.video import edits
from gui.widgets.video.edits import Grower

MASK = np.array([[0, 1, 1, 0], [0, 1, 2, 2], [0, 0, 2, 2], [1, 0, 0, 0]], np.uint8)


def test_a_region_is_given_to_an_object_and_the_mask_in_hand_stays() -> None:
    region = np.zeros((4, 4), bool)
    region[0, :2] = True
    kept = MASK.copy()
    assert edits.put(MASK, region, 3)[0].tolist() == [3, 3, 1, 0]
    assert np.array_equal(MASK, kept)


def test_erasing_one_object_leaves_the_others() -> None:
    region = np.ones((4, 4), bool)
    assert edits.take(MASK, region, 2).tolist() == (MASK * (MASK != 2)).tolist()
    assert not edits.take(MASK, region).any()


def test_a_polygon_holds_the_pixels_whose_middle_it_holds() -> None:
    found = edits.polygon((4, 5), [(1, 1), (4, 1), (4, 3), (1, 3)])
    expected = np.zeros((4, 5), bool)
    expected[1:3, 1:4] = True
    assert np.array_equal(found, expected)


def test_a_triangle_holds_half_of_its_square() -> None:
    found = edits.polygon((10, 10), [(0, 0), (10, 0), (0, 10)])
    assert found[0, 0]
    assert found[2, 6]
    assert not found[9, 9]
    assert not found[6, 6]
    assert abs(int(found.sum()) - 50) <= 5


def test_two_corners_hold_nothing() -> None:
    assert not edits.polygon((4, 4), [(0, 0), (3, 3)]).any()


def test_connected_stops_where_only_corners_touch() -> None:
    found = edits.connected(MASK, (1.5, 0.5))
    assert sorted(zip(*np.nonzero(found))) == [(0, 1), (0, 2), (1, 1)]
    assert not edits.connected(MASK, (9.0, 0.5)).any()


def test_growing_takes_like_colours_that_hang_together_and_fills_holes() -> None:
    frame = np.full((12, 12, 3), 30, np.uint8)
    frame[2:8, 2:8] = (200, 40, 40)
    frame[4, 4] = 255  # a highlight inside
    frame[10:, 10:] = (200, 40, 40)  # the same colour elsewhere
    expected = np.zeros((12, 12), bool)
    expected[2:8, 2:8] = True
    grower = Grower(frame, (6.5, 6.5))
    assert np.array_equal(grower.region(10.0), expected)
    assert grower.region(500.0).all()


def test_growing_beside_the_frame_finds_nothing() -> None:
    assert not Grower(np.zeros((4, 4, 3), np.uint8), (-1.0, 2.0)).region(10.0).any()
