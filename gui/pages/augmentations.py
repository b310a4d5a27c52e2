"""What the augmentations make of a picture: many draws of all together, or of each alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.config import ConfigError, Value
from core.data.augment.config import Augmentation
from core.data.augment.named import MEANING, STRONG, alone, strength_of, values_of
from core.pictures import ImageGrid, Images, as_images
from gui.theme import SPACE
from gui.views.image_grid import ImageGridView
from gui.widgets.form import ConfigForm, Fold
from gui.widgets.strengths import Strengths
from gui.widgets.text import label

if TYPE_CHECKING:
    from torch import Tensor

DRAWS, DRAWS_ALONE = 47, 6
SIDE, SIDE_ALONE = 96, 80  # pixels that a picture is shown with, about
SOON_MS = 60
FORM_WIDTH = 280
# What the page begins with: the usual views of contrastive methods, so that there is something to
# see; a run's own strengths are its options.
FIRST: Mapping[str, Value] = {"crop": 0.3, "stretch": 1.33, "flip": 0.5, "jitter": 0.8, "grey": 0.2}


class Augmentations(QWidget):
    """The first picture, ringed, is the original; every other one is a draw of its own."""

    picture_wanted = Signal()  # one of the person's own

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Images | None = None
        self._seed = 0
        self.form: ConfigForm | None = None
        self.view = ImageGridView()
        self.view.set_side(SIDE)
        self.view.clear("Show some pictures and click one: what is made of it appears here.")
        self.mode = QComboBox()
        self.mode.addItems(["All that are on, together", "Each alone"])
        self.mode.setAccessibleName("What is drawn")
        self.own = QPushButton("Your own picture…")
        self.own.setToolTip("Open a picture file, or drop one on the window")
        self.strengths = Strengths(STRONG, MEANING)
        self.again, self.off = QPushButton("Draw again"), QPushButton("All off")
        self.again.setToolTip("Other draws with the same strengths")
        self.off.setToolTip("Every strength back to nothing")
        self._place = QVBoxLayout()
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._draw)
        self.again.clicked.connect(self._draw_again)
        self.off.clicked.connect(self._turn_off)
        self.own.clicked.connect(self.picture_wanted)
        self.mode.currentIndexChanged.connect(self._draw)
        self.strengths.changed.connect(self._set_strength)

    def _lay_out(self) -> None:
        self._place.setContentsMargins(0, 0, 0, 0)
        self._place.addWidget(self.strengths)
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
        head = QHBoxLayout()
        head.addWidget(self.mode)
        said = "The first is the original; each other is a draw of its own."
        head.addWidget(label(said, "small", "faint", wrap=True), 1)
        head.addWidget(self.own)
        right.addLayout(head)
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
            self.form = ConfigForm(Augmentation)
            self.form.set_values(FIRST)
            self.form.changed.connect(lambda *_: self._soon.start())
            exactly = Fold("Every option")
            exactly.add(self.form)
            self._place.addWidget(exactly)
            self._place.addStretch(1)
        self._soon.start()

    def _set_strength(self, name: str, strength: float) -> None:
        if self.form is not None:
            self.form.set_values(values_of(name, strength))
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

        try:
            config = self.form.config()
        except ConfigError:
            return  # the form says what is wrong
        self.strengths.show_strengths({name: strength_of(name, config) for name in STRONG})
        pixels = torch.from_numpy(np.ascontiguousarray(self._picture))
        image = pixels.permute(0, 3, 1, 2).float() / 255.0  # (1, 3, H, W)
        each = self.mode.currentIndex() == 1
        self.view.set_side(SIDE_ALONE if each else SIDE)
        self.view.show_picture(self._each(image) if each else self._together(image, config))
        self.view.select([0])

    def _together(self, image: Tensor, config: Augmentation) -> ImageGrid:
        return ImageGrid(_with_draws(image, config, DRAWS, self._seed))

    def _each(self, image: Tensor) -> ImageGrid:
        """A line of draws for each augmentation by itself, as strong as its slider says."""
        parts, groups = [as_images(image.numpy())], [("The picture", 1)]
        for name in STRONG:
            config = alone(name, self.strengths.strength(name))
            parts.append(_with_draws(image, config, DRAWS_ALONE, self._seed)[1:])
            groups.append((name[:1].upper() + name[1:], DRAWS_ALONE))
        return ImageGrid(np.concatenate(parts), groups=groups)


def _with_draws(image: Tensor, config: Augmentation, count: int, seed: int) -> Images:
    """A picture (1, 3, H, W), then `count` draws of what is made of it."""
    import torch

    from core.data.augment.compose import augment
    from core.randomness import generator

    drawn = augment(image.repeat(count, 1, 1, 1), config, generator("preview", seed))
    return as_images(torch.cat([image, drawn]).numpy())
