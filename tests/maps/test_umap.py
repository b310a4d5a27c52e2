"""UMAP: frames, stopping, warm starts, three dimensions, and life without the private function."""

import numpy as np
import pytest

from core.maps import umap as module
from core.maps.neighbours import nearest
from core.maps.params import UmapParams
from core.maps.tsne import Stopped
from core.maps.umap import EPOCH_FUNCTION, imported, umap

QUICK = UmapParams(neighbours=8, epochs=60, every=20)


@pytest.fixture(scope="module", autouse=True)
def compiled_elsewhere():
    """umap-learn in memory before any test is timed."""
    imported()


def blobs(count=120, classes=4, length=16, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    centres = rng.normal(size=(classes, length)) * 6
    return (centres[labels] + rng.normal(size=(count, length))).astype(np.float32), labels


@pytest.mark.parametrize("dims", [2, 3])
def test_umap_parts_separated_blobs(dims):
    x, labels = blobs()
    xy = umap(x, UmapParams(neighbours=8, epochs=60, dims=dims))
    assert xy.shape == (120, dims)
    near = nearest(xy, 5, "euclidean").indices
    assert (labels[near] == labels[:, None]).mean() > 0.98


def test_umap_repeats_itself_exactly():
    x, _ = blobs(60)
    np.testing.assert_array_equal(umap(x, QUICK), umap(x, QUICK))


def test_umap_tells_its_frames_and_the_last_is_the_result():
    told = []

    def listen(epoch, xy):
        told.append((epoch, xy))
        return False

    xy = umap(blobs()[0], QUICK, on_iteration=listen)
    assert [epoch for epoch, _ in told] == [20, 40, 60]
    np.testing.assert_array_equal(told[-1][1], xy)


def test_umap_stops_when_asked_and_leaves_the_library_as_it_was():
    layouts = imported().layouts
    before = getattr(layouts, EPOCH_FUNCTION)
    with pytest.raises(Stopped):
        umap(blobs()[0], QUICK, on_iteration=lambda epoch, xy: True)
    assert getattr(layouts, EPOCH_FUNCTION) is before


def test_umap_works_without_frames_where_the_private_function_is_gone(monkeypatch):
    monkeypatch.setattr(module, "EPOCH_FUNCTION", "_no_such_name")
    told = []
    x, _ = blobs(60)
    xy = umap(x, QUICK, on_iteration=lambda epoch, xy: bool(told.append(epoch)))
    assert told == []
    np.testing.assert_array_equal(xy, umap(x, QUICK))


def test_a_warm_start_keeps_places_and_scale():
    x, _ = blobs(classes=6)
    before = umap(x, QUICK)
    later = x + np.random.default_rng(6).normal(scale=0.3, size=x.shape).astype(np.float32)

    def drift(xy):
        return np.linalg.norm(xy - before, axis=1).mean() / before.std()

    assert drift(umap(later, QUICK, init=before)) < 0.25
    assert drift(umap(later, QUICK, init=before)) < 0.5 * drift(umap(later + 1e-3, QUICK))


@pytest.mark.parametrize("count", [4, 5, 7])
def test_a_handful_of_points_is_laid_out_too(count):
    x = np.random.default_rng(7).normal(size=(count, 3))
    assert np.isfinite(umap(x, QUICK)).all()


def test_pictures_that_coincide_stay_finite():
    assert np.isfinite(umap(np.ones((20, 4)), QUICK)).all()
