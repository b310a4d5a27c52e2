"""What the augmentations make of a picture: many draws of it, beside the form of their strengths."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.config import ConfigError
from core.pictures import ImageGrid, Images, as_images
from gui.theme import SPACE
from gui.views.image_grid import ImageGridView
from gui.widgets.form import ConfigForm
from gui.widgets.text import label

DRAWS = 47
SOON_MS = 60
FORM_WIDTH = 280


class Augmentations(QWidget):
    """The first picture is the original; every other one is a draw of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Images | None = None
        self._seed = 0
        self.view = ImageGridView()
        self.view.clear("Show a source and click a picture: what the augmentations make of it appears here.")
        self.again = QPushButton("Draw again")
        self.again.clicked.connect(self._draw_again)
        self.form: ConfigForm | None = None
        self._place = QVBoxLayout()
        self._place.setContentsMargins(0, 0, 0, 0)
        side = QWidget()
        side.setLayout(self._place)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setFixedWidth(FORM_WIDTH)
        self._scroll.setWidget(side)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
        row.addWidget(self._scroll)
        row.addWidget(self.view, 1)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._draw)

    def show_pictures(self, pictures: Images) -> None:
        """Show draws of the first of these pictures (N, H, W, 3)."""
        self._picture = pictures[:1]
        if self.isVisible():
            self._soon.start()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self.form is None:  # the augmentations need torch, which the page itself does not
            from core.data.augment.config import Augmentation

            self.form = ConfigForm(Augmentation)
            self._place.addWidget(label("Strengths", "small", "faint"))
            self._place.addWidget(self.form)
            self._place.addWidget(self.again)
            self.form.changed.connect(lambda *_: self._soon.start())
        self._soon.start()

    def _draw_again(self) -> None:
        self._seed += 1
        self._draw()

    def _draw(self) -> None:
        if self._picture is None or self.form is None:
            return
        import torch

        from core.data.augment.compose import augment
        from core.randomness import generator

        try:
            config = self.form.config()
        except ConfigError:
            return  # the form says what is wrong
        image = torch.from_numpy(np.ascontiguousarray(self._picture)).permute(0, 3, 1, 2).float() / 255.0
        copies = image.expand(DRAWS, -1, -1, -1).contiguous()
        drawn = augment(copies, config, generator("preview", self._seed))
        shown = as_images(torch.cat([image, drawn]).numpy())
        self.view.show_picture(ImageGrid(shown, ["original", *[""] * DRAWS]))
