"""Fields for one of several: segmented buttons where they are few and short, else a list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFrame, QHBoxLayout, QPushButton, QWidget

from core.config import Option, Value
from gui.tokens import SPACE

_SEGMENTS_CHARACTERS = 20


def choice_edit(option: Option, parent: QWidget | None = None) -> SegmentEdit | ComboEdit:
    """The field that suits the choices of an option."""
    characters = sum(len(str(choice)) + 2 for choice in option.choices)
    if len(option.choices) <= 4 and characters <= _SEGMENTS_CHARACTERS:
        return SegmentEdit(option, parent)
    return ComboEdit(option, parent)


class SegmentEdit(QFrame):
    """All choices side by side, the chosen one raised; left and right keys move between them."""

    edited = Signal(object)

    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "segments")
        self._group = QButtonGroup(self)
        self._buttons: dict[Value, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(*[SPACE.hair] * 4)
        row.setSpacing(SPACE.hair)
        for choice in option.choices:
            button = QPushButton(str(choice), self)
            button.setProperty("kind", "segment")
            button.setCheckable(True)
            button.setAccessibleName(f"{option.title}: {choice}")
            button.clicked.connect(lambda _=False, choice=choice: self.edited.emit(choice))
            self._group.addButton(button)
            self._buttons[choice] = button
            row.addWidget(button)
        self.set_value(option.default)

    def value(self) -> Value:
        return next(choice for choice, button in self._buttons.items() if button.isChecked())

    def set_value(self, value: Value) -> None:
        if value in self._buttons:
            self._buttons[value].setChecked(True)
            self.setFocusProxy(self._buttons[value])


class ComboEdit(QComboBox):
    """A list that the wheel turns only while it has the focus."""

    edited = Signal(object)

    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(6)
        for choice in option.choices:
            self.addItem(str(choice), choice)
        self.set_value(option.default)
        self.activated.connect(lambda _: self.edited.emit(self.value()))

    def value(self) -> Value:
        return self.currentData()

    def set_value(self, value: Value) -> None:
        at = self.findData(value)
        if at >= 0:
            self.setCurrentIndex(at)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
