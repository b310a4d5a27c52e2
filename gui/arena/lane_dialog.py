"""A dialog for one game's options: every option of the method, as everywhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.theme import SPACE
from gui.widgets.form import ConfigForm
from gui.widgets.text import label


class LaneDialog(QDialog):
    """Gives a title and the options that differ from the method's own on these points."""

    chosen = Signal(str, object)  # title, options

    def __init__(
        self,
        title: str,
        sentence: str,
        name: str,
        usual: Mapping[str, Any],
        options: Mapping[str, Any],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        from core.registry import method_class
        from gui.arena.games import METHOD

        self.setWindowTitle(title)
        self._usual = dict(usual)
        self.name = QLineEdit(name)
        self.name.setAccessibleName("Name of the game")
        self.form = ConfigForm(method_class(METHOD).Config)
        self.form.set_values({**usual, **options})
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.form)
        self._ok, leave = QPushButton(title), QPushButton("Cancel")
        self._ok.setProperty("kind", "primary")
        column = QVBoxLayout(self)
        column.setSpacing(SPACE.medium)
        column.addWidget(label(sentence, tone="secondary", wrap=True))
        column.addWidget(self.name)
        column.addWidget(scroll, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(leave)
        row.addWidget(self._ok)
        column.addLayout(row)
        self.form.validity_changed.connect(self._ok.setEnabled)
        leave.clicked.connect(self.reject)
        self._ok.clicked.connect(self._give)

    def sizeHint(self) -> QSize:
        return QSize(460, 640)

    def _give(self) -> None:
        values = self.form.values()
        differing = {n: v for n, v in values.items() if v != self._usual.get(n)}
        self.chosen.emit(self.name.text().strip() or "Game", differing)
        self.accept()
