"""The settings dialog: the form of the preferences, applied together."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.config import to_dict
from gui.preferences import Preferences
from gui.tokens import SPACE
from gui.widgets.form import ConfigForm
from gui.widgets.text import label


class SettingsDialog(QDialog):
    """Shows the preferences; what is accepted is emitted once, whole and right."""

    chosen = Signal(object)  # Preferences

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setMinimumWidth(460)
        self.form = ConfigForm(Preferences, self)
        self.form.set_values(to_dict(preferences))
        panel = QFrame(self)
        panel.setProperty("kind", "panel")
        QVBoxLayout(panel).addWidget(self.form)
        panel.layout().setContentsMargins(0, 0, 0, 0)
        self._reset = QPushButton("Reset to defaults", self)
        self._reset.setProperty("kind", "quiet")
        self._cancel = QPushButton("Cancel", self)
        self.save_button = QPushButton("Save", self)
        self.save_button.setProperty("kind", "primary")
        self.save_button.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self._reset)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[SPACE.wide] * 4)
        column.setSpacing(SPACE.large)
        column.addWidget(label("Settings", "heading"))
        column.addWidget(panel)
        column.addLayout(buttons)
        self._reset.clicked.connect(self.form.reset)
        self._cancel.clicked.connect(self.reject)
        self.save_button.clicked.connect(self.accept)
        self.form.validity_changed.connect(self.save_button.setEnabled)

    def accept(self) -> None:
        self.chosen.emit(self.form.config())
        super().accept()
