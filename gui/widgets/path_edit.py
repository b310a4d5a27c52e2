"""Fields for text, and for a file or folder that may be typed, browsed for, or dropped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from core.config import Option, Value
from gui.icons import icon
from gui.tokens import SPACE


class TextEdit(QLineEdit):
    """One line of text."""

    edited = Signal(object)

    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        super().__init__(str(option.default), parent)
        self.textEdited.connect(self.edited.emit)

    def value(self) -> str:
        return self.text()

    def set_value(self, value: Value) -> None:
        self.setText(str(value))


class PathEdit(QWidget):
    """A path. `ask` opens a chooser and answers with a path or ""; tests give their own.

    Without one, the button offers both choosers, for a zip or a film is a file.
    """

    edited = Signal(object)

    def __init__(self, option: Option, parent: QWidget | None = None,
                 ask: Callable[[QWidget, str], str] | None = None) -> None:  # fmt: skip
        super().__init__(parent)
        self._title = option.title
        self.line = QLineEdit(str(option.default), self)
        self.line.setPlaceholderText("Type, browse or drop a path")
        browse = QToolButton(self)
        browse.setIcon(icon("folder"))
        browse.setToolTip(f"Choose {option.title.lower()}")
        browse.setAccessibleName(f"Choose {option.title.lower()}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.tight)
        row.addWidget(self.line, 1)
        row.addWidget(browse)
        self.line.setAcceptDrops(False)
        self.setAcceptDrops(True)
        self.setFocusProxy(self.line)
        self.line.textEdited.connect(self.edited.emit)
        if ask is not None:
            browse.clicked.connect(lambda: self._browse(ask))
        else:
            menu = QMenu(browse)
            menu.addAction("A folder ...", lambda: self._browse(_ask_for_folder))
            menu.addAction("A file ...", lambda: self._browse(_ask_for_file))
            browse.setMenu(menu)
            browse.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def value(self) -> str:
        return self.line.text().strip()

    def set_value(self, value: Value) -> None:
        self.line.setText(str(value))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if local:
            event.acceptProposedAction()
            self._take(local[0])

    def _browse(self, ask: Callable[[QWidget, str], str]) -> None:
        chosen = ask(self, self.value())
        if chosen:
            self._take(chosen)

    def _take(self, path: str) -> None:
        self.line.setText(str(Path(path)))
        self.edited.emit(self.value())


def _ask_for_folder(parent: QWidget, start: str) -> str:
    return QFileDialog.getExistingDirectory(parent, "Choose a folder", start)


def _ask_for_file(parent: QWidget, start: str) -> str:
    return QFileDialog.getOpenFileName(parent, "Choose a file", start)[0]
