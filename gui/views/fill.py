"""What was made of pictures with a hole: the hole painted by hand, each answer, the truth."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QScrollArea, QWidget

from gui.views.base import Row, View
from gui.widgets import export
from gui.widgets.brush import Mask
from gui.widgets.fill_canvas import Column, FillCanvas


class FillView(View):
    """Shows columns of pictures; `canvas` is what a person paints on."""

    name = "Filled in"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = FillCanvas()
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setWidget(self.canvas)
        self.scroll.setMinimumSize(200, 110)
        self.scroll.viewport().installEventFilter(self)
        self.column.addWidget(self.scroll)
        self.setFocusProxy(self.canvas)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.canvas.set_room(self.scroll.viewport().size())
        return super().eventFilter(watched, event)

    def export_size(self) -> QSize:
        return self.canvas.size() if self.can_save() else self.size()

    def export_paint(self, painter: QPainter) -> None:
        if self.can_save():
            export.render(self.canvas, painter)
        else:
            super().export_paint(painter)

    def show_columns(self, columns: Sequence[Column], answered: Mask) -> None:
        """Pictures whose first column has the hole `answered`, see FillCanvas."""
        self.canvas.show_columns(columns, answered)
        self.ready()

    def table(self) -> list[Row]:
        canvas = self.canvas
        share = float(canvas.hidden.mean())
        return [
            ("picture", "column", "note", "share hidden"),
            *(
                (row, column.title, column.notes[row] if row < len(column.notes) else "", share)
                for column in canvas.columns
                if column.images is not None
                for row in range(len(column.images))
            ),
        ]
