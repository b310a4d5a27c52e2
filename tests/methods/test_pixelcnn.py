"""The PixelCNN sees no pixel that comes later, and its likelihoods are those of a distribution."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from core.data.imageset import DataError
from core.method import DataShape
from core.methods.generative.pixelcnn import PixelCNN, PixelCNNConfig
from core.nets.pixelcnn import GatedPixelCNN, colour_mask
from core.randomness import drawing_from, generator


def network(channels: int = 1, levels: int = 2, labels: int = 0) -> GatedPixelCNN:
    with drawing_from(generator("net")):
        return GatedPixelCNN(channels, levels, 6, 3, 3, labels).eval()


def method(side: int = 8, channels: int = 1, **options: object) -> PixelCNN:
    config = PixelCNNConfig(width=6, depth=2, **options)  # type: ignore[arg-type]
    with drawing_from(generator("method")):
        return PixelCNN(config, DataShape(channels, side, ("a", "b", "c"))).eval()


@pytest.mark.parametrize("channels", [1, 3])
def test_no_gradient_reaches_a_pixel_or_colour_that_comes_later(channels: int) -> None:
    net, side = network(channels), 4
    levels = torch.randint(2, (1, channels, side, side), generator=generator("x"))
    x = levels.float().requires_grad_()
    logits = net(x)  # (1, L, C, h, w)
    place = list(itertools.product(range(side), range(side), range(channels)))
    reached = torch.zeros(len(place), len(place), dtype=torch.bool)
    for at, (row, column, colour) in enumerate(place):
        (found,) = torch.autograd.grad(
            logits[0, :, colour, row, column].sum(), x, retain_graph=True, allow_unused=True
        )
        reached[at] = found[0].permute(1, 2, 0).flatten() != 0
    assert not reached.triu().any(), "a number depends on itself or on what comes after it"
    before = reached.tril(-1)
    assert before[-1].sum() >= len(place) - channels  # and the last on nearly all before it


@pytest.mark.parametrize(("channels", "side", "levels"), [(1, 3, 2), (2, 2, 2), (1, 2, 4)])
@torch.no_grad()
def test_the_likelihoods_of_all_pictures_sum_to_one(channels: int, side: int, levels: int) -> None:
    net = network(channels, levels).double()
    size = channels * side * side
    every = torch.tensor(list(itertools.product(range(levels), repeat=size)))
    pictures = every.view(-1, channels, side, side)
    logs = net.double()(pictures).log_softmax(dim=1).gather(1, pictures.unsqueeze(1))
    assert float(logs.flatten(1).sum(dim=1).exp().sum()) == pytest.approx(1.0, abs=1e-5)


def test_the_first_layer_keeps_every_colour_from_itself() -> None:
    assert colour_mask(3, 3, 3, strict=True).tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0]]
    assert colour_mask(3, 3, 3, strict=False).tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]


@torch.no_grad()
def test_rows_below_change_nothing_so_that_drawing_may_leave_them_out() -> None:
    net = network(3, labels=2)
    levels = torch.randint(2, (2, 3, 5, 5), generator=generator("x"))
    labels = torch.tensor([1, -1])
    whole, part = net(levels, labels), net(levels[:, :, :3], labels)
    torch.testing.assert_close(whole[..., :3, :], part)


@torch.no_grad()
def test_a_class_that_is_left_open_is_no_class() -> None:
    net = network(labels=2)
    levels = torch.randint(2, (2, 1, 4, 4), generator=generator("x"))
    torch.testing.assert_close(net(levels), net(levels, torch.tensor([-1, -1])))
    assert not torch.equal(net(levels), net(levels, torch.tensor([0, 1])))


@torch.no_grad()
def test_what_is_shown_stays_and_every_hidden_pixel_is_told_of() -> None:
    made, told = method(side=16), []
    images = torch.rand(2, 1, 16, 16, generator=generator("x"))
    hidden = torch.zeros(16, 16, dtype=torch.bool)
    hidden[9, 3] = hidden[14:, 8:] = True  # one cell of two pixels a side, and four
    drawn = made.sample(
        2, None, generator("draw"), images, hidden, lambda *now: told.append(now[:2])
    )
    kept = made.pictured(made.quantised(images))
    cells = made.cells(hidden).repeat_interleave(2, 0).repeat_interleave(2, 1)
    assert torch.equal(drawn[:, :, ~cells], kept[:, :, ~cells])
    assert told == [(n, 5) for n in range(1, 6)]


@torch.no_grad()
def test_samples_have_the_frequencies_that_the_network_gives() -> None:
    made = method(side=8)
    drawn = made.sample(2000, None, generator("draw"), torch.zeros(2000, 1, 8, 8), _first(8))
    chance = made.net(torch.zeros(1, 1, 1, 1, dtype=torch.int64))[0, :, 0, 0, 0].softmax(0)[1]
    assert float(drawn[:, 0, 0, 0].mean()) == pytest.approx(float(chance), abs=0.04)


def _first(side: int) -> torch.Tensor:
    hidden = torch.zeros(side, side, dtype=torch.bool)
    hidden[0, 0] = True
    return hidden


@torch.no_grad()
def test_a_cold_draw_is_the_likeliest_level() -> None:
    made = method(side=8)
    cold = [
        made.sample(1, None, generator(n), torch.zeros(1, 1, 8, 8), _first(8), temperature=1e-4)
        for n in range(4)
    ]
    assert all(torch.equal(cold[0], other) for other in cold)


@torch.no_grad()
def test_classes_are_named_by_bayes_rule() -> None:
    made, images = method(), torch.rand(3, 1, 8, 8, generator=generator("x"))
    nats = np.array([
        [float(made.bits(images[i : i + 1], torch.tensor([y])).sum()) * np.log(2) for y in range(3)]
        for i in range(3)
    ])  # fmt: skip
    expected = np.exp(-nats) / np.exp(-nats).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(made.class_probabilities(images).numpy(), expected, rtol=1e-3)


def test_pictures_that_cannot_be_shrunk_evenly_are_refused_in_words() -> None:
    with pytest.raises(DataError, match="37 pixels cannot be shrunk evenly"):
        method(side=37)
