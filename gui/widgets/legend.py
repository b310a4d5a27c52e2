"""The names of what is drawn, each with its mark, its present value, and a click to hide it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from gui.fonts import numbers
from gui.theme import SPACE, TYPE, manager
from gui.widgets.flow import FlowLayout

_MARK = 18  # width kept for the mark


@dataclass(frozen=True)
class Entry:
    """One name: `colour` is a category of the theme; `shape` "" is a line, else a point's shape."""

    key: str
    name: str
    colour: int
    dashed: bool = False
    shape: str = ""


def draw_shape(
    painter: QPainter, shape: str, centre: QPointF, radius: float, colour: QColor
) -> None:
    """A point's shape as the map's raster draws it, larger."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    x, y, r = centre.x(), centre.y(), radius
    if shape == "square":
        painter.drawRect(QRectF(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r))
    elif shape == "diamond":
        corners = [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)]
        painter.drawPolygon(QPolygonF([QPointF(x + a * r, y + b * r) for a, b in corners]))
    elif shape == "triangle":
        corners = [(0, -1.24), (1.18, 0.8), (-1.18, 0.8)]
        painter.drawPolygon(QPolygonF([QPointF(x + a * r, y + b * r) for a, b in corners]))
    elif shape == "cross":
        painter.drawRect(QRectF(x - 1.1 * r, y - 0.42 * r, 2.2 * r, 0.84 * r))
        painter.drawRect(QRectF(x - 0.42 * r, y - 1.1 * r, 0.84 * r, 2.2 * r))
    elif shape == "ring":
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 0.6 * r))
        painter.drawEllipse(centre, 0.75 * r, 0.75 * r)
    else:
        painter.drawEllipse(centre, r, r)


class _Button(QAbstractButton):
    """One entry."""

    pointed = Signal(bool)  # whether the mouse is over it
    chosen = Signal()  # by double click, which leaves it shown or hidden as it was

    def __init__(self, entry: Entry, checkable: bool, choosable: bool) -> None:
        super().__init__()
        self._choosable = choosable
        self.entry = entry
        self.value = ""
        self._widest = 0
        self._marked = False
        self.setText(entry.name)
        self.setCheckable(checkable)
        self.setChecked(True)
        self.setAccessibleName(entry.name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if checkable else Qt.FocusPolicy.NoFocus)
        if checkable:
            twice = "; a double click selects" if choosable else ""
            self.setToolTip(f"Show or hide {entry.name}{twice}")
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_value(self, value: str) -> None:
        self.value = value
        wide = QFontMetrics(numbers(TYPE.small)).horizontalAdvance(value)
        if wide > self._widest:  # only ever wider, so that counting does not shake the line
            self._widest = wide
            self.updateGeometry()
        self.update()

    def set_marked(self, on: bool) -> None:
        if on != self._marked:
            self._marked = on
            self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.pointed.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        if self._choosable:
            self.chosen.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self._choosable:
            event.ignore()
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Select these").triggered.connect(lambda: self.chosen.emit())
        menu.popup(event.globalPos())

    def sizeHint(self) -> QSize:
        name = QFontMetrics(numbers(TYPE.small)).horizontalAdvance(self.text())
        value = self._widest + SPACE.small if self._widest else 0
        return QSize(_MARK + SPACE.tight + name + value + 6, 22)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = manager().theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self._marked or (self.underMouse() and self.isCheckable()):
            painter.setPen(QPen(theme.color("accent"), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        shown = self.isChecked() or not self.isCheckable()
        painter.setOpacity(1.0 if shown else 0.45)
        self._paint_mark(painter, theme.category(self.entry.colour))
        painter.setFont(numbers(TYPE.small))
        painter.setPen(theme.color("text_secondary"))
        room = self.rect().adjusted(_MARK + SPACE.tight, 0, -3, 0)
        painter.drawText(
            room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text()
        )
        painter.setPen(theme.color("text"))
        painter.drawText(
            room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.value
        )

    def _paint_mark(self, painter: QPainter, colour: QColor) -> None:
        middle = self.height() / 2
        if self.entry.shape:
            draw_shape(painter, self.entry.shape, QPointF(_MARK / 2 + 1, middle), 5.0, colour)
            return
        pen = QPen(colour, 2.2)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if self.entry.dashed:
            pen.setDashPattern([2.0, 1.2])
        painter.setPen(pen)
        painter.drawLine(QPointF(3, middle), QPointF(_MARK, middle))


class Legend(QWidget):
    """Entries in a flow; `toggled(key, shown)` when one is clicked."""

    chosen = Signal(str)  # the key of a name that was clicked twice, where `choosable`
    toggled = Signal(str, bool)
    pointed = Signal(str)  # the key under the mouse, "" when it leaves

    def __init__(
        self, parent: QWidget | None = None, checkable: bool = True, choosable: bool = False
    ) -> None:
        super().__init__(parent)
        self._checkable, self._choosable = checkable, choosable
        self._buttons: dict[str, _Button] = {}
        self._across = QSizePolicy.Policy.Fixed
        self._flow = FlowLayout(self, gap=SPACE.small)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Legend")
        manager().changed.connect(self.update)

    @property
    def keys(self) -> list[str]:
        return list(self._buttons)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these entries; one already there with the same look keeps its state and value."""
        kept = {}
        for entry in entries:
            button = self._buttons.pop(entry.key, None)
            if button is not None and button.entry != entry:
                self._drop(button)
                button = None
            kept[entry.key] = button or self._make(entry)
        for button in self._buttons.values():
            self._drop(button)
        self._buttons = kept
        while self._flow.takeAt(0) is not None:
            pass
        for button in kept.values():
            self._flow.addWidget(button)
            button.show()
        self.setVisible(bool(kept))
        self.updateGeometry()

    def set_values(self, values: Mapping[str, str]) -> None:
        """The number beside each name."""
        for key, value in values.items():
            if key in self._buttons and self._buttons[key].value != value:
                self._buttons[key].set_value(value)

    def shown(self) -> set[str]:
        """Keys that are not hidden."""
        return {key for key, button in self._buttons.items() if button.isChecked()}

    def set_single(self, on: bool) -> None:
        """One name a line, its value at the right; else as many as fit."""
        self._flow.single = on
        policy = QSizePolicy.Policy.Expanding if on else QSizePolicy.Policy.Fixed
        self._across = policy
        for button in self._buttons.values():
            button.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
        self._flow.invalidate()

    def mark(self, key: str) -> None:
        """Show one name as under the mouse; "" for none."""
        for name, button in self._buttons.items():
            button.set_marked(name == key)

    def show_only(self, keys: set[str]) -> None:
        """Check exactly these."""
        for key, button in self._buttons.items():
            button.setChecked(key in keys)

    def _make(self, entry: Entry) -> _Button:
        button = _Button(entry, self._checkable, self._choosable)
        button.setParent(self)
        button.setSizePolicy(self._across, QSizePolicy.Policy.Fixed)
        button.toggled.connect(lambda shown: self.toggled.emit(entry.key, shown))
        button.chosen.connect(lambda: self.chosen.emit(entry.key))
        button.pointed.connect(lambda on: self.pointed.emit(entry.key if on else ""))
        return button

    def _drop(self, button: _Button) -> None:
        self._flow.removeWidget(button)
        button.hide()
        button.deleteLater()
