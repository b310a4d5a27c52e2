"""A table of numbers as colours, with its scale beside it and the value under the mouse."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from core.pictures import Matrix
from gui.views.base import Row, View
from gui.widgets.matrix_cells import MatrixCells


class MatrixView(View):
    """Shows a Matrix; `hovered` and `picked` carry the row."""

    name = "Matrix"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = MatrixCells()
        self.cells.setAccessibleName(self.name)
        self.cells.cell_changed.connect(lambda row, _column: self.hovered.emit(row))
        self.cells.cell_pressed.connect(lambda row, _column: self.picked.emit(row))
        self.column.addWidget(self.cells)
        self.setFocusProxy(self.cells)

    def show_picture(self, picture: Matrix) -> None:
        if picture.values.size == 0:
            self.clear("The matrix has no cells yet.")
            return
        self.cells.show_matrix(picture)
        self.ready()

    def table(self) -> list[Row]:
        picture = self.cells.picture
        rows, columns = picture.values.shape
        titles = list(picture.columns) if len(picture.columns) else list(range(columns))
        names = list(picture.rows) if len(picture.rows) else list(range(rows))
        head = f"{picture.row_label or 'row'} \\ {picture.column_label or 'column'}"
        return [
            (head, *titles),
            *((n, *v) for n, v in zip(names, picture.values.tolist(), strict=True)),
        ]
