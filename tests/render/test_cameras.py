"""The camera model: pixels to rays and back, poses that look where they should."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from core.render.cameras import (
    Cameras,
    distorted,
    look_at,
    orbit,
    pinhole,
    pixel_centres,
    undistorted,
)


def some(lens: tuple[float, ...] = (0, 0, 0, 0)) -> Cameras:
    poses = orbit(
        torch.tensor([0.1, 2.0, 4.0]).double(), torch.tensor([0.2, 0.9, -0.4]).double(), 3.0
    )
    cameras = pinhole(poses, (40, 30), 0.9)
    lenses = cameras.lenses.clone()
    lenses[:, 4:] = torch.tensor(lens)
    return Cameras(cameras.poses, lenses, cameras.size)


def test_the_middle_of_the_picture_looks_at_what_the_camera_looks_at() -> None:
    cameras = some()
    middle = torch.tensor([[20.0, 15.0]] * 3).double()
    origins, directions = cameras.rays(torch.arange(3), middle)
    torch.testing.assert_close(origins + 3 * directions, torch.zeros(3, 3).double())
    torch.testing.assert_close(directions, cameras.forward)


def test_up_in_the_world_is_up_in_the_picture_and_right_is_right() -> None:
    pose = look_at(torch.tensor([[0.0, -3.0, 0.0]]), torch.zeros(3))  # looks along +y, x is right
    cameras = pinhole(pose, (10, 10), 1.0)
    (high, right), _ = cameras.project(0, torch.tensor([[0.0, 0, 0.5], [0.5, 0, 0]]))
    assert high[1] < 5
    assert high[0] == pytest.approx(5)
    assert right[0] > 5
    assert right[1] == pytest.approx(5)


def test_the_first_pixels_centre_is_half_a_pixel_from_the_corner() -> None:
    assert pixel_centres((3, 2), torch.zeros(1)).tolist() == [
        [0.5, 0.5], [1.5, 0.5], [2.5, 0.5], [0.5, 1.5], [1.5, 1.5], [2.5, 1.5],
    ]  # fmt: skip
    angle = 2 * math.atan(0.5)  # a picture as wide as it is far
    cameras = pinhole(look_at(torch.tensor([[0.0, -1.0, 0.0]]), torch.zeros(3)), (2, 2), angle)
    direction = cameras.all_rays()[1][0]
    expected = torch.tensor([-0.25, 1.0, 0.25])
    torch.testing.assert_close(direction, expected / expected.norm())


@pytest.mark.parametrize("lens", [(0, 0, 0, 0), (0.1, -0.02, 0.003, -0.004), (-0.2, 0.05, 0, 0)])
def test_a_point_on_a_pixels_ray_is_seen_at_that_pixel(lens: tuple[float, ...]) -> None:
    cameras = some(lens)
    pixels = pixel_centres(cameras.size, cameras.poses)
    for one in range(3):
        origins, directions = cameras.all_rays(one)
        seen, ahead = cameras.project(one, origins + 2.5 * directions)
        torch.testing.assert_close(seen, pixels, atol=1e-6, rtol=0)
        of_each = cameras.rays(torch.full((len(pixels),), one), pixels)
        torch.testing.assert_close(of_each, (origins, directions))
        assert bool((ahead > 0).all())


def test_undistorting_inverts_distorting() -> None:
    points = (torch.rand(50, 2, generator=torch.Generator().manual_seed(0)) - 0.5).double()
    lens = torch.tensor([[0.15, 0.03, 0.002, 0.004]]).double().expand(50, 4)
    torch.testing.assert_close(undistorted(distorted(points, lens), lens), points)


def test_a_radial_lens_moves_a_point_as_worked_by_hand() -> None:
    moved = distorted(torch.tensor([[0.3, 0.4]]), torch.tensor([[0.2, 0.4, 0.0, 0.0]]))
    factor = 1 + 0.2 * 0.25 + 0.4 * 0.0625
    torch.testing.assert_close(moved, torch.tensor([[0.3 * factor, 0.4 * factor]]))


def test_packing_resizing_and_cropping_keep_the_rays() -> None:
    cameras = some((0.1, 0, 0, 0))
    again = Cameras.unpack(cameras.pack(), cameras.size)
    large = again.resized(80, 60).cropped(20, 10, 40, 40)

    def ray(of: Cameras, x: float, y: float) -> Tensor:
        return of.rays(torch.tensor([1]), torch.tensor([[x, y]]).double())[1]

    torch.testing.assert_close(ray(large, 0, 0), ray(cameras, 10, 5))
    assert large.size == (40, 40)
    with pytest.raises(ValueError, match="cameras"):
        Cameras.unpack(torch.zeros(2, 16), (4, 4))


def test_a_camera_straight_above_has_a_pose_too() -> None:
    pose = look_at(torch.tensor([[0.0, 0.0, 2.0]]), torch.zeros(3))[0, :, :3]
    torch.testing.assert_close(pose.T @ pose, torch.eye(3))
    assert torch.linalg.det(pose) == pytest.approx(1)
