"""The raster and the camera: what covers what, shapes, small discs, density, zooming."""

from __future__ import annotations

import numpy as np
import pytest

from gui.widgets.points.camera import FARTHEST, NEAREST, Camera
from gui.widgets.points.density import draw_density
from gui.widgets.points.raster import (
    SHAPES,
    draw_points,
    make_ink,
    premultiplied,
    scatter_points,
    shape_of,
)

RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)


def ink(radius: float = 3.0, shapes=(0, 0)):
    return make_ink(radius, np.array([RED, BLUE], np.uint8), shapes)


def test_a_later_point_covers_an_earlier_one_whole() -> None:
    xy = np.array([[10.5, 10.5], [10.5, 10.5]])
    drawn = draw_points(xy, np.array([0, 1]), ink(), 21, 21)
    assert tuple(drawn[10, 10]) == BLUE
    assert not drawn[..., 0].any()


def test_points_across_the_edge_show_their_rim_and_far_ones_nothing() -> None:
    xy = np.array([[-1.0, 5.0], [500.0, 5.0]])
    drawn = draw_points(xy, np.array([0, 1]), ink(), 20, 10)
    assert drawn[5, 0, 0] > 0
    assert not drawn[..., 2].any()


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_every_shape_covers_about_the_area_of_the_disc(shape: int) -> None:
    xy = np.array([[20.0, 20.0]])
    drawn = draw_points(xy, np.array([0]), ink(8.0, (shape, 0)), 40, 40)
    area = drawn[..., 3].sum() / 255
    assert 0.5 * np.pi * 64 < area < 1.5 * np.pi * 64


def test_seventy_two_labels_differ_in_colour_or_shape() -> None:
    assert len({(label % 12, shape_of(label)) for label in range(72)}) == 72


def test_scattered_points_keep_their_centres_and_widen_by_their_reach() -> None:
    pixels = premultiplied(np.array([RED, BLUE], np.uint8))
    xy = np.array([[4.2, 5.9], [5.0, 5.0], [-3.0, 2.0], [90.0, 2.0]], np.float32)
    drawn = scatter_points(xy, pixels[[0, 1, 1, 1]], 1, 12, 9)
    assert tuple(drawn[5, 4]) == RED
    assert tuple(drawn[5, 5]) == BLUE
    assert drawn[5, 3].tolist() == [127, 0, 0, 127]
    assert np.count_nonzero(drawn[..., 3]) == 8


def test_density_counts_in_the_mean_colour_and_grows_with_the_logarithm() -> None:
    red, blue = np.array([1, 0, 0, 1], np.float32), np.array([0, 0, 1, 1], np.float32)
    xy = np.array([[1.0, 1.0]] * 7 + [[5.0, 1.0]] + [[9.0, 9.0]] * 2 + [[-1.0, 0.0]], np.float32)
    rgba = np.stack([red] * 8 + [red, blue] + [red])
    drawn = draw_density(xy, rgba, 2, 10, 10).astype(int)
    assert drawn.shape == (5, 5, 4)
    alone = 0.22 + 0.78 * np.log(2) / np.log(8)
    assert drawn[0, 0].tolist() == [255, 0, 0, 255]
    assert drawn[0, 2, 3] == pytest.approx(255 * alone, abs=1)
    assert abs(drawn[4, 4, 0] - drawn[4, 4, 2]) <= 1
    assert np.count_nonzero(drawn[..., 3]) == 3


def test_zooming_keeps_the_point_under_the_mouse_and_its_bounds() -> None:
    xy = np.array([[0.0, 0.0], [4.0, 3.0]])
    whole = Camera.over(xy, 400, 300, 20)
    before = whole.project(xy, 400, 300)[1]
    near = whole.zoomed(2.0, (before[0] - 200, before[1] - 150), whole)
    np.testing.assert_allclose(near.project(xy, 400, 300)[1], before)
    assert whole.zoomed(1e9, (0, 0), whole).scale == pytest.approx(whole.scale * NEAREST)
    assert whole.zoomed(1e-9, (0, 0), whole).scale == pytest.approx(whole.scale * FARTHEST)


def test_a_pixel_is_of_the_place_that_is_seen_there() -> None:
    camera = Camera(2.0, -1.0, 35.0)
    place = np.array([camera.unproject(110.0, 33.0, 400, 300)])
    np.testing.assert_allclose(camera.project(place, 400, 300), [[110.0, 33.0]])
