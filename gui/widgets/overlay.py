"""A sheet over the window: it dims what is behind, and leaves on Escape or a click beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from gui.theme import manager
from gui.tokens import SPACE


class Overlay(QWidget):
    """Covers its window; `sheet` is the raised frame on it that a subclass fills.

    Hides when the focus goes anywhere else, and gives the focus back to who had it.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.sheet = QFrame(self)
        self.sheet.setProperty("kind", "raised")
        self._focus_before: QWidget | None = None
        self.hide()
        window.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._on_focus_changed)

    def appear(self) -> None:
        """Show the sheet above everything in the window, in place of any other sheet."""
        for other in self.parentWidget().findChildren(Overlay):
            if other is not self and other.isVisible():
                other.leave()
        if not self.isVisible():
            self._focus_before = QApplication.focusWidget()
        self.setGeometry(self.parentWidget().rect())
        self.place()
        self.show()
        self.raise_()

    def leave(self) -> None:
        """Hide, and give the focus back."""
        before, self._focus_before = self._focus_before, None
        self.hide()
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Put the sheet in the middle, no larger than the window allows."""
        room = self.rect().adjusted(SPACE.wide, SPACE.wide, -SPACE.wide, -SPACE.wide)
        size = self.sheet.sizeHint().boundedTo(room.size())
        self.sheet.resize(size)
        self.sheet.move(room.center() - self.sheet.rect().center())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.parentWidget().rect())
            self.place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.sheet.geometry().contains(event.position().toPoint()):
            self.leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = QColor(0, 0, 0, 140 if manager().theme.dark else 70)
        QPainter(self).fillRect(self.rect(), shade)

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self.isVisible() and new is not None and new is not self and not self.isAncestorOf(new):
            self._focus_before = None
            self.leave()
