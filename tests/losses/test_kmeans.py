"""k-means finds what is there, leaves no cluster empty, and draws from its generator alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.losses.kmeans import kmeans, means, nearest, refill, squared_distances
from core.losses.partitions import mutual_information
from core.randomness import generator

CORNERS = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])


def blobs(each: int = 30) -> tuple[Tensor, Tensor]:
    truth = torch.arange(4).repeat_interleave(each)
    return CORNERS[truth] + torch.randn(len(truth), 2, generator=generator("blobs")), truth


def test_blobs_are_found_exactly() -> None:
    points, truth = blobs()
    found = kmeans(points, 4, generator("k-means"))
    assert float(mutual_information(found.assigned, truth)) == pytest.approx(1.0)
    assert found.sizes.tolist() == [30] * 4
    assert float(squared_distances(CORNERS, found.centres).min(dim=1).values.max()) < 0.5
    apart = (points - found.centres[found.assigned]).square().sum(dim=1).mean()
    assert found.inertia == pytest.approx(float(apart), rel=1e-3)


def test_distances_are_those_of_a_loop() -> None:
    points, _ = blobs(2)
    found = squared_distances(points, CORNERS)
    for i, point in enumerate(points):
        for j, corner in enumerate(CORNERS):
            assert float(found[i, j]) == pytest.approx(
                float((point - corner).square().sum()), abs=1e-3
            )


def test_the_generator_alone_decides() -> None:
    points, _ = blobs()
    first, again = (kmeans(points, 7, generator("same")) for _ in range(2))
    assert torch.equal(first.assigned, again.assigned)
    assert torch.equal(first.centres, again.centres)


def test_an_empty_cluster_takes_points_of_a_full_one() -> None:
    points, _ = blobs()
    centres = torch.cat([CORNERS[:1], torch.full((1, 2), 1e3)])  # nobody is near the second
    assigned = nearest(points, centres)
    moved, sizes = means(points, assigned, centres)
    assert sizes.tolist() == [120, 0]
    assert torch.equal(moved[1], centres[1])
    filled = refill(points, moved, sizes, assigned, generator("refill"))
    assert torch.equal(filled[0], moved[0])
    assert nearest(points, filled).unique().tolist() == [0, 1]


def test_no_cluster_is_left_empty_where_points_differ() -> None:
    """Seeds drawn among points that coincide leave clusters empty at first."""
    points = torch.cat([torch.zeros(50, 2), blobs(10)[0]])
    found = kmeans(points, 12, generator("k-means"))
    assert int(found.sizes.min()) > 0
    assert int(found.sizes.sum()) == len(points)


def test_points_that_all_coincide_are_clustered_without_failing() -> None:
    found = kmeans(torch.ones(5, 2), 3, generator("k-means"))
    assert found.inertia == pytest.approx(0.0, abs=1e-6)


def test_more_clusters_than_points_are_refused() -> None:
    with pytest.raises(ValueError, match="3 points cannot make 4 clusters"):
        kmeans(torch.zeros(3, 2), 4, generator("k-means"))
