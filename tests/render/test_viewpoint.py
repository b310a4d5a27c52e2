"""A viewpoint turns, moves and stands in cameras as a hand means it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.render.cameras import Cameras, look_at, orbit, pinhole
from core.render.viewpoint import UPS, Viewpoint, parsed

AWRY = Viewpoint(target=(0.1, -0.2, 0.3), distance=3.0, azimuth=33.0, elevation=12.0)


@pytest.mark.parametrize("up", UPS)
def test_its_camera_stands_upright_and_has_the_target_in_its_middle(up: str) -> None:
    view = Viewpoint(AWRY.target, 3.0, 33.0, 12.0, up)
    camera = view.camera(80, 60)
    pixel, ahead = camera.project(0, torch.tensor([view.target]))
    torch.testing.assert_close(pixel[0], torch.tensor([40.0, 30.0]))
    assert float(ahead[0]) == pytest.approx(3.0, abs=1e-5)
    rights = camera.poses[0, :, 0] @ torch.tensor(UPS[up][2], dtype=torch.float32)
    assert float(rights) == pytest.approx(0.0, abs=1e-6)
    assert float(np.linalg.det(view.axes)) == pytest.approx(1.0)


def test_points_are_projected_as_by_its_camera() -> None:
    points = np.random.default_rng(0).uniform(-1, 1, (20, 3))
    pixels, ahead = AWRY.camera(160, 120).project(0, torch.from_numpy(points).float())
    found = AWRY.project(points, 160, 120)
    np.testing.assert_allclose(found[:, :2], pixels.numpy(), atol=1e-3)
    np.testing.assert_allclose(found[:, 2], ahead.numpy(), atol=1e-5)


def test_what_lies_behind_the_eye_is_at_no_pixel() -> None:
    behind = AWRY.eye + AWRY.axes[2]
    assert np.isnan(AWRY.project(behind[None], 160, 120)).all()


def test_an_orbit_keeps_the_target_and_the_distance_and_stops_above() -> None:
    turned = AWRY.orbit(50.0, 200.0)
    assert turned.target == AWRY.target
    assert turned.elevation == 90.0
    assert float(np.linalg.norm(turned.eye - np.array(turned.target))) == pytest.approx(3.0)


def test_zooming_keeps_in_place_what_is_under_the_mouse() -> None:
    towards = (0.3, -0.2)
    place = np.array(AWRY.target) + (0.3 * AWRY.axes[0] - 0.2 * AWRY.axes[1]) * AWRY.extent
    near = AWRY.zoom(0.5, towards)
    assert near.distance == pytest.approx(1.5)
    before, after = (v.project(place[None], 160, 120)[0, :2] for v in (AWRY, near))
    np.testing.assert_allclose(before, after, atol=1e-6)


def test_panning_moves_the_scene_by_shares_of_the_height() -> None:
    moved = AWRY.pan(0.25, 0.5)
    pixel = moved.project(np.array([AWRY.target]), 160, 120)[0, :2]
    np.testing.assert_allclose(pixel, [80 - 0.25 * 120, 60 + 0.5 * 120], atol=1e-6)


def test_flying_moves_the_eye_where_it_looks() -> None:
    np.testing.assert_allclose(AWRY.fly(0, 0, 0.7).eye, AWRY.eye - 0.7 * AWRY.axes[2])


def test_another_axis_up_is_seen_from_the_same_place_the_same_way() -> None:
    turned = AWRY.upright("-y")
    np.testing.assert_allclose(turned.eye, AWRY.eye, atol=1e-9)
    np.testing.assert_allclose(turned.axes[2], AWRY.axes[2], atol=1e-9)


def rolled() -> Cameras:
    """A camera that leans, looks past the middle, and does not see through its middle."""
    pose = look_at(torch.tensor([[2.0, 1.0, 1.5]]), torch.tensor([0.2, 0.0, 0.1]), (0.2, 0.1, 1.0))
    camera = pinhole(pose, (40, 30), 0.7)
    return camera.cropped(3, -2, 40, 30)


def test_standing_in_a_camera_is_exact_until_one_moves() -> None:
    camera = rolled()
    view = Viewpoint.from_camera(camera)
    torch.testing.assert_close(view.camera(40, 30).pack(), camera.pack())
    moved = view.orbit(1.0, 0.0)
    assert moved.held is None
    back = moved.orbit(-1.0, 0.0)
    np.testing.assert_allclose(back.eye, camera.centres[0].numpy(), atol=1e-5)


def test_a_held_photograph_lies_whole_in_a_picture_of_another_shape() -> None:
    view = Viewpoint.from_camera(rolled())
    assert view.frame(160, 60) == (40.0, 0.0, 80.0, 60.0)
    first = torch.zeros(1, dtype=torch.long)
    _, ray = rolled().rays(first, torch.tensor([[0.0, 0.0]]))
    _, same = view.camera(160, 60).rays(first, torch.tensor([[40.0, 0.0]]))
    torch.testing.assert_close(ray, same)


def test_between_two_viewpoints_one_goes_the_short_way() -> None:
    one, other = Viewpoint(azimuth=170.0, distance=2.0), Viewpoint(azimuth=-170.0, distance=8.0)
    middle = one.toward(other, 0.5)
    assert abs(middle.azimuth) == pytest.approx(180.0)
    assert middle.distance == pytest.approx(4.0)
    assert one.toward(other, 0.0) == one
    assert one.toward(other, 1.0) == other


def test_a_wider_field_keeps_the_target_as_large() -> None:
    assert AWRY.widened(80.0).extent == pytest.approx(AWRY.extent)


def test_a_view_is_told_by_three_numbers_as_an_orbit_is() -> None:
    view = parsed("45,20,3.5")
    angle = torch.deg2rad(torch.tensor([45.0, 20.0]))
    torch.testing.assert_close(view.camera(8, 8).poses, orbit(angle[:1], angle[1:], 3.5))
    for text in ("45,20", "a,b,c", "0,91,3", "0,0,0"):
        with pytest.raises(ValueError, match="is no view"):
            parsed(text)
