"""The settings of every layout method: one annotated list is the form, the command line, the check.

`dims`, `metric` and `seed` mean the same to all methods. Reasonable values and what they do:
Wattenberg, Viégas and Johnson, "How to use t-SNE effectively", Distill 2016; Coenen and Pearce,
"Understanding UMAP", 2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.config import configure, option, options_of
from core.maps.neighbours import METRICS

STARTS = ("components", "random")


@dataclass(frozen=True)
class LayoutParams:
    """What every method has."""

    dims: int = option(2, "Axes of the map: flat, or in space", choices=(2, 3), group="Map")
    metric: str = option(
        "cosine",
        "How features are compared: by angle, or by distance",
        choices=METRICS,
        group="Map",
    )
    seed: int = option(0, "Of what is drawn at random", low=0, group="Map", advanced=True)

    def __post_init__(self) -> None:
        for one in options_of(self):
            one.parse(getattr(self, one.name))

    def neighbours_wanted(self, count: int) -> int:
        """How many nearest others of `count` points the method asks for; 0 for none."""
        return 0

    def total(self, warm: bool) -> int:
        """Iterations of a whole layout, continued from an earlier map or not."""
        return 0


@dataclass(frozen=True)
class PcaParams(LayoutParams):
    """Principal components have no settings of their own."""


@dataclass(frozen=True)
class TsneParams(LayoutParams):
    """How t-SNE lays out. `perplexity` is lowered to a third of the points where they are few."""

    perplexity: float = option(
        30.0, "About how many neighbours a point holds on to", low=1, log=True, group="Map"
    )
    exaggeration: float = option(
        12.0, "Of attraction, in the first phase: gathers clusters", low=1, group="Map",
        advanced=True,
    )  # fmt: skip
    early_iterations: int = option(
        200, "Iterations of the first, exaggerated phase", low=0, group="Map", advanced=True
    )
    iterations: int = option(350, "Iterations after it", low=0, group="Map", advanced=True)
    learning_rate: float = option(
        0.0, "0: the number of points over the exaggeration", low=0, group="Map", advanced=True
    )
    start: str = option(
        "components",
        "Where points begin on a first map",
        choices=STARTS,
        group="Map",
        advanced=True,
    )
    every: int = option(10, "Iterations between two frames", low=1, group="Map", advanced=True)

    def phases(self, warm: bool) -> list[tuple[int, float]]:
        """(iterations, exaggeration) of each phase, in order."""
        if warm:
            return [(50, 4.0), (100, 1.0)]
        return [(self.early_iterations, self.exaggeration), (self.iterations, 1.0)]

    def neighbours_wanted(self, count: int) -> int:
        return max(1, min(count - 1, round(3 * self.perplexity)))

    def total(self, warm: bool) -> int:
        return sum(count for count, _ in self.phases(warm))


@dataclass(frozen=True)
class UmapParams(LayoutParams):
    """How UMAP lays out. `neighbours` is lowered to the points there are."""

    neighbours: int = option(
        15, "Points that make a neighbourhood, itself one of them", low=2, log=True, group="Map"
    )
    min_dist: float = option(
        0.1, "How close points may lie: small packs clusters tightly", low=0, high=0.99, group="Map"
    )
    epochs: int = option(
        300, "Rounds over the links of a first map", low=1, group="Map", advanced=True
    )
    warm_epochs: int = option(
        80, "Rounds of a map that continues an earlier one", low=1, group="Map", advanced=True
    )
    every: int = option(10, "Epochs between two frames", low=1, group="Map", advanced=True)

    def neighbours_wanted(self, count: int) -> int:
        return max(1, min(count, self.neighbours) - 1)

    def total(self, warm: bool) -> int:
        return self.warm_epochs if warm else self.epochs


METHODS: dict[str, type[LayoutParams]] = {"pca": PcaParams, "tsne": TsneParams, "umap": UmapParams}
TITLES = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}


def params_of(method: str, values: Mapping[str, Any] | None = None) -> LayoutParams:
    """The settings of a method from plain values; raises ValueError naming what is wrong."""
    if method not in METHODS:
        raise ValueError(f"map {method!r} is not one of {', '.join(METHODS)}")
    return configure(METHODS[method], values)
