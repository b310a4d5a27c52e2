"""«This minus that plus that»: sums of latents, and whether the picture is what was asked for.

Radford, Metz and Chintala, "DCGAN", ICLR 2016, arXiv 1511.06434, section 6.3.2: the latents of
several exemplars are averaged, for those of single ones are unstable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.generative.directions import Generate, Tell, told
from core.generative.latents import on_shell
from core.pictures import Floats

COUNTS = (1, 3, 10, 30, 100)  # exemplars
EITHER = " or "  # between two attributes of which exactly one is wanted
Wanted = Mapping[str, bool]


@dataclass(frozen=True)
class Sum:
    """A − B + C by attributes: who may be an exemplar of each, and what must come out."""

    title: str
    plus: Wanted  # A
    minus: Wanted  # B
    then: Wanted  # C
    result: Wanted
    fails: str = ""  # why, where it is an example of what cannot work


EXAMPLES: tuple[Sum, ...] = (
    Sum("Smiling and long hair, less long hair", {"smile": True, "long hair": True},
        {"smile": False, "long hair": True}, {"smile": False, "long hair": False},
        {"smile": True, "long hair": False}),
    Sum("Glasses and long hair, less long hair", {"glasses": True, "long hair": True},
        {"glasses": False, "long hair": True}, {"glasses": False, "long hair": False},
        {"glasses": True, "long hair": False}),
    Sum("Glasses and a smile, less the smile", {"glasses": True, "smile": True},
        {"glasses": False, "smile": True}, {"glasses": False, "smile": False},
        {"glasses": True, "smile": False}),
    Sum("A hat and a beard, less the beard", {"hat": True, "beard": True},
        {"hat": False, "beard": True}, {"hat": False, "beard": False},
        {"hat": True, "beard": False}),
    Sum("Glasses or a hat, never both", {"glasses or hat": True}, {"glasses or hat": False},
        {"glasses or hat": False}, {"glasses or hat": True},
        fails="Latents with one of the two lie in two places, those with both or neither in two "
        "others, and the means of both pairs are the same: no direction leads from the one to the "
        "other, and more exemplars do not help."),
)  # fmt: skip


@dataclass(frozen=True)
class Success:
    """How often a sum gives what was asked for."""

    share: float
    chance: float  # of any picture that is generated
    trials: int


def combine(
    plus: Tensor, minus: Tensor, then: Tensor, gain: float = 1.0, shell: bool = True
) -> Tensor:
    """c + gain (a − b), each the mean of its exemplars (..., n, Z): (..., Z).

    On the shell the result has the norm that latents have; means of many are much shorter.
    """
    a, b, c = (x.mean(dim=-2) for x in (plus, minus, then))
    found = c + gain * (a - b)
    return on_shell(found) if shell else found


def matching(labels: Tensor, names: Sequence[str], wanted: Wanted) -> Tensor:
    """Which rows of labels (N, A) are as wanted, (N,) bool; raises ValueError for no such name.

    "a or b" is had by those with exactly one of the two.
    """
    found = torch.ones(len(labels), dtype=torch.bool, device=labels.device)
    for wish, value in wanted.items():
        has = torch.zeros_like(found)
        for name in [wish] if wish in names else wish.split(EITHER):
            if name not in names:
                raise ValueError(f"there is no attribute {name!r}; there are {', '.join(names)}")
            has ^= labels[:, list(names).index(name)].bool()
        found &= has == value
    return found


@torch.no_grad()
def success(
    generate: Generate,
    tell: Tell,
    latents: Tensor,
    names: Sequence[str],
    asked: Sum,
    exemplars: int,
    rng: torch.Generator,
    trials: int = 200,
    gain: float = 1.0,
    shell: bool = True,
) -> Success:
    """Do a sum with other exemplars `trials` times, drawn out of latents (N, Z), and look.

    Raises ValueError where no picture among them fits one of the three places.
    """
    labels = told(generate, tell, latents)
    trays = []
    for wanted in (asked.plus, asked.minus, asked.then):
        rows = matching(labels, names, wanted).nonzero()[:, 0]
        if not len(rows):
            said = ", ".join(f"{'' if v else 'no '}{n}" for n, v in wanted.items())
            raise ValueError(f"none of {len(latents)} pictures has {said}; draw more of them")
        chosen = torch.randint(len(rows), (trials, exemplars), generator=rng, device=latents.device)
        trays.append(latents[rows[chosen]])  # (T, n, Z)
    made = told(generate, tell, combine(trays[0], trays[1], trays[2], gain, shell))
    share = matching(made, names, asked.result).float().mean()
    chance = matching(labels, names, asked.result).float().mean()
    return Success(float(share), float(chance), trials)


def success_by_exemplars(
    generate: Generate,
    tell: Tell,
    latents: Tensor,
    names: Sequence[str],
    asked: Sum,
    rng: torch.Generator,
    counts: Sequence[int] = COUNTS,
    trials: int = 200,
    gain: float = 1.0,
    shell: bool = True,
) -> dict[int, Success]:
    """The same for several numbers of exemplars."""
    return {
        n: success(generate, tell, latents, names, asked, n, rng, trials, gain, shell)
        for n in counts
    }


def changed(before: Tensor, after: Tensor) -> Floats:
    """Where pictures (N, C, H, W) differ from those they came of: (N, H, W), 0 where in nothing.

    The largest difference of a channel. No label watches most of what changes.
    """
    away = (after - before).abs().amax(dim=1)
    return np.ascontiguousarray(away.detach().cpu().numpy())
