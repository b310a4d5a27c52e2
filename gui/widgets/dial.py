"""A slider with its name and its value beside it, over values that need not be evenly spaced."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from gui.theme import SPACE
from gui.widgets.text import label

WIDTH = 110
WORDS = 40  # pixels of the value


class Dial(QWidget):
    """`turned` tells each new value, but not one that was set from outside."""

    turned = Signal(float)

    def __init__(
        self,
        name: str,
        hint: str,
        values: Sequence[float],
        said: Callable[[float], str] = "{:g}".format,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.values, self._said_of = list(values), said
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(self.values) - 1)
        self.slider.setFixedWidth(WIDTH)
        self.slider.setToolTip(hint)
        self.slider.setAccessibleName(hint)
        self._said = label("", "small", "secondary")
        self._said.setMinimumWidth(WORDS)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.tight)
        row.addWidget(label(name, "small"))
        row.addWidget(self.slider)
        row.addWidget(self._said)
        self.slider.valueChanged.connect(self._moved)
        self._say()

    @property
    def value(self) -> float:
        return self.values[self.slider.value()]

    def set_value(self, value: float) -> None:
        """Stand at the value nearest to this one, without telling."""
        nearest = min(range(len(self.values)), key=lambda at: abs(self.values[at] - value))
        self.slider.blockSignals(True)
        self.slider.setValue(nearest)
        self.slider.blockSignals(False)
        self._say()

    def turn(self, steps: int) -> None:
        """So many values further, and tell."""
        self.slider.setValue(self.slider.value() + steps)

    def _moved(self, _: int) -> None:
        self._say()
        self.turned.emit(self.value)

    def _say(self) -> None:
        self._said.setText(self._said_of(self.value))
