"""The map of centres and its loss beside cases worked by hand."""

from __future__ import annotations

import math

import pytest
import torch

from core.losses.centres import focal, heat


def test_a_centre_is_1_in_its_cell_and_a_gauss_about_it() -> None:
    centres = torch.tensor([[[2.7, 1.2], [4.0, 1.0], [0.0, 0.0]]])
    there = torch.tensor([[True, True, False]])
    made = heat(centres, torch.ones(1, 3), torch.tensor([[0, 0, 1]]), there, 2, 6)
    assert made.shape == (1, 2, 6, 6)
    assert float(made[0, 0, 1, 2]) == float(made[0, 0, 1, 4]) == 1.0
    assert float(made[0, 0, 2, 2]) == pytest.approx(math.exp(-0.5))
    assert float(made[0, 0, 1, 3]) == pytest.approx(math.exp(-0.5))  # of two the larger, no sum
    assert float(made[0, 1].abs().max()) == 0.0  # the third is not there


def test_the_focal_loss_worked_by_hand() -> None:
    wanted = torch.tensor([[[[1.0, 0.5], [0.0, 1.0]]]])
    logits = torch.tensor([[[[0.0, 0.0], [math.log(3), math.log(3)]]]])  # chances 1/2, 3/4
    hits = 0.25 * math.log(2) + 0.0625 * math.log(4 / 3)
    misses = 0.5**4 * 0.25 * math.log(2) + 0.5625 * math.log(4)
    assert float(focal(logits, wanted)) == pytest.approx((hits + misses) / 2, rel=1e-5)
