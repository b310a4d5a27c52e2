"""What a brush touches, and how squares fit."""

from __future__ import annotations

import numpy as np
import pytest

from gui.widgets.brush import rim, snapped, stroke
from gui.widgets.squares import fit


def test_the_smallest_brush_touches_the_pixel_under_it() -> None:
    found = stroke((8, 8), (2.1, 5.9), (2.1, 5.9), 1)
    assert np.argwhere(found).tolist() == [[5, 2]]


def test_a_stroke_has_no_gap_however_far_the_mouse_went() -> None:
    found = stroke((8, 16), (1.5, 4.5), (14.5, 4.5), 2)
    assert found[4, 1:15].all()
    assert not found[:3].any()


def test_patches_are_touched_whole() -> None:
    found = stroke((8, 8), (5.0, 2.0), (5.0, 2.0), 1, grain=4)
    expected = np.zeros((8, 8), bool)
    expected[:4, 4:] = True
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(snapped(expected, 4), expected)


def test_the_rim_of_a_square_is_its_four_sides() -> None:
    mask = np.zeros((5, 5), bool)
    mask[1:3, 2:4] = True
    lines = {tuple(line) for line in rim(mask).tolist()}
    assert len(lines) == 8
    assert (2, 1, 3, 1) in lines
    assert (4, 2, 4, 3) in lines


@pytest.mark.parametrize("room", [(436, 395), (200, 600), (900, 300)])
def test_squares_lie_within_their_room_and_beside_one_another(room: tuple[int, int]) -> None:
    squares = fit(1, 5, room, 8, (18, 16))
    places = [squares.place(at) for at in range(5)]
    assert len(set(places)) == 5
    for x, y in places:
        assert 0 <= x <= room[0] - squares.side
        assert 18 <= y <= room[1] - squares.side - 16


def test_rows_that_would_be_too_small_are_higher_than_the_room() -> None:
    squares = fit(24, 5, (436, 300), 8, (18, 16), least=64)
    assert squares.side == 64
    assert squares.columns == 5
    assert squares.height > 300
