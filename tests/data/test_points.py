"""Points in the plane: mixtures with known modes, one's own, and what refuses or shows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.data.imageset import DataError, Pictures
from core.data.points.shapes import KINDS
from core.data.sources import load
from core.experiment import Experiment, check_data
from core.feed import Feed, held_out_batch
from core.pictures import as_images
from core.probe import choose, contact_sheet

FEW = {"count": 4000, "held_out": 100}


@pytest.mark.parametrize("kind", KINDS)
def test_points_of_every_kind_lie_as_far_out_as_the_published_ring_and_around_the_middle(
    kind: str,
) -> None:
    data = load("mixtures", {**FEW, "kind": kind})
    found = data.train.images.reshape(-1, 2)
    assert data.points
    assert data.train.images.dtype == np.float32
    np.testing.assert_allclose(found.var(axis=0).sum(), 4.0, rtol=0.05)
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=0.06)


@pytest.mark.parametrize(("kind", "modes"), [("ring", 8), ("grid", 25), ("two", 2)])
def test_the_modes_told_are_those_of_the_points(kind: str, modes: int) -> None:
    data = load("mixtures", {**FEW, "kind": kind})
    centres, sigma = data.facts["centres"], data.facts["sigma"]
    assert centres.shape == (modes, 2)
    away = data.train.images.reshape(-1, 2) - centres[data.train.labels]
    np.testing.assert_allclose(away.std(), sigma, rtol=0.05)


def test_curves_have_no_modes() -> None:
    assert load("mixtures", {**FEW, "kind": "spirals"}).facts["centres"].shape == (0, 2)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "x,y\n0,0\n10,0\n0,10\n"),
        ("a.csv", "0;0\n10;0\n\n0;10"),
        ("a.json", "[[0, 0], [10, 0], [0, 10]]"),
    ],
)
def test_points_of_ones_own_come_back_around_where_they_were_drawn(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    data = load("mixtures", {**FEW, "kind": "own", "file": str(tmp_path / name)})
    drawn = data.train.images.reshape(-1, 2) * data.facts["scale"] + data.facts["offset"]
    corners = np.array([[0, 0], [10, 0], [0, 10]])
    near = np.linalg.norm(drawn[:, None] - corners, axis=2)
    assert near.min(axis=1).max() < 1.0
    assert set(near.argmin(axis=1)) == {0, 1, 2}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "x,y\n1,2\n1,a\n", r"a\.csv, line 3: expected two numbers"),
        ("a.csv", "1,2\n", "found 1 points; at least 2"),
        ("a.csv", "1,2\ninf,3\n", "no finite number"),
        ("a.json", "{}x", "expected a list of pairs"),
        ("a.json", "[[1, 2, 3]]", "expected a list of pairs"),
    ],
)
def test_a_file_that_holds_no_points_is_refused_in_words(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=said):
        load("mixtures", {"kind": "own", "file": str(tmp_path / name)})


def test_a_missing_file_is_named() -> None:
    with pytest.raises(DataError, match=r"choose a \.csv or .json with the option file"):
        load("mixtures", {"kind": "own"})
    with pytest.raises(DataError, match=r"nowhere\.csv: there is no such file"):
        load("mixtures", {"kind": "own", "file": "/nowhere.csv"})


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (np.zeros((4, 2), np.float32), "expected points as float32"),
        (np.zeros((4, 2, 1, 1), np.float64), "expected points as float32"),
        (np.full((4, 2, 1, 1), np.nan, np.float32), "no finite number"),
    ],
)
def test_what_are_no_points_is_refused(points: np.ndarray, said: str) -> None:
    with pytest.raises(DataError, match=said):
        Pictures(points, np.zeros(4, np.int64))


def test_points_reach_the_method_as_they_are() -> None:
    data = load("mixtures", FEW)
    feed = Feed(data.train, 16, 0, torch.device("cpu"))
    np.testing.assert_array_equal(feed.batch(3, 0.0).images, data.train.images[feed.indices(3)])
    held = held_out_batch(data.held_out, 10, torch.device("cpu"))
    np.testing.assert_array_equal(held.images, data.held_out.images[held.indices])


def test_a_method_of_pictures_refuses_points() -> None:
    with pytest.raises(DataError, match="rotation learns from pictures, and Points in the plane"):
        check_data(Experiment("rotation", "mixtures"), load("mixtures", FEW))


def test_points_are_shown_as_dots_where_they_lie() -> None:
    points = np.array([[-2.0, 2.0], [2.0, -2.0]], np.float32)[:, :, None, None]
    upper_left, lower_right = as_images(points)
    assert upper_left[:8, :8].max() == 255
    assert upper_left[8:].max() == 0
    assert lower_right[-8:, -8:].max() == 255
    assert contact_sheet(choose(load("mixtures", FEW))).shape[2] == 3
