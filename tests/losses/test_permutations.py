"""The orders of the jigsaw are as unlike one another as orders can be."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest

from core.losses.permutations import farthest_first, permutation_set


def distances(orders: np.ndarray) -> np.ndarray:
    """Hamming distances between all pairs, (N (N - 1) / 2,)."""
    apart = (orders[:, None] != orders[None]).sum(axis=2)
    return apart[np.triu_indices(len(orders), 1)]


@pytest.mark.parametrize(("count", "least", "bound"), [(10, 8, 9), (100, 7, 72), (1000, 6, 504)])
def test_the_smallest_distance_is_the_largest_there_is(count: int, least: int, bound: int) -> None:
    """At most n!/(d−1)! orders of n are d apart; `bound` is that for one more than `least`."""
    assert distances(permutation_set(count)).min() == least
    assert count > bound == np.prod(np.arange(least + 1, 10))


@pytest.mark.parametrize("count", [10, 100, 1000])
def test_they_are_distinct_orders_of_all_tiles_and_the_true_one_is_first(count: int) -> None:
    orders = permutation_set(count)
    assert orders.shape == (count, 9)
    np.testing.assert_array_equal(np.sort(orders, axis=1), np.tile(np.arange(9), (count, 1)))
    np.testing.assert_array_equal(orders[0], np.arange(9))
    assert len(np.unique(orders, axis=0)) == count


def test_a_larger_set_goes_on_from_a_smaller_one() -> None:
    np.testing.assert_array_equal(permutation_set(100)[:10], permutation_set(10))


def test_the_mean_distance_is_that_of_orders_drawn_apart() -> None:
    assert distances(permutation_set(1000)).mean() > 8.0  # of 9; orders drawn blindly have 8.0


@pytest.mark.parametrize(("tiles", "count"), [(3, 2), (3, 3), (4, 3), (4, 4)])
def test_the_greedy_choice_is_the_best_of_all_choices_of_few(tiles: int, count: int) -> None:
    every = np.array(list(permutations(range(tiles))))
    others = range(1, len(every))  # by symmetry the first may be kept
    best = max(distances(every[[0, *rest]]).min() for rest in combinations(others, count - 1))
    assert distances(farthest_first(every, count)).min() == best


def test_each_choice_is_the_farthest_then() -> None:
    every = np.array(list(permutations(range(5))))
    chosen = farthest_first(every, 12)
    for n in range(1, len(chosen)):
        nearest = (every[:, None] != chosen[None, :n]).sum(axis=2).min(axis=1)
        assert (chosen[n] != chosen[:n]).sum(axis=1).min() == nearest.max()


@pytest.mark.parametrize("count", [0, 1513])
def test_a_number_there_is_not_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} orders were wanted; choose 1 to 1512"):
        permutation_set(count)
