"""What the tests of several methods ask alike: a small method, a batch, and its rebuilding."""

from __future__ import annotations

from typing import TypeVar

import torch

from core.config import configure
from core.experiment import rebuild
from core.method import Batch, DataShape, Look, Method
from core.randomness import drawing_from, generator

M = TypeVar("M", bound=Method)


def make(cls: type[M], side: int = 16, channels: int = 3, **options: object) -> M:
    """A method of the narrowest network, its weights drawn from one seed."""
    config = configure(cls.Config, {"width": 4, "batch_size": 12, **options})
    with drawing_from(generator("weights")):
        return cls(config, DataShape(channels, side, ("house", "tree")))


def batch(step: int = 0, side: int = 16, channels: int = 3, count: int = 12) -> Batch:
    """The same pictures at every step, seen through that step's draws."""
    images = torch.rand(count, channels, side, side, generator=generator("pictures"))
    return Batch(
        images, torch.arange(count) % 2, torch.arange(count), generator(step), step, step / 10
    )


def look(side: int = 16) -> Look:
    one = batch(side=side)
    return Look(one.images, one.labels, ("house", "tree"), generator("look"))


def train(method: Method, steps: int, side: int = 16) -> list[dict[str, float]]:
    """Take steps; the scalars of each."""
    optimizers = method.optimizers()
    rows = []
    for step in range(steps):
        scalars = method.step(batch(step, side), optimizers)
        rows.append({name: float(value.detach()) for name, value in scalars.items()})
    return rows


def assert_gradient_reaches_every_weight(method: Method) -> None:
    for parameter in method.parameters():  # residual branches begin at zero
        parameter.data.add_(0.01)
    method.loss(batch())["loss"].backward()
    for name, parameter in method.named_parameters():
        if parameter.requires_grad:
            assert parameter.grad is not None, name
            assert bool(parameter.grad.any()), name


def assert_rebuilt_from_its_state(method: M) -> None:
    """After training, all of a method is in its state: another built from it says the same."""
    state = {name: tensor.clone() for name, tensor in method.state_dict().items()}
    again = rebuild(type(method), method.config, method.data, state, torch.device("cpu"))
    with torch.no_grad():
        first, second = method.eval().validate(batch()), again.eval().validate(batch())
    assert {n: float(v) for n, v in first.items()} == {n: float(v) for n, v in second.items()}


def assert_figures_draw(method: Method) -> None:
    """Every figure of a method can be drawn, and looking moves nothing."""
    before = {name: tensor.clone() for name, tensor in method.state_dict().items()}
    method.eval()
    with torch.no_grad():
        for info in type(method).figures():
            getattr(method, info.name)(look())
    assert all(torch.equal(before[name], now) for name, now in method.state_dict().items())
