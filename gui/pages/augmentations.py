"""What the augmentations make of a picture: many draws, beside the form of their strengths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.config import ConfigError, Value
from core.pictures import ImageGrid, Images, as_images
from gui.theme import SPACE
from gui.views.image_grid import ImageGridView
from gui.widgets.form import ConfigForm
from gui.widgets.text import label

DRAWS = 47
SIDE = 96  # pixels that a picture is shown with, about
SOON_MS = 60
FORM_WIDTH = 280
# What the page begins with: the usual views of contrastive methods, so that there is something to
# see; a run's own strengths are its options.
FIRST: Mapping[str, Value] = {"crop": 0.3, "stretch": 1.33, "flip": 0.5, "jitter": 0.8, "grey": 0.2}


class Augmentations(QWidget):
    """The first picture, ringed, is the original; every other one is a draw of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Images | None = None
        self._seed = 0
        self.form: ConfigForm | None = None
        self.view = ImageGridView()
        self.view.set_side(SIDE)
        self.view.clear("Show some pictures and click one: what is made of it appears here.")
        self.again, self.off = QPushButton("Draw again"), QPushButton("All off")
        self.again.setToolTip("Other draws with the same strengths")
        self.off.setToolTip("Every strength back to nothing")
        self._place = QVBoxLayout()
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._draw)
        self.again.clicked.connect(self._draw_again)
        self.off.clicked.connect(self._turn_off)

    def _lay_out(self) -> None:
        self._place.setContentsMargins(0, 0, 0, 0)
        inside = QWidget()
        inside.setLayout(self._place)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(scroll.horizontalScrollBarPolicy().ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(SPACE.large, 0, SPACE.large, SPACE.small)
        buttons.addWidget(self.again)
        buttons.addWidget(self.off)
        side = QWidget()
        side.setFixedWidth(FORM_WIDTH)
        left = QVBoxLayout(side)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(scroll, 1)
        left.addLayout(buttons)
        right = QVBoxLayout()
        right.setSpacing(SPACE.small)
        right.addWidget(
            label("The first is the original; each other is a draw of its own.", "small", "faint")
        )
        right.addWidget(self.view, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE.small, SPACE.small, SPACE.small)
        row.addWidget(side)
        row.addLayout(right, 1)

    def show_picture(self, picture: Images) -> None:
        """Show draws of a picture (1, H, W, 3)."""
        self._picture = picture
        if self.isVisible():
            self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.form is None:
            from core.data.augment.config import Augmentation

            self.form = ConfigForm(Augmentation)
            self.form.set_values(FIRST)
            self.form.changed.connect(lambda *_: self._soon.start())
            self._place.addWidget(self.form)
        self._soon.start()

    def _draw_again(self) -> None:
        self._seed += 1
        self._draw()

    def _turn_off(self) -> None:
        if self.form is not None:
            self.form.reset()

    def _draw(self) -> None:
        if self._picture is None or self.form is None:
            return
        import torch  # which the page itself does not need

        from core.data.augment.compose import augment
        from core.randomness import generator

        try:
            config = self.form.config()
        except ConfigError:
            return  # the form says what is wrong
        pixels = torch.from_numpy(np.ascontiguousarray(self._picture))
        image = pixels.permute(0, 3, 1, 2).float() / 255.0  # (1, 3, H, W)
        copies = image.expand(DRAWS, -1, -1, -1).contiguous()
        drawn = augment(copies, config, generator("preview", self._seed))
        self.view.show_picture(ImageGrid(as_images(torch.cat([image, drawn]).numpy())))
        self.view.select([0])
