"""Errors against a photograph from elsewhere: none of a true model, all of a false one."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from core.data.scenes import painted as scenes
from core.data.scenes.shapes import Box, Shape, Sphere, checks, plain
from core.progress import Progress
from core.render.cameras import Cameras
from core.render.comparison import Truth, errors
from core.render.outputs import UNTOLD, VOID, painted
from core.render.surface import doubtful
from core.render.viewpoint import Viewpoint
from core.render.volume import Seen

HERE = Viewpoint(azimuth=0.0, elevation=30.0).camera(120, 90)
THERE = Viewpoint(azimuth=14.0, elevation=36.0).camera(100, 100)
RED, GREEN = (0.7, 0.2, 0.1), (0.2, 0.6, 0.2)


def still(ball: tuple[float, float, float]) -> list[Shape]:
    """A ball that hides a part of a chequered board, and its shadow."""
    board = Box(checks((0.3, 0.3, 0.4), (0.8, 0.8, 0.7), 0.3, "xy"), (0, 0, -0.5), (0.9, 0.9, 0.1))
    return [board, Sphere(plain(*ball), (0, 0, 0.1), 0.35)]


def seen(shapes: Sequence[Shape], camera: Cameras) -> Seen:
    """What a perfect model renders."""
    found = scenes.trace(shapes, *camera.all_rays())
    hit = found.distance.isfinite()
    depth, opacity = torch.where(hit, found.distance, 0.0), hit.float()
    shape = camera.size[1], camera.size[0]
    parts = (part.view(shape) for part in (depth, opacity, opacity))
    return Seen(found.colour.view(*shape, 3), *parts)


def photograph(shapes: Sequence[Shape], camera: Cameras) -> Truth:
    pictures, depth = scenes.photograph(shapes, camera, Progress())
    far = torch.where(depth[0] > 0, depth[0], torch.inf)
    return Truth(camera, pictures[0].permute(1, 2, 0) / 255, far)


def test_a_true_model_has_next_to_no_error_in_another_view() -> None:
    shapes = still(RED)
    model = seen(shapes, HERE)
    found = errors(model, HERE, photograph(shapes, THERE))
    told = found.isfinite()
    assert not bool((told & (model.opacity < 0.5)).any())
    assert 0.55 < float(told.sum() / model.opacity.sum()) < 0.9
    assert float(found[told].mean()) < 0.003
    assert float((found[told] > 0.05).float().mean()) < 0.015


def test_what_the_other_camera_does_not_see_is_not_told_of() -> None:
    """By rays: from each place towards the other camera, and whether something is in between."""
    shapes = still(RED)
    model = seen(shapes, HERE)
    found = errors(model, HERE, photograph(shapes, THERE))
    origins, directions = HERE.all_rays()
    places = origins + model.depth.view(-1, 1) * directions
    towards = THERE.centres - places
    far = towards.norm(dim=1, keepdim=True)
    met = scenes.trace(shapes, places + 2e-3 * towards / far, towards / far).distance
    hidden = (met < far[:, 0] - 0.1).view(found.shape) & (model.opacity > 0.5)
    assert int(hidden.sum()) > 50
    assert not bool((hidden & found.isfinite()).any())


def test_a_false_colour_is_told_wherever_both_see_it_and_a_false_depth_too() -> None:
    truth = photograph(still(GREEN), THERE)
    away = errors(seen(still(RED), HERE), HERE, truth)
    middle = away[38:46, 56:64]  # of the ball
    wanted = np.abs(np.subtract(RED, GREEN)).mean()
    shade = seen(still(GREEN), HERE).colour[38:46, 56:64, 1] / GREEN[1]
    torch.testing.assert_close(middle, shade * float(wanted), atol=0.02, rtol=0)
    model = seen(still(GREEN), HERE)
    near = dataclasses.replace(model, depth=model.depth - 0.4)
    assert float(errors(near, HERE, truth).nanmean()) > 0.05


@pytest.mark.parametrize(("elevation", "told"), [(25.0, True), (4.0, False)])
def test_a_surface_seen_at_a_grazing_angle_is_not_told_of(elevation: float, told: bool) -> None:
    board: list[Shape] = [Box(plain(0.4, 0.4, 0.4), (0, 0, -0.1), (0.9, 0.9, 0.1))]
    flat = Viewpoint(azimuth=5.0, elevation=elevation).camera(100, 100)
    found = errors(seen(board, HERE), HERE, photograph(board, flat))
    assert bool(found[45, 60].isfinite()) is told


def plane(camera: Cameras, normal: Tensor, far: float) -> Tensor:
    origins, directions = camera.all_rays()
    depth = (far - origins @ normal) / (directions @ normal)
    return depth.view(camera.size[1], camera.size[0])


def test_a_slanted_plane_is_certain_and_an_edge_of_depth_doubtful_on_both_sides() -> None:
    camera = Viewpoint(azimuth=0.0, elevation=0.0).camera(40, 30)
    forward, right = camera.forward[0], camera.poses[0, :, 0]
    facing = plane(camera, forward, 0.0)
    slanted = plane(camera, math.cos(0.8) * forward + math.sin(0.8) * right, 0.0)
    for depth in (facing, slanted):
        assert not bool(doubtful(depth, camera).any())
    stepped = facing.clone()
    stepped[:, 20:] += 0.5
    found = doubtful(stepped, camera)
    assert bool(found[:, 19:21].all())
    assert int(found.sum()) == 2 * 30
    stepped[:, 20:] = torch.inf
    found = doubtful(stepped, camera)
    assert bool(found[:, 19].all())
    assert int(found.sum()) == 30


def test_what_a_photograph_does_not_tell_of_is_grey_and_where_nothing_is_stays_dark() -> None:
    shapes = still(RED)
    model, truth = seen(shapes, HERE), photograph(shapes, THERE)
    shown, found = painted("error", model, HERE, None, truth), errors(model, HERE, truth)
    solid = (model.opacity > 0.5).numpy()
    untold = found.isnan().numpy() & solid
    np.testing.assert_array_equal(shown[untold], np.full((untold.sum(), 3), UNTOLD))
    np.testing.assert_array_equal(shown[~solid], np.full(((~solid).sum(), 3), VOID))
    exact = dataclasses.replace(photograph(shapes, HERE), depth=None, exact=True)
    assert not (painted("error", model, HERE, None, exact) == UNTOLD).all(axis=2).any()
