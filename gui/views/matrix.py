"""A table of numbers as colours, with its scale beside it and the value under the mouse.

Where rows and columns stand for pictures, the pair of the chosen cell is shown beside the cells.
"""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from core.pictures import Matrix
from gui.views.base import Row, View
from gui.widgets.matrix_cells import MatrixCells
from gui.widgets.numbers import short
from gui.widgets.pair_card import Pair, PairCard

_FIRST = (0, 1)  # the cell whose pair is shown before one is chosen


class MatrixView(View):
    """Shows a Matrix; `hovered` and `picked` carry the row."""

    name = "Matrix"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells, self.pair = MatrixCells(), PairCard()
        self.cells.setAccessibleName(self.name)
        self.cells.cell_changed.connect(lambda row, _column: self.hovered.emit(row))
        self.cells.cell_pressed.connect(lambda row, _column: self.picked.emit(row))
        self.cells.chosen_changed.connect(self._show_pair)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._parts.setSpacing(0)
        self._parts.addWidget(self.cells, 5)
        self._parts.addWidget(self.pair, 3)
        self.column.addLayout(self._parts)
        self.pair.hide()
        self.setFocusProxy(self.cells)

    def show_picture(self, picture: Matrix) -> None:
        if picture.values.size == 0:
            self.clear("The matrix has no cells yet.")
            return
        self.cells.show_matrix(picture)
        with_pairs = picture.row_images is not None and picture.column_images is not None
        self.pair.setVisible(with_pairs)
        if with_pairs:
            if self.cells.chosen[0] < 0:
                last = picture.values.shape[1] - 1
                self.cells.choose(_FIRST[0], min(_FIRST[1], last))
            self._show_pair(*self.cells.chosen)
        self.ready()

    def _show_pair(self, row: int, column: int) -> None:
        picture = self.cells.picture
        if row < 0 or picture.row_images is None or picture.column_images is None:
            self.pair.show_pair(None)
            return
        kind = ""
        if picture.kinds is not None:
            kind = picture.kind_names[int(picture.kinds[row, column])]
        value = f"{picture.value_label} {short(float(picture.values[row, column]), 3)}".strip()
        names = self.cells.names(row, column)
        images = picture.row_images[row], picture.column_images[column]
        self.pair.show_pair(Pair(*images, names, value, kind))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The pair stands beside the cells in a wide place, under them in a tall one."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        wide = event.size().width() >= event.size().height()
        self._parts.setDirection(directions.LeftToRight if wide else directions.TopToBottom)

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
