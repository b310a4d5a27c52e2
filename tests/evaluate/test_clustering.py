"""Clustering: the matching, the two measures, and that held-out labels choose nothing."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from core.evaluate.clustering import Clustering, cluster, match
from core.evaluate.features import Features
from core.progress import Cancelled, Progress


def cones(count, seed, noise=0.05, classes=4):
    """Vectors of any length along one axis a class: alike by cosine, not by distance."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, count)
    x = np.eye(classes)[labels] + noise * rng.normal(size=(count, classes))
    return (x * rng.uniform(0.1, 10.0, size=(count, 1))).astype(np.float32), labels


def features(noise=0.05):
    (x, y), (held, truth) = cones(200, 0, noise), cones(81, 1, noise)
    return Features({"last": x}, {"last": held}, y, truth, tuple("abcd"))


@pytest.mark.parametrize("seed", range(5))
def test_the_matching_is_the_best_of_all_there_are(seed):
    rng = np.random.default_rng(seed)
    clusters, labels = rng.integers(0, 4, 60), rng.integers(0, 4, 60)
    found = match(clusters, labels, 4, 4)
    assert sorted(found) == [0, 1, 2, 3]
    right = max((np.array(order)[clusters] == labels).sum() for order in permutations(range(4)))
    assert (found[clusters] == labels).sum() == right


def test_a_cluster_that_is_left_over_is_no_class():
    found = match(np.array([0, 0, 1, 1, 2]), np.array([1, 1, 0, 0, 0]), count=3, classes=2)
    assert found.tolist() == [1, 0, -1]


def test_groups_by_direction_are_found_whatever_their_length():
    found = cluster(features(), "last")
    assert found.accuracy() == 1.0
    assert found.information() == pytest.approx(1.0)


def test_the_measures_of_a_case_worked_by_hand():
    """Halves against a split of the first half: I = log 2, H = log 2 and 1.5 log 2."""
    found = Clustering(np.array([0, 0, 1, 1]), np.array([0, 0, 2, 2]), np.array([0, 1, 2, 2]))
    assert found.accuracy() == 0.75
    assert found.accuracy(slice(1, None, 2)) == 0.5
    assert found.information() == pytest.approx(1 / np.sqrt(1.5))
    assert found.information(slice(2, None)) == 0.0


def test_the_information_is_that_of_scikit_learn():
    from sklearn.metrics import normalized_mutual_info_score

    found = cluster(features(noise=0.6), "last")
    wanted = normalized_mutual_info_score(found.truth, found.clusters, average_method="geometric")
    assert found.information() == pytest.approx(wanted, abs=1e-6)


def test_neither_clusters_nor_matching_know_the_held_out_labels():
    given = features(noise=0.6)
    other = replace(given, held_out_labels=(given.held_out_labels + 1) % 4)
    first, second = cluster(given, "last"), cluster(other, "last")
    np.testing.assert_array_equal(first.predicted, second.predicted)


def test_clusters_do_not_know_the_training_labels():
    given = features(noise=0.6)
    other = replace(given, train_labels=np.roll(given.train_labels, 7))
    np.testing.assert_array_equal(cluster(given, "last").clusters, cluster(other, "last").clusters)


def test_clustering_can_be_cancelled_between_two_beginnings():
    asked = iter([False] * 3)
    with pytest.raises(Cancelled):
        cluster(features(), "last", progress=Progress(cancelled=lambda: next(asked, True)))
    assert list(asked) == []
