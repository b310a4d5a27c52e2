"""Keys without Ctrl or Alt belong to whoever is typing or pressing; shortcuts get what is left.

Space starts and pauses the training, but in a text field it is a space, and on a focused button,
list or slider it presses that. Qt asks the focused widget first (ShortcutOverride), and most
widgets do not claim such keys; this claims them.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

TYPES = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
PRESSES = (QAbstractButton, QComboBox, QAbstractItemView)
TAKES_SPACE = "takesSpace"  # a widget of our own that Space presses sets this property


class TypingFirst(QObject):
    """Follows the focus for as long as the application lives.

    It filters the events of what has, or had, the focus: filtering those of the whole application
    would call into Python thousands of times while a page is built.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.focusChanged.connect(self._follow)

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None:
            new.installEventFilter(self)  # a second time changes nothing

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._claims(watched, event)
        ):
            event.accept()
            return True
        return False

    @staticmethod
    def _claims(widget: QObject, event: QKeyEvent) -> bool:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
            return False
        if isinstance(widget, TYPES):
            return bool(event.text()) and event.text().isprintable()
        if event.key() != Qt.Key.Key_Space:
            return False
        return isinstance(widget, PRESSES) or bool(widget.property(TAKES_SPACE))
