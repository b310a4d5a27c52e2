"""Is this cluster real? Cases with a known answer, for the inquiry and for its parts."""

import contextlib

import numpy as np
import pytest

from core.maps.genuine import genuine, without_groups
from core.maps.graph import best_cut, cohesion, conductance, mutual_graph
from core.maps.neighbours import Neighbours, nearest
from core.maps.worker import MapWorker, finished
from core.progress import Cancelled, Progress


@pytest.fixture(scope="module")
def started():
    with contextlib.closing(MapWorker()) as made:
        finished(made, cloud(20), "tsne", {"early_iterations": 1, "iterations": 1})
        yield made


@pytest.fixture
def worker(started):
    """One worker for all tests: a process costs a second to start."""
    return started


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """A third of the iterations: the answers are the same, a suite has no minute to spend."""
    quick = {"early_iterations": 50, "iterations": 60, "every": 50}
    monkeypatch.setattr("core.maps.genuine.SHORT", quick)


def cloud(count=300, seed=0, length=64):
    return np.random.default_rng(seed).normal(size=(count, length)).astype(np.float32)


def asked(worker, x, members, metric="euclidean"):
    return genuine(x, members, metric, worker=worker)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("first", [True, False])
def test_each_of_two_separated_gaussians_is_real(worker, first, metric):
    x = cloud()
    x[:150] += 1.0  # 8 standard deviations between the middles
    found = asked(worker, x, np.arange(150) if first else np.arange(150, 300), metric)
    assert found.real, found.sentence
    assert found.sentence.startswith("A real group: its members stay together on 5 of 5 new maps")


def test_gaussians_that_one_single_feature_parts_are_real(worker):
    x = cloud()
    x[:150, 0] += 8.0
    assert asked(worker, x, np.arange(150)).real


def test_an_arbitrary_half_of_one_gaussian_is_not_real(worker):
    x = cloud()
    half = np.flatnonzero(x @ np.random.default_rng(1).normal(size=64) > 0)
    found = asked(worker, x, half)
    assert not found.real, found.sentence


@pytest.mark.parametrize("spread", [1.0, 4.0])
def test_half_of_one_gaussian_along_its_first_component_is_not_real(worker, spread):
    x = cloud()
    x[:, 0] *= spread
    centred = x - x.mean(axis=0)
    first = np.linalg.svd(centred, full_matrices=False)[2][0]
    found = asked(worker, x, np.flatnonzero(centred @ first > 0))
    assert not found.real, found.sentence


def test_half_of_a_flat_cloud_is_not_real_though_few_links_cross_its_border(worker):
    flat = np.random.default_rng(2).uniform(size=(400, 2)).astype(np.float32)
    found = asked(worker, flat, np.flatnonzero(flat[:, 0] > 0.5))
    assert found.figures["conductance"] < 0.1
    assert not found.real, found.sentence


def test_what_looks_like_a_cluster_on_a_map_of_noise_is_not_real(worker):
    from core.maps.tsne import TsneParams, tsne

    x = cloud(400)
    xy = tsne(x, TsneParams(iterations=150))
    middle = np.median(xy, axis=0)
    blob = np.argsort(np.linalg.norm(xy - middle, axis=1))[:60]
    assert not asked(worker, x, blob).real


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_small_dense_group_in_noise_is_real(worker, metric):
    x = cloud(640)
    x[:40] = 0.2 * x[:40] + 0.5
    found = asked(worker, x, np.arange(40), metric)
    assert found.real, found.sentence


def test_points_picked_at_random_are_not_real(worker):
    x = cloud()
    x[:150] += 1.0
    picked = np.random.default_rng(3).permutation(300)[:80]
    assert not asked(worker, x, picked).real


def test_a_large_table_is_asked_in_part_with_the_same_answers(worker, monkeypatch):
    monkeypatch.setattr("core.maps.genuine.MOST", 300)
    x = cloud(900)
    x[:400] += 1.0
    assert asked(worker, x, np.arange(400)).real
    half = np.flatnonzero(np.arange(900) % 2 * (x[:, 5] > 0) + (x[:, 5] > 0.8))
    found = asked(worker, x, half)
    assert (found.real, found.figures["points"] <= 300) == (False, True)


@pytest.mark.parametrize(("size", "said"), [(3, "at least 8"), (297, "nearly all")])
def test_a_group_of_too_few_or_nearly_all_is_refused(size, said):
    with pytest.raises(ValueError, match=said):
        genuine(cloud(), np.arange(size))


def test_a_member_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="not one of the 300"):
        genuine(cloud(), np.arange(290, 310))


def test_the_inquiry_can_be_cancelled(worker):
    with pytest.raises(Cancelled):
        genuine(cloud(), np.arange(40), progress=Progress(None, lambda: True), worker=worker)


def test_only_links_that_both_ends_see_count():
    table = Neighbours(np.array([[1], [0], [1], [2]]), np.ones((4, 1), np.float32))
    graph = mutual_graph(table, 1).toarray()
    assert graph.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


def ring(count):
    """Each joined to its two neighbours on a circle."""
    near = np.stack([(np.arange(count) - 1) % count, (np.arange(count) + 1) % count], axis=1)
    return mutual_graph(Neighbours(near, np.ones((count, 2), np.float32)), 2)


def test_conductance_of_an_arc_of_a_ring_is_its_two_ends_over_its_links():
    arc = np.arange(12) < 5
    assert conductance(ring(12), arc) == pytest.approx(2 / 10)
    assert conductance(ring(12), ~arc) == pytest.approx(2 / 10)


def test_the_best_cut_of_a_ring_halves_it():
    lowest, side = best_cut(ring(12))
    assert (lowest, side.sum()) == (pytest.approx(2 / 12), 6)


def test_a_group_of_two_clusters_is_known_as_two():
    x = cloud(200, length=8)
    x[:100] += 8.0
    _, parts = cohesion(mutual_graph(nearest(x, 10, "euclidean"), 10), 1 / 3)
    assert parts == 2


def test_the_copy_without_groups_keeps_mean_and_covariance():
    x = cloud(4000, length=3) * [3.0, 1.0, 0.2] + 2.0
    x[:2000, 0] += 12.0
    copy = without_groups(x.astype(np.float32), np.random.default_rng(0))
    np.testing.assert_allclose(copy.mean(axis=0), x.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(np.cov(copy.T), np.cov(x.T), atol=1.5)
