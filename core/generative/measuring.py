"""Measuring what latents do, with a judge's eyes: directions, sums, and ways between latents.

Each takes seconds to a minute and tells how far it is; none changes the method.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.abilities import Generates
from core.data.imageset import ImageSet
from core.evaluate.generative.classifier import ROTATIONS, Judge
from core.evaluate.generative.frechet import frechet
from core.generative import latents as ways
from core.generative.arithmetic import (
    COUNTS,
    EITHER,
    Success,
    Sum,
    changed,
    combine,
    matching,
    success,
)
from core.generative.asking import Making, generate_by
from core.generative.directions import Effect, Tell, attribute, effects, separability
from core.generative.judging import bench_of
from core.pictures import Curve, Images, Line, as_images
from core.progress import Progress
from core.randomness import generator

DRAWN = 1000  # samples that a judge looks at
MOVED = 300  # of them, those that are moved along a direction
PAIRS = 200  # of latents, whose ways are measured
MOMENTS = 9  # along a way
ROWS = 6  # exemplars whose change is shown
_BATCH = 100


@dataclass(frozen=True)
class Told:
    """Samples, and what a judge says that they are."""

    names: tuple[str, ...]
    latents: Tensor  # (N, Z)
    labels: Tensor  # (N, A) bool
    judge: Judge

    def rates(self) -> dict[str, float]:
        """How many of the samples have each attribute."""
        return {n: float(r) for n, r in zip(self.names, self.labels.float().mean(dim=0))}


@dataclass(frozen=True)
class Named:
    """The direction of an attribute, and what it is measured to do."""

    name: str
    vector: NDArray[np.float32]  # (Z,)
    effect: Effect
    separable: float  # how often the side of a latent tells the attribute; 0.5 is chance


@dataclass(frozen=True)
class Side:
    """What else a sum changed: exemplars of the third tray, each moved by «this minus that»."""

    before: Images  # (N, H, W, 3)
    after: Images
    heat: NDArray[np.floating]  # (N, H, W)
    lost: list[list[str]]  # of each, the attributes that went
    gained: list[list[str]]


def tell_by(judge: Judge) -> Tell:
    """Pictures to probabilities; raises ValueError for a judge that knows only rotations."""
    if judge.learns == ROTATIONS:
        raise ValueError("nothing is known of these pictures, neither classes nor attributes; "
                         "train on faces, digits or pictures in folders")  # fmt: skip
    return lambda images: torch.from_numpy(judge.probabilities(images))


@torch.no_grad()
def tell_samples(
    method: Generates,
    judge: Judge,
    making: Making,
    progress: Progress | None = None,
    count: int = DRAWN,
) -> Told:
    """Draw latents and have the judge say what their pictures are; raises ValueError, Cancelled."""
    progress, tell, generate = progress or Progress(), tell_by(judge), generate_by(method, making)
    latents = method.draw(count, generator("told"))
    parts = []
    for done, part in enumerate(latents.split(_BATCH)):
        progress.update("Looking at samples", done * _BATCH, count, "samples")
        parts.append(tell(generate(part)) > 0.5)
    return Told(judge.names, latents, torch.cat(parts), judge)


@torch.no_grad()
def named_directions(
    method: Generates, told: Told, making: Making, progress: Progress | None = None
) -> list[Named]:
    """The direction of every attribute that some samples have and some lack, most separable first.

    Raises Cancelled out of `progress`.
    """
    progress, found = progress or Progress(), []
    for which, name in enumerate(told.names):
        progress.update("Measuring directions", which, len(told.names), "attributes")
        has = told.labels[:, which]
        if has.all() or not has.any():
            continue
        vector = attribute(told.latents, told.labels, which)
        effect = effects(generate_by(method, making), tell_by(told.judge),
                         told.latents[:MOVED], vector, which)  # fmt: skip
        found.append(Named(name, vector.numpy().copy(), effect, separability(told.latents, has)))
    return sorted(found, key=lambda n: -n.separable)


def exemplars(told: Told, wanted: Mapping[str, bool], count: int, draw: int = 0) -> Tensor:
    """Latents (n, Z) of at most `count` samples that are as wanted; raises ValueError for none."""
    rows = matching(told.labels, told.names, wanted).nonzero()[:, 0]
    if not len(rows):
        raise ValueError(f"none of {len(told.latents):,} samples has {in_words(wanted)}")
    order = torch.randperm(len(rows), generator=generator("exemplars", draw))
    return told.latents[rows[order[:count]]]


def in_words(wanted: Mapping[str, bool]) -> str:
    """Such as "smile, no long hair"."""
    return ", ".join(_one_in_words(name, has) for name, has in wanted.items())


def _one_in_words(name: str, has: bool) -> str:
    if EITHER in name:
        return f"{name}, not both" if has else f"both or neither of {name.replace(EITHER, ' and ')}"
    return name if has else f"no {name}"


def expected(
    plus: Mapping[str, bool], minus: Mapping[str, bool], then: Mapping[str, bool]
) -> dict[str, bool]:
    """What a sum should give: what A has and B has not, and else what C is."""
    names = {**plus, **minus, **then}
    found = {}
    for name in names:
        if name in plus and name in minus and plus[name] != minus[name]:
            found[name] = plus[name]
        elif name in then:
            found[name] = then[name]
    return found


@torch.no_grad()
def success_curve(
    method: Generates,
    told: Told,
    asked: Sum,
    making: Making,
    gain: float = 1.0,
    shell: bool = True,
    progress: Progress | None = None,
    counts: Sequence[int] = COUNTS,
    trials: int = 200,
) -> dict[int, Success]:
    """How often a sum succeeds with so many exemplars; raises ValueError, Cancelled."""
    progress, found = progress or Progress(), {}
    tell, rng = tell_by(told.judge), generator("success", asked.title)
    for done, n in enumerate(counts):
        progress.update("Doing the sum", done, len(counts), "numbers of exemplars")
        found[n] = success(generate_by(method, making), tell, told.latents, told.names, asked, n,
                           rng, trials, gain, shell)  # fmt: skip
    return found


def drawn(found: Mapping[int, Success]) -> Curve:
    """Success against the number of exemplars, beside chance."""
    x = np.array(list(found), float)
    lines = {
        "success": Line(x, np.array([s.share for s in found.values()])),
        "chance": Line(x, np.array([s.chance for s in found.values()]), dashed=True),
    }
    return Curve(lines, "exemplars a tray", "share of the sums", log_x=True)


@torch.no_grad()
def side_effects(
    generate: Callable[[Tensor], Tensor],
    told: Told,
    trays: tuple[Tensor, Tensor, Tensor],
    gain: float = 1.0,
    shell: bool = True,
) -> Side:
    """Move exemplars of the third tray (n, Z), a few, and see what changes in each."""
    start = trays[2][:ROWS]
    moved = combine(trays[0], trays[1], start[:, None], gain, shell)
    before, after = generate(start), generate(moved)
    tell = tell_by(told.judge)
    was, now = tell(before) > 0.5, tell(after) > 0.5
    return Side(
        as_images(before.numpy()),
        as_images(after.numpy()),
        changed(before, after),
        [_names(told.names, row) for row in was & ~now],
        [_names(told.names, row) for row in now & ~was],
    )


def _names(names: Sequence[str], which: Tensor) -> list[str]:
    return [name for name, it in zip(names, which.tolist()) if it]


@torch.no_grad()
def way_distances(
    method: Generates,
    data: ImageSet,
    judge: Judge,
    making: Making,
    progress: Progress | None = None,
    pairs: int = PAIRS,
    moments: int = MOMENTS,
) -> Curve:
    """FD of what lies so far between pairs of latents, by each way, beside that of real pictures.

    The same pairs for both. Raises Cancelled out of `progress`.
    """
    progress, rng = progress or Progress(), generator("pairs")
    generate = generate_by(method, making)
    first, last = method.draw(pairs, rng), method.draw(pairs, rng)
    bench = bench_of(data, judge, progress)
    at, lines, done = np.linspace(0, 1, moments), {}, 0
    for way in ways.WAYS:
        found = []
        for t in at:
            progress.update("Measuring both ways", done, len(ways.WAYS) * moments, "moments")
            latents = ways.between(way)(first, last, float(t))
            images = torch.cat([generate(part) for part in latents.split(_BATCH)])
            found.append(frechet(bench.held_out, judge.features(images)))
            done += 1
        lines[way] = Line(at, np.array(found))
    real = bench.floor(pairs)
    lines["real pictures"] = Line(at, np.full(moments, real), dashed=True)
    return Curve(lines, "way from the one to the other", f"FD, {pairs} pairs")
