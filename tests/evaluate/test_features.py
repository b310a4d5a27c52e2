"""Frozen features: shapes, modes, order, and what is refused."""

import numpy as np
import pytest
import torch

from core.data.imageset import ImageSet, Pictures
from core.evaluate.features import EvaluationError, extract, pooled, raw_pixels
from core.evaluate.references import untrained
from core.progress import Cancelled, Progress


def test_features_are_the_averages_of_every_stage_in_order(method, data):
    found = extract(method, data)
    method.eval()
    with torch.no_grad():
        image = torch.from_numpy(data.train.images[200:201]).float() / 255
        wanted = {name: x.mean(dim=(2, 3)) for name, x in method.backbone.stages(image).items()}
    assert found.stages == ("one", "two", "three")
    for stage, vector in wanted.items():
        np.testing.assert_allclose(found.train[stage][200], vector[0].numpy(), atol=1e-5)


def test_extraction_gives_every_part_its_mode_back(method, data):
    method.backbone.blocks["one"].eval()
    before = {name: part.training for name, part in method.named_modules()}
    weights = {name: value.clone() for name, value in method.state_dict().items()}
    extract(method, data)
    assert before == {name: part.training for name, part in method.named_modules()}
    assert all(torch.equal(weights[name], value) for name, value in method.state_dict().items())


@pytest.mark.parametrize(("grid", "length"), [(1, 700), (2, 700), (1, 3)])
def test_a_grid_never_gives_more_numbers_than_the_bound(grid, length):
    activations = torch.zeros(2, length, 4, 4)
    wanted = length if length * grid * grid > 2048 else length * grid * grid
    assert pooled(activations, grid).shape == (2, wanted)


def test_vectors_pass_unpooled():
    assert pooled(torch.zeros(3, 5), 2).shape == (3, 5)


def test_pictures_without_a_label_are_left_out(method, data):
    labels = data.train.labels.copy()
    labels[::2] = -1
    partly = ImageSet("x", "x", Pictures(data.train.images, labels), data.held_out, data.classes)
    assert len(extract(method, partly).train["one"]) == 120
    assert len(raw_pixels(partly).train_labels) == 120


def test_data_without_labels_are_refused_with_what_to_do(method, data):
    none = Pictures(data.train.images, np.full(len(data.train), -1))
    with pytest.raises(EvaluationError, match="one folder a class"):
        extract(method, ImageSet("x", "x", none, data.held_out, data.classes))


def test_large_raw_pictures_are_averaged_below_the_bound(data):
    big = Pictures(np.zeros((2, 3, 96, 96), dtype=np.uint8), np.array([0, 1]))
    assert raw_pixels(ImageSet("x", "x", big, big, ("a", "b"))).train["pixels"].shape[1] <= 4096


def test_extraction_can_be_cancelled(method, data):
    with pytest.raises(Cancelled):
        extract(method, data, Progress(cancelled=lambda: True))


def test_untrained_networks_differ_by_seed_and_repeat_with_it(method, data):
    def weight(seed):
        return untrained(method, seed, data.train.images).backbone.blocks["one"][0].weight

    assert torch.equal(weight(1), weight(1))
    assert not torch.equal(weight(1), weight(2))


def test_an_untrained_network_is_normalised_by_the_pictures(method, data):
    fresh = untrained(method, 0, data.train.images)
    first = fresh.backbone.blocks["one"]
    with torch.no_grad():
        images = torch.from_numpy(data.train.images).float() / 255
        channels = first[1].eval()(first[0](images))
    np.testing.assert_allclose(channels.mean(dim=(0, 2, 3)), 0.0, atol=1e-3)
    np.testing.assert_allclose(channels.std(dim=(0, 2, 3)), 1.0, atol=1e-2)
    assert first[1].momentum == 0.1
