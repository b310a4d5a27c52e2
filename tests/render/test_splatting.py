"""Gaussians: what projects them is the mathematics, and compiled loops equal what torch gives."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from core.losses.structure import C1, C2, REACH, SPREAD, structural_similarity
from core.randomness import drawing_from, generator
from core.render import splat_kernels, splat_projection, splatting
from core.render.cameras import Cameras, orbit, pinhole
from core.render.cloud import LEARNED, GaussianCloud, carved
from core.render.splatting import Gaussians, Projected
from core.render.volume import Seen

SIDE = 24
WHITE = torch.ones(3)


def a_camera() -> Cameras:
    return pinhole(orbit(torch.tensor([0.4]), torch.tensor([0.5]), 3.0), (SIDE, SIDE), 0.7)


def blur_of(camera: Cameras) -> float:
    return math.sqrt(splatting.DILATION) / float(camera.lenses[0, 0])


def some(count: int, coefficients: int = 9) -> Gaussians:
    rng = torch.Generator().manual_seed(0)

    def drawn(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=rng)

    # Some lie beyond the edges of the picture, and some behind the camera.
    means = drawn(count, 3) * torch.cat([torch.full((count - 20, 1), 0.35), torch.full((20, 1), 3)])
    return Gaussians(means, 0.5 * drawn(count, 3) - 2.5, drawn(count, 4), 1.5 * drawn(count) + 1,
                     drawn(count, 3), 0.4 * drawn(count, 3, coefficients - 1))  # fmt: skip


SLOW = splatting.project, splatting.rasterise
FAST = splat_projection.project, splat_kernels.rasterise
By = tuple[Callable[..., Projected], Callable[..., Seen]]


def shown(by: By, found: Gaussians, camera: Cameras) -> Seen:
    project, rasterise = by
    return rasterise(project(found, camera, blur_of(camera)), camera.size, WHITE)


def learned(found: Gaussians) -> Gaussians:
    return Gaussians(*(getattr(found, name).clone().requires_grad_() for name in LEARNED))


@pytest.mark.parametrize("coefficients", [1, 4, 9, 16])
def test_the_kernels_show_what_torch_shows(coefficients: int) -> None:
    found, camera = some(150, coefficients), a_camera()
    slow, fast = (shown(by, found, camera) for by in (SLOW, FAST))
    for name in ("colour", "depth", "opacity"):
        assert float((getattr(slow, name) - getattr(fast, name)).abs().max()) < 1e-3, name
    assert torch.equal(slow.samples, fast.samples)
    assert float(slow.opacity.max()) > 0.9
    assert float(slow.opacity.min()) < 0.1


def test_the_kernels_have_the_gradients_of_torch() -> None:
    camera = a_camera()
    weight = torch.randn(SIDE, SIDE, 3, generator=torch.Generator().manual_seed(2))
    both = []
    for by in (SLOW, FAST):
        found = learned(some(150, 16))
        (shown(by, found, camera).colour * weight).sum().backward()
        both.append(found)
    for name in LEARNED:
        slow, fast = (getattr(found, name).grad for found in both)
        assert float((slow - fast).norm() / slow.norm()) < 2e-3, name


def test_rows_of_a_picture_are_those_of_the_whole() -> None:
    camera = a_camera()
    for project, rasterise in (SLOW, FAST):
        projected = project(some(80), camera, blur_of(camera))
        whole = rasterise(projected, camera.size, WHITE).colour
        part = rasterise(projected, camera.size, WHITE, (5, 19)).colour
        torch.testing.assert_close(part, whole[5:19], atol=1e-5, rtol=0)


def test_a_round_gaussian_ahead_is_as_wide_as_its_angle_and_its_blur() -> None:
    camera = a_camera()
    focal, size, blur = float(camera.lenses[0, 0]), 0.08, blur_of(camera)
    found = Gaussians(torch.zeros(1, 3), torch.full((1, 3), size).log(), torch.ones(1, 4),
                      torch.zeros(1), torch.zeros(1, 3), torch.zeros(1, 3, 0))  # fmt: skip
    seen = splatting.project(found, camera, blur)
    variance = (focal * size / 3.0) ** 2 + splatting.DILATION
    torch.testing.assert_close(seen.pixels[0], torch.full((2,), SIDE / 2), atol=1e-3, rtol=0)
    wanted = torch.tensor([1 / variance, 0.0, 1 / variance])
    torch.testing.assert_close(seen.conics[0], wanted, atol=1e-4, rtol=1e-3)
    assert seen.distances[0].item() == pytest.approx(3.0, abs=1e-4)


def test_two_gaussians_are_blended_from_near_to_far_whatever_their_order() -> None:
    pixels = torch.full((2, 2), 0.5)
    conics = torch.tensor([[0.1, 0.0, 0.1]]).repeat(2, 1)
    colours = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    for distances in ([2.0, 1.0], [1.0, 2.0]):
        seen = Projected(pixels, conics, colours, torch.tensor([0.5, 0.8]), torch.tensor(distances))
        near, far = (0, 1) if distances[0] < distances[1] else (1, 0)
        alpha = seen.opacities
        wanted = alpha[near] * colours[near] + (1 - alpha[near]) * alpha[far] * colours[far]
        wanted = wanted + (1 - alpha[0]) * (1 - alpha[1]) * WHITE
        for _, rasterise in (SLOW, FAST):
            made = rasterise(seen, (1, 1), WHITE)
            torch.testing.assert_close(made.colour[0, 0], wanted, atol=1e-5, rtol=0)


def test_a_finer_picture_shows_the_same() -> None:
    found, camera = some(100), a_camera()
    blur = blur_of(camera)
    coarse = shown(FAST, found, camera).colour
    fine = camera.resized(3 * SIDE, 3 * SIDE)
    seen = splat_kernels.rasterise(splat_projection.project(found, fine, blur), fine.size, WHITE)
    middles = seen.colour[1::3, 1::3]
    assert float((middles - coarse).abs().max()) < 0.02


def test_a_lens_that_distorts_bends_the_ellipse_as_it_moves_its_points() -> None:
    camera = a_camera()
    lens = camera.lenses.clone()
    lens[:, 4:] = torch.tensor([-0.2, 0.05, 0.01, -0.02])
    bent = Cameras(camera.poses, lens, camera.size)
    small = Gaussians(torch.tensor([[0.3, 0.5, 0.4]]), torch.full((1, 3), -6.0), torch.ones(1, 4),
                      torch.zeros(1), torch.zeros(1, 3), torch.zeros(1, 3, 0))  # fmt: skip
    seen = splatting.project(small, bent, 0.0)
    rng = torch.Generator().manual_seed(0)
    points = small.means + torch.exp(torch.tensor(-6.0)) * torch.randn(4000, 3, generator=rng)
    pixels, _ = bent.project(0, points)
    torch.testing.assert_close(pixels.mean(dim=0), seen.pixels[0], atol=1e-2, rtol=0)
    a, b, c = seen.conics[0]
    spread = torch.linalg.inv(torch.stack([torch.stack([a, b]), torch.stack([b, c])]))
    assert float((pixels.T.cov() - spread).norm() / spread.norm()) < 0.06


# --- the cloud ------------------------------------------------------------------------------------


def a_cloud(count: int = 6) -> tuple[GaussianCloud, torch.optim.Optimizer]:
    with drawing_from(generator("cloud")):
        cloud = GaussianCloud(count, 4)
    optimizer = torch.optim.Adam(cloud.parameters())
    sum((p * torch.arange(p.numel()).view_as(p)).sum() for p in cloud.parameters()).backward()
    optimizer.step()
    return cloud, optimizer


def test_small_ones_are_cloned_large_ones_split_and_adam_remembers_those_that_stay() -> None:
    cloud, optimizer = a_cloud()
    cloud.log_scales.data.fill_(-6.0)
    cloud.log_scales.data[4] = -1.0
    cloud.note(torch.tensor([0.0, 9.0, 0.0, 0.0, 9.0, 0.0]), torch.ones(6, dtype=torch.bool))
    before = {name: getattr(cloud, name).detach().clone() for name in LEARNED}
    known = optimizer.state[cloud.means]["exp_avg"].clone()
    rng = torch.Generator().manual_seed(0)
    assert cloud.densify(optimizer, 1.0, 0.1, 100, rng) == (1, 1)
    stay = [0, 1, 2, 3, 5]
    assert len(cloud) == 8
    for name in LEARNED:
        assert torch.equal(getattr(cloud, name)[:5], before[name][stay]), name
        assert torch.equal(getattr(cloud, name)[5], before[name][1]), name
    torch.testing.assert_close(cloud.log_scales[6:], before["log_scales"][[4, 4]] - math.log(1.6))
    moved = optimizer.state[cloud.means]["exp_avg"]
    assert torch.equal(moved[:5], known[stay])
    assert not moved[5:].any()
    assert not cloud.pulled.any()


def test_no_more_are_added_than_there_is_room_for() -> None:
    cloud, optimizer = a_cloud()
    cloud.note(torch.arange(1.0, 7.0), torch.ones(6, dtype=torch.bool))
    cloud.densify(optimizer, 0.5, 1e9, 8, torch.Generator().manual_seed(0))
    assert len(cloud) == 8
    assert torch.equal(cloud.means[6:], cloud.means[[5, 4]])  # those that were drawn the most


def test_the_transparent_and_the_huge_go_and_one_stays() -> None:
    cloud, optimizer = a_cloud()
    cloud.opacities.data = torch.tensor([-9.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    cloud.log_scales.data[2] = 5.0
    assert cloud.prune(optimizer, 0.01, 0.5) == 2
    assert optimizer.state[cloud.turns]["exp_avg_sq"].shape == (4, 4)
    cloud.opacities.data.fill_(-9.0)
    cloud.prune(optimizer, 0.01, 0.5)
    assert len(cloud) == 1


def test_points_begin_where_no_view_shows_background() -> None:
    """Of a dark ball of radius 0.4 in the middle, the hull is little more than the ball."""
    angles = torch.arange(8) * (math.pi / 4)
    cameras = pinhole(orbit(angles, torch.linspace(0, 0.9, 8), 3.0), (40, 40), 0.9)
    images = torch.ones(8, 3, 40, 40)
    for one in range(8):
        origins, directions = cameras.all_rays(one)
        apart = torch.linalg.cross(origins, directions).norm(dim=1)
        images[one, :, (apart < 0.4).view(40, 40)] = 0.25
    rng = torch.Generator().manual_seed(0)
    points, colours = carved(200, images, cameras, rng, tries=64)
    assert len(points) == 200
    assert float(points.norm(dim=1).max()) < 0.65
    torch.testing.assert_close(colours, torch.full_like(colours, 0.25))


# --- the loss -------------------------------------------------------------------------------------


def test_structural_similarity_is_its_formula_pixel_by_pixel() -> None:
    rng = torch.Generator().manual_seed(0)
    one, other = torch.rand(1, 9, 7, generator=rng), torch.rand(1, 9, 7, generator=rng)
    offsets = range(-REACH, REACH + 1)
    norm = sum(math.exp(-0.5 * (d / SPREAD) ** 2) for d in offsets) ** 2
    total = 0.0
    for y in range(9):
        for x in range(7):
            sums = [0.0] * 5
            for v in offsets:
                for u in offsets:
                    if 0 <= y + v < 9 and 0 <= x + u < 7:
                        share = math.exp(-0.5 * (u * u + v * v) / SPREAD**2) / norm
                        a, b = float(one[0, y + v, x + u]), float(other[0, y + v, x + u])
                        for at, value in enumerate((a, b, a * a, b * b, a * b)):
                            sums[at] += share * value
            ma, mb, aa, bb, ab = sums
            total += ((2 * ma * mb + C1) * (2 * (ab - ma * mb) + C2)) / (
                (ma**2 + mb**2 + C1) * (aa - ma**2 + bb - mb**2 + C2)
            )
    assert structural_similarity(one, other).item() == pytest.approx(total / 63, abs=1e-5)
    assert structural_similarity(one, one).item() == pytest.approx(1.0)


def test_every_part_of_what_is_learned_is_named() -> None:
    assert tuple(field.name for field in dataclasses.fields(Gaussians)) == LEARNED
