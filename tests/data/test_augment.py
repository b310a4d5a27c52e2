"""Every sample has its own draw, from the given generator alone, and nothing happens at zero."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from core.config import configure, options_of
from core.data.augment import Augmentation, colour, geometry, texture
from core.data.augment.compose import augment

EVERYTHING = Augmentation(
    crop=0.3, stretch=1.5, shift=0.1, flip=0.5, turn=20.0, quarter_turns=True, jitter=0.8,
    grey=0.3, blur=0.5, noise=0.1, cutout=0.3,
)  # fmt: skip

Random = Callable[[Tensor, torch.Generator], Tensor]
EACH: dict[str, Random] = {
    "crop_resize": geometry.crop_resize,
    "rotate": lambda x, rng: geometry.rotate(x, rng, 30.0),
    "shift": lambda x, rng: geometry.shift(x, rng, 2),
    "flip": geometry.flip,
    "quarter_turns": geometry.quarter_turns,
    "jitter": colour.jitter,
    "grey": lambda x, rng: colour.grey(x, rng, 0.5),
    "blur": texture.blur,
    "noise": lambda x, rng: texture.noise(x, rng, 0.2),
    "cutout": lambda x, rng: texture.cutout(x, rng, 0.4),
    "everything": lambda x, rng: augment(x, EVERYTHING, rng),
    "edges": lambda x, rng: augment(x, Augmentation(sobel=True), rng),
}
AT_ZERO: dict[str, Random] = {
    "rotate": lambda x, rng: geometry.rotate(x, rng, 0.0),
    "shift": lambda x, rng: geometry.shift(x, rng, 0),
    "flip": lambda x, rng: geometry.flip(x, rng, 0.0),
    "jitter": lambda x, rng: colour.jitter(x, rng, 0.0, 0.0, 0.0, 0.0),
    "no jitter": lambda x, rng: colour.jitter(x, rng, share=0.0),
    "grey": lambda x, rng: colour.grey(x, rng, 0.0),
    "blur": lambda x, rng: texture.blur(x, rng, 0.0),
    "noise": lambda x, rng: texture.noise(x, rng, 0.0),
    "cutout": lambda x, rng: texture.cutout(x, rng, 0.0),
    "augment": lambda x, rng: augment(x, Augmentation(), rng),
}


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(count: int = 6, channels: int = 3, side: int = 16) -> Tensor:
    return torch.rand(count, channels, side, side, generator=rng(7))


def alike(count: int, side: int = 16) -> Tensor:
    """The same picture again and again, so that only the draws can differ."""
    return pictures(1, side=side).repeat(count, 1, 1, 1)


@pytest.mark.parametrize("name", EACH)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [8, 33])
def test_the_shape_stays_and_the_values_stay_within_0_and_1(
    name: str, channels: int, side: int
) -> None:
    images = pictures(channels=channels, side=side)
    result = EACH[name](images, rng())
    assert result.shape == images.shape
    assert result.dtype == torch.float32
    assert float(result.min()) >= -1e-5
    assert float(result.max()) <= 1 + 1e-5


@pytest.mark.parametrize("name", EACH)
def test_the_draws_depend_on_the_generator_alone(name: str) -> None:
    images, before = pictures(), torch.get_rng_state()
    first, again = EACH[name](images, rng(3)), EACH[name](images, rng(3))
    assert torch.equal(first, again)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("name", EACH)
def test_the_given_batch_is_left_as_it_was(name: str) -> None:
    images = pictures()
    kept = images.clone()
    EACH[name](images, rng())
    assert torch.equal(images, kept)


@pytest.mark.parametrize("name", [name for name in EACH if name != "edges"])
def test_each_sample_has_its_own_draw(name: str) -> None:
    result = EACH[name](alike(24), rng())
    assert len(torch.unique(result.flatten(1), dim=0)) > 1


@pytest.mark.parametrize("name", AT_ZERO)
@pytest.mark.parametrize("channels", [1, 3])
def test_nothing_happens_at_zero_strength(name: str, channels: int) -> None:
    images = pictures(channels=channels)
    assert torch.equal(AT_ZERO[name](images, rng()), images)


def test_a_crop_of_everything_is_the_picture() -> None:
    images = pictures()
    cropped = geometry.crop_resize(images, rng(), (1.0, 1.0), (1.0, 1.0))
    torch.testing.assert_close(cropped, images)


def test_crops_keep_the_area_and_the_ratio_asked_for_and_lie_inside() -> None:
    size = torch.Size((500, 3, 24, 48))
    matrices = geometry.crop_matrices(rng(), size, (0.2, 0.5), (0.5, 2.0))
    wide, high = matrices[:, 0, 0], matrices[:, 1, 1]
    area, ratio = wide * high, 2 * wide / high  # the picture is twice as wide as high
    assert float(area.min()) + 1e-6 >= 0.2
    assert float(area.max()) <= 0.5 + 1e-6
    assert float(ratio.min()) + 1e-5 >= 0.5
    assert float(ratio.max()) <= 2.0 + 1e-5
    assert bool((matrices[:, 0, 2].abs() + wide <= 1 + 1e-6).all())
    assert bool((matrices[:, 1, 2].abs() + high <= 1 + 1e-6).all())
    assert float(area.mean()) == pytest.approx(0.35, abs=0.02)


def test_a_crop_that_fits_nowhere_is_the_whole_picture() -> None:
    matrices = geometry.crop_matrices(rng(), torch.Size((4, 3, 8, 8)), (1.0, 1.0), (2.0, 3.0))
    torch.testing.assert_close(matrices, torch.eye(3).expand(4, 3, 3))


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_as_many_are_flipped_as_asked_for(share: float) -> None:
    images = alike(2000, side=8)
    result = geometry.flip(images, rng(), share)
    flipped = (result == images.flip(3)).flatten(1).all(dim=1)
    kept = (result == images).flatten(1).all(dim=1)
    assert bool((flipped ^ kept).all())
    assert float(flipped.float().mean()) == pytest.approx(share, abs=0.05)


def test_a_flip_within_the_interpolation_is_a_flip() -> None:
    images = pictures()
    flipped = geometry.warp(images, geometry.flip_matrices(rng(), len(images), 1.0))
    torch.testing.assert_close(flipped, images.flip(3))


def test_a_shift_moves_whole_pixels_and_brings_in_black() -> None:
    images = pictures(count=50, side=8) + 0.1
    padded = torch.nn.functional.pad(images, (2, 2, 2, 2))
    shifted = geometry.shift(images, rng(), 2)
    places = set()
    for picture, found in zip(padded, shifted):
        here = [
            (y, x)
            for y in range(5)
            for x in range(5)
            if torch.equal(picture[:, y : y + 8, x : x + 8], found)
        ]
        assert len(here) == 1
        places.update(here)
    assert len(places) > 15


@pytest.mark.parametrize("k", [0, 1, 2, 3, -1])
def test_a_quarter_turn_is_a_transpose_and_a_flip(k: int) -> None:
    images = pictures(side=5)
    by_hand = images
    for _ in range(k % 4):
        by_hand = by_hand.transpose(2, 3).flip(2)  # to the left
    assert torch.equal(geometry.rotate90(images, k), by_hand)


def test_quarter_turns_take_all_four_and_refuse_what_is_not_square() -> None:
    images = alike(40, side=8)
    turned = geometry.quarter_turns(images, rng())
    four = [geometry.rotate90(images[:1], k) for k in range(4)]
    found = {k for k in range(4) for picture in turned if torch.equal(picture, four[k][0])}
    assert found == {0, 1, 2, 3}
    with pytest.raises(ValueError, match="square"):
        geometry.quarter_turns(torch.zeros(2, 3, 8, 9), rng())


def test_a_turn_by_90_degrees_is_a_quarter_turn() -> None:
    images = pictures()
    angle = torch.full((len(images),), math.pi / 2)
    zero = torch.zeros_like(angle)
    matrices = geometry._matrices(angle.cos(), -angle.sin(), zero, angle.sin(), angle.cos(), zero)
    quarter = geometry.rotate90(images, 1)
    torch.testing.assert_close(geometry.warp(images, matrices), quarter, atol=1e-4, rtol=0)


def slow_jitter(images: Tensor, seed: int, strengths: tuple[float, float, float, float]) -> Tensor:
    """One picture after the other, one change after the other, with the draws of `jitter`."""
    source, count = rng(seed), len(images)
    torch.rand(2 * count, generator=source)  # who is changed, who is made grey

    def drawn(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, generator=source)

    b, c, s = (drawn(1 - strength, 1 + strength) for strength in strengths[:3])
    h = drawn(-strengths[3], strengths[3])
    weights = torch.tensor(colour.LUMA, dtype=torch.float64)
    to_yiq = torch.tensor([colour.LUMA, colour._IN_PHASE, colour._QUADRATURE], dtype=torch.float64)

    def light(x: Tensor) -> Tensor:
        return torch.einsum("c,chw->hw", weights, x)

    result = []
    for i, picture in enumerate(images.double()):
        x = picture * b[i]
        x = (x - light(x).mean()) * c[i] + light(x).mean()
        x = light(x) + (x - light(x)) * s[i]
        y, u, v = torch.einsum("ij,jhw->ihw", to_yiq, x)
        cos, sin = math.cos(2 * math.pi * float(h[i])), math.sin(2 * math.pi * float(h[i]))
        turned = torch.stack([y, cos * u - sin * v, sin * u + cos * v])
        result.append(torch.einsum("ij,jhw->ihw", torch.linalg.inv(to_yiq), turned))
    return torch.stack(result).clamp(0, 1).float()


@pytest.mark.parametrize(
    "strengths",
    [(0.4, 0, 0, 0), (0, 0.4, 0, 0), (0, 0, 0.4, 0), (0, 0, 0, 0.2), (0.4, 0.4, 0.4, 0.1)],
)  # fmt: skip
def test_colours_change_as_one_after_the_other_would(
    strengths: tuple[float, float, float, float],
) -> None:
    images = pictures()
    changed = colour.jitter(images, rng(5), *strengths)
    torch.testing.assert_close(changed, slow_jitter(images, 5, strengths), atol=1e-5, rtol=0)
    assert not torch.equal(changed, images)


def test_hue_is_exactly_nothing_at_zero_and_turns_back() -> None:
    angles = torch.tensor([0.0, 0.7])
    assert torch.equal(colour.hue_matrices(angles)[0], torch.eye(3))
    there_and_back = colour.hue_matrices(angles) @ colour.hue_matrices(-angles)
    torch.testing.assert_close(there_and_back, torch.eye(3).expand(2, 3, 3), atol=1e-5, rtol=0)


def test_hue_keeps_the_luma_and_greys() -> None:
    matrix = colour.hue_matrices(torch.tensor([1.1]))[0]
    torch.testing.assert_close(torch.tensor(colour.LUMA) @ matrix, torch.tensor(colour.LUMA))
    torch.testing.assert_close(matrix @ torch.ones(3), torch.ones(3))


def test_grey_is_the_luma_in_every_channel() -> None:
    images = pictures()
    result = colour.grey(images, rng(), 1.0)
    torch.testing.assert_close(result, colour.luma(images).expand_as(images))


def test_grey_leaves_one_channel_alone() -> None:
    images = pictures(channels=1)
    assert torch.equal(colour.grey(images, rng(), 1.0), images)


def test_grey_within_the_colour_matrix_is_grey() -> None:
    result = colour.jitter(pictures(), rng(), grey_share=1.0)
    torch.testing.assert_close(result[:, 0], result[:, 2], atol=1e-6, rtol=0)


def test_a_blur_is_a_gaussian_average() -> None:
    image = torch.zeros(1, 1, 41, 41)
    image[0, 0, 20, 20] = 1.0
    result = texture.blur(image, rng(), 1.0, (0.8, 0.8))[0, 0]
    row = torch.exp(-0.5 * (torch.arange(-2, 3) / 0.8) ** 2)  # cut at a twentieth of the side
    row = row / row.sum()
    torch.testing.assert_close(result[18:23, 18:23], row[:, None] * row)
    assert float(result.sum()) == pytest.approx(1.0, abs=1e-5)


def test_a_blur_keeps_an_even_picture() -> None:
    even = torch.full((3, 3, 8, 8), 0.3)
    torch.testing.assert_close(texture.blur(even, rng(), 1.0), even)


def test_cutout_paints_one_square_in_the_mean_colour() -> None:
    images = pictures(count=30)
    result = texture.cutout(images, rng(), 0.5)
    for picture, cut in zip(images, result):
        changed = (picture != cut).any(dim=0)
        rows, columns = changed.any(dim=1).nonzero(), changed.any(dim=0).nonzero()
        assert bool(changed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all())
        assert len(rows) <= 8
        assert len(columns) <= 8
        mean = picture.mean(dim=(1, 2), keepdim=True).expand_as(picture)
        torch.testing.assert_close(cut[:, changed], mean[:, changed])


def test_edges_are_where_the_step_is() -> None:
    step = torch.zeros(1, 3, 8, 8)
    step[..., 4:] = 1.0
    edges = texture.sobel(step)[0, 0]
    assert torch.allclose(edges[:, 3:5], torch.ones(8, 2))
    assert float(edges[:, :3].abs().sum() + edges[:, 5:].abs().sum()) == 0


def test_slopes_are_those_of_brightness_to_the_right_and_downwards() -> None:
    ramp = torch.arange(8.0).div(8).expand(1, 3, 8, 8)
    right, down = texture.slopes(ramp)[0]
    torch.testing.assert_close(right[:, 1:-1], torch.full((8, 6), 2 / 8))
    torch.testing.assert_close(down, torch.zeros(8, 8))
    torch.testing.assert_close(texture.slopes(ramp.mT)[0], torch.stack([down, right.T]))


def test_what_moves_is_one_interpolation_of_flip_turn_and_crop() -> None:
    images, config = pictures(), Augmentation(crop=0.4, stretch=1.3, flip=0.5, turn=30.0)
    source = rng(2)
    matrices = geometry.flip_matrices(source, len(images), 0.5)
    matrices = matrices @ geometry.turn_matrices(source, len(images), 30.0)
    matrices = matrices @ geometry.crop_matrices(source, images.shape, (0.4, 1.0), (1 / 1.3, 1.3))
    torch.testing.assert_close(augment(images, config, rng(2)), geometry.warp(images, matrices))


def test_the_options_can_be_read_and_set() -> None:
    assert all(option.group == "Augmentation" for option in options_of(Augmentation))
    assert configure(Augmentation, {"crop": "0.5", "flip": 0.5}).crop == 0.5
