"""Smoothing against the plain recursion; thinning loses no spike."""

from __future__ import annotations

import numpy as np
import pytest

from gui.widgets.series import Series, moving_average, thin, thin_mean


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
def test_the_average_equals_the_plain_recursion(keep: float) -> None:
    values = np.random.default_rng(0).normal(size=3000)
    values[[5, 700]] = np.nan
    total = weight = 0.0
    slow = []
    for value in values:
        known = np.isfinite(value)
        total = keep * total + (value if known else 0.0)
        weight = keep * weight + known
        slow.append(total / weight if known else np.nan)
    np.testing.assert_allclose(moving_average(values, keep)[0], slow, rtol=1e-9)


def test_the_average_does_not_depend_on_how_the_points_came() -> None:
    values = np.random.default_rng(1).normal(size=500)
    steps = np.arange(500.0)
    whole, parts = Series(), Series()
    whole.extend(steps, steps, values)
    for start in range(0, 500, 7):
        part = slice(start, start + 7)
        parts.extend(steps[part], steps[part], values[part])
        parts.smoothed(0.95)
    np.testing.assert_allclose(parts.smoothed(0.95), whole.smoothed(0.95), rtol=1e-9)


def test_a_spike_survives_thinning_even_beside_a_gap() -> None:
    x, y = np.arange(200_000.0), np.zeros(200_000)
    y[123_456], y[123_457] = 9.0, np.nan
    kept_x, kept_y = thin(x, y, 0, 200_000, 500)
    assert len(kept_x) <= 1100
    assert np.nanmax(kept_y) == 9.0


def test_thinning_leaves_what_is_out_of_sight() -> None:
    x = np.arange(1000.0)
    kept, _ = thin(x, x, 400, 500, 400)
    assert kept[0] == 399
    assert kept[-1] == 501


def test_means_end_with_the_last_point() -> None:
    x = np.arange(10_001.0)
    kept_x, kept_y = thin_mean(x, x, 0, 10_000, 100)
    assert len(kept_x) <= 60
    assert kept_y[-1] == 10_000
    np.testing.assert_allclose(kept_x, kept_y)
