"""The spread of a picture's views, on a case worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.maps.cloud import spread

PICTURES = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 6.0], [10.0, 0.0]], np.float32)


def test_views_are_measured_against_the_other_pictures() -> None:
    views = np.array([[1.0, 0.0], [3.0, 0.0]], np.float32)  # 1 and 3 from their own, 3 and 1 away
    found = spread(PICTURES, 0, views, "euclidean")
    assert found.views == pytest.approx([1.0, 3.0], abs=1e-5)
    assert found.nearest == pytest.approx(4.0, abs=1e-5)
    assert found.typical == pytest.approx(6.0, abs=1e-5)
    assert found.astray == 1
    assert "2.00 from their picture" in found.sentence()
    assert "1 of the views are nearer to another picture" in found.sentence()


def test_by_cosine_only_the_direction_counts() -> None:
    pictures = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], np.float32)
    found = spread(pictures, 0, np.array([[5.0, 0.0]], np.float32), "cosine")
    assert found.views == pytest.approx([0.0], abs=1e-3)
    assert found.nearest == pytest.approx(np.sqrt(2), abs=1e-5)


def test_a_picture_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no picture 4"):
        spread(PICTURES, 4, PICTURES)
