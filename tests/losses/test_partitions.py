"""Normalised mutual information of two groupings."""

from __future__ import annotations

import math

import pytest
import torch

from core.losses.partitions import mutual_information


def test_other_names_for_the_same_groups_agree_wholly() -> None:
    first, second = torch.tensor([0, 0, 1, 1, 2]), torch.tensor([7, 7, 3, 3, 9])
    assert float(mutual_information(first, second)) == pytest.approx(1.0)


def test_groups_that_say_nothing_of_one_another_agree_in_nothing() -> None:
    first, second = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 0, 1])
    assert float(mutual_information(first, second)) == pytest.approx(0.0, abs=1e-6)
    assert float(mutual_information(first, torch.zeros(4))) == 0.0


def test_a_case_worked_by_hand() -> None:
    """Halves against a split of the first half: I = log 2, H = log 2 and 1.5 log 2."""
    first, second = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 2, 2])
    assert float(mutual_information(first, second)) == pytest.approx(1 / math.sqrt(1.5))
