"""SwAV is the paper's: even codes of large views, predicted by every other view."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.losses.sinkhorn import sinkhorn
from core.methods.clustering.swav import SwAV
from tests.methods.learners import (
    assert_figures_draw,
    assert_gradient_reaches_every_weight,
    assert_rebuilt_from_its_state,
    batch,
    look,
    make,
    train,
)


def swav(**options: object) -> SwAV:
    return make(SwAV, **{"prototypes": 6, "projection": 8, **options})


@torch.no_grad()
def test_the_loss_swaps_codes_between_views() -> None:
    method = swav(small_crops=1).eval()
    large, small = method.crops(batch().images, batch().rng)
    scores = [method.prototypes(method.embed(view)) for view in (*large, *small)]
    total = []
    for s in range(2):
        codes = sinkhorn(scores[s], method.config.epsilon, 3)
        for t in range(3):
            if t != s:
                total.append(-(codes * torch.log_softmax(scores[t] / 0.1, dim=1)).sum(1).mean())
    torch.testing.assert_close(method.validate(batch())["loss"], torch.stack(total).mean())


@torch.no_grad()
def test_a_full_queue_is_shared_out_with_the_batch_and_gives_it_its_codes() -> None:
    """Section 4, working with small batches: earlier embeddings stand in for a larger batch."""
    method = swav(queue=20, small_crops=0).eval()
    first, second = (method.judge(batch(step).images, batch(step).rng)[1] for step in (0, 1))
    torch.testing.assert_close(method.codes(first), alone(method, first))  # nothing waits yet
    method.remember(first)
    assert int(method.queued) == 12
    torch.testing.assert_close(method.codes(second), alone(method, second))  # it is not full
    method.remember(second)
    assert torch.equal(method.queue, torch.cat([second, first[:, :8]], dim=1))
    together = torch.cat([first, method.queue], dim=1)
    torch.testing.assert_close(method.codes(first), alone(method, together)[:, :12])


def alone(method: SwAV, z: torch.Tensor) -> torch.Tensor:
    """Codes of embeddings (2, N, D) with no queue."""
    return torch.stack([sinkhorn(method.prototypes(view), method.config.epsilon, 3) for view in z])


@torch.no_grad()
def test_the_queue_moves_in_training_and_not_in_judging() -> None:
    method = swav()
    method.eval().validate(batch())
    assert int(method.queued) == 0
    method.train().loss(batch())
    assert int(method.queued) == 12


@torch.no_grad()
def test_scores_are_cosines_however_long_the_prototypes_are() -> None:
    method = swav().eval()
    before = method.scores_of(look())
    assert float(before.abs().max()) <= 1.0 + 1e-6
    method.prototypes.weight.mul_(7.0)
    torch.testing.assert_close(method.scores_of(look()), before)


def test_without_sharing_out_few_prototypes_stay_in_use() -> None:
    ends = {}
    for iterations in (3, 0):
        method = swav(iterations=iterations, learning_rate=0.01, steps=40, normed=False)
        ends[iterations] = train(method, 40)[-1]["prototypes in use"]
    assert ends[0] < 0.6 * ends[3]


def test_a_gradient_reaches_every_weight() -> None:
    assert_gradient_reaches_every_weight(swav())


@pytest.mark.parametrize("side", [8, 16])
def test_it_trains_is_rebuilt_and_drawn(side: int) -> None:
    method = swav(side=side)
    assert all(np.isfinite(list(row.values())).all() for row in train(method, 3, side))
    if side == 16:
        assert_rebuilt_from_its_state(method)
        assert_figures_draw(method)


@torch.no_grad()
def test_the_figures_count_every_picture_and_show_the_nearest() -> None:
    method = swav().eval()
    assert method.assignments(look()).lines["pictures"].y.sum() == 12
    grid = method.strongest(look())
    assert grid.columns == 8
    assert len(grid.images) == len(grid.captions) == 6 * 8
    scores = method.scores_of(look())
    strongest = scores.argmax(dim=1).bincount(minlength=6).argmax()
    assert grid.indices is not None
    assert int(grid.indices[0]) == int(scores[:, strongest].argmax())
