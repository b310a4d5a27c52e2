"""What a map shows, apart from where its points lie: looks, selection, links, trails, views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gui.widgets.numbers import short
from gui.widgets.points.tints import (
    Tints,
    label_tints,
    shapes_for,
    value_tints,
    with_faded,
    with_selected,
)

Mask = NDArray[np.bool_]
Indices = NDArray[np.intp]
Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Cloud:
    """The views of one point: their places (V, 2 or 3) and, where known, pictures (V, H, W, 3)."""

    index: int
    places: Floats
    images: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Trails:
    """Where points were, the newest last: `paths` (K, T, 2 or 3) of the points `indices` (K,)."""

    paths: Floats
    indices: Indices


@dataclass
class Scene:
    """Shared by the painted plane and the space; everything is by index of the points."""

    count: int = 0
    order: Indices = field(default_factory=lambda: np.zeros(0, np.intp))  # fixed, shuffled
    labels: Indices = field(default_factory=lambda: np.zeros(0, np.intp))
    names: Sequence[str] = ()
    values: Floats | None = None
    value_title: str = ""
    diverging: bool = False
    faded: frozenset[int] = frozenset()  # labels
    images: NDArray[np.uint8] | None = None
    thumbnails: bool = False
    selected: Mask | None = None
    isolated: Mask | None = None
    anchor: int = -1
    neighbours: Sequence[int] = ()
    marked: Sequence[int] = ()  # looked at elsewhere too
    hover: int = -1
    trails: Trails | None = None
    cloud: Cloud | None = None
    caption: Callable[[int], list[str]] | None = None
    _tints: Tints | None = None

    def resize(self, count: int) -> None:
        """Other points than before: nothing that was said of those holds for these."""
        if count == self.count:
            return
        self.count = count
        self.order = np.random.default_rng(0).permutation(count)
        self.labels, self.values = np.full(count, -1), None
        self.selected = self.isolated = None
        self.anchor, self.neighbours, self.hover = -1, (), -1
        self.marked = ()
        self.trails, self.cloud = None, None
        self.changed()

    def changed(self) -> None:
        """Colours are found anew when they are next asked for."""
        self._tints = None

    @property
    def shapes(self) -> list[int]:
        """Index into SHAPES a label."""
        return shapes_for(max(len(self.names), int(self.labels.max(initial=-1)) + 1))

    def tints(self) -> Tints:
        """Colour and shape of every point as all that is chosen makes them."""
        if self._tints is None:
            if self.values is not None:
                found = value_tints(self.values, self.diverging)
            else:
                found = label_tints(self.labels, self.shapes)
            if self.faded:
                found = with_faded(found, np.isin(self.labels, list(self.faded)))
            if self.selected is not None:
                found = with_selected(found, self.selected)
            self._tints = found
        return self._tints

    def allowed(self) -> Mask | None:
        """Which points can be hit and chosen (N,); None where all can."""
        if not self.faded:
            return self.isolated
        clear = ~np.isin(self.labels, list(self.faded))
        return clear if self.isolated is None else clear & self.isolated

    def drawing_order(self) -> Indices:
        """The points that are drawn, in their order; the selection comes above the others."""
        order = self.order
        if self.isolated is not None:
            order = order[self.isolated[order]]
        if self.selected is not None:
            above = self.selected[order]
            order = np.concatenate((order[~above], order[above]))
        return order

    def mask(self, indices: NDArray[np.integer]) -> Mask:
        """The points of these indices, (N,)."""
        found = np.zeros(self.count, bool)
        found[np.asarray(indices, np.intp)] = True
        return found

    def said(self, index: int) -> list[str]:
        """Lines of the card: what `caption` says, else the number, the class, the value."""
        if self.caption is not None:
            return self.caption(index)
        found, label = [f"Picture {index}"], int(self.labels[index])
        if 0 <= label < len(self.names):
            found.append(self.names[label])
        if self.values is not None:
            value = float(self.values[index])
            said = short(value) if np.isfinite(value) else "unknown"
            found.append(f"{self.value_title} {said}".strip())
        return found
