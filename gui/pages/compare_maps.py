"""The maps of all networks of a comparison over the same held-out pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.pictures import Floats, as_images
from core.progress import Progress
from gui.laboratory import Laboratory
from gui.pages.compare_beside import NOTHING, Beside
from gui.tasks import Tasks
from gui.theme import SPACE, manager
from gui.widgets.legend import Entry, Legend
from gui.widgets.pixels import draw_image, fitted, to_qimage
from gui.widgets.points.raster import SHAPES
from gui.widgets.small_maps import SmallMaps
from gui.widgets.text import label, placeholder

if TYPE_CHECKING:
    from core.probe import Probe

LAYOUTS = (("PCA", "pca"), ("t-SNE", "tsne"))
SIDE = 128  # pixels of the picture under the mouse


@dataclass(frozen=True)
class _Maps:
    """What the work gives: the pictures, the features that need not be made again, the maps."""

    probe: Probe
    features: dict[str, Floats]
    places: dict[str, Floats]  # run -> (N, 2)


class _Look(QWidget):
    """The picture under the mouse."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(SIDE, SIDE)
        self._image: np.ndarray | None = None

    def show_image(self, image: np.ndarray | None) -> None:
        self._image = image
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._image is None:
            painter.setPen(manager().theme.color("border"))
            painter.drawRect(QRect(0, 0, SIDE - 1, SIDE - 1))
            return
        image = to_qimage(self._image)
        draw_image(painter, fitted(image, self.rect().toRectF()), image)


class CompareMaps(Beside):
    """PCA at once, t-SNE when asked for; the picture under the mouse is ringed in every map."""

    title = "Maps side by side"

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(laboratory, tasks, parent)
        self._found: _Maps | None = None
        self._pinned = -1
        self.layout_choice = QComboBox()
        self.layout_choice.setAccessibleName("Layout")
        self.layout_choice.setToolTip("How the features of the last stage are laid out")
        for title, data in LAYOUTS:
            self.layout_choice.addItem(title, data)
        self.controls.addWidget(self.layout_choice)
        self.maps, self.look, self.legend = SmallMaps(), _Look(), Legend()
        self.words = label("A point is a held-out picture. A click keeps it.", "small", "faint",
                           wrap=True)  # fmt: skip
        self.words.setMinimumHeight(36)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reason = placeholder(NOTHING)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.reason)
        self._stack.addWidget(self._build())
        self.body.addWidget(self._stack, 1)
        self.layout_choice.activated.connect(self.renew)
        self.maps.hovered.connect(self._show_picture)
        self.maps.picked.connect(self._pin)
        self.maps.problem.connect(self.problem)
        self.legend.toggled.connect(self._fade)

    def _build(self) -> QWidget:
        side = QVBoxLayout()
        side.addWidget(self.look)
        side.addWidget(self.words)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.legend)
        scroll.setFixedWidth(SIDE + 20)
        side.addWidget(scroll, 1)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.small)
        row.addWidget(self.maps, 1)
        row.addLayout(side)
        return both

    def work(self) -> Callable[[Progress], Any]:
        store, networks = self._laboratory.store, list(self.networks)
        layout, before = self.layout_choice.currentData(), self._found

        def work(progress: Progress) -> _Maps:
            from core.comparison import side_by_side as beside

            probe = beside.pictures(store, networks[0].run)
            same = before is not None and np.array_equal(before.probe.images, probe.images)
            known = before.features if same and before is not None else {}
            features = dict(beside.features(store, networks, probe, progress, known))
            return _Maps(probe, features, beside.lay_out(features, layout, progress))

        return work

    def show_result(self, result: _Maps) -> None:
        self._found = result
        if not result.places:
            self.empty("The features of no network are finite, so there is no map of them.")
            return
        titles = {one.run: one.title for one in self.networks}
        maps = {titles[run]: xy for run, xy in result.places.items()}
        probe, count = result.probe, len(next(iter(maps.values())))
        labels = np.asarray(probe.labels[:count])
        self.maps.show_maps(maps, labels, probe.classes)
        shapes = self.maps.shapes
        known = [int(n) for n in np.unique(labels) if n >= 0]
        self.legend.set_entries(
            [Entry(str(n), probe.classes[n], n, shape=SHAPES[shapes[n]]) for n in known]
        )
        self._stack.setCurrentIndex(1)
        self._show_picture(-1)

    def empty(self, reason: str) -> None:
        self.reason.setText(reason)
        self._stack.setCurrentIndex(0)

    def _pin(self, index: int) -> None:
        """Keep a picture shown while the mouse is elsewhere; the same once more lets it go."""
        self._pinned = -1 if index == self._pinned else index
        self._show_picture(index)

    def _show_picture(self, index: int) -> None:
        index = self._pinned if index < 0 else index
        probe = self._found.probe if self._found is not None else None
        if probe is None or not 0 <= index < len(probe):
            self.look.show_image(None)
            self.words.setText("A point is a held-out picture. A click keeps it.")
            return
        self.maps.highlight(index)
        self.look.show_image(as_images(probe.images[index : index + 1])[0])
        name = int(probe.labels[index])
        said = probe.classes[name] if 0 <= name < len(probe.classes) else "no label"
        self.words.setText(f"Picture {index}\n{said}")

    def _fade(self, *_: object) -> None:
        hidden = set(self.legend.keys) - self.legend.shown()
        self.maps.set_faded(frozenset(int(key) for key in hidden))
