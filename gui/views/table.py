"""Rows of text and numbers: sortable, copied with Ctrl+C, numbers to the right in even figures."""

from __future__ import annotations

import re

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableView, QWidget

from core.pictures import Table
from gui.fonts import numbers, text
from gui.theme import SPACE, TYPE, manager
from gui.views.base import Row, View
from gui.widgets.numbers import aligned, places_for

_FLAGS = Qt.AlignmentFlag
_ROLES = Qt.ItemDataRole
_Index = QModelIndex
_LEADING = re.compile(r"-?\d+(\.\d+)?(?= |$)")


class _Model(QAbstractTableModel):
    """The rows as Qt asks for them; nothing is copied."""

    def __init__(self) -> None:
        super().__init__()
        self.table = Table((), ())
        self._places: list[int | None] = []

    def show_table(self, table: Table) -> None:
        self.beginResetModel()
        self.table = table
        columns = range(len(table.columns))
        self._places = [
            places_for((row[c] for row in table.rows if isinstance(row[c], float)), 4)
            for c in columns
        ]
        self.endResetModel()

    def rowCount(self, parent: _Index = _Index()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: _Index = _Index()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.table.columns)

    def data(self, index: _Index, role: int = _ROLES.DisplayRole) -> object:
        value = self.table.rows[index.row()][index.column()]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if role == _ROLES.DisplayRole:
            places = self._places[index.column()]
            return aligned(value, places, 4) if isinstance(value, float) else str(value)
        if role == _ROLES.TextAlignmentRole:
            return (_FLAGS.AlignRight if number else _FLAGS.AlignLeft) | _FLAGS.AlignVCenter
        if role == _ROLES.FontRole and number:
            return numbers(TYPE.body)
        if role == _ROLES.UserRole:
            return value
        if role == _ROLES.ToolTipRole and isinstance(value, str):
            return value  # it may be too long for its column
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _ROLES.DisplayRole
    ) -> object:
        across = orientation == Qt.Orientation.Horizontal
        if role == _ROLES.DisplayRole:
            return self.table.columns[section] if across else str(section + 1)
        if role == _ROLES.TextAlignmentRole and across and self.table.rows:
            value = self.table.rows[0][section]
            return (
                _FLAGS.AlignRight if isinstance(value, int | float) else _FLAGS.AlignLeft
            ) | _FLAGS.AlignVCenter
        return None


class _Sorted(QSortFilterProxyModel):
    """Numbers by size, also those that text begins with; text by alphabet, after numbers."""

    def lessThan(self, left: _Index, right: _Index) -> bool:
        one, other = left.data(_ROLES.UserRole), right.data(_ROLES.UserRole)
        return _rank(one) < _rank(other)


def _rank(value: object) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (1, 0.0, "") if value != value else (0, float(value), "")
    number = _LEADING.match(str(value))  # of "73.9 ± 1.2"
    if number is not None:
        return 0, float(number[0]), ""
    return 2, 0.0, str(value).casefold()


class _Rows(QTableView):
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.selected_text())
        else:
            super().keyPressEvent(event)

    def selected_text(self) -> str:
        """Selected cells, tab between columns and a line a row, as spreadsheets paste them."""
        cells = {(i.row(), i.column()): str(i.data()) for i in self.selectedIndexes()}
        rows = sorted({row for row, _ in cells})
        columns = sorted({column for _, column in cells})
        return "\n".join("\t".join(cells.get((r, c), "") for c in columns) for r in rows)


class TableView(View):
    """Shows a Table; `picked` carries the row as it was given, however it is sorted now."""

    name = "Table"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._sorted = _Model(), _Sorted()
        self._model.setParent(self)
        self._sorted.setParent(self)
        self._sorted.setSourceModel(self._model)
        self.rows = _Rows()
        self.rows.setModel(self._sorted)
        self.rows.setSortingEnabled(True)
        self.rows.setAccessibleName(self.name)
        self.rows.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.rows.setShowGrid(False)
        self.rows.setAlternatingRowColors(False)
        self.rows.setWordWrap(False)
        self.rows.setTabKeyNavigation(False)
        self.rows.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.rows.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.rows.verticalHeader().setVisible(False)
        self.rows.verticalHeader().setDefaultSectionSize(30)
        self.rows.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.rows.horizontalHeader().setHighlightSections(False)
        self.rows.clicked.connect(lambda at: self.picked.emit(self._sorted.mapToSource(at).row()))
        self.notes = QLabel()
        self.notes.setWordWrap(True)
        self.notes.setFont(text(TYPE.small))
        self.notes.setContentsMargins(SPACE.medium, SPACE.small, SPACE.medium, SPACE.small)
        self.column.addWidget(self.rows, 1)
        self.column.addWidget(self.notes)
        self.setFocusProxy(self.rows)

    def show_picture(self, picture: Table) -> None:
        if not picture.columns or not picture.rows:
            self.clear(picture.notes or "The table has no rows yet.")
            return
        self._model.show_table(picture)
        self._sorted.sort(-1)
        self.rows.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.rows.horizontalHeader().setResizeContentsPrecision(100)
        self.rows.resizeColumnsToContents()
        for column in range(len(picture.columns)):
            self.rows.setColumnWidth(column, min(320, self.rows.columnWidth(column) + SPACE.large))
        # A sentence takes the room there is; a number stays where it can be read with its name.
        self.rows.horizontalHeader().setStretchLastSection(isinstance(picture.rows[0][-1], str))
        self.notes.setText(picture.notes)
        self.notes.setVisible(bool(picture.notes))
        self.ready()

    def table(self) -> list[Row]:
        """The rows in the order in which they are shown."""
        shown = range(self._sorted.rowCount())
        sources = (self._sorted.mapToSource(self._sorted.index(row, 0)).row() for row in shown)
        given = self._model.table
        return [tuple(given.columns), *(tuple(given.rows[row]) for row in sources)]

    def export_size(self) -> QSize:
        wide = sum(self.rows.columnWidth(c) for c in range(self._model.columnCount()))
        shown = min(self._sorted.rowCount(), 400)
        height = self.rows.horizontalHeader().height() + 30 * shown
        return QSize(max(wide, 240), height + (48 if self.notes.text() else 0))

    def export_paint(self, painter: QPainter) -> None:
        theme, size = manager().theme, self.export_size()
        top = self.rows.horizontalHeader().height()
        x = 0
        for column in range(self._model.columnCount()):
            wide = self.rows.columnWidth(column)
            for row in range(-1, min(self._sorted.rowCount(), 400)):
                y = top + 30 * row if row >= 0 else 0
                place = self._sorted.index(max(row, 0), column)
                said = place.data() if row >= 0 else self._model.table.columns[column]
                painter.setFont(numbers(TYPE.body if row >= 0 else TYPE.small))
                painter.setPen(theme.color("text" if row >= 0 else "text_faint"))
                alignment = place.data(_ROLES.TextAlignmentRole)
                painter.drawText(x + 8, y, wide - 16, 30 if row >= 0 else top, alignment, str(said))
            x += wide
        painter.setPen(theme.color("border"))
        painter.drawLine(0, top, size.width(), top)
        if self.notes.text():
            painter.setPen(theme.color("text_faint"))
            painter.setFont(text(TYPE.small))
            flags = int(_FLAGS.AlignLeft | _FLAGS.AlignVCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(8, size.height() - 48, size.width() - 16, 48, flags, self.notes.text())
