"""Principal components, t-SNE, alignment and reliability against closed forms and references."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from core.maps.align import procrustes
from core.maps.neighbours import nearest
from core.maps.params import TsneParams
from core.maps.pca import pca
from core.maps.trust import judged, reliability
from core.maps.tsne import Stopped, tsne

QUICK = TsneParams(early_iterations=60, iterations=60, perplexity=10, every=20)


def blobs(count=120, classes=4, length=16, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    centres = rng.normal(size=(classes, length)) * 6
    return (centres[labels] + rng.normal(size=(count, length))).astype(np.float32), labels


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_nearest_agrees_with_a_slow_search_over_all_pairs(metric):
    x, _ = blobs(40)
    y = x / np.linalg.norm(x, axis=1, keepdims=True) if metric == "cosine" else x
    table = nearest(x, 5, metric)
    for i in range(len(x)):
        others = sorted((float(np.linalg.norm(y[i] - y[j])), j) for j in range(len(x)) if j != i)
        assert [j for _, j in others[:5]] == list(table.indices[i])
        np.testing.assert_allclose(table.distances[i], [d for d, _ in others[:5]], atol=1e-4)


def test_features_that_are_not_finite_are_refused_with_the_reason():
    with pytest.raises(ValueError, match="diverged"):
        nearest(np.array([[1.0, np.nan], [0.0, 1.0]]), 1)


@pytest.mark.parametrize("shape", [(50, 8), (8, 50)])
def test_pca_finds_the_singular_directions_with_a_fixed_sign(shape):
    x = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    centred = x - x.mean(axis=0)
    left, strengths, _ = np.linalg.svd(centred, full_matrices=False)
    xy = pca(x)
    np.testing.assert_allclose(np.abs(xy), np.abs(left[:, :2] * strengths[:2]), atol=1e-3)
    assert (xy[np.abs(xy).argmax(axis=0), [0, 1]] > 0).all()


def test_pca_of_a_line_has_an_empty_second_axis():
    xy = pca(np.arange(6, dtype=np.float32)[:, None] * np.ones((1, 3), dtype=np.float32))
    np.testing.assert_allclose(xy[:, 1], 0.0, atol=1e-3)


@pytest.mark.parametrize("flip", [1.0, -1.0])
def test_procrustes_recovers_a_rotation_a_flip_a_scale_and_a_shift(flip):
    fixed = np.random.default_rng(2).normal(size=(30, 2))
    turn = np.array([[np.cos(2.0), -np.sin(2.0)], [np.sin(2.0), np.cos(2.0)]]) @ np.diag([1, flip])
    moved = fixed @ turn * 3.0 + [5.0, -7.0]
    np.testing.assert_allclose(procrustes(moved, fixed).apply(moved), fixed, atol=1e-5)


def test_procrustes_does_not_fold_up_an_unrelated_map():
    rng = np.random.default_rng(3)
    moving, fixed = rng.normal(size=(500, 2)), rng.normal(size=(500, 2))
    aligned = procrustes(moving, fixed).apply(moving)
    assert aligned.std() > 0.45 * fixed.std()


def test_a_map_equal_to_its_features_is_fully_reliable():
    x = np.random.default_rng(4).normal(size=(60, 2)).astype(np.float32)
    judged = reliability(x, x, k=8, metric="euclidean")
    for measure in (judged.trust, judged.continuity, judged.preserved):
        np.testing.assert_array_equal(measure, 1.0)


def slow_trust(near_space, far_space, k):
    """The definition of Venna and Kaski, by sorted lists; continuity with the spaces exchanged."""

    def order(space, i):
        return sorted(
            (j for j in range(n) if j != i), key=lambda j: np.sum((space[i] - space[j]) ** 2)
        )

    n = len(near_space)
    excess = 0
    for i in range(n):
        true, shown = order(far_space, i), order(near_space, i)[:k]
        excess += sum(true.index(j) + 1 - k for j in shown if j not in true[:k])
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * excess


def test_trust_and_continuity_agree_with_their_definition():
    x, _ = blobs(50)
    xy = pca(x) + np.random.default_rng(5).normal(size=(50, 2)).astype(np.float32)
    found = reliability(x, xy, k=7, metric="euclidean").summary()
    assert found["trust"] == pytest.approx(slow_trust(xy, x, 7), abs=1e-5)
    assert found["continuity"] == pytest.approx(slow_trust(x, xy, 7), abs=1e-5)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_trustworthiness_equals_that_of_scikit_learn(metric):
    from sklearn.manifold import trustworthiness

    x, _ = blobs(90)
    xy = pca(x) + np.random.default_rng(8).normal(size=(90, 2)).astype(np.float32)
    found = reliability(x, xy, k=9, metric=metric).summary()["trust"]
    assert found == pytest.approx(trustworthiness(x, xy, n_neighbors=9, metric=metric), abs=1e-5)


def test_many_points_are_judged_at_a_sample_and_the_others_left_open(monkeypatch):
    monkeypatch.setattr("core.maps.trust.ALL", 100)
    monkeypatch.setattr("core.maps.trust.SOME", 20)
    x, _ = blobs(120)
    belief = judged(x, pca(x)).everywhere(120)
    known = np.isfinite(belief.trust)
    assert known.sum() == 40
    np.testing.assert_array_equal(known, np.isfinite(belief.preserved))


class SlowDescent:
    """All pairs, in place of pynndescent, which compiles for a minute."""

    def __init__(self, points, n_neighbors, **_named):
        distances = np.linalg.norm(points[:, None] - points, axis=2)
        order = distances.argsort(axis=1, kind="stable")[:, :n_neighbors]
        self.neighbor_graph = order, np.take_along_axis(distances, order, axis=1)


def test_a_table_that_was_searched_says_so_and_nobody_is_its_own_neighbour(monkeypatch):
    x, _ = blobs(40)
    x[10:20] = x[10]  # among copies a vector may miss itself
    exact = nearest(x, 5)
    monkeypatch.setattr("core.maps.neighbours.EXACT", 30)
    monkeypatch.setitem(sys.modules, "pynndescent", SimpleNamespace(NNDescent=SlowDescent))
    found = nearest(x, 5)
    assert (exact.exact, found.exact) == (True, False)
    assert found.indices.shape == (40, 5)
    assert (found.indices != np.arange(40)[:, None]).all()
    alone = np.r_[0:10, 20:40]
    np.testing.assert_array_equal(found.indices[alone], exact.indices[alone])


def test_reliability_of_some_points_is_that_of_the_same_points_among_all():
    x, _ = blobs(50)
    some = np.array([3, 17, 40])
    every, few = reliability(x, pca(x)), reliability(x, pca(x), points=some)
    np.testing.assert_allclose(few.trust, every.trust[some], atol=1e-6)


def test_tsne_parts_separated_blobs():
    x, labels = blobs()
    xy = tsne(x, QUICK)
    near = nearest(xy, 5, "euclidean").indices
    assert (labels[near] == labels[:, None]).mean() > 0.98


def test_tsne_repeats_itself_exactly():
    x, _ = blobs(60)
    np.testing.assert_array_equal(tsne(x, QUICK), tsne(x, QUICK))


def test_a_warm_start_moves_points_less_than_a_cold_one():
    params = TsneParams(perplexity=10)
    x, _ = blobs(classes=6)
    before = tsne(x, params)
    later = x + np.random.default_rng(6).normal(size=x.shape).astype(np.float32)

    def drift(xy):
        return np.linalg.norm(xy - before, axis=1).mean()

    assert drift(tsne(later, params, init=before)) < 0.5 * drift(tsne(later, params))


def test_tsne_tells_its_frames_and_stops_when_asked():
    x, _ = blobs(60)
    told = []

    def listen(iteration, xy):
        told.append((iteration, xy.shape))
        return iteration >= 80

    with pytest.raises(Stopped):
        tsne(x, QUICK, on_iteration=listen)
    assert told == [(i, (60, 2)) for i in (20, 40, 60, 80)]


@pytest.mark.parametrize("count", [4, 5, 7])
def test_a_handful_of_points_is_laid_out_too(count):
    x = np.random.default_rng(7).normal(size=(count, 3))
    assert np.isfinite(tsne(x, QUICK)).all()


def test_pictures_that_coincide_stay_finite():
    assert np.isfinite(tsne(np.ones((20, 4)), QUICK)).all()
