"""A tiny method and a tiny learnable data set."""

import numpy as np
import pytest
import torch
from torch import nn

from core.data.imageset import ImageSet, Pictures
from core.method import DataShape, Method, MethodConfig
from core.nets.backbone import Backbone
from core.randomness import drawing_from, generator


class TinyBackbone(Backbone):
    def __init__(self, channels):
        super().__init__()
        widths = {"one": 4, "two": 8, "three": 8}
        given = [channels, *widths.values()]
        self.blocks = nn.ModuleDict(
            {
                name: nn.Sequential(
                    nn.Conv2d(given[i], made, 3, padding=1, stride=1 + (i > 0)),
                    nn.BatchNorm2d(made),
                    nn.ReLU(),
                )
                for i, (name, made) in enumerate(widths.items())
            }
        )
        self.dims = widths


class Tiny(Method):
    def __init__(self, config, data):
        super().__init__(config, data)
        self.backbone = TinyBackbone(data.channels)

    def encode(self, images):
        return self.backbone.stages(images)


def pictures_of(count, seed, classes=3):
    """Pictures 8 x 8 of noise whose class is the third of the rows that is brighter."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    images = rng.integers(0, 120, size=(count, 1, 8, 8))
    for i, label in enumerate(labels):
        images[i, 0, 3 * label : 3 * label + 2] += 100
    return Pictures(images.astype(np.uint8), labels.astype(np.int64))


@pytest.fixture(scope="session")
def data():
    return ImageSet("bars", "Bars", pictures_of(240, 0), pictures_of(90, 1), ("a", "b", "c"))


@pytest.fixture(scope="session")
def make_method(data):
    """Makes the same method anew."""

    def make():
        with drawing_from(generator("tests")):
            return Tiny(MethodConfig(), DataShape(data.channels, data.side, tuple(data.classes)))

    return make


@pytest.fixture
def method(make_method):
    return make_method()


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Tiny tensors gain nothing from two threads, and on a busy machine each barrier costs ms."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def torch_dice_untouched():
    """No evaluation draws from torch's global generator."""
    before = torch.get_rng_state()
    yield
    assert torch.equal(torch.get_rng_state(), before)
