"""Devices: what is done before anyone waits leaves no trace."""

import torch

from core.device import rehearse


def test_rehearsing_draws_no_random_number() -> None:
    before = torch.get_rng_state()
    rehearse()
    assert torch.equal(torch.get_rng_state(), before)
