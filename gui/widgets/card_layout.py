"""Cards in rows: as many columns as fit, all of one width, each row as high as its highest."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from gui.tokens import SPACE

NARROWEST = 240  # pixels; a window narrower than this cuts cards off


class CardLayout(QLayout):
    """Every card is `least` to `most` pixels wide; a short row is not stretched."""

    def __init__(self, parent: QWidget, least: int = 300, most: int = 420,
                 gap: int = SPACE.large) -> None:  # fmt: skip
        super().__init__(parent)
        self._least, self._most, self._gap = least, most, gap
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def columns(self, width: int) -> int:
        """How many cards stand side by side in `width` pixels."""
        return max(1, (width + self._gap) // (self._least + self._gap))

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

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        return QSize(min(self._least, NARROWEST), 0)

    def _arrange(self, rect: QRect, move: bool) -> int:
        """Place the cards that are shown; the height in pixels that they take."""
        shown = [item for item in self._items if not item.isEmpty()]
        columns = self.columns(rect.width())
        width = (rect.width() - self._gap * (columns - 1)) // columns
        width = max(min(self._least, rect.width()), min(self._most, width))
        top = 0
        for start in range(0, len(shown), columns):
            row = shown[start : start + columns]
            height = max(self._height(item, width) for item in row)
            for column, item in enumerate(row):
                if move:
                    left = rect.x() + column * (width + self._gap)
                    item.setGeometry(QRect(left, rect.y() + top, width, height))
            top += height + self._gap
        return max(0, top - self._gap)

    @staticmethod
    def _height(item: QLayoutItem, width: int) -> int:
        return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
