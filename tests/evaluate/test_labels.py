"""Learning from few labels: the draws, the curves, and what stays frozen."""

import json

import numpy as np
import pytest
import torch

from core.evaluate import label_training
from core.evaluate.features import extract, raw_pixels
from core.evaluate.few_labels import few_labels
from core.evaluate.fine_tune import fine_tune
from core.evaluate.label_curve import COUNTS, LabelCurve, draw, usable
from core.evaluate.label_training import Terms
from core.evaluate.semi_supervised import semi_supervised
from core.evaluate.supervised import Recipe, activations, schedule
from core.progress import Cancelled, Progress

SHORT = Recipe(steps=6, batch_size=16)
BRIEF = Terms((0, 1), counts=(1, 10, None), recipe=SHORT, shares=(0.1, 1.0), tuning=SHORT)


def test_a_draw_has_as_many_of_every_class_and_repeats_with_its_seed():
    labels = np.random.default_rng(0).integers(-1, 5, 500)
    chosen = draw(labels, 7, seed=3)
    assert np.bincount(labels[chosen]).tolist() == [7] * 5
    np.testing.assert_array_equal(chosen, draw(labels, 7, seed=3))
    assert set(chosen) != set(draw(labels, 7, seed=4))


def test_draws_of_one_seed_are_nested():
    labels = np.arange(200) % 4
    assert set(draw(labels, 5, 1)) < set(draw(labels, 20, 1)) < set(draw(labels, None, 1))


def test_a_small_class_gives_all_it_has():
    labels = np.array([0] * 3 + [1] * 50)
    assert np.bincount(labels[draw(labels, 10, 0)]).tolist() == [3, 10]


def test_a_share_takes_that_part_of_every_class_and_at_least_one():
    labels = np.array([-1] * 9 + [0] * 40 + [1] * 200 + [2] * 3)
    for share, wanted in ((0.01, [1, 2, 1]), (0.1, [4, 20, 1]), (1.0, [40, 200, 3])):
        assert np.bincount(labels[draw(labels, share, 0)]).tolist() == wanted
    assert set(draw(labels, 0.1, 5)) < set(draw(labels, 1.0, 5))


def test_few_labels_are_asked_for_at_the_counts_of_the_literature():
    assert usable(COUNTS, np.zeros(500, dtype=np.int64)) == [1, 2, 5, 10, 20, 50, 100, None]


def test_fine_tuning_takes_shares_of_the_labels_and_its_own_recipe(method, data, monkeypatch):
    taken = []
    monkeypatch.setattr(label_training, "train", lambda *given: taken.append(given[3].shape))
    found = fine_tune(method, data, Terms(seeds=(0,), tuning=Recipe(steps=7, batch_size=64)))
    assert found.counts == [0.01, 0.1, 1.0]
    assert taken == 2 * [(7, 3), (7, 24), (7, 64)]  # 80 pictures of each of 3 classes


def test_amounts_are_named_and_placed_by_their_labels_a_class():
    curve = LabelCurve("t", [1, 10, 0.01, 1.0, None], 80.0, {"way": [[0.5]] * 5})
    line = curve.curve().lines["way"]
    np.testing.assert_allclose(line.x, [1, 10, 1, 80, 80])
    assert curve.table().columns == [
        "", "1 label", "10 labels", "1 % of labels", "100 % of labels", "all labels"
    ]  # fmt: skip


def test_counts_that_ask_for_more_than_there_is_are_left_out():
    assert usable((1, 5, 20, None), np.arange(60) % 3) == [1, 5, None]


def test_every_picture_comes_once_a_pass():
    order = schedule(10, Recipe(steps=4, batch_size=5), seed=0)
    assert sorted(order[:2].ravel()) == sorted(order[2:].ravel()) == list(range(10))


def test_more_labels_help_and_all_representations_get_the_same(method, data):
    pixels, features = raw_pixels(data), extract(method, data)
    ways = {"a": [features], "b": [features], "c": [pixels]}
    found = few_labels(ways, seeds=(0, 1, 2), counts=(1, 10, None))
    assert found.accuracies["a"] == found.accuracies["b"]
    assert found.mean("a")[-1] > found.mean("a")[0]
    assert [len(scores) for scores in found.accuracies["a"]] == [3, 3, 1]


def test_the_semi_supervised_curve_leaves_the_method_as_it_was(method, data):
    before = {name: value.clone() for name, value in method.state_dict().items()}
    for fresh in (True, False):
        semi_supervised(method, data, BRIEF, fresh=fresh)
    assert all(torch.equal(before[name], value) for name, value in method.state_dict().items())
    assert all(part.training for part in method.modules())


def test_the_trained_blocks_see_exactly_what_the_frozen_ones_make(method, data):
    images = data.train.images[:20]
    kept = activations(method.backbone, ["one"], images, lambda: None)
    method.eval()
    with torch.no_grad():
        wanted = method.backbone.stages(torch.from_numpy(images).float() / 255)["one"]
    torch.testing.assert_close(kept, wanted)


def test_the_semi_supervised_curve_repeats_with_its_seeds_and_is_complete(method, data):
    first, again = (semi_supervised(method, data, BRIEF) for _ in range(2))
    assert first == again
    assert len(first.accuracies) == 3
    assert all(np.shape(scores) == (3, 2) for scores in first.accuracies.values())


@pytest.mark.parametrize("protocol", [semi_supervised, fine_tune])
def test_training_from_all_labels_learns_the_classes(method, data, protocol):
    recipe = Recipe(steps=80, learning_rate=0.02)
    terms = Terms(seeds=(0,), counts=(None,), recipe=recipe, shares=(1.0,), tuning=recipe)
    found = protocol(method, data, terms)
    assert all(found.mean(way)[0] > 0.6 for way in found.accuracies)  # chance is 0.33


def test_freezing_every_block_is_refused(method, data):
    with pytest.raises(ValueError, match="expected 0 to 2"):
        semi_supervised(method, data, BRIEF, frozen=3)


def test_training_can_be_cancelled_between_two_steps(method, data):
    asked = iter([False] * 12)
    with pytest.raises(Cancelled):
        fine_tune(method, data, BRIEF, Progress(cancelled=lambda: next(asked, True)))


def test_a_curve_becomes_pictures_and_survives_json():
    curve = LabelCurve("t", [1, None], 30.0, {"way": [[0.5, 0.7], [0.9]]}, "note")
    assert LabelCurve.from_dict(json.loads(json.dumps(curve.to_dict()))) == curve
    line = curve.curve().lines["way"]
    np.testing.assert_allclose(line.x, [1, 30])
    np.testing.assert_allclose(line.y, [60, 90])
    assert curve.table().rows == [["way", "60.0 ± 14.1", "90.0"]]
