"""The settings above the live curves: smoothing, logarithm, steps or seconds, all in sight."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from gui.theme import SPACE


class CurveBar(QWidget):
    """Tells of a change; what holds is read from its properties."""

    changed = Signal()
    all_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, 99)
        self._slider.setValue(75)
        self._slider.setMinimumWidth(70)
        self._slider.setMaximumWidth(140)
        self._slider.setAccessibleName("Smoothing")
        self._slider.setToolTip("How much of the running average is kept at each step")
        self._log = _toggle("Log y", "Logarithmic vertical axes")
        self._axis = QComboBox()
        self._axis.addItems(["by step", "by seconds"])
        self._axis.setAccessibleName("Horizontal axis")
        self._axis.setToolTip("What the horizontal axes count")
        self._all = QToolButton()
        self._all.setText("All")
        self._all.setToolTip("Show all points and follow new ones (double click in a plot)")
        self._all.setEnabled(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.medium, SPACE.small, SPACE.medium, SPACE.small)
        row.setSpacing(SPACE.small)
        label = QLabel("Smoothing")
        label.setBuddy(self._slider)
        row.addWidget(label)
        row.addWidget(self._slider)
        row.addStretch(1)
        for widget in (self._axis, self._log, self._all):
            row.addWidget(widget)
        self._slider.valueChanged.connect(lambda _value: self.changed.emit())
        self._log.toggled.connect(lambda _on: self.changed.emit())
        self._axis.currentIndexChanged.connect(lambda _at: self.changed.emit())
        self._all.clicked.connect(self.all_wanted)

    @property
    def smoothing(self) -> float:
        """What the running average keeps at each point, 0..0.999; finer towards the end."""
        share = self._slider.value() / 100
        return 1.0 - (1.0 - share) ** 1.5

    @property
    def log_y(self) -> bool:
        return self._log.isChecked()

    @property
    def by_seconds(self) -> bool:
        return self._axis.currentIndex() == 1

    def set_smoothing(self, percent: int) -> None:
        """Move the slider, 0..99."""
        self._slider.setValue(percent)

    def set_log_y(self, on: bool) -> None:
        self._log.setChecked(on)

    def set_by_seconds(self, on: bool) -> None:
        self._axis.setCurrentIndex(int(on))

    def set_all(self, shown: bool) -> None:
        """Whether all is in sight already; the button rests then."""
        self._all.setEnabled(not shown)


def _toggle(title: str, hint: str) -> QToolButton:
    button = QToolButton()
    button.setText(title)
    button.setCheckable(True)
    button.setToolTip(hint)
    return button
