"""The map of an embedding: points in a plane or in space, with their legend and scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from gui.theme import SPACE
from gui.widgets.legend import Entry, Legend
from gui.widgets.points.canvas import PointCanvas
from gui.widgets.points.legend_box import LegendBox
from gui.widgets.points.raster import SHAPES
from gui.widgets.points.scene import Cloud, Scene, Trails
from gui.widgets.points.surface import Surface
from gui.widgets.points.tools import Tool
from gui.widgets.scale import ScaleBar


class PointMap(QWidget):
    """Canvas, legend and scale. Indices are those of the points given.

    Wheel zooms, drag moves (orbits in space), double click shows all; a click picks; lasso and box
    choose, with Shift they add and with Alt or Ctrl they take away; a name in the legend fades its
    points. From the keyboard: arrows, plus, minus, Home, V, L, B, Ctrl+A, Ctrl+Shift+I.
    """

    picked = Signal(int)
    hovered = Signal(int)  # -1 when the mouse leaves
    chosen = Signal(object, str)  # indices (M,), "replace", "add" or "subtract"
    tool_changed = Signal(str)
    legend_chosen = Signal(int)  # the label whose points are to be selected

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = Scene()
        self.canvas = PointCanvas(self.scene)
        self.space: Surface | None = None
        self._surface: Surface = self.canvas
        self.legend, self.scale = Legend(choosable=True), ScaleBar()
        self._box = LegendBox(self.legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(SPACE.medium, SPACE.small, SPACE.medium, SPACE.tight)
        head.addWidget(self._box)
        head.addWidget(self.scale)
        column.addLayout(head)
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)  # first: in a stack of nobody's, a canvas is a window
        self._stack.addWidget(self.canvas)
        self._box.hide()
        self.scale.hide()
        self.setFocusProxy(self.canvas)
        self._listen(self.canvas)
        self.legend.toggled.connect(self._on_toggled)
        self.legend.chosen.connect(lambda key: self.legend_chosen.emit(int(key)))

    # Points and colours.

    def set_points(self, xy: NDArray[np.floating], move: bool = True) -> None:
        """Show points (N, 2) in the plane, (N, 3) in space.

        The same number of points as before glides to the new layout in 0.2 s when `move`, and
        keeps its colours and selection; another number has neither.
        """
        other = len(xy) != self.scene.count
        self._bring(np.asarray(xy).shape[1] >= 3)
        self._surface.set_points(xy, move)
        if other:
            self._show_labels()

    def colour_by_label(
        self, labels: NDArray[np.integer] | None, names: Sequence[str] = ()
    ) -> None:
        """Colour and shape by label (N,), -1 for none; names by label."""
        scene = self.scene
        scene.values, scene.names = None, names
        none = np.full(scene.count, -1)
        scene.labels = none if labels is None else np.asarray(labels, np.intp)
        self._require(len(scene.labels), "labels")
        self._show_labels()

    def colour_by_value(
        self, values: NDArray[np.floating], title: str = "", diverging: bool = False
    ) -> None:
        """Colour by a number a point (N,), NaN grey; about zero with two hues when `diverging`."""
        values = np.asarray(values, float)
        self._require(len(values), "values")
        self.scene.values, self.scene.value_title = values, title
        self.scene.diverging = diverging
        self.legend.show_only(set(self.legend.keys))  # nothing is faded by what is out of sight
        self.scale.set_values(values, title, diverging)
        self._box.hide()
        self.scale.show()
        self._surface.renew()

    def fade(self, labels: set[int]) -> None:
        """Show only these labels in full colour; an empty set shows all."""
        self.legend.show_only({str(label) for label in labels} or set(self.legend.keys))

    def set_images(self, images: NDArray[np.uint8] | None) -> None:
        """Pictures (N, H, W, 3) of the points, for the card and the thumbnails."""
        self.scene.images = images
        self.canvas.set_images()

    def set_thumbnails(self, on: bool) -> None:
        """Show pictures in place of points where there is room."""
        self.scene.thumbnails = on
        self._surface.update()

    def set_caption(self, lines: Callable[[int], list[str]] | None) -> None:
        """What says the lines of a point's card; None for number, class and value."""
        self.scene.caption = lines
        self._surface.update()

    # Selection.

    @property
    def tool(self) -> Tool:
        return self._surface.tool

    def set_tool(self, tool: Tool) -> None:
        """What dragging does: "move", "lasso" or "box"; raises ValueError for anything else."""
        self._surface.set_tool(tool)

    def select(self, indices: NDArray[np.integer] | Sequence[int]) -> None:
        """Keep the colours of these and draw the others thin and grey; none: all as usual."""
        found = np.asarray(indices, np.intp)
        self.scene.selected = self.scene.mask(found) if len(found) else None
        self._surface.renew()

    def isolate(self, indices: NDArray[np.integer] | Sequence[int] | None) -> None:
        """Draw, hit and fit in view only these; None for all."""
        self.scene.isolated = None if indices is None else self.scene.mask(np.asarray(indices))
        self._surface.renew()
        self.reset_view()

    def choose_all(self) -> None:
        """Ask, by `chosen`, for the selection of every point that is not faded or left out."""
        self._surface.choose_all()

    def choose_others(self) -> None:
        """Ask, by `chosen`, for the selection of what is not selected now."""
        self._surface.choose_others()

    # What is drawn over the points.

    def set_neighbours(self, index: int, neighbours: Sequence[int]) -> None:
        """Draw lines from a point to others; index -1 takes them away."""
        self.scene.anchor, self.scene.neighbours = index, list(neighbours)
        self._surface.update()

    def mark(self, indices: Sequence[int]) -> None:
        """Ring the points that are looked at elsewhere too."""
        self.scene.marked = list(indices)
        self._surface.update()

    def set_trails(
        self,
        paths: NDArray[np.floating] | None,
        indices: NDArray[np.integer] | Sequence[int] = (),
    ) -> None:
        """Lines (K, T, D) along which points (K,) came, the newest place last; None for none.

        They are drawn while the map has as many axes D as they.
        """
        known = None if paths is None else np.asarray(paths, np.float32)
        self.scene.trails = None if known is None else Trails(known, np.asarray(indices, np.intp))
        self._surface.update()

    def set_cloud(
        self,
        index: int,
        places: NDArray[np.floating] | None,
        images: NDArray[np.uint8] | None = None,
    ) -> None:
        """The views (V, D) of a point's picture around it, with their pictures; None for none.

        They are drawn while the map has as many axes D as they.
        """
        known = None if places is None else np.asarray(places, np.float32)
        self.scene.cloud = None if known is None else Cloud(index, known, images)
        self._surface.update()

    def highlight(self, index: int) -> None:
        """Ring a point as under the mouse, without telling anybody; -1 for none."""
        self._surface.highlight(index)

    def reset_view(self) -> None:
        """Bring all points into sight."""
        self._surface.reset_view()

    def picture(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        """The map alone in any size, `ratio` device pixels to a logical one; for films."""
        return self._surface.picture(width, height, ratio)

    # Parts.

    def _listen(self, surface: Surface) -> None:
        surface.picked.connect(self.picked)
        surface.hovered.connect(self.hovered)
        surface.chosen.connect(self.chosen)
        surface.tool_changed.connect(self.tool_changed)

    def _bring(self, into_space: bool) -> None:
        """Have the plane or the space in front; the space is made when it is first needed."""
        if into_space and self.space is None:
            from gui.widgets.points.space import SpaceCanvas

            self.space = SpaceCanvas(self.scene)
            self._listen(self.space)
            self._stack.addWidget(self.space)
        wanted = self.space if into_space and self.space is not None else self.canvas
        if wanted is not self._surface:
            wanted.set_tool(self._surface.tool)
            self._surface = wanted
            self._stack.setCurrentWidget(wanted)
            self.setFocusProxy(wanted)
            wanted.renew()

    def _show_labels(self) -> None:
        """The legend of the labels there are, and their colours."""
        scene, shapes = self.scene, self.scene.shapes
        known = [int(label) for label in np.unique(scene.labels) if label >= 0]
        named = {n: scene.names[n] if n < len(scene.names) else f"class {n}" for n in known}
        self.legend.set_entries(
            [Entry(str(n), named[n], n, shape=SHAPES[shapes[n]]) for n in known]
        )
        self.scale.hide()
        self._box.setVisible(bool(known))
        self._on_toggled()

    def _on_toggled(self, *_args: object) -> None:
        hidden = set(self.legend.keys) - self.legend.shown()
        self.scene.faded = frozenset(int(key) for key in hidden)
        self._surface.renew()

    def _require(self, count: int, what: str) -> None:
        if count != self.scene.count:
            raise ValueError(
                f"{count} {what} for {self.scene.count} points: give one for each point"
            )
