"""What was made of pictures with a hole: the hole painted by hand, each answer, the truth."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from gui.views.base import Row, View
from gui.widgets.brush import Mask
from gui.widgets.fill_canvas import Column, FillCanvas


class FillView(View):
    """Shows columns of pictures; `canvas` is what a person paints on."""

    name = "Filled in"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = FillCanvas()
        self.column.addWidget(self.canvas)
        self.setFocusProxy(self.canvas)

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
