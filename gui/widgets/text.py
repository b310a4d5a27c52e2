"""Small parts that most widgets are made of: labels that never read their text as HTML, lines."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget


def label(
    text: str = "",
    role: str = "",
    tone: str = "",
    *,
    wrap: bool = False,
    selectable: bool = False,
    parent: QWidget | None = None,
) -> QLabel:
    """Plain text in a size (display, heading, lead, strong, small, caption, key) and a tone
    (secondary, faint, accent, success, warning, danger) of the theme."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        made.setCursor(Qt.CursorShape.IBeamCursor)
    return made


class Elided(QLabel):
    """One line that ends in an ellipsis where there is no room, and never asks for any."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.words = ""
        self.say(text)

    def say(self, words: str) -> None:
        """Show these; all of them are told by the tool tip."""
        self.words = words
        self.setToolTip(words)
        self.updateGeometry()
        self._fit()

    def _fit(self) -> None:
        mode = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self.words, mode, self.width()))

    def sizeHint(self) -> QSize:
        room = self.fontMetrics().horizontalAdvance(self.words) + 2
        return QSize(room, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def placeholder(text: str) -> QLabel:
    """A quiet sentence in the middle of an empty page."""
    made = label(text, tone="secondary")
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made


def line(parent: QWidget | None = None) -> QFrame:
    """A hairline across."""
    made = QFrame(parent)
    made.setProperty("kind", "line")
    return made


def restyle(widget: QWidget, **properties: object) -> None:
    """Set properties that the style sheet looks at, and have it look again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
