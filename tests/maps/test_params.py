"""The settings of the layouts: one list for all, checked, with errors that name the setting."""

import numpy as np
import pytest

from core.config import options_of
from core.maps.align import procrustes
from core.maps.layout import lay_out, plan
from core.maps.params import METHODS, PcaParams, TsneParams, params_of


@pytest.mark.parametrize("method", METHODS)
def test_every_setting_has_a_sentence_and_all_methods_share_three(method):
    options = options_of(METHODS[method])
    assert [o.name for o in options[:3]] == ["dims", "metric", "seed"]
    assert all(len(o.help) > 10 for o in options)


@pytest.mark.parametrize(
    ("method", "values", "named"),
    [
        ("tsne", {"neighbours": 15}, "neighbours"),
        ("umap", {"perplexity": 30}, "perplexity"),
        ("pca", {"dims": 4}, "dims"),
        ("tsne", {"metric": "manhattan"}, "manhattan"),
        ("isomap", {}, "isomap"),
    ],
)
def test_a_setting_that_is_wrong_is_named(method, values, named):
    with pytest.raises(ValueError, match=named):
        params_of(method, values)


def test_settings_given_directly_are_checked_too():
    with pytest.raises(ValueError, match="perplexity"):
        TsneParams(perplexity=0.5)


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_a_map_in_space_has_three_axes(method):
    x = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
    quick = {"early_iterations": 20, "iterations": 20} if method == "tsne" else {}
    xy = lay_out(x, params_of(method, {"dims": 3, **quick}))
    assert xy.shape == (40, 3)
    assert (xy.std(axis=0) > 0).all()


def test_procrustes_lays_maps_in_space_over_each_other():
    rng = np.random.default_rng(1)
    fixed = rng.normal(size=(30, 3))
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    moved = fixed @ turn * 2.0 + 5.0
    np.testing.assert_allclose(procrustes(moved, fixed).apply(moved), fixed, atol=1e-5)


def test_beyond_a_limit_some_are_laid_out_and_the_note_says_so():
    assert plan(100_000, TsneParams()).note == ""
    assert plan(150_000, TsneParams()).note == "laid out 50,000, placed the other 100,000"
    assert plan(1_000_000, PcaParams()).kept is None


def test_points_that_are_placed_lie_with_their_own(monkeypatch):
    monkeypatch.setattr("core.maps.layout.MOST", 200)
    rng = np.random.default_rng(2)
    labels = np.arange(300) % 3
    centres = rng.normal(size=(3, 8)) * 8
    x = (centres[labels] + rng.normal(size=(300, 8))).astype(np.float32)
    frames = []
    params = TsneParams(perplexity=10, early_iterations=100, iterations=100)
    xy = lay_out(x, params, None, lambda i, places: bool(frames.append(places.shape)))
    middles = np.stack([np.median(xy[labels == c], axis=0) for c in range(3)])
    closest = np.linalg.norm(xy[:, None] - middles, axis=2).argmin(axis=1)
    assert (closest == labels).mean() > 0.98
    assert set(frames) == {(300, 2)}
