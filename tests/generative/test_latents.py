"""Ways through a latent space, each against what it must keep."""

from __future__ import annotations

import math

import pytest
import torch

from core.generative.latents import (
    between,
    between_seeds,
    lerp,
    on_plane,
    on_shell,
    path,
    slerp,
    truncated,
)
from core.randomness import generator


def drawn(count: int, size: int, name: str = "z") -> torch.Tensor:
    return torch.randn(count, size, generator=generator(name))


def test_slerp_keeps_the_norm_and_lerp_does_not() -> None:
    a, b = on_shell(drawn(50, 64)), on_shell(drawn(50, 64, "other"))
    for t in (0.0, 0.25, 0.5, 0.9, 1.0):
        torch.testing.assert_close(slerp(a, b, t).norm(dim=1), torch.full((50,), 8.0))
    assert float(lerp(a, b, 0.5).norm(dim=1).mean()) == pytest.approx(8 / math.sqrt(2), abs=0.2)


def test_slerp_of_a_right_angle_turns_evenly() -> None:
    a, b = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 2.0]])
    third = math.pi / 6
    expected = torch.tensor([[2 * math.cos(third), 2 * math.sin(third)]])
    torch.testing.assert_close(slerp(a, b, 1 / 3), expected)


def test_slerp_goes_evenly_from_one_norm_to_another_and_ends_at_the_ends() -> None:
    a, b = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 3.0]])
    assert float(slerp(a, b, 0.5).norm()) == pytest.approx(2.0)
    torch.testing.assert_close(slerp(a, b, 0.0), a)
    torch.testing.assert_close(slerp(a, b, 1.0), b)


def test_slerp_of_the_same_direction_is_finite() -> None:
    a = torch.tensor([[1.0, 1.0]])
    torch.testing.assert_close(slerp(a, a, 0.3), a)
    torch.testing.assert_close(slerp(a, -a, 0.5), torch.zeros(1, 2))


def test_a_path_passes_through_its_stops() -> None:
    stops = drawn(3, 5)
    found = path(stops, 4)
    assert found.shape == (9, 5)
    torch.testing.assert_close(found[::4], stops)
    closed = path(stops, 4, "lerp", closed=True)
    assert len(closed) == 13
    torch.testing.assert_close(closed[-1], stops[0])


def test_a_path_of_one_stop_or_by_no_known_way_is_refused() -> None:
    with pytest.raises(ValueError, match="two stops"):
        path(drawn(1, 3), 4)
    with pytest.raises(ValueError, match="there are slerp, lerp"):
        between("crow")


def test_the_plane_goes_through_its_three_latents() -> None:
    three = drawn(3, 7)
    corners = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    torch.testing.assert_close(on_plane(three, corners), three)


def test_the_board_of_seeds_shows_them_and_is_of_one_spread_everywhere() -> None:
    def latent_of(column: int, row: int) -> torch.Tensor:
        return torch.randn(20_000, generator=generator(column, row))

    torch.testing.assert_close(between_seeds(2.0, -1.0, latent_of), latent_of(2, -1))
    for place in ((0.5, 0.5), (1.25, -3.4)):
        assert float(between_seeds(*place, latent_of).std()) == pytest.approx(1.0, abs=0.02)


def test_truncation_draws_towards_the_centre() -> None:
    z = drawn(4, 3)
    torch.testing.assert_close(truncated(z, 0.5), 0.5 * z)
    centre = torch.ones(3)
    torch.testing.assert_close(truncated(z, 0.0, centre), centre.expand(4, 3))


def test_the_shell_has_the_radius_of_normal_latents() -> None:
    assert on_shell(drawn(5, 49)).norm(dim=1).tolist() == pytest.approx([7.0] * 5)
