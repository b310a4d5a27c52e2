"""Every view predicts every other view's target, and never its own."""

from __future__ import annotations

import math

import pytest
import torch

from core.losses.across_views import across_views
from core.randomness import generator


@pytest.mark.parametrize(("targets", "views"), [(2, 2), (2, 5), (1, 3)])
def test_it_is_the_mean_over_pairs_of_different_views(targets: int, views: int) -> None:
    rng = generator("views")
    q = torch.rand(targets, 3, 4, generator=rng)
    q = q / q.sum(dim=-1, keepdim=True)
    scores = torch.randn(views, 3, 4, generator=rng)
    pairs = []
    for t in range(targets):
        for v in range(views):
            if t == v:
                continue
            for picture in range(3):
                e = [math.exp(float(s) / 0.3) for s in scores[v, picture]]
                pairs.append(
                    -sum(float(q[t, picture, k]) * math.log(e[k] / sum(e)) for k in range(4))
                )
    found = across_views(q, scores, 0.3)
    assert float(found) == pytest.approx(sum(pairs) / len(pairs), rel=1e-5)


def test_even_predictions_cost_the_logarithm_of_their_number() -> None:
    q = torch.eye(5)[None].expand(2, 5, 5)
    assert float(across_views(q, torch.zeros(4, 5, 5), 0.1)) == pytest.approx(math.log(5))
