"""A picture's latent, found by going downhill: what a generator can make that is most like it.

Zhu, Krähenbühl, Shechtman and Efros, ECCV 2016, arXiv 1609.03552, section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.generative.directions import Generate
from core.progress import Progress

STEPS = 200
RATE = 0.05
PULL = 1e-3  # weight of −log p(z) a number, which keeps a latent where generators were trained
STARTS = 8  # latents that are begun from; the best of them is kept


@dataclass(frozen=True)
class Inversion:
    """The latent found for each picture, and how it came nearer."""

    latents: Tensor  # (B, Z)
    errors: Tensor  # (B,) mean square of the pixels at the end
    history: list[float]  # mean of the errors before every step


def invert(
    generate: Generate,
    images: Tensor,
    starts: Tensor,
    steps: int = STEPS,
    rate: float = RATE,
    pull: float = PULL,
    progress: Progress | None = None,
) -> Inversion:
    """Adam on the latents for the pixels of images (B, C, H, W), from starts (S, B, Z).

    With an encoder its answer is the one start; else a few are drawn. Of each picture the latent of
    least error ever seen is kept. Raises Cancelled out of `progress`.
    """
    count, pictures, size = starts.shape
    z = starts.detach().clone().flatten(0, 1).requires_grad_()  # (S B, Z)
    wanted = images.repeat(count, 1, 1, 1)
    optimizer = torch.optim.Adam([z], lr=rate)
    best = torch.full((len(z),), float("inf"), device=z.device)
    found, history = z.detach().clone(), []
    told = progress or Progress()
    for step in range(steps + 1):
        told.update("Looking for the latent", step, steps, "steps")
        with torch.enable_grad():
            errors = (generate(z) - wanted).square().flatten(1).mean(dim=1)
            loss = errors.sum() + 0.5 * pull * z.square().mean(dim=1).sum()
        better = errors.detach() < best
        best = torch.where(better, errors.detach(), best)
        found[better] = z.detach()[better]
        history.append(float(errors.detach().mean()))
        if step == steps:
            break
        (z.grad,) = torch.autograd.grad(loss, z)  # the generator's own weights get none
        optimizer.step()
    errors_by_start, least = best.view(count, pictures).min(dim=0)
    chosen = found.view(count, pictures, size)[least, torch.arange(pictures, device=z.device)]
    return Inversion(chosen, errors_by_start, history)
