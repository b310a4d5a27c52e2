"""The ray inspector: a pixel's ray as a plot, and the sum that gives its colour, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import RADIUS_SMALL, SPACE
from gui.widgets.scene.ray_plot import RayPlot
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.viewing import OpenRay

SWATCH = 22
NUMBERS = 262  # pixels of the column of numbers


class Inspector(QWidget):
    """Shows one ray; `closed` when it is put away."""

    closed = Signal()
    pointed = Signal(int)  # a sample under the mouse

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = RayPlot()
        self.ray: OpenRay | None = None
        self.pixel = label("", "strong")
        self.samples, self.said = label("", "small", "secondary"), label("", "small", "secondary")
        self._swatches: dict[str, QLabel] = {}
        self._values: dict[str, QLabel] = {}
        self.save = self._button("export", "Save all samples of this ray as CSV")
        self.close_button = self._button("close", "Close the ray inspector")
        self._lay_out()
        self.save.clicked.connect(self.export)
        self.close_button.clicked.connect(self.closed)
        self.plot.pointed.connect(self._read)
        self.plot.pointed.connect(self.pointed)

    @staticmethod
    def _button(name: str, hint: str) -> QToolButton:
        made = QToolButton(toolTip=hint)
        made.setIcon(icon(name))
        made.setAccessibleName(hint)
        made.setAutoRaise(True)
        return made

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.medium)
        row.addWidget(self.plot, 1)
        side = QWidget()
        side.setFixedWidth(NUMBERS)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.tight)
        head = QHBoxLayout()
        head.addWidget(self.pixel, 1)
        head.addWidget(self.save)
        head.addWidget(self.close_button)
        column.addLayout(head)
        sums = QGridLayout()
        sums.setVerticalSpacing(SPACE.tight)
        for at, (name, words) in enumerate(
            {"sum": "Σ weight × colour", "left": "+ light left", "pixel": "= the pixel"}.items()
        ):
            swatch = self._swatches[name] = QLabel()
            swatch.setFixedSize(SWATCH, SWATCH - 6)
            value = self._values[name] = label("", "small")
            sums.addWidget(swatch, at, 0)
            sums.addWidget(label(words, "small", "secondary"), at, 1)
            sums.addWidget(value, at, 2, Qt.AlignmentFlag.AlignRight)
        column.addLayout(sums)
        column.addWidget(self.samples)
        self.said.setWordWrap(True)
        column.addWidget(self.said)
        column.addStretch(1)
        row.addWidget(side)

    def show_ray(self, ray: OpenRay, size: tuple[int, int]) -> None:
        """The ray of a pixel, of a stage of that width and height."""
        self.ray = ray
        self.plot.show_ray(ray)
        x, y = ray.pixel
        self.pixel.setText(f"Pixel {x:.0f}, {y:.0f}")
        self.pixel.setToolTip(f"Of a picture of {size[0]} × {size[1]}")
        own = ray.weight @ ray.colour
        self._tell("sum", own)
        self._tell("left", ray.left * ray.background)
        self._tell("pixel", ray.seen)
        apart = float(np.abs(ray.summed - ray.seen).max())
        count = len(ray.t)
        first = 0 if ray.coarse is None else int(ray.coarse.sum())
        passes = f"{first} coarse + {count - first} fine" if first else f"{count}"
        self.samples.setText(f"{passes} samples, {100 * (1 - ray.left):.1f} % of the light stopped")
        self.said.setText(
            f"The sum and the rendered pixel are {apart:.3f} apart." if count else
            "Nothing but the background."
        )  # fmt: skip
        self._read(-1)

    def _tell(self, name: str, colour: np.ndarray) -> None:
        r, g, b = (float(v) for v in np.clip(colour, 0, 1))
        css = f"rgb({r * 255:.0f},{g * 255:.0f},{b * 255:.0f})"
        self._swatches[name].setStyleSheet(
            f"background: {css}; border-radius: {RADIUS_SMALL}px; border: 1px solid #8884;"
        )
        self._values[name].setText("  ".join(f"{v:.3f}" for v in colour))

    def _read(self, at: int) -> None:
        """The numbers of the sample under the mouse."""
        ray = self.ray
        if ray is None:
            return
        if at < 0 or at >= len(ray.t):
            apart = float(np.abs(ray.summed - ray.seen).max())
            self.said.setText(f"The sum and the rendered pixel are {apart:.3f} apart.")
            return
        r, g, b = ray.colour[at]
        self.said.setText(
            f"Sample {at + 1} at {ray.t[at]:.3f}: density {ray.density[at]:.3g}, transmittance "
            f"{ray.transmittance[at]:.3f}, weight {ray.weight[at]:.3f}, "
            f"colour {r:.2f} {g:.2f} {b:.2f}"
        )

    def export(self) -> None:
        """Ask for a file and write all samples."""
        self.plot.ask_and_save("Table (*.csv);;Picture (*.png);;Drawing (*.svg)", ".csv")
