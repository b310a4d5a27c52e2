"""The map of the embedding: points with their legend, coloured by class or by a number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.theme import SPACE
from gui.widgets.legend import Entry, Legend
from gui.widgets.point_canvas import PointCanvas
from gui.widgets.point_raster import SHAPES
from gui.widgets.scale import ScaleBar


class PointMap(QWidget):
    """Canvas and legend. Indices are those of the points given.

    Wheel zooms, drag moves, double click shows all; a click picks; a name in the legend fades its
    points. From the keyboard: arrows, plus, minus, Home.
    """

    picked = Signal(int)
    hovered = Signal(int)  # -1 when the mouse leaves

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = PointCanvas()
        self.legend = Legend()
        self.scale = ScaleBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(SPACE.medium, SPACE.small, SPACE.medium, SPACE.tight)
        head.addWidget(self.legend)
        head.addWidget(self.scale)
        column.addLayout(head)
        column.addWidget(self.canvas, 1)
        self.legend.hide()
        self.scale.hide()
        self.setFocusProxy(self.canvas)
        self.canvas.picked.connect(self.picked)
        self.canvas.hovered.connect(self.hovered)
        self.legend.toggled.connect(self._on_toggled)

    def set_points(
        self,
        xy: NDArray[np.floating],
        labels: NDArray[np.integer] | None = None,
        names: Sequence[str] = (),
        move: bool = True,
    ) -> None:
        """Show points (N, 2 or more: the first two axes) with labels (N,); -1 is no label.

        The same number of points as before glides to the new layout in 0.2 s when `move`.
        """
        self.canvas.set_points(xy, labels, names, move)
        known = [] if labels is None else [int(n) for n in np.unique(labels) if n >= 0]
        shapes = self.canvas.shapes
        self.legend.set_entries(
            [
                Entry(
                    str(n), names[n] if n < len(names) else f"class {n}", n, shape=SHAPES[shapes[n]]
                )
                for n in known
            ]
        )
        self._on_toggled()

    def set_values(self, values: NDArray[np.floating] | None, title: str = "") -> None:
        """Colour by a number a point (N,) with its scale above; None for the labels again."""
        self.canvas.set_values(values)
        if values is not None:
            self.scale.set_values(values, title)
        self.scale.setVisible(values is not None)
        self.legend.setVisible(values is None and bool(self.legend.keys))

    def set_images(self, images: NDArray[np.uint8] | None) -> None:
        """Pictures (N, H, W, 3) of the points, for the card under the mouse."""
        self.canvas.set_images(images)

    def set_neighbours(self, index: int, neighbours: Sequence[int]) -> None:
        """Draw lines from a point to others; index -1 takes them away."""
        self.canvas.set_neighbours(index, list(neighbours))

    def highlight(self, index: int) -> None:
        """Ring a point as under the mouse, without telling anybody; -1 for none."""
        self.canvas.highlight(index)

    def select(self, indices: Sequence[int]) -> None:
        """Ring these points."""
        self.canvas.select(frozenset(indices))

    def isolate(self, labels: set[int]) -> None:
        """Fade every label but these; an empty set shows all."""
        keys = {str(label) for label in labels} or set(self.legend.keys)
        self.legend.show_only(keys)

    def reset_view(self) -> None:
        """Bring all points into sight."""
        self.canvas.reset_view()

    def _on_toggled(self, *_args: object) -> None:
        hidden = set(self.legend.keys) - self.legend.shown()
        self.canvas.set_faded(frozenset(int(key) for key in hidden))
