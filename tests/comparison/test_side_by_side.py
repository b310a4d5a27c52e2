"""Side by side: one network a method, the same pictures, maps that lie alike, attention."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.comparison.book import Comparison, Entry
from core.comparison.plan import RANDOM
from core.comparison.side_by_side import attention, features, lay_out, pictures, shown
from core.progress import Cancelled, Progress
from core.runs import RunStore
from tests.comparison.small import PLAN


def test_a_method_is_shown_by_its_first_seed_that_is_done() -> None:
    plan = replace(PLAN, methods=("rotation", "simclr"), seeds=(0, 1))
    entries = [Entry("rotation", 0, "failed", "a"), Entry("simclr", 0, "training", "b"),
               Entry(RANDOM, 0, "done", "c"), Entry("rotation", 1, "done", "d"),
               Entry(RANDOM, 1, "done", "e")]  # fmt: skip
    found = shown(Comparison(Path(), plan, entries))
    assert [(one.method, one.run) for one in found] == [("rotation", "d"), (RANDOM, "c")]


def test_features_of_all_are_of_the_same_pictures_and_made_once(
    compared: tuple[RunStore, Comparison],
) -> None:
    store, comparison = compared
    networks = shown(comparison)
    probe = pictures(store, networks[0].run)
    found = features(store, networks, probe, Progress(), {})
    assert list(found) == [one.run for one in networks]
    assert {len(x) for x in found.values()} == {len(probe)}
    again = features(store, networks, probe, Progress(), found)
    assert all(again[run] is found[run] for run in found)


def test_a_turned_map_is_turned_back() -> None:
    x = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32) * [3.0, 1.0]
    quarter = np.array([[0.0, -1.0], [1.0, 0.0]])
    places = lay_out({"one": x, "other": x @ quarter}, "pca", Progress())
    np.testing.assert_allclose(places["other"], places["one"], atol=1e-3)


def test_laying_out_can_be_cancelled_and_an_unknown_layout_is_said() -> None:
    x = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
    with pytest.raises(Cancelled):
        lay_out({"one": x}, "tsne", Progress(cancelled=lambda: True))
    with pytest.raises(ValueError, match="pca, tsne"):
        lay_out({"one": x}, "stars", Progress())


@pytest.mark.parametrize("depth", [0, 2, 9])
def test_attention_has_a_row_a_picture_and_a_column_a_network(
    compared: tuple[RunStore, Comparison], depth: int
) -> None:
    store, comparison = compared
    networks = shown(comparison)
    probe = pictures(store, networks[0].run)
    found = attention(store, networks, probe, [3, 1], depth, Progress())
    assert list(found.columns) == [one.title for one in networks]
    assert found.heat.shape == (2, len(networks), *probe.images.shape[-2:])
    assert found.heat.min() >= 0.0
    assert found.captions[0] == probe.classes[probe.labels[3]]
    assert (found.images[1, ..., 0] == probe.images[1, 0]).all()
