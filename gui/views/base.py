"""What every view can do: show a picture of its type, stand empty with a reason, link its items."""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QStackedLayout, QVBoxLayout, QWidget

from gui.theme import SPACE, TYPE, manager
from gui.widgets import export
from gui.widgets.savable import Row, Savable
from gui.widgets.tiles import Tiles

__all__ = ["Row", "TileView", "View", "tooltip"]


class View(Savable):
    """One picture on screen. A subclass builds its parts in `column` and fills them on demand."""

    picked = Signal(int)
    hovered = Signal(int)  # -1 when the mouse leaves

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = QLabel()
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setMargin(SPACE.wide)
        self.page = QWidget()
        self.page.setAutoFillBackground(True)
        self.column = QVBoxLayout(self.page)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.page)
        self.setAccessibleName(self.name)
        manager().changed.connect(self._restyle)
        self._restyle()
        self.clear("Nothing to show yet.")

    def show_picture(self, picture: object) -> None:
        """Show a picture of this view's type; one without content says so in a sentence."""
        raise NotImplementedError

    def highlight(self, index: int) -> None:
        """Show item `index` as under the mouse (it is, in another view); -1 for none."""

    def clear(self, reason: str) -> None:
        """Show a sentence instead of a picture."""
        self._empty.setText(reason)
        self._stack.setCurrentWidget(self._empty)

    def ready(self) -> None:
        """Show the parts: a subclass calls it when there is something to see."""
        self._stack.setCurrentWidget(self.page)

    def can_save(self) -> bool:
        return self._stack.currentWidget() is self.page

    def export_paint(self, painter: QPainter) -> None:
        export.render(self._stack.currentWidget(), painter)

    def _restyle(self, *_args: object) -> None:
        theme = manager().theme
        self._empty.setStyleSheet(
            f"color: {theme.text_faint}; background: {theme.panel}; font-size: {TYPE.body}px;"
        )
        palette = self.page.palette()
        palette.setColor(palette.ColorRole.Window, theme.color("panel"))
        self.page.setPalette(palette)


class TileView(View):
    """A view whose body is tiles: linked hover, and export of all that scrolls."""

    tallest = 6_000  # logical pixels of a saved picture; what lies below is left out

    def __init__(self, tiles: Tiles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = tiles
        tiles.setAccessibleName(self.name)
        self.column.addWidget(tiles)
        self.setFocusProxy(tiles)

    def highlight(self, index: int) -> None:
        self.tiles.highlight(index)

    def export_size(self) -> QSize:
        if not self.can_save():
            return self.size()
        content = self.tiles.layout_for(self.tiles.viewport().width()).size
        return QSize(content.width(), min(content.height(), self.tallest))

    def export_paint(self, painter: QPainter) -> None:
        if self.can_save():
            self.tiles.paint_whole(painter, self.export_size())
        else:
            super().export_paint(painter)


def tooltip(title: str, *lines: str) -> str:
    """Rich text of a tooltip: a bold line and quieter ones; what is given is escaped."""
    rest = "".join(f"<br>{html.escape(line)}" for line in lines if line)
    return f"<b>{html.escape(title)}</b>{rest}"
