"""Points of an embedding as a map; each is one of the run's fixed pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from core.pictures import Points
from gui.views.base import Row, View
from gui.widgets.points.map import PointMap


class PointsView(View):
    """Shows Points; `picked` and `hovered` carry the run's number of the picture."""

    name = "Map"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Points(np.zeros((0, 2)))
        self._numbers = np.zeros(0, np.intp)
        self._places: dict[int, int] = {-1: -1}
        self.map = PointMap()
        self.column.addWidget(self.map)
        self.setFocusProxy(self.map)
        self.map.picked.connect(lambda at: self.picked.emit(self._number(at)))
        self.map.hovered.connect(lambda at: self.hovered.emit(self._number(at)))

    def show_picture(self, picture: Points) -> None:
        if not len(picture.xy):
            self.clear("There are no points on the map yet.")
            return
        self._picture = picture
        count = len(picture.xy)
        self._numbers = np.arange(count) if picture.indices is None else np.asarray(picture.indices)
        self._places = {int(number): at for at, number in enumerate(self._numbers)} | {-1: -1}
        self.map.set_points(picture.xy)
        self.map.colour_by_label(picture.labels, picture.names)
        self.map.setToolTip(picture.title)
        self.ready()

    def set_images(self, images: NDArray[np.uint8] | None) -> None:
        """Pictures (N, H, W, 3) of the points, for the card under the mouse."""
        self.map.set_images(images)

    def set_neighbours(self, index: int, neighbours: list[int]) -> None:
        """Lines from a picture to others, all by the run's numbers."""
        known = [self._places[n] for n in neighbours if n in self._places]
        self.map.set_neighbours(self._places.get(index, -1), known)

    def highlight(self, index: int) -> None:
        self.map.highlight(self._places.get(index, -1))

    def table(self) -> list[Row]:
        picture = self._picture
        axes = ("x", "y", "z")[: picture.xy.shape[1]]
        labels = np.full(len(picture.xy), -1) if picture.labels is None else picture.labels
        rows: list[Row] = [("picture", *axes, "label", "name")]
        for number, place, label in zip(self._numbers, picture.xy, labels, strict=True):
            name = picture.names[label] if 0 <= label < len(picture.names) else ""
            rows.append((int(number), *place.tolist(), int(label), name))
        return rows

    def _number(self, at: int) -> int:
        return int(self._numbers[at]) if at >= 0 else -1
