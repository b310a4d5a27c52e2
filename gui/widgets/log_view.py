"""The log dock: what the program says of its work, by level, searched and copied."""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui import fonts
from gui.icons import icon
from gui.theme import manager
from gui.tokens import SPACE

KEPT = 5000  # lines; older ones are in the run folder
BATCH = 400  # lines shown in one beat of the timer
BEAT_MS = 100
LEVELS = (("Everything", logging.DEBUG), ("Info and up", logging.INFO),
          ("Warnings and errors", logging.WARNING), ("Errors", logging.ERROR))  # fmt: skip


@dataclass(frozen=True)
class LogLine:
    """One message: when (seconds since 1970), how grave, from whom."""

    time: float
    level: int
    name: str
    text: str

    def __str__(self) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(self.time))
        return f"{clock}  {logging.getLevelName(self.level):<8} {self.name}: {self.text}"


class LogFeed(logging.Handler):
    """Takes messages from any thread and keeps the latest until they are drained; never blocks."""

    def __init__(self, level: int = logging.DEBUG) -> None:
        super().__init__(level)
        self._waiting: deque[LogLine] = deque(maxlen=KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
            if record.exc_info:
                text += "\n" + (self.formatter or logging.Formatter()).formatException(
                    record.exc_info
                )
            self._waiting.append(LogLine(record.created, record.levelno, record.name, text))
        except Exception:
            self.handleError(record)

    def drain(self, most: int = BATCH) -> list[LogLine]:
        """Up to `most` of the messages that wait, oldest first."""
        lines: list[LogLine] = []
        while len(lines) < most and self._waiting:
            lines.append(self._waiting.popleft())
        return lines


class LogView(QWidget):
    """Shows a feed; one timer drains it."""

    def __init__(self, feed: LogFeed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed = feed
        self._lines: deque[LogLine] = deque(maxlen=KEPT)
        self.level = QComboBox(self)
        for title, level in LEVELS:
            self.level.addItem(title, level)
        self.level.setCurrentIndex(1)
        self.level.setAccessibleName("Least level shown")
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search the log")
        self.search.setAccessibleName("Search the log")
        self.search.setClearButtonEnabled(True)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setFont(fonts.code())
        self.text.setMaximumBlockCount(KEPT)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("Log")
        self.text.setStyleSheet("border: none; border-radius: 0;")
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._lay_out()
        self.level.currentIndexChanged.connect(self._show_all)
        self.search.textChanged.connect(self._show_all)
        self._timer.timeout.connect(self._take)
        manager().changed.connect(self._show_all)
        self._timer.start()

    def stop(self) -> None:
        """Drain the feed no more."""
        self._timer.stop()

    def copy(self) -> None:
        """Copy what is selected, or everything that is shown."""
        selected = self.text.textCursor().selectedText().replace("\u2029", "\n")
        QGuiApplication.clipboard().setText(selected or self.text.toPlainText())

    def clear(self) -> None:
        """Forget the lines so far; those in the run folder stay."""
        self._lines.clear()
        self.text.clear()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
        bar.setSpacing(SPACE.small)
        bar.addWidget(self.level)
        bar.addWidget(self.search, 1)
        for name, title, run in (("copy", "Copy the selection, or all", self.copy),
                                 ("close", "Clear the view", self.clear)):  # fmt: skip
            button = QToolButton(self)
            button.setIcon(icon(name))
            button.setToolTip(title)
            button.setAccessibleName(title)
            button.clicked.connect(run)
            bar.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.text)

    def _take(self) -> None:
        lines = self._feed.drain()
        self._lines.extend(lines)
        self._append(lines)

    def _show_all(self) -> None:
        self.text.clear()
        self._append(self._lines)

    def _append(self, lines: list[LogLine] | deque[LogLine]) -> None:
        wanted = [line for line in lines if self._passes(line)]
        if not wanted:
            return
        bar = self.text.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 2
        theme = manager().theme
        cursor = QTextCursor(self.text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for line in wanted:
            look = QTextCharFormat()
            look.setForeground(theme.color(_token(line.level)))
            if not self.text.document().isEmpty():
                cursor.insertBlock()
            cursor.insertText(str(line), look)
        cursor.endEditBlock()
        if follows:
            bar.setValue(bar.maximum())

    def _passes(self, line: LogLine) -> bool:
        words = self.search.text().casefold()
        return line.level >= self.level.currentData() and words in str(line).casefold()


def _token(level: int) -> str:
    if level >= logging.ERROR:
        return "danger"
    if level >= logging.WARNING:
        return "warning"
    return "text" if level >= logging.INFO else "text_faint"
