"""DeepCluster alternates: gather, cluster, learn the names, cluster again."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.data.augment.colour import luma
from core.method import Batch
from core.methods.clustering.deepcluster import DeepCluster
from core.nets.whitening import Whitening
from core.randomness import generator
from tests.methods.learners import (
    assert_figures_draw,
    assert_gradient_reaches_every_weight,
    assert_rebuilt_from_its_state,
    batch,
    look,
    make,
    train,
)


def deepcluster(**options: object) -> DeepCluster:
    small = {"clusters": 4, "interval": 2, "components": 8, "bank": 16}
    return make(DeepCluster, **{**small, **options})


def test_the_first_interval_only_gathers() -> None:
    method = deepcluster(interval=3)
    before = [p.clone() for p in method.parameters()]
    rows = train(method, 3)
    assert all(torch.equal(a, b) for a, b in zip(before, method.parameters(), strict=True))
    assert rows[0]["loss"] == pytest.approx(math.log(4))
    assert method.owner.tolist() == [*range(12), -1, -1, -1, -1]


def test_a_clustering_names_the_pictures_and_renews_the_classifier() -> None:
    method = deepcluster()
    optimizers = method.optimizers()
    for step in range(4):
        method.step(batch(step), optimizers)
    weight = method.head.weight.clone()
    steps = optimizers["main"].state[method.head.weight]["step"]
    assert int(steps) == 2  # the second clustering, at step 4, is still to come
    method.step(batch(4), optimizers)
    assert int(optimizers["main"].state[method.head.weight]["step"]) == 1
    assert not torch.allclose(weight, method.head.weight, atol=1e-2)
    assert int(method.sizes.sum()) == 12
    assert int(method.sizes.min()) > 0
    found = method.assigned[:12].bincount(minlength=4)
    assert torch.equal(found.float(), method.sizes)


@torch.no_grad()
def test_by_default_it_sees_edges_and_no_colours() -> None:
    images = batch().images
    turned = images.flip(1).clamp(0.2, 0.8)  # red and blue exchanged
    turned += luma(images.clamp(0.2, 0.8)) - luma(turned)  # and as bright as before
    images = images.clamp(0.2, 0.8)
    for edges in (True, False):
        method = deepcluster(edges=edges).eval()
        same = torch.allclose(method.backbone(images), method.backbone(turned), atol=1e-4)
        assert same == edges


@torch.no_grad()
def test_every_cluster_weighs_the_same() -> None:
    """Section 3.3: a picture counts by the inverse of the size of its cluster."""
    method = deepcluster().eval()
    method.sizes.copy_(torch.tensor([1.0, 2.0, 4.0, 8.0]))
    targets = torch.arange(12) % 4
    scores = method.head(method.backbone(batch().images))
    weights = 1.0 / method.sizes[targets]
    each = -torch.log_softmax(scores, dim=1)[torch.arange(12), targets]
    by_hand = (weights * each).sum() / weights.sum()
    torch.testing.assert_close(method.judge(batch().images, targets)["loss"], by_hand)


def test_a_picture_that_takes_another_s_place_belongs_to_the_nearest_centre() -> None:
    method = deepcluster()
    train(method, 3)
    newcomers = Batch(
        batch(count=4).images + 0.01, torch.zeros(4), torch.arange(16, 20), generator(9), 9, 0.9
    )
    method.assigned[:4] = 99
    method.remember(newcomers)
    assert method.owner[:4].tolist() == [16, 17, 18, 19]
    features = method.whitening(method.bank[:4])
    nearest = (features[:, None] - method.centres).square().sum(dim=2).argmin(dim=1)
    assert torch.equal(method.assigned[:4], nearest)


def test_fewer_pictures_than_clusters_are_clustered_without_failing() -> None:
    method = deepcluster(clusters=40, bank=64)
    rows = train(method, 5)
    assert all(np.isfinite(list(row.values())).all() for row in rows)
    assert rows[-1]["clusters in use"] <= 12.001
    assert int(method.distances(batch().images).argmin(dim=1).max()) < 12


def test_a_gradient_reaches_every_weight() -> None:
    method = deepcluster()
    method.assigned[:12] = torch.arange(12) % 4
    assert_gradient_reaches_every_weight(method)


def test_it_is_rebuilt_from_its_state_and_drawn() -> None:
    method = deepcluster()
    train(method, 5)
    assert_rebuilt_from_its_state(method)
    assert_figures_draw(method)
    with torch.no_grad():
        table = method.eval().agreements(look())
    assert [row[0] for row in table.rows] == ["the clustering before", "the classes"]
    assert all(0.0 <= row[1] <= 1.0 for row in table.rows)


def test_whitened_features_are_uncorrelated_before_they_are_scaled_to_length_one() -> None:
    features = torch.randn(200, 6, generator=generator("features")) @ torch.randn(
        6, 6, generator=generator("mixture")
    )
    whitening = Whitening(6, 4)
    whitening.fit(features)
    white = (features - whitening.mean) @ whitening.projection
    torch.testing.assert_close(white.T @ white / 200, torch.eye(4), atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(whitening(features), F.normalize(white, dim=1))


def test_features_that_never_change_are_whitened_to_nothing() -> None:
    whitening = Whitening(6, 4)
    whitening.fit(torch.ones(20, 6))
    assert bool(whitening(torch.ones(3, 6)).isfinite().all())
