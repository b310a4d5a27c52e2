"""A field for a number: shows it in full, steps with the arrows, never changes under the wheel.

On a logarithmic option the arrows go 1, 2, 5, 10, ...; 1e-3 is shown as 0.001, 3e-4 may be typed.
What was typed stays as it is, right or wrong: the form says what is wrong with it.
"""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from core.config import ConfigError, Option, Value
from gui import fonts

_NICE = (1.0, 2.0, 5.0)


def written(number: float) -> str:
    """A number as a person types it: 0.001, 0.00003, 1e-07, 128; it reads back as the same."""
    if isinstance(number, int) or (number == int(number) and abs(number) < 1e15):
        return str(int(number))
    text = repr(float(number))
    if "e-" in text and abs(number) >= 1e-5:
        mantissa, _, exponent = text.partition("e-")
        digits = len(mantissa.partition(".")[2]) + int(exponent)
        text = f"{number:.{digits}f}"
    return text


def next_nice(number: float, up: bool) -> float:
    """The next number of 1, 2, 5, 10, 20, ... above or below a positive number."""
    decade = math.floor(math.log10(number))
    around = [nice * 10.0**power for power in range(decade - 1, decade + 2) for nice in _NICE]
    slack = number * 1e-9
    if up:
        return min(n for n in around if n > number + slack)
    return max(n for n in around if n < number - slack)


def stepped(option: Option, number: float, up: bool) -> int | float:
    """The number that an arrow key leads to, within the bounds of the option."""
    low = -math.inf if option.low is None else option.low
    high = math.inf if option.high is None else option.high
    if option.log:
        least = option.low if option.low else (1.0 if option.type is int else 1e-6)
        if number <= 0:
            moved = least if up else number
        elif number <= least and not up:
            moved = low
        else:
            moved = float(f"{next_nice(number, up):.6g}")
    else:
        moved = number + (1 if up else -1) * _linear_step(option)
        moved = float(f"{moved:.9g}")
    moved = min(max(moved, low), high)
    return round(moved) if option.type is int else moved


def _linear_step(option: Option) -> float:
    if option.type is int:
        return 1.0
    if option.low is None or option.high is None:
        return 0.1
    return 10.0 ** math.floor(math.log10((option.high - option.low) / 20.0))


class NumberEdit(QLineEdit):
    """A whole number or a number with a point, as its option says."""

    edited = Signal(object)  # the text, whenever it changed by hand

    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._option = option
        self.setFont(fonts.numbers())
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.set_value(option.default)
        self.textEdited.connect(self.edited.emit)

    def value(self) -> str:
        """What stands in the field, as typed."""
        return self.text().strip()

    def set_value(self, value: Value) -> None:
        self.setText(written(float(value) if self._option.type is float else int(value)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not self.isReadOnly():
            self._step(event.key() == Qt.Key.Key_Up)
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _step(self, up: bool) -> None:
        try:
            number = float(self._option.parse(self.value()))
        except ConfigError:
            return
        self.setText(written(stepped(self._option, number, up)))
        self.edited.emit(self.value())
