"""Lab is the standard's, and there is a way back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.color import rgb2lab

from core.data.augment.lab import to_lab, to_rgb
from core.randomness import generator


def test_there_and_back_is_the_same_picture() -> None:
    images = torch.rand(4, 3, 16, 16, generator=generator("pictures"))
    images[0] *= 0.03  # where sRGB and the cube root are straight lines
    torch.testing.assert_close(to_rgb(to_lab(images)), images, atol=1e-4, rtol=0)


def test_it_agrees_with_scikit_image() -> None:
    images = torch.rand(2, 3, 16, 16, generator=generator("pictures"))
    expected = rgb2lab(images.numpy(), channel_axis=1)
    np.testing.assert_allclose(to_lab(images).numpy(), expected, atol=0.05)


@pytest.mark.parametrize("grey", [0.0, 0.2, 1.0])
def test_grey_has_no_colour(grey: float) -> None:
    lab = to_lab(torch.full((1, 3, 1, 1), grey))
    torch.testing.assert_close(lab[:, 1:], torch.zeros(1, 2, 1, 1), atol=1e-3, rtol=0)


def test_white_is_a_hundred_light_and_black_not_at_all() -> None:
    ends = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1).expand(2, 3, 1, 1)
    torch.testing.assert_close(
        to_lab(ends)[:, 0].flatten(), torch.tensor([0.0, 100.0]), atol=1e-3, rtol=0
    )


def test_colours_no_screen_can_show_are_clamped() -> None:
    shown = to_rgb(torch.tensor([50.0, 120.0, -120.0]).view(1, 3, 1, 1))
    assert float(shown.min()) >= 0
    assert float(shown.max()) <= 1
