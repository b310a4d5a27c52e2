"""Sliders along directions of a latent space, each with what it was measured to do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from gui.theme import SPACE
from gui.widgets.text import label

REACH = 3.0  # how far a slider goes, in the latents' own units
FINE = 50  # steps of a slider in one unit


class LatentSliders(QWidget):
    """One row a direction: its name, a slider from −3 to 3, a number or two."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sliders: list[QSlider] = []
        self._vectors = np.zeros((0, 0), np.float32)
        self._parts: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE.small)
        self._grid.setVerticalSpacing(SPACE.hair)
        self._grid.setColumnStretch(1, 1)

    def show_directions(
        self, vectors: np.ndarray, names: Sequence[str], notes: Sequence[str] = (),
        hints: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Directions (K, Z) with names, and beside each a note and on it a hint."""
        kept = [s.value() for s in self.sliders] if len(vectors) == len(self._vectors) else []
        for widget in (*self.sliders, *self._parts):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.sliders, self._parts, self._vectors = [], [], vectors
        for row, name in enumerate(names):
            hint = hints[row] if row < len(hints) else f"Along direction {name}"
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(round(-REACH * FINE), round(REACH * FINE))
            slider.setValue(kept[row] if kept else 0)
            slider.setMinimumWidth(70)
            slider.setToolTip(hint)
            slider.setAccessibleName(f"Direction {name}")
            slider.valueChanged.connect(self.changed)
            said = label(name, "small")
            note = label(notes[row] if row < len(notes) else "", "small", "secondary")
            for part in (said, note):
                part.setToolTip(hint)
            for column, widget in enumerate((said, slider, note)):
                self._grid.addWidget(widget, row, column)
            self.sliders.append(slider)
            self._parts += [said, note]

    def shift(self) -> np.ndarray | None:
        """What the sliders add to a latent, (Z,); None where they all stand in the middle."""
        strengths = np.array([s.value() / FINE for s in self.sliders], np.float32)
        return strengths @ self._vectors if strengths.any() else None

    def reset(self) -> None:
        """All to the middle; told once."""
        moved = False
        for slider in self.sliders:
            moved = moved or slider.value() != 0
            slider.blockSignals(True)
            slider.setValue(0)
            slider.blockSignals(False)
        if moved:
            self.changed.emit()
