"""Pixels of a frame and of the widget it lies in."""

from __future__ import annotations

import pytest

from gui.widgets.video.camera import MARGIN, Camera


def test_a_frame_is_fitted_whole_into_the_middle() -> None:
    camera = Camera((100, 50), (416, 316))
    assert camera.scale == 4.0
    assert camera.corner == (MARGIN, (316 - 200) / 2)
    assert camera.to_frame(*camera.to_room(12.0, 7.0)) == pytest.approx((12.0, 7.0))


def test_zooming_holds_what_is_under_the_mouse() -> None:
    camera = Camera((100, 50), (416, 316))
    before = camera.to_frame(150.0, 140.0)
    after = camera.zoomed(3.0, 150.0, 140.0)
    assert after.scale == 12.0
    assert after.to_frame(150.0, 140.0) == pytest.approx(before)


def test_zooming_out_ends_at_the_whole_frame() -> None:
    camera = Camera((100, 50), (416, 316)).zoomed(4.0, 20.0, 20.0).zoomed(0.01, 20.0, 20.0)
    assert camera == Camera((100, 50), (416, 316))


def test_a_place_beside_the_frame_is_not_on_it() -> None:
    camera = Camera((100, 50), (416, 316))
    assert camera.holds(0.0, 49.9)
    assert not camera.holds(100.0, 10.0)
    assert not camera.holds(-0.1, 3.0)
