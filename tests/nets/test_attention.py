"""Maps of activity equal their formula."""

from __future__ import annotations

import pytest
import torch

from core.nets.attention import attention_map, likeness, unit_range
from core.randomness import generator


@pytest.mark.parametrize(("power", "value"), [(1.0, 5.0), (2.0, 13.0), (4.0, 97.0)])
def test_a_map_is_the_sum_over_channels_of_the_power(power: float, value: float) -> None:
    activations = torch.tensor([-2.0, 3.0]).view(1, 2, 1, 1)
    assert attention_map(activations, power).flatten().tolist() == pytest.approx([value])


def test_maps_are_stretched_one_by_one_and_a_flat_one_is_zero() -> None:
    maps = torch.tensor([[[1.0, 3.0], [2.0, 2.0]], [[4.0, 4.0], [4.0, 4.0]]])
    assert unit_range(maps).tolist() == [[[0.0, 1.0], [0.5, 0.5]], [[0.0, 0.0], [0.0, 0.0]]]


def test_likeness_is_the_correlation() -> None:
    maps = torch.rand(2, 5, 5, generator=generator(0))
    truth = torch.corrcoef(maps.flatten(1))[0, 1]
    torch.testing.assert_close(likeness(maps[0], maps[1]), truth)
    assert float(likeness(maps[0], 3 * maps[0] + 1)) == pytest.approx(1.0, abs=1e-5)
    assert float(likeness(maps[0], torch.ones(5, 5))) == 0.0
