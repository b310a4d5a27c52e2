"""Holes have the area that was asked for, and erasing leaves nothing of what was there."""

from __future__ import annotations

import pytest
import torch

from core.data.augment.masks import centre_hole, centre_mask, erase, random_mask
from core.randomness import generator


@pytest.mark.parametrize(("side", "share", "hole"), [(32, 0.25, (8, 16)), (8, 0.25, (2, 4)),
                                                     (96, 0.0625, (36, 24))])  # fmt: skip
def test_the_middle_square_is_where_it_should_be(
    side: int, share: float, hole: tuple[int, int]
) -> None:
    assert centre_hole(side, share) == hole
    mask = centre_mask(3, side, share, torch.device("cpu"))
    first, length = hole
    assert mask.shape == (3, 1, side, side)
    assert bool(mask[:, :, first : first + length, first : first + length].all())
    assert int(mask.sum()) == 3 * length**2


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_a_random_region_has_the_share_and_at_most_one_square_more(share: float) -> None:
    found = random_mask(200, 32, share, generator("holes")).float().mean(dim=(1, 2, 3))
    assert float(found.min()) >= share
    assert float(found.max()) <= share + 0.35**2


def test_every_picture_has_a_region_of_its_own_and_the_draws_decide_it() -> None:
    first, again = (random_mask(4, 16, 0.25, generator("holes")) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first, random_mask(4, 16, 0.25, generator("others")))


def test_erasing_fills_in_the_mean_of_what_is_seen() -> None:
    image = torch.tensor([[[[0.2, 0.4], [0.9, 0.7]]]])
    mask = torch.tensor([[[[False, False], [True, True]]]])
    torch.testing.assert_close(erase(image, mask), torch.tensor([[[[0.2, 0.4], [0.3, 0.3]]]]))


def test_nothing_of_what_is_missing_is_left() -> None:
    images = torch.rand(3, 3, 16, 16, generator=generator("pictures"))
    mask = random_mask(3, 16, 0.3, generator("holes"))
    other = torch.where(mask, 1 - images, images)
    assert torch.equal(erase(images, mask), erase(other, mask))
