"""Numbers of each point, worked by hand: change, purity, prediction, hubness; and placing."""

import numpy as np
import pytest

from core.maps.change import jaccard
from core.maps.colourings import density, hubness, predicted, purity
from core.maps.neighbours import Neighbours, nearest, nearest_of
from core.maps.placing import place


def table(rows, distances=None):
    indices = np.array(rows, dtype=np.int64)
    if distances is None:
        distances = np.ones(indices.shape)
    return Neighbours(indices, np.array(distances, dtype=np.float32))


def test_change_is_one_less_the_shared_part_of_both_neighbourhoods():
    before = table([[1, 2], [0, 2], [0, 1], [0, 1]])
    after = table([[2, 1], [0, 3], [3, 1], [2, 1]])
    np.testing.assert_allclose(jaccard(before, after, 2), [0, 2 / 3, 2 / 3, 2 / 3], atol=1e-6)


def test_change_of_disjoint_neighbourhoods_is_whole_and_k_is_lowered_to_the_tables():
    before, after = table([[1], [0], [3], [2]]), table([[2, 1], [3, 0], [0, 1], [1, 0]])
    np.testing.assert_array_equal(jaccard(before, after, 10), 1.0)


def test_change_between_other_pictures_is_refused():
    with pytest.raises(ValueError, match="same ones"):
        jaccard(table([[1], [0]]), table([[1], [0], [0]]))


def test_purity_counts_known_neighbours_only():
    near = table([[1, 2], [0, 3], [0, 1], [0, 2], [2, 3]])
    labels = np.array([0, 0, -1, 1, 1])
    expected = [1.0, 0.5, np.nan, 0.0, 1.0]
    np.testing.assert_array_equal(purity(near, labels, 2), np.float32(expected))


def test_a_near_neighbour_outvotes_two_far_ones_and_the_own_label_has_no_vote():
    near = table([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]], [[0.1, 1, 1]] * 4)
    assert predicted(near, np.array([7, 5, 7, 7]), 3).tolist() == [5, 7, 7, 7]


def test_nothing_is_predicted_where_no_neighbour_has_a_label():
    assert predicted(table([[1], [0], [1]]), np.array([4, -1, -1]), 1).tolist() == [-1, 4, -1]


def test_hubness_counts_how_often_a_point_is_a_neighbour_and_density_falls_with_distance():
    near = table([[1], [0], [1]], [[0.5], [0.5], [2.0]])
    assert hubness(near, 1).tolist() == [1, 2, 0]
    assert density(near, 1).tolist() == [2.0, 2.0, 0.5]


def test_labels_of_another_length_are_refused():
    with pytest.raises(ValueError, match="labels of shape"):
        purity(table([[1], [0]]), np.zeros(3))


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbours_of_new_vectors_agree_with_a_slow_search(metric):
    rng = np.random.default_rng(0)
    known, new = rng.normal(size=(30, 5)), rng.normal(size=(7, 5))
    a, b = known, new
    if metric == "cosine":
        a, b = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (known, new))
    far = np.linalg.norm(b[:, None] - a, axis=2)
    found = nearest_of(known, new, 4, metric)
    np.testing.assert_array_equal(found.indices, far.argsort(axis=1)[:, :4])
    np.testing.assert_allclose(found.distances, np.sort(far, axis=1)[:, :4], atol=1e-3)


def test_a_copy_of_a_vector_is_placed_where_that_lies():
    x = np.random.default_rng(1).normal(size=(50, 8)).astype(np.float32)
    xy = x[:, :2] * 10
    np.testing.assert_allclose(place(x, xy, x[5:9]), xy[5:9], atol=0.05)


def test_a_new_vector_lies_amid_its_neighbours_though_one_of_them_is_far_off():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(20, 4)).astype(np.float32) + 5
    xy = rng.normal(size=(20, 3)).astype(np.float32)
    new = x.mean(axis=0, keepdims=True)
    first = nearest(np.concatenate([new, x]), 3).indices[0, 2] - 1
    xy[first] = 1000.0
    placed = place(x, xy, new)
    assert placed.shape == (1, 3)
    assert np.abs(placed).max() < 5


def test_vectors_of_another_length_cannot_be_placed():
    with pytest.raises(ValueError, match="length 3"):
        place(np.zeros((5, 4)), np.zeros((5, 2)), np.zeros((2, 3)))
