"""The system's dialogs that ask for a file or folder; each answers with a path, or "" for none.

They block until they are answered, so whoever must not be asked puts functions of its own here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QFileDialog, QWidget


@dataclass
class Choosers:
    """What is asked over one window."""

    window: QWidget

    def __post_init__(self) -> None:
        self.folder: Callable[[str], str] = self._folder
        self.file: Callable[[str, str], str] = self._file
        self.new_file: Callable[[str, str, str], str] = self._new_file

    def _folder(self, title: str) -> str:
        return QFileDialog.getExistingDirectory(self.window, title)

    def _file(self, title: str, kinds: str) -> str:
        return QFileDialog.getOpenFileName(self.window, title, "", kinds)[0]

    def _new_file(self, title: str, name: str, kinds: str) -> str:
        return QFileDialog.getSaveFileName(self.window, title, name, kinds)[0]
