"""Each penalty on critics whose gradient is known by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from core.losses.penalties import clip_weights, gradient_penalty, r1, with_spectral_norm
from core.randomness import drawing_from, generator


def plane(points: Tensor) -> Tensor:
    """Its slope is (3, 4) everywhere, of length 5."""
    return points @ torch.tensor([3.0, 4.0])


def bowl(points: Tensor) -> Tensor:
    """Its slope at x is x."""
    return 0.5 * points.square().sum(dim=1)


def test_the_gradient_penalty_of_a_plane_is_its_slope_less_one_squared() -> None:
    real, fake = torch.zeros(6, 2), torch.ones(6, 2)
    found = gradient_penalty(plane, real, fake, generator("penalty"))
    assert float(found) == pytest.approx((5 - 1) ** 2)
    assert float(gradient_penalty(plane, real, fake, generator("penalty"), 0.0)) == 25


def test_each_sample_is_mixed_with_a_share_of_its_own() -> None:
    real, fake = torch.tensor([[3.0, 4.0]]).repeat(4, 1), torch.zeros(4, 2)
    share = torch.rand((4, 1), generator=generator("mix"))
    assert len(share.unique()) == 4
    by_hand = (5 * share - 1).square().mean()  # the slope of the bowl at x̂ = ε (3, 4) is 5 ε long
    assert gradient_penalty(bowl, real, fake, generator("mix")).item() == pytest.approx(
        float(by_hand)
    )


def test_r1_is_half_the_squared_slope_at_real_points() -> None:
    assert r1(bowl, torch.tensor([[3.0, 4.0], [0.0, 2.0]])).item() == 0.5 * (25 + 4) / 2


def test_the_gradient_of_a_penalty_reaches_the_critic() -> None:
    with drawing_from(generator("layer")):
        layer = nn.Linear(2, 1, bias=False)
    nn.init.constant_(layer.weight, 2.0)
    r1(lambda x: layer(x).squeeze(1), torch.ones(3, 2)).backward()
    # ½ ‖w‖² has the gradient w, wherever it is measured.
    torch.testing.assert_close(layer.weight.grad, torch.full((1, 2), 2.0))


def test_spectral_norm_divides_by_the_largest_singular_value() -> None:
    with drawing_from(generator("spectral")):
        layer = with_spectral_norm(nn.Sequential(nn.Linear(3, 3, bias=False)))
    raw = layer[0].parametrizations.weight.original
    nn.init.zeros_(raw)
    with torch.no_grad():
        raw.copy_(torch.diag(torch.tensor([4.0, 1.0, 0.5])))
        for _ in range(30):  # one iteration of the power method each
            layer(torch.zeros(1, 3))
    found = torch.linalg.svdvals(layer[0].weight.detach())
    torch.testing.assert_close(found, torch.tensor([1.0, 0.25, 0.125]))


def test_clipped_weights_lie_within_the_bound() -> None:
    with drawing_from(generator("layer")):
        layer = nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[5.0, -5.0], [0.05, 0.0]]))
    clip_weights(layer, 0.1)
    expected = torch.tensor([[0.1, -0.1], [0.05, 0.0]])
    torch.testing.assert_close(layer.weight.detach(), expected)
