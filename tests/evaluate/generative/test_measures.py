"""Fréchet against a closed form, balls against brute force, modes on samples counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluate.generative.frechet import Gaussian, distance, floor, frechet
from core.evaluate.generative.modes import modes
from core.evaluate.generative.prdc import nearest, prdc


def test_the_distance_of_two_gaussians_that_commute_is_its_closed_form() -> None:
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0]
    one, other = np.array([1.0, 4.0, 9.0]), np.array([4.0, 1.0, 0.0])
    mean = np.array([1.0, -2.0, 0.5])
    found = distance(
        Gaussian(np.zeros(3), turn @ np.diag(one) @ turn.T),
        Gaussian(mean, turn @ np.diag(other) @ turn.T),
    )
    # ‖μ‖² + Σ (√a - √b)², for both covariances have the same axes.
    assert found == pytest.approx(5.25 + (1 + 1 + 9))


def test_the_distance_of_two_gaussians_with_other_axes_is_that_of_the_matrix_root() -> None:
    rng = np.random.default_rng(1)
    a, b = (m @ m.T for m in rng.standard_normal((2, 4, 4)))
    values, axes = np.linalg.eigh(a)
    root = axes @ np.diag(np.sqrt(values)) @ axes.T
    inner = np.linalg.eigvalsh(root @ b @ root)  # tr (a^½ b a^½)^½
    slow = np.trace(a) + np.trace(b) - 2 * np.sqrt(inner).sum()
    assert distance(Gaussian(np.zeros(4), a), Gaussian(np.zeros(4), b)) == pytest.approx(slow)


def test_features_are_as_far_from_themselves_as_nothing_and_fewer_are_farther() -> None:
    rng = np.random.default_rng(2)
    real = rng.standard_normal((800, 8))
    assert frechet(real, real) == pytest.approx(0.0, abs=1e-9)
    assert frechet(real, real + 2) == pytest.approx(32)
    other = rng.standard_normal((800, 8))
    assert floor(other, real, 50) > 2 * floor(other, real, 800)


def test_too_few_features_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"N 2 or more, found \(1, 3\)"):
        frechet(np.zeros((1, 3)), np.zeros((5, 3)))
    with pytest.raises(ValueError, match="more than k = 5"):
        prdc(np.zeros((5, 3)), np.zeros((9, 3)))


@pytest.mark.parametrize("k", [1, 3])
def test_precision_recall_density_and_coverage_are_those_of_brute_force(k: int) -> None:
    rng = np.random.default_rng(3)
    real, made = rng.standard_normal((40, 2)), 0.7 * rng.standard_normal((30, 2)) + 0.5

    def reach(points: np.ndarray, i: int) -> float:
        return sorted(np.linalg.norm(points[j] - points[i]) for j in range(len(points)) if j != i)[
            k - 1
        ]

    def inside(ball: np.ndarray, i: int, point: np.ndarray) -> bool:
        return bool(np.linalg.norm(point - ball[i]) < reach(ball, i))

    holds = np.array([[inside(real, i, m) for m in made] for i in range(len(real))])
    recalled = [any(inside(made, j, r) for j in range(len(made))) for r in real]
    found = prdc(real, made, k)
    assert found.precision == pytest.approx(holds.any(axis=0).mean())
    assert found.density == pytest.approx(holds.sum(axis=0).mean() / k)
    assert found.coverage == pytest.approx(holds.any(axis=1).mean())
    assert found.recall == pytest.approx(np.mean(recalled))


def test_copies_are_precise_and_one_picture_covers_little() -> None:
    real = np.random.default_rng(4).standard_normal((300, 4))
    same = prdc(real, real)
    assert (same.precision, same.recall, same.coverage) == (1, 1, 1)
    collapsed = prdc(real, np.tile(real[:1], (300, 1)) + 1e-4 * real)
    assert collapsed.precision == 1
    assert collapsed.coverage < 0.1
    assert collapsed.recall < 0.1


def test_the_nearest_are_found_near_first() -> None:
    where, how_far = nearest(np.array([[0.0], [10.0]]), np.array([[3.0], [1.0], [9.0]]), 2)
    np.testing.assert_array_equal(where, [[1, 0], [2, 0]])
    np.testing.assert_allclose(how_far, [[1, 3], [1, 7]])


def test_modes_are_touched_by_one_sample_and_covered_by_a_fifth_of_their_share() -> None:
    centres = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    samples = np.concatenate([np.zeros((90, 2)), [[10.0, 0.2]], np.full((9, 2), 5.0)])
    found = modes(samples, centres, 0.1)
    assert (found.count, found.found, found.covered) == (3, 2, 1)
    assert found.quality == pytest.approx(0.91)
    assert "1 of 3 modes covered (2 touched), 91%" in str(found)


def test_a_sample_is_near_within_three_sigma() -> None:
    centre = np.zeros((1, 2))
    assert modes(np.array([[0.29, 0.0]]), centre, 0.1).quality == 1
    assert modes(np.array([[0.31, 0.0]]), centre, 0.1).quality == 0


def test_curves_have_no_modes_to_count() -> None:
    with pytest.raises(ValueError, match="no modes"):
        modes(np.zeros((3, 2)), np.empty((0, 2)), 0.1)
