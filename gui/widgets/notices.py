"""Notices: short words at the bottom right about what happened, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon, pixmap
from gui.theme import manager
from gui.tokens import SPACE
from gui.widgets.details import DetailsDialog
from gui.widgets.flow import FlowLayout
from gui.widgets.text import label

Level = Literal["info", "success", "warning", "error"]
TOKENS = {"info": "accent", "success": "success", "warning": "warning", "error": "danger"}
WIDTH = 400
MOST = 5  # shown at once; the oldest leave first
STAY_MS = 6000  # of info and success; warnings and errors stay until they are closed


@dataclass(frozen=True)
class Action:
    """A button on a notice; pressing it closes the notice."""

    title: str
    run: Callable[[], object]


class Notices(QObject):
    """Shows notices over one window, the latest lowest. To be called from the GUI thread."""

    def __init__(self, window: QWidget, stay_ms: int = STAY_MS) -> None:
        super().__init__(window)
        self._window = window
        self._stay_ms = stay_ms
        self._shown: list[Notice] = []
        window.installEventFilter(self)

    def show(
        self,
        level: Level,
        title: str,
        text: str = "",
        *,
        actions: Sequence[Action] = (),
        details: str = "",
        key: str = "",
    ) -> Notice:
        """Show a notice. One with the key of a notice on screen takes its place."""
        if key:
            for old in [n for n in self._shown if n.key == key]:
                old.leave()
        stay = self._stay_ms if level in ("info", "success") and not actions else 0
        notice = Notice(self._window, level, title, text, actions, details, key, stay)
        notice.gone.connect(self._forget)
        self._shown.append(notice)
        while len(self._shown) > MOST:
            self._shown[0].leave()
        for part in [notice, *notice.findChildren(QWidget)]:
            part.ensurePolished()  # a label knows its height only in its own size of text
        self._place()  # before it shows: where it is made, the pointer would enter it unseen
        notice.show()
        return notice

    @property
    def shown(self) -> list[Notice]:
        """What is on screen, the oldest first."""
        return list(self._shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _forget(self, notice: Notice) -> None:
        if notice in self._shown:
            self._shown.remove(notice)
            self._place()

    def _place(self) -> None:
        right = self._window.width() - SPACE.large
        bottom = self._window.height() - SPACE.wide
        for notice in reversed(self._shown):
            width = min(WIDTH, self._window.width() - 2 * SPACE.large)
            notice.setFixedWidth(width)
            height = notice.heightForWidth(width)  # with its border
            notice.setFixedHeight(max(height, notice.minimumSizeHint().height()))
            bottom -= notice.height()
            notice.move(right - width, bottom)
            notice.raise_()
            bottom -= SPACE.small


class Notice(QFrame):
    """One notice. It stays while the mouse is over it."""

    gone = Signal(object)  # itself

    def __init__(
        self,
        window: QWidget,
        level: Level,
        title: str,
        text: str,
        actions: Sequence[Action],
        details: str,
        key: str,
        stay_ms: int,
    ) -> None:
        super().__init__(window)
        self.key, self.level, self.title = key, level, title
        self._details = details
        self.setProperty("kind", "raised")
        self.setAccessibleName(f"{level}: {title}")
        self._mark = QLabel(self)
        self._mark.setAccessibleName(level)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(stay_ms)
        self._timer.timeout.connect(self.leave)
        self._lay_out(title, text, actions)
        self._draw_mark()
        manager().changed.connect(self._draw_mark)
        if stay_ms:
            self._timer.start()

    def leave(self) -> None:
        """Go from the screen for good."""
        self._timer.stop()
        self.hide()
        self.gone.emit(self)
        self.deleteLater()

    def enterEvent(self, event: QEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        if self._timer.interval():
            self._timer.start()

    def _lay_out(self, title: str, text: str, actions: Sequence[Action]) -> None:
        close = QToolButton(self)
        close.setIcon(icon("close"))
        close.setProperty("kind", "small")
        close.setToolTip("Close")
        close.setAccessibleName("Close")
        close.clicked.connect(self.leave)
        words = QVBoxLayout()
        words.setSpacing(SPACE.tight)
        words.addWidget(label(title, "strong", wrap=True, parent=self))
        if text:
            words.addWidget(
                label(text, "small", "secondary", wrap=True, selectable=True, parent=self)
            )
        buttons = self._buttons(actions)
        if buttons is not None:
            words.addSpacing(SPACE.tight)
            words.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.medium, SPACE.medium, SPACE.small, SPACE.medium)
        row.setSpacing(SPACE.medium)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)

    def _buttons(self, actions: Sequence[Action]) -> FlowLayout | None:
        if not actions and not self._details:
            return None
        row = FlowLayout(gap=SPACE.small)
        for action in actions:
            button = QPushButton(action.title, self)
            button.clicked.connect(lambda _=False, action=action: self._act(action))
            row.addWidget(button)
        if self._details:
            button = QPushButton("Details", self)
            button.clicked.connect(self.show_details)
            row.addWidget(button)
        return row

    def _act(self, action: Action) -> None:
        self.leave()
        action.run()

    def show_details(self) -> DetailsDialog:
        """Open what is known of it, to be read and copied."""
        dialog = DetailsDialog(self.title, self._details, self.window())
        dialog.open()
        return dialog

    def _draw_mark(self) -> None:
        name = "error" if self.level == "error" else self.level
        self._mark.setPixmap(pixmap(name, 18, TOKENS[self.level], self.devicePixelRatioF()))
