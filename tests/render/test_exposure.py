"""Pictures in the making: bands join, passes average, sizes follow the time there is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.render.cameras import Cameras
from core.render.exposure import Exposure, halton
from core.render.outputs import VOID, painted
from core.render.pace import FLOOR, Pace
from core.render.surface import normals
from core.render.viewpoint import Viewpoint
from core.render.volume import Seen


class Ball:
    """A ball of radius 0.5 in the middle, coloured by where it is hit, asked once a ray."""

    background = torch.ones(3)

    def __init__(self) -> None:
        self.pictures: list[tuple[int, int]] = []

    def render(self, camera: Cameras, size: object = None, cancelled: object = None) -> Seen:
        self.pictures.append(camera.size)
        origins, directions = camera.all_rays()
        along = -(origins * directions).sum(dim=1)
        missed = (origins.square().sum(dim=1) - along.square()).clamp(min=0)
        hit = missed < 0.25
        depth = torch.where(hit, along - (0.25 - missed).clamp(min=0).sqrt(), 0.0)
        colour = torch.where(hit[:, None], 0.5 + origins + depth[:, None] * directions, 1.0)
        shape = camera.size[1], camera.size[0]
        parts = (depth, hit.float(), torch.ones_like(depth))
        return Seen(colour.view(*shape, 3), *(part.view(shape) for part in parts))


CAMERA = Viewpoint().camera(40, 30)


def test_bands_make_the_picture_that_is_made_at_once() -> None:
    ball, exposure = Ball(), Exposure(CAMERA)
    exposure._rows = 7
    assert exposure.go_on(ball, lambda: False) == 40 * 30
    assert len(ball.pictures) > 1
    whole, seen = Ball().render(CAMERA), exposure.seen()
    for name in ("colour", "depth", "opacity", "samples"):
        torch.testing.assert_close(getattr(seen, name), getattr(whole, name))
    assert exposure.done


def test_a_picture_stops_between_two_bands_and_goes_on() -> None:
    exposure = Exposure(CAMERA)
    exposure._rows = 7
    assert exposure.go_on(Ball(), lambda: True) == 7 * 40
    assert exposure.ready == pytest.approx(7 / 30)
    assert not exposure.done
    exposure.go_on(Ball(), lambda: False)
    torch.testing.assert_close(exposure.seen().colour, Ball().render(CAMERA).colour)


def test_more_passes_come_nearer_to_what_a_pixel_holds_on_average() -> None:
    large = Ball().render(CAMERA.resized(320, 240)).opacity
    truth = large.view(30, 8, 40, 8).mean(dim=(1, 3))
    apart = []
    for passes in (1, 8):
        exposure = Exposure(CAMERA, passes)
        exposure.go_on(Ball(), lambda: False)
        apart.append(float((exposure.seen().opacity - truth).square().mean()))
    assert apart[1] < 0.2 * apart[0]


def test_places_within_a_pixel_are_those_of_halton() -> None:
    assert [halton(i, 2) for i in (1, 2, 3, 4)] == [0.5, 0.25, 0.75, 0.125]
    assert halton(5, 3) == pytest.approx(2 / 3 + 1 / 9)


# --- how large --------------------------------------------------------------------------------


def paced(rate: float) -> Pace:
    pace = Pace()
    for _ in range(40):
        pace.took(int(rate), 1.0)
    return pace


def test_a_slow_scene_is_still_seen_at_the_floor_and_a_quick_one_at_the_windows_size() -> None:
    width, height = paced(1000).size(1280, 960)
    assert width * height == pytest.approx(FLOOR, rel=0.02)
    assert width / height == pytest.approx(1280 / 960, rel=0.02)
    assert paced(1e9).size(1280, 960) == (1280, 960)


def test_a_picture_takes_about_the_time_there_is() -> None:
    width, height = paced(1e6).size(1280, 960, budget=0.1)
    assert width * height == pytest.approx(1e5, rel=0.02)


def test_the_first_pictures_which_wait_for_what_is_built_once_do_not_count() -> None:
    pace = Pace()
    for _ in range(3):
        pace.took(100, 10.0)
    assert pace.rate == 0.0


def test_the_size_stays_where_it_would_hardly_change() -> None:
    pace = paced(1e6)
    before = pace.size(1280, 960)
    for _ in range(40):
        pace.took(int(1.15e6), 1.0)
    assert pace.size(1280, 960) == before
    for _ in range(40):
        pace.took(int(1.5e6), 1.0)
    assert pace.size(1280, 960) > before


# --- outputs ----------------------------------------------------------------------------------


def test_normals_of_a_ball_point_away_from_its_middle() -> None:
    camera = Viewpoint().camera(160, 120)
    seen = Ball().render(camera)
    found = normals(seen.depth, camera)
    truth = (seen.colour - 0.5) / 0.5
    facing = (truth * camera.poses[0, :, 2]).sum(dim=2) > 0.3  # not at the rim
    kept = (seen.opacity > 0.5) & facing
    assert float((found * truth).sum(dim=2)[kept].min()) > 0.97


def test_another_background_lies_behind_what_is_not_opaque() -> None:
    seen = Ball().render(CAMERA)
    behind = torch.tensor([[1.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    found = painted("colour", seen, CAMERA, behind)
    np.testing.assert_array_equal(found[0, 0], [0, 0, 255])
    inside = painted("colour", seen, CAMERA)[15, 20]
    np.testing.assert_array_equal(found[15, 20], inside)


@pytest.mark.parametrize("name", ["depth", "normals", "error"])
def test_where_there_is_no_surface_there_is_nothing_to_tell(name: str) -> None:
    found = painted(name, Ball().render(CAMERA), CAMERA)
    np.testing.assert_array_equal(found[0, 0], VOID)


def test_an_output_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="no output 'heat'"):
        painted("heat", Ball().render(CAMERA), CAMERA)
