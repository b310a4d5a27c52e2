"""What every protocol is given, and what it hands back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import nn

from core.data.imageset import ImageSet
from core.evaluate.features import Features, device_of, extract, raw_pixels
from core.evaluate.label_curve import LabelCurve
from core.evaluate.label_training import Terms
from core.evaluate.references import untrained
from core.evaluate.report import RANDOM, RAW, SUPERVISED, THIS, Score
from core.evaluate.shown import Shown
from core.method import Method
from core.progress import Progress

Represented = Mapping[str, Sequence[Features]]  # name -> features, one for each network


@dataclass
class Case:
    """A method, and everybody's pictures, labels and seeds to judge it by."""

    method: Method
    data: ImageSet
    terms: Terms
    progress: Progress
    references: Sequence[str] = (RAW, RANDOM)  # what stands beside the method
    supervised: nn.Module | None = None  # a backbone (or a method) trained with labels
    grid: int = 1  # explained in `core.evaluate.features`
    stage: str | None = None  # that few labels are probed on; None is the last

    @property
    def device(self) -> torch.device:
        return device_of(self.method)

    @cached_property
    def represented(self) -> Represented:
        """Frozen features of the method and its references, extracted when first asked for."""
        found = {THIS: [self._extract(self.method)]}
        if RAW in self.references:
            found[RAW] = [raw_pixels(self.data)]
        if RANDOM in self.references:
            images = self.data.train.images
            networks = (untrained(self.method, seed, images) for seed in self.terms.seeds)
            found[RANDOM] = [self._extract(network) for network in networks]
        if self.supervised is not None:
            found[SUPERVISED] = [self._extract(self.supervised)]
        return found

    def _extract(self, encoder: nn.Module) -> Features:
        return extract(encoder, self.data, self.progress, grid=self.grid)


@dataclass(frozen=True)
class Findings:
    """What one protocol found; each goes into the report."""

    scores: Sequence[Score] = ()
    curve: LabelCurve | None = None
    confusions: Mapping[str, Sequence[Sequence[int]]] = field(default_factory=dict)
    shown: Shown | None = None
