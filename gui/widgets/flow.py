"""A layout that puts widgets in lines as words are put, breaking where the width ends."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLayoutItem, QWidget

from gui.theme import SPACE

LINE = 32  # pixels of a group, so that all of a line stand at one height


class FlowLayout(QLayout):
    """Left to right, then down; the height follows the width."""

    def __init__(self, parent: QWidget | None = None, gap: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.single = False  # one item a line, as wide as there is room
        self.setContentsMargins(0, 0, 0, 0)

    def add_group(self, *parts: QWidget) -> QWidget:
        """Add widgets that stay together in one line, say a field and its name."""
        group = QWidget()
        group.setMinimumHeight(LINE)
        row = QHBoxLayout(group)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.tight)
        for part in parts:
            row.addWidget(part)
        self.addWidget(group)
        return group

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arrange(area, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, area: QRect, move: bool) -> int:
        """Place the items in `area` (or only measure) and return the height that they need."""
        margins = self.contentsMargins()
        inner = area.marginsRemoved(margins)
        x, y, tallest = inner.x(), inner.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if self.single:
                size.setWidth(max(inner.width(), 0))
            if x > inner.x() and x + size.width() > inner.right() + 1:
                x, y, tallest = inner.x(), y + tallest + self._gap // 2, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size.boundedTo(QSize(inner.width(), 10_000))))
            x += size.width() + self._gap
            tallest = max(tallest, size.height())
        return y + tallest - area.y() + margins.bottom()
