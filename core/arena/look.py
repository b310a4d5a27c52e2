"""What is seen of a game on points: both players' work as arrays, nothing that is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.evaluate.generative.modes import Modes, modes
from core.pictures import Floats, Histogram
from core.randomness import generator

SAMPLES = 2500  # as in the published counts of modes
ARROWS = 160
SIDE = 64  # of the discriminator's surface
WARP = 21  # lines of the latent grid along each axis
REACH = 2.0  # deviations of the latent that the grid covers to either side
BINS = 32


@dataclass(frozen=True)
class GameLook:
    """One game at one step. Places are in the units of the data; scores as the discriminator's."""

    step: int
    seconds: float
    samples: Floats  # (N, 2)
    surface: Floats  # (S, S) the discriminator's score, rows from low y to high y
    middle: float  # the score between what it takes for real and for generated
    arrows: Floats  # (A, 4) x, y and the slope of the score there, where a sample would rather be
    warp: (
        Floats | None
    )  # (G, G, 2) a square grid of latents as the generator lays it; None: not 2-D
    scores: Histogram  # of held-out points and of samples
    modes: Modes | None  # None where the data has no modes
    scalars: Mapping[str, float]


@dataclass(frozen=True)
class Frame:
    """The part of the plane that is shown, in the units of the data."""

    low: tuple[float, float]
    high: tuple[float, float]

    def places(self, side: int) -> Tensor:
        """(side * side, 2, 1, 1) evenly over the frame, x fastest, from low y to high y."""
        xs = torch.linspace(self.low[0], self.high[0], side)
        ys = torch.linspace(self.low[1], self.high[1], side)
        y, x = torch.meshgrid(ys, xs, indexing="ij")
        return torch.stack([x, y], dim=-1).reshape(-1, 2, 1, 1)


def frame_of(points: Floats, margin: float = 0.25) -> Frame:
    """A square about points (N, 2), with a margin as a share of their extent."""
    low, high = np.quantile(points, 0.001, axis=0), np.quantile(points, 0.999, axis=0)
    middle, half = (low + high) / 2, float((high - low).max()) * (0.5 + margin)
    return Frame(
        (float(middle[0]) - half, float(middle[1]) - half),
        (float(middle[0]) + half, float(middle[1]) + half),
    )


@torch.no_grad()
def look_at(
    method: Any,
    frame: Frame,
    real: Tensor,
    facts: Mapping[str, Any],
    raw: bool = False,
    count: int = SAMPLES,
) -> GameLook:
    """A game as it stands. `real` (R, 2, 1, 1) are held-out points; `raw` asks for the generator
    without the average over its steps. The same latents at every look.
    """
    latents = method.draw(count, generator("arena"))
    samples = method.generate(latents, raw=raw)
    grid = frame.places(SIDE)
    score_real, score_fake = method.criticise(real), method.criticise(samples)
    centres = np.asarray(facts.get("centres", ()), dtype=np.float64)
    places = samples.flatten(1).cpu().numpy().astype(np.float64)
    found = modes(places, centres, float(facts["sigma"])) if len(centres) else None
    return GameLook(
        step=0,
        seconds=0.0,
        samples=places,
        surface=method.criticise(grid).reshape(SIDE, SIDE).cpu().numpy(),
        middle=float((score_real.mean() + score_fake.mean()) / 2),
        arrows=_arrows(method, samples[:ARROWS]),
        warp=_warp(method, raw),
        scores=histogram(score_real.cpu().numpy(), score_fake.cpu().numpy()),
        modes=found,
        scalars={},
    )


def _arrows(method: Any, samples: Tensor) -> Floats:
    """Where each sample lies and the slope of the discriminator's score there: (A, 4)."""
    with torch.enable_grad():
        at = samples.detach().clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(method.criticise(at).sum(), at)
    return torch.cat([at.detach(), slope], dim=1).flatten(1).cpu().numpy()


def _warp(method: Any, raw: bool) -> Floats | None:
    if method.latent_size != 2:
        return None
    line = torch.linspace(-REACH, REACH, WARP)
    y, x = torch.meshgrid(line, line, indexing="ij")
    laid = method.generate(torch.stack([x, y], dim=-1).reshape(-1, 2), raw=raw)
    return laid.reshape(WARP, WARP, 2).cpu().numpy()


def histogram(real: Floats, fake: Floats) -> Histogram:
    """How the discriminator scores real and generated points, over the range of both."""
    both = np.concatenate([real, fake])
    low, high = np.quantile(both, 0.005), np.quantile(both, 0.995)
    if not high > low:
        low, high = low - 0.5, low + 0.5
    edges = np.linspace(low, high, BINS + 1)
    count = {
        name: np.histogram(np.clip(values, low, high), edges)[0] / len(values)
        for name, values in (("real", real), ("generated", fake))
    }
    return Histogram(edges, count, "discriminator's score", "share")
