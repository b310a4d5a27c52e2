"""Keys that belong to a widget while it has the focus, though the window has shortcuts on them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

KEYPAD = Qt.KeyboardModifier.KeypadModifier


class Claiming(QWidget):
    """A subclass names its keys in `claimed`; Qt then asks no shortcut for them."""

    claimed: frozenset[QKeyCombination] = frozenset()

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if override and combination(event) in self.claimed:
            event.accept()
            return True
        return super().event(event)


def combination(event: QKeyEvent) -> QKeyCombination:
    """The key with its modifiers; that it lies on the keypad does not matter."""
    return QKeyCombination(event.modifiers() & ~KEYPAD, Qt.Key(event.key()))
