"""Turned boxes beside cases worked by hand and beside counting of random points."""

from __future__ import annotations

import numpy as np
import pytest

from core.render.oriented import corners, footprints, overlaps, shared_area

UNIT = [0.0, 0, 0, 1, 1, 1, 0]


def test_overlaps_worked_by_hand() -> None:
    half = [0.5, 0, 0, 1, 1, 1, 0]  # shares half: 0.5 of 1.5
    turned = [0.0, 0, 0, 1, 1, 1, np.pi / 4]  # an octagon of area 2 (sqrt 2 - 1) is shared
    higher, away = [0.0, 0, 0.75, 1, 1, 1, 0], [3.0, 0, 0, 1, 1, 1, 0.3]
    found = overlaps(np.array([UNIT]), np.array([UNIT, half, turned, higher, away]))[0]
    octagon = 2 * (2**0.5 - 1)
    expected = [1, 0.5 / 1.5, octagon / (2 - octagon), 0.25 / 1.75, 0]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_overlaps_are_what_counting_of_random_points_says() -> None:
    rng = np.random.default_rng(0)
    middles, sizes = rng.uniform(-0.7, 0.7, (6, 3)), rng.uniform(0.8, 2.5, (6, 3))
    boxes = np.hstack([middles, sizes, rng.uniform(-4, 4, (6, 1))])
    points = rng.uniform(-3, 3, (200_000, 3))
    inside = []
    for x, y, z, long, wide, high, yaw in boxes:
        a, b, c = (points - [x, y, z]).T
        ahead, left = a * np.cos(yaw) + b * np.sin(yaw), b * np.cos(yaw) - a * np.sin(yaw)
        inside.append((abs(ahead) < long / 2) & (abs(left) < wide / 2) & (abs(c) < high / 2))
    slow = [[(i & j).sum() / (i | j).sum() for j in inside] for i in inside]
    np.testing.assert_allclose(overlaps(boxes, boxes), slow, atol=0.02)
    assert (np.array(slow) > 0.1).sum() > 12  # the case is none of boxes far apart


def test_corners_follow_length_and_yaw() -> None:
    found = corners(np.array([[1.0, 2, 3, 4, 2, 6, np.pi / 2]]))[0]
    np.testing.assert_allclose(found[0], [0, 4, 0], atol=1e-9)  # front left, below
    np.testing.assert_allclose(found[6], [2, 0, 6], atol=1e-9)  # rear right, above


def test_the_area_that_polygons_share_worked_by_hand() -> None:
    window = footprints(np.array([UNIT]))[0]
    triangle = np.array([[-0.5, -0.5], [1.5, -0.5], [-0.5, 1.5]])
    assert shared_area(window, window) == pytest.approx(1)
    assert shared_area(triangle, window) == pytest.approx(1.0)
    assert shared_area(triangle - 0.5, window) == pytest.approx(0.5)
    assert shared_area(window + 2, window) == 0.0
