"""The options of a layout in a small window of their own: perplexity, neighbours, seed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QDialogButtonBox, QFrame, QScrollArea, QVBoxLayout, QWidget

from gui.theme import SPACE
from gui.widgets.form import ConfigForm

WIDTH, HEIGHT = 320, 420
APART = ("metric", "dims", "every")  # these have places of their own


class LayoutOptions(QFrame):
    """One form a layout, made when it is first opened. `changed`: lay out with what stands now."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("kind", "raised")
        self._forms: dict[str, ConfigForm] = {}
        self._layout = ""
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.buttons = QDialogButtonBox()
        self.apply = self.buttons.addButton("Map anew", QDialogButtonBox.ButtonRole.AcceptRole)
        self.reset = self.buttons.addButton("Defaults", QDialogButtonBox.ButtonRole.ResetRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.buttons)
        self.apply.clicked.connect(self._apply)
        self.reset.clicked.connect(lambda: self._forms[self._layout].reset())

    def values(self, layout: str) -> dict[str, Any]:
        """What stands in the form of a layout; nothing where it was never opened."""
        form = self._forms.get(layout)
        if form is None or form.errors():
            return {}
        return {name: value for name, value in form.changes().items() if name not in APART}

    def open(self, layout: str, under: QWidget) -> None:
        """Show the options of a layout under a button."""
        self._layout = layout
        form = self._form(layout)
        if self._scroll.widget() is not form:
            self._scroll.takeWidget()
            self._scroll.setWidget(form)
        self.resize(WIDTH, min(HEIGHT, form.sizeHint().height() + 80))
        self.move(under.mapToGlobal(QPoint(0, under.height())))
        self.show()

    def _form(self, layout: str) -> ConfigForm:
        if layout not in self._forms:
            from core.maps.params import METHODS

            form = ConfigForm(METHODS[layout])
            for name in APART:
                if name in form.fields:
                    form.fields[name].hide()
            form.validity_changed.connect(self.apply.setEnabled)
            self._forms[layout] = form
        return self._forms[layout]

    def _apply(self) -> None:
        self.hide()
        self.changed.emit()
