"""Drawing pixel by pixel, row by row; completing; bits; the class by Bayes' rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.experiment import Experiment, build
from core.generative import drawing
from core.generative.drawing import Drawn
from core.generative.wishes import Drawing
from core.method import DataShape, Look, Method
from core.randomness import generator

SHAPE = DataShape(1, 16, ("a", "b", "c"))


@pytest.fixture(scope="module")
def method() -> Method:
    options = {"width": 4, "depth": 2}
    made = build(Experiment("pixelcnn", "digits", options=options), SHAPE, torch.device("cpu"))
    return made.eval()


def look() -> Look:
    images = torch.rand(2, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    return Look(images, torch.tensor([0, -1]), SHAPE.classes, generator("look"))


@torch.no_grad()
def drawn(method: Method, wanted: Drawing) -> list[Drawn]:
    """Every row of a drawing."""
    parts = [drawing.further(wanted)(method, look())]
    while not parts[-1].finished:
        wanted = replace(wanted, row=parts[-1].row, pixels=parts[-1].pixels)
        parts.append(drawing.further(wanted)(method, look()))
    return parts


def test_a_drawing_shows_every_pixel_once_and_what_is_to_come_in_grey(method: Method) -> None:
    parts = drawn(method, Drawing(count=3))
    frames = [frame for part in parts for frame in part.frames]
    assert [part.done for part in parts] == list(range(8, 65, 8))
    assert len(frames) == parts[-1].total == 64  # 8 pixels a side, each 2 x 2
    assert (frames[0][:, 2:] == 128).all()
    assert (frames[0][:, :2, :2] != 128).all()
    assert (frames[-1] != 128).all()
    assert parts[0].names == ("a", "b", "c")


def test_completing_leaves_what_is_seen_and_draws_what_is_covered(method: Method) -> None:
    hidden = np.zeros((16, 16), bool)
    hidden[8:, 4:] = True
    last = drawn(method, Drawing(count=4, label=-1, picture=1, hidden=hidden))[-1]
    seen = method.pictured(method.quantised(look().images[1:]))[0, 0].numpy()  # type: ignore[operator]
    assert last.total == 4 * 6
    assert (last.pixels[:, 0][:, ~hidden] == seen[~hidden]).all()
    assert len(np.unique(last.pixels[:, 0][:, hidden], axis=0)) > 1  # endings differ


def test_what_is_covered_cannot_be_read(method: Method) -> None:
    hidden = np.zeros((16, 16), bool)
    hidden[8:] = True
    wanted = Drawing(count=2, label=-1, picture=0, hidden=hidden)
    other = look()
    other.images[:, :, 8:] = 1 - other.images[:, :, 8:]
    with torch.no_grad():
        one = drawing.further(wanted)(method, look())
        two = drawing.further(wanted)(method, other)
    assert (one.pixels == two.pixels).all()


@torch.no_grad()
def test_the_class_is_that_of_the_methods_own_rule_and_read_from_the_top_alone(
    method: Method,
) -> None:
    images = look().images
    whole = drawing.class_chances(method, images, 3)  # type: ignore[arg-type]
    assert torch.allclose(whole, method.class_probabilities(images), atol=1e-5)  # type: ignore[operator]
    below = images.clone()
    below[:, :, 8:] = 1 - below[:, :, 8:]
    half = [drawing.class_chances(method, x, 3, 0.5) for x in (images, below)]  # type: ignore[arg-type]
    assert torch.equal(*half)
    guess = drawing.classes()(method, look())
    assert guess.truth.tolist() == [0, -1]


@torch.no_grad()
def test_bits_are_told_under_each_picture(method: Method) -> None:
    found = drawing.bits(method, look())
    total = method.bits(look().images, look().labels)[0].sum()  # type: ignore[operator]
    assert found.captions[0] == f"a · {total:.1f} bits"
    assert found.heat.shape == (2, 1, 8, 8)
    assert found.heat.max() == pytest.approx(1.0)
