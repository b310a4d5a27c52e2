"""Naming a few pictures: the probe finds the rest where the features are apart."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluate.by_hand import probe_by_hand
from core.evaluate.features import EvaluationError


def clouds() -> np.ndarray:
    """Three clouds of 50 points each, far apart."""
    rng = np.random.default_rng(0)
    return np.concatenate([rng.normal(5 * np.eye(3)[k], 0.5, (50, 3)) for k in range(3)])


def test_one_picture_of_each_names_the_rest() -> None:
    found = probe_by_hand(clouds(), {0: 0, 50: 1, 100: 2}, 3)
    assert (found.argmax(axis=1) == np.repeat([0, 1, 2], 50)).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-5)


def test_a_class_that_was_given_to_nobody_is_never_found() -> None:
    found = probe_by_hand(clouds(), {0: 0, 100: 2}, 4)
    assert (found[:, [1, 3]] == 0).all()
    assert set(found.argmax(axis=1)) == {0, 2}


def test_one_class_is_too_few() -> None:
    with pytest.raises(EvaluationError, match="two classes"):
        probe_by_hand(clouds(), {0: 1, 1: 1}, 3)
