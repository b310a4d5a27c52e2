"""Sliders made of a settings class: what is dragged is told at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSlider, QWidget

from core.config import Option, configure, options_of
from gui.fonts import numbers
from gui.theme import SPACE, TYPE
from gui.widgets.text import label

STEPS = 200  # places of a slider for numbers that are not whole
WHOLE = 64.0  # the highest whole number where an option names none


class SettingSlider(QSlider):
    """One number between its bounds; a double click gives its default."""

    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.option = option
        self.low = float(option.low or 0.0)
        usual = float(option.default)
        self.high = float(option.high if option.high is not None else max(WHOLE, 4 * usual))
        self._whole = option.type is int
        self._log = option.log and self.low > 0
        if self._whole and not self._log:
            self.setRange(round(self.low), round(self.high))
        else:
            self.setRange(0, STEPS)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(f"{option.help}. A double click gives {option.default:g}")
        self.setAccessibleName(option.title)
        self.put(usual)
        self._usual = self.value()

    @property
    def is_usual(self) -> bool:
        """Whether it stands at the option's default."""
        return self.value() == self._usual

    def number(self) -> float | int:
        """The number that it stands at."""
        if self._whole and not self._log:
            return self.value()
        share = self.value() / STEPS
        if self._log:
            found = math.exp(
                math.log(self.low) + share * (math.log(self.high) - math.log(self.low))
            )
        else:
            found = self.low + share * (self.high - self.low)
        return round(found) if self._whole else float(f"{found:.2g}")

    def put(self, number: float) -> None:
        """Stand at a number."""
        if self._whole and not self._log:
            self.setValue(round(number))
            return
        if self._log:
            span = math.log(self.high) - math.log(self.low)
            share = (math.log(max(number, self.low)) - math.log(self.low)) / span
        else:
            share = (number - self.low) / (self.high - self.low)
        self.setValue(round(STEPS * share))

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.put(float(self.option.default))


class SettingSliders(QWidget):
    """One row an option: its name, the slider, its value."""

    changed = Signal()

    def __init__(self, settings: type, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.sliders: dict[str, SettingSlider] = {}
        self.switches: dict[str, QCheckBox] = {}
        self._said: dict[str, QLabel] = {}
        self.usual: Any = settings()  # what `reset` goes back to
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE.small)
        grid.setVerticalSpacing(SPACE.tight)
        for row, option in enumerate(options_of(settings)):
            if option.type is bool:
                self._add_switch(grid, row, option)
            elif option.type in (int, float):
                self._add_slider(grid, row, option)

    def _add_switch(self, grid: QGridLayout, row: int, option: Option) -> None:
        box = QCheckBox(option.title)
        box.setChecked(bool(option.default))
        box.setToolTip(option.help)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        box.toggled.connect(lambda _: self.changed.emit())
        self.switches[option.name] = box
        grid.addWidget(box, row, 0, 1, 3)

    def _add_slider(self, grid: QGridLayout, row: int, option: Option) -> None:
        slider, said = SettingSlider(option), label("", "small", "secondary")
        said.setFont(numbers(TYPE.small))
        said.setMinimumWidth(34)
        said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        name = label(option.title, "small")
        name.setToolTip(option.help)
        self.sliders[option.name], self._said[option.name] = slider, said
        for column, widget in enumerate((name, slider, said)):
            grid.addWidget(widget, row, column)
        slider.valueChanged.connect(lambda _, n=option.name: self._moved(n))
        said.setText(f"{option.default:g}")

    def _moved(self, name: str) -> None:
        self._said[name].setText(f"{self.sliders[name].number():g}")
        self.changed.emit()

    def values(self) -> dict[str, Any]:
        """Every value by its option's name, exact where a slider was never moved."""
        found: dict[str, Any] = {}
        for name, slider in self.sliders.items():
            found[name] = slider.option.default if slider.is_usual else slider.number()
        return found | {name: box.isChecked() for name, box in self.switches.items()}

    def put(self, values: Mapping[str, Any]) -> None:
        """Stand at values that were kept; names that are unknown are passed over."""
        for name, value in values.items():
            if name in self.sliders and isinstance(value, int | float):
                self.sliders[name].put(float(value))
            elif name in self.switches:
                self.switches[name].setChecked(bool(value))

    def config(self) -> Any:
        """The settings as they stand."""
        return configure(self._settings, self.values())

    def reset(self) -> None:
        """All as is usual for the clip."""
        self.put({name: getattr(self.usual, name) for name in (*self.sliders, *self.switches)})
