"""Directions of a latent space: those that change most, and those of known attributes.

Härkönen et al., "GANSpace", NeurIPS 2020, arXiv 2004.02546 (principal components); Shen and Zhou,
"SeFa", CVPR 2021, arXiv 2007.06600 (the first layer's singular vectors); White, arXiv 1609.04468
(attribute vectors, other labels balanced).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.pictures import Floats

Generate = Callable[[Tensor], Tensor]  # (B, Z) to pictures (B, C, H, W)
Tell = Callable[[Tensor], Tensor]  # pictures to probabilities of attributes (B, A)
BATCH = 256


@dataclass(frozen=True)
class Effect:
    """What going along a direction does to pictures that lacked the attribute."""

    strengths: Sequence[float]  # S
    flipped: Floats  # (S,) share of those that lacked it and then have it
    kept: Floats  # (S,) share of their other labels that stay
    lacking: int  # pictures asked


def principal(latents: Tensor, activations: Tensor, count: int) -> Tensor:
    """Unit directions (count, Z) along which activations (N, D) of latents (N, Z) spread most.

    Principal components of the activations, and for each by least squares the change of the latent
    that goes with it.
    """
    centred = activations - activations.mean(dim=0)
    left, strength, _ = torch.linalg.svd(centred, full_matrices=False)
    scores = (left * strength)[:, :count]  # (N, K)
    spread = scores / scores.std(dim=0).clamp(min=1e-12)
    solved = spread.T @ (latents - latents.mean(dim=0)) / len(latents)  # columns are orthogonal
    return _unit(solved)


def first_layer(network: nn.Module, size: int) -> Tensor | None:
    """What the first layer that takes latents makes of each of their Z numbers, (D, Z)."""
    for module in network.modules():
        if isinstance(module, nn.Linear) and module.in_features == size:
            return module.weight.detach()
        if isinstance(module, nn.ConvTranspose2d) and module.in_channels == size:
            return module.weight.detach().flatten(1).T
    return None


def strongest(weight: Tensor, count: int) -> Tensor:
    """SeFa: the unit directions (count, Z) that a first layer (D, Z) stretches most."""
    return torch.linalg.svd(weight, full_matrices=False)[2][:count]


def attribute(latents: Tensor, labels: Tensor, which: int) -> Tensor:
    """The unit direction (Z,) from latents (N, Z) without an attribute to those with it.

    `labels` (N, A) are bool. Each combination of the other attributes counts alike, so that what
    goes with the attribute in the data does not come along. Raises ValueError where none has, or
    none lacks, it.
    """
    has = labels[:, which]
    if has.all() or not has.any():
        raise ValueError("all pictures have the attribute, or none has it; there is no direction")
    others = torch.cat([labels[:, :which], labels[:, which + 1 :]], dim=1)
    _, group = others.unique(dim=0, return_inverse=True)
    parts = [
        latents[has & (group == g)].mean(dim=0) - latents[~has & (group == g)].mean(dim=0)
        for g in range(int(group.max()) + 1)
        if (has & (group == g)).any() and (~has & (group == g)).any()
    ]
    if not parts:  # it never stands alone
        parts = [latents[has].mean(dim=0) - latents[~has].mean(dim=0)]
    return _unit(torch.stack(parts).mean(dim=0))


def separability(latents: Tensor, has: Tensor) -> float:
    """How often the difference of the means of one half tells the other half, balanced; 0.5 is
    chance.
    """
    even = torch.arange(len(latents), device=latents.device) % 2 == 0
    found = []
    for learn, judge in ((even, ~even), (~even, even)):
        if not (has & learn).any() or not (~has & learn).any():
            continue
        yes, no = latents[learn & has].mean(dim=0), latents[learn & ~has].mean(dim=0)
        side = (latents @ (yes - no)) > ((yes + no) / 2) @ (yes - no)
        for truth in (True, False):
            asked = judge & (has == truth)
            if asked.any():
                found.append((side[asked] == truth).float().mean())
    return float(torch.stack(found).mean()) if found else 0.5


@torch.no_grad()
def effects(
    generate: Generate,
    tell: Tell,
    latents: Tensor,
    direction: Tensor,
    which: int,
    strengths: Sequence[float] = (1.0, 2.0, 3.0),
    place: Callable[[Tensor], Tensor] | None = None,
) -> Effect:
    """Go along a direction (Z,) from latents (N, Z) whose pictures lack the attribute.

    `place` puts the moved latents back where latents lie. Raises ValueError where all have it.
    """
    before = told(generate, tell, latents)
    lacking = latents[~before[:, which]]
    if not len(lacking):
        raise ValueError("every picture has the attribute; there is nothing to flip")
    rest = [a for a in range(before.shape[1]) if a != which]
    was = before[~before[:, which]][:, rest]
    flipped, kept = [], []
    for strength in strengths:
        moved = lacking + strength * direction
        after = told(generate, tell, place(moved) if place is not None else moved)
        flipped.append(after[:, which].float().mean())
        kept.append((after[:, rest] == was).float().mean() if rest else torch.tensor(1.0))
    numbers = torch.stack(flipped).cpu().numpy(), torch.stack(kept).cpu().numpy()
    return Effect(tuple(strengths), *numbers, len(lacking))


def told(generate: Generate, tell: Tell, latents: Tensor) -> Tensor:
    """Which attributes the pictures of latents have: (B, A) bool."""
    return torch.cat([tell(generate(part)) > 0.5 for part in latents.split(BATCH)])


def _unit(directions: Tensor) -> Tensor:
    return directions / directions.norm(dim=-1, keepdim=True).clamp(min=1e-12)
