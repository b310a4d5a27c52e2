"""Films of maps: aligned, continued, saved and read again, and damaged files refused."""

import contextlib

import numpy as np
import pytest

from core.maps.film import load, shoot
from core.maps.worker import MapWorker, finished
from core.progress import Cancelled, Progress

QUICK = {"perplexity": 8.0, "early_iterations": 40, "iterations": 120}


@pytest.fixture(scope="module")
def started():
    with contextlib.closing(MapWorker()) as made:
        finished(made, features(0), "tsne", QUICK)
        yield made


@pytest.fixture
def worker(started):
    """One worker for all tests: a process costs a second to start."""
    return started


def features(step):
    """Sixty vectors in three groups, which part as the step rises, turned by the step."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 6)) + np.repeat(np.eye(3, 6), 20, axis=0) * 0.1 * step
    turn, _ = np.linalg.qr(np.random.default_rng(step).normal(size=(6, 6)))
    return (x @ turn).astype(np.float32)


def rotated(step):
    """The same cloud at every step, turned and flipped."""
    x = np.random.default_rng(0).normal(size=(60, 6)) * [4, 2, 1, 0.1, 0.1, 0.1]
    turn, _ = np.linalg.qr(np.random.default_rng(step).normal(size=(6, 6)))
    return (x @ turn).astype(np.float32)


@pytest.mark.parametrize("dims", [2, 3])
def test_rotated_copies_do_not_move(dims):
    film = shoot(rotated, [0, 5, 9], "pca", {"dims": dims, "metric": "euclidean"})
    assert film.places.shape == (3, 60, dims)
    for frame in film.places[:2]:
        np.testing.assert_allclose(frame, film.places[2], atol=1e-2)


def test_rotated_copies_hardly_move_in_a_continued_map(worker):
    film = shoot(rotated, [0, 5], "tsne", {**QUICK, "metric": "euclidean"}, worker=worker)
    moved = np.linalg.norm(film.places[0] - film.places[1], axis=1).mean()
    assert moved < 0.2 * np.linalg.norm(film.places[1].std(axis=0))


def test_a_film_has_every_step_once_in_rising_order_with_its_quality(worker):
    asked = []

    def at(step):
        asked.append(step)
        return features(step)

    film = shoot(at, [20, 0, 40, 20], "tsne", QUICK, stage="stage 4", worker=worker)
    assert asked == [40, 20, 0]
    assert film.steps.tolist() == [0, 20, 40]
    assert (film.layout, film.metric, film.stage) == ("tsne", "cosine", "stage 4")
    assert all(0 < q["trust"] <= 1 for q in film.quality)


def test_between_two_maps_points_are_on_the_way():
    film = shoot(features, [0, 10, 40], "pca")
    np.testing.assert_allclose(film.at(25), film.places[1:].mean(axis=0), atol=1e-6)
    np.testing.assert_array_equal(film.at(-5), film.places[0])
    np.testing.assert_array_equal(film.at(10), film.places[1])
    np.testing.assert_array_equal(film.at(99), film.places[2])


def test_a_film_says_how_far_it_is_and_can_be_cancelled(worker):
    ticks = []
    shoot(features, [0, 10], "pca", progress=Progress(ticks.append), worker=worker)
    assert ticks[-1].done == ticks[-1].total == 200

    heard = []

    def enough():
        heard.append(True)
        return len(heard) > 3

    with pytest.raises(Cancelled):
        shoot(features, [0, 10], "tsne", QUICK, Progress(None, enough), worker=worker)


def test_a_step_with_other_pictures_is_refused_by_name(worker):
    with pytest.raises(ValueError, match="step 0 has features of 50 pictures"):
        shoot(lambda step: features(step)[: 60 if step else 50], [0, 10], "pca", worker=worker)


def test_a_film_without_steps_is_refused():
    with pytest.raises(ValueError, match="no snapshots"):
        shoot(features, [])


def test_a_film_is_read_as_it_was_saved(tmp_path):
    film = shoot(features, [0, 10], "pca", stage="projection")
    film.save(tmp_path / "film.npz")
    again = load(tmp_path / "film.npz")
    np.testing.assert_array_equal(again.places, film.places)
    assert again.steps.tolist() == [0, 10]
    assert again.quality == film.quality
    assert (again.layout, again.metric, again.stage) == ("pca", "cosine", "projection")
    assert [p.name for p in tmp_path.iterdir()] == ["film.npz"]


@pytest.mark.parametrize("damage", ["cut", "other", "pickled", "shape", "missing", "steps"])
def test_a_damaged_film_is_refused_with_its_name(tmp_path, damage):
    path = tmp_path / "film.npz"
    shoot(features, [0, 10], "pca").save(path)
    with np.load(path) as file:
        parts = dict(file)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:300])
    elif damage == "missing":
        path.unlink()
    else:
        changed = {
            "other": {"kind": np.array("something else")},
            "pickled": {"about": np.array([{}, {}, {}], dtype=object)},
            "shape": {"places": parts["places"][0]},
            "steps": {"steps": parts["steps"][::-1]},
        }[damage]
        np.savez(path, **{**parts, **changed})
    with pytest.raises(ValueError, match=r"film\.npz"):
        load(path)
