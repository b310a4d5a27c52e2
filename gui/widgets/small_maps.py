"""Several maps of the same pictures in a grid: what is under the mouse in one is ringed in all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.pictures import Floats, Ints
from gui.fonts import text
from gui.theme import SPACE, TYPE, manager
from gui.widgets.points.canvas import PointCanvas
from gui.widgets.savable import Row, Savable

_TITLE = 22  # pixels above each map
_FINE = 0.62  # of the size that a point has on a map of its own
_SMALLEST = QSize(96, 80)


class SmallMaps(Savable):
    """As many columns as make the maps largest. Wheel and drag look closer at one of them."""

    name = "Maps"
    hovered = Signal(int)  # -1 when the mouse leaves
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvases: list[PointCanvas] = []
        self._titles: list[str] = []
        self._places: list[Floats] = []
        self._labels: Ints = np.zeros(0, np.intp)
        self._names: Sequence[str] = ()
        self.setAccessibleName(self.name)
        manager().changed.connect(self.update)

    def show_maps(
        self, maps: Mapping[str, Floats], labels: Ints, names: Sequence[str] = ()
    ) -> None:
        """Title -> places (N, 2) of the same N pictures, with their labels (N,); -1 is none."""
        self._titles, self._places = list(maps), list(maps.values())
        self._labels, self._names = labels, names
        while len(self.canvases) > len(maps):
            spare = self.canvases.pop()
            spare.hide()
            spare.deleteLater()
        while len(self.canvases) < len(maps):
            self.canvases.append(self._make())
        for canvas, title, xy in zip(self.canvases, self._titles, self._places, strict=True):
            canvas.setAccessibleName(f"Map of {title}")
            canvas.set_points(xy)
            canvas.scene.labels, canvas.scene.names = np.asarray(labels, np.intp), names
            canvas.renew()
        self._arrange()

    def highlight(self, index: int) -> None:
        """Ring one picture in every map; -1 for none."""
        for canvas in self.canvases:
            canvas.highlight(index)

    def set_faded(self, labels: frozenset[int]) -> None:
        """Draw the points with these labels grey in every map."""
        for canvas in self.canvases:
            canvas.scene.faded = labels
            canvas.renew()

    @property
    def shapes(self) -> list[int]:
        """Index into SHAPES a label."""
        return self.canvases[0].scene.shapes if self.canvases else []

    def can_save(self) -> bool:
        return bool(self.canvases)

    def table(self) -> list[Row]:
        rows: list[Row] = [("method", "picture", "x", "y", "label", "name")]
        for title, xy in zip(self._titles, self._places, strict=True):
            for at, ((x, y), label) in enumerate(zip(xy.tolist(), self._labels, strict=True)):
                name = self._names[label] if 0 <= label < len(self._names) else ""
                rows.append((title, at, x, y, int(label), name))
        return rows

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = manager().theme
        painter.fillRect(event.rect(), theme.color("panel"))
        painter.setFont(text(TYPE.small))
        for canvas, title in zip(self.canvases, self._titles, strict=True):
            area = canvas.geometry()
            painter.setPen(theme.color("border"))
            painter.drawRect(area.adjusted(-1, -1, 0, 0))
            painter.setPen(theme.color("text_secondary"))
            room = QRect(area.left(), area.top() - _TITLE, area.width(), _TITLE)
            said = painter.fontMetrics().elidedText(
                title, Qt.TextElideMode.ElideRight, room.width() - 2
            )
            painter.drawText(room.adjusted(2, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, said)

    def resizeEvent(self, event: QEvent) -> None:
        self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(720, 520)

    def _make(self) -> PointCanvas:
        canvas = PointCanvas(parent=self)
        canvas.cards, canvas.fine = False, _FINE
        canvas.setMinimumSize(_SMALLEST)
        canvas.hovered.connect(self._on_hovered)
        canvas.picked.connect(self.picked)
        canvas.show()
        return canvas

    def _on_hovered(self, index: int) -> None:
        self.highlight(index)
        self.hovered.emit(index)

    def _arrange(self) -> None:
        """Give every map its place."""
        if not self.canvases:
            return
        columns = best_columns(len(self.canvases), self.width(), self.height())
        rows = math.ceil(len(self.canvases) / columns)
        gap = SPACE.small
        wide = (self.width() - gap * (columns + 1)) // columns
        high = (self.height() - gap * rows) // rows - _TITLE
        for at, canvas in enumerate(self.canvases):
            row, column = divmod(at, columns)
            x, y = gap + column * (wide + gap), _TITLE + row * (high + _TITLE + gap)
            size = QSize(wide, high).expandedTo(_SMALLEST)
            canvas.setGeometry(x, y, size.width(), size.height())
        self.update()


def best_columns(count: int, width: int, height: int) -> int:
    """Columns that make the shorter side of `count` equal places as long as can be."""

    def side(columns: int) -> float:
        rows = math.ceil(count / columns)
        return min(width / columns, height / rows - _TITLE)

    return max(range(1, count + 1), key=side)
