"""Rows of a switch, a name and a slider: what is on, and how strong."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSlider, QWidget

from gui.theme import SPACE
from gui.widgets.switch import Switch
from gui.widgets.text import label

_STEPS = 100


class Strengths(QWidget):
    """Strengths from 0 (off) to 1 by name. A name that is switched on begins at its usual one."""

    changed = Signal(str, float)  # by hand

    def __init__(
        self, usual: Mapping[str, float], hints: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._usual = dict(usual)
        self.switches: dict[str, Switch] = {}
        self.sliders: dict[str, QSlider] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(SPACE.large, SPACE.small, SPACE.large, SPACE.small)
        grid.setHorizontalSpacing(SPACE.small)
        grid.setVerticalSpacing(SPACE.tight)
        grid.setColumnStretch(2, 1)
        for row, name in enumerate(usual):
            switch, slider = Switch(), QSlider(Qt.Orientation.Horizontal)
            slider.setRange(0, _STEPS)
            slider.setPageStep(10)
            slider.setValue(round(usual[name] * _STEPS))
            switch.setAccessibleName(f"{name} on or off")
            slider.setAccessibleName(f"Strength of {name}")
            for part in (switch, slider):
                part.setToolTip(hints.get(name, ""))
            title = label(name[:1].upper() + name[1:])
            title.setToolTip(hints.get(name, ""))
            for column, part in enumerate((switch, title, slider)):
                grid.addWidget(part, row, column)
            switch.edited.connect(lambda on, name=name: self._switched(name, on))
            slider.valueChanged.connect(lambda at, name=name: self._slid(name, at / _STEPS))
            self.switches[name], self.sliders[name] = switch, slider

    def strength(self, name: str) -> float:
        """What the slider stands at, whether it is switched on or not."""
        return self.sliders[name].value() / _STEPS

    def show_strengths(self, strengths: Mapping[str, float]) -> None:
        """Show what is on and how strong; the sliders of what is off stay. Nothing is emitted."""
        for name, strength in strengths.items():
            self.switches[name].setChecked(strength > 0)
            slider = self.sliders[name]
            if strength > 0 and round(strength * _STEPS) != slider.value():
                slider.blockSignals(True)
                slider.setValue(round(strength * _STEPS))
                slider.blockSignals(False)

    def _switched(self, name: str, on: bool) -> None:
        strength = self.strength(name) or self._usual[name]
        self.changed.emit(name, strength if on else 0.0)

    def _slid(self, name: str, strength: float) -> None:
        self.switches[name].setChecked(strength > 0)
        self.changed.emit(name, strength)
