"""A way through keyframes: even, without roll, kept as JSON that is checked when it is read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core.render.camera_path import CameraPath, PathError, read_path
from core.render.path import around
from core.render.viewpoint import Viewpoint

KEYS = tuple(
    Viewpoint(azimuth=a, elevation=e) for a, e in ((0.0, 0.0), (80.0, 30.0), (200.0, 10.0))
)


@pytest.mark.parametrize("closed", [False, True])
def test_the_way_goes_through_its_ends_at_constant_speed_and_upright(closed: bool) -> None:
    views = CameraPath(KEYS, closed=closed).views(120)
    eyes = np.array([view.eye for view in views])
    steps = np.linalg.norm(np.diff(eyes, axis=0), axis=1)
    assert steps.max() < 1.02 * steps.mean()
    np.testing.assert_allclose(eyes[0], KEYS[0].eye, atol=1e-4)
    if closed:
        assert np.linalg.norm(eyes[-1] - eyes[0]) == pytest.approx(steps.mean(), rel=0.02)
    else:
        np.testing.assert_allclose(eyes[-1], KEYS[-1].eye, atol=1e-4)
    assert max(abs(view.axes[0][2]) for view in views) < 1e-9


def test_the_cameras_of_a_film_are_those_of_the_preview() -> None:
    path = CameraPath(KEYS)
    cameras, views = path.cameras(5, (32, 24)), path.views(5)
    assert cameras.size == (32, 24)
    for at, view in enumerate(views):
        np.testing.assert_allclose(cameras.centres[at], view.eye, atol=1e-5)


def test_a_path_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = CameraPath(KEYS, 7.5, True)
    (tmp_path / "path.json").write_text(path.text())
    assert read_path(tmp_path / "path.json") == path


def test_keyframes_are_added_upright_and_ordered() -> None:
    held = Viewpoint.from_camera(KEYS[0].camera(8, 8))
    path = CameraPath().added(held).added(KEYS[1]).added(KEYS[2])
    assert path.keys[0].held is None
    assert path.ordered([2, 0, 1]).without(1).keys == (KEYS[2], KEYS[1])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "other"}, "is no camera path"),
        ({"seconds": -1}, '"seconds" is -1; a number from 0.1 to 600'),
        ({"keyframes": {}}, '"keyframes" is no list'),
        ({"keyframes": [{"target": [0, 0]}]}, 'keyframe 1: "target" is not three numbers'),
        ({"keyframes": [{"target": [0, 0, 0], "distance": True}]}, '1: "distance" is True'),
    ],
)
def test_what_is_wrong_in_a_file_is_named(change: dict[str, object], words: str) -> None:
    facts = json.loads(CameraPath(KEYS).text()) | change
    with pytest.raises(PathError, match=words):
        CameraPath.parsed(json.dumps(facts), "path.json")


def test_one_keyframe_is_no_way() -> None:
    with pytest.raises(PathError, match="2 keyframes at least; there are 1"):
        CameraPath(KEYS[:1]).views(10)


@pytest.mark.parametrize("size", [(320, 240), (240, 320), (100, 100)])
def test_once_around_nothing_of_a_ball_in_the_box_is_cut_off(size: tuple[int, int]) -> None:
    places = torch.randn(500, 3, generator=torch.Generator().manual_seed(0))
    ball = torch.nn.functional.normalize(places, dim=1)
    cameras = around(5, size)
    for which in range(5):
        pixels, _ = cameras.project(which, ball)
        assert (pixels > 0).all()
        assert (pixels < torch.tensor(size)).all()
