"""A walk through the window in a minute: one sentence beside each place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.theme import SPACE
from gui.widgets.overlay import Overlay
from gui.widgets.text import label

if TYPE_CHECKING:
    from gui.window import Window

# Page to be on, title, sentence.
STOPS = (
    ("gallery", "Choose a method",
     "A click on a card trains that method at once, with settings that work on this machine."),
    ("workbench", "Watch it learn",
     "Curves, guesses, attention and the map of the embedding follow the training. The timeline "
     "below goes back to any moment of it."),
    ("runs", "Everything is kept",
     "Every run can be opened, continued and laid over others, also after a crash."),
    ("data", "Use your own pictures",
     "Drop a folder or a zip of images anywhere on the window, or browse them here."),
    ("compare", "Ask which is best",
     "One click trains several methods alike, with the random network among them, and shows how "
     "good their features are."),
    ("video", "Follow an object",
     "Paint an object in one frame of a film: a network that learned to colour videos follows it, "
     "though nobody told it what an object is."),
    ("gallery", "Anything by typing",
     "Ctrl+Shift+P finds every action by name; F1 shows all shortcuts."),
)  # fmt: skip


class Tour(QObject):
    """Shows the stops one after another; Escape leaves."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._sheet: _Stop | None = None
        self._at = 0

    def start(self) -> None:
        """Begin at the first stop."""
        self._at = 0
        self._show()

    def _show(self) -> None:
        page, title, text = STOPS[self._at]
        self._window.go(page)
        if self._sheet is None:
            self._sheet = _Stop(self._window)
            self._sheet.next.clicked.connect(self._next)
            self._sheet.end.clicked.connect(self._sheet.leave)
        self._sheet.tell(title, text, f"{self._at + 1} of {len(STOPS)}", self._at + 1 == len(STOPS))
        self._sheet.appear()

    def _next(self) -> None:
        self._at += 1
        if self._at < len(STOPS):
            self._show()
        elif self._sheet is not None:
            self._sheet.leave()


class _Stop(Overlay):
    """One stop: a sheet in the middle of the page, over the dimmed window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.sheet.setFixedWidth(420)
        self._title = label("", "heading")
        self._text = label("", "", "secondary", wrap=True)
        self._count = label("", "small", "faint")
        self.next, self.end = QPushButton("Next"), QPushButton("Leave")
        self.next.setProperty("kind", "primary")
        buttons = QHBoxLayout()
        buttons.addWidget(self._count)
        buttons.addStretch()
        buttons.addWidget(self.end)
        buttons.addWidget(self.next)
        column = QVBoxLayout(self.sheet)
        column.setContentsMargins(*[SPACE.wide] * 4)
        column.setSpacing(SPACE.medium)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addLayout(buttons)

    def tell(self, title: str, text: str, count: str, last: bool) -> None:
        """What this stop says."""
        self._title.setText(title)
        self._text.setText(text)
        self._count.setText(count)
        self.next.setText("Done" if last else "Next")
        self.end.setVisible(not last)

    def appear(self) -> None:
        super().appear()
        self.next.setFocus()
