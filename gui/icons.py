"""Icons that follow the theme: drawn when they are painted, in the colour that holds then."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from shiboken6 import isValid

from gui.icon_shapes import SHAPES, svg
from gui.theme import manager


def icon(name: str, token: str = "text_secondary") -> QIcon:
    """The icon of that name in the colour of a theme token; raises KeyError naming a wrong name."""
    if name not in SHAPES:
        raise KeyError(f"there is no icon {name!r}; there are {', '.join(SHAPES)}")
    return QIcon(_Engine(name, token))


def pixmap(name: str, size: int, token: str = "text_secondary", ratio: float = 1.0) -> QPixmap:
    """The icon at `size` device-independent pixels for a screen of that pixel ratio."""
    return _drawn(name, getattr(manager().theme, token), round(size * ratio), ratio)


def _drawn(name: str, colour: str, pixels: int, ratio: float) -> QPixmap:
    key = f"selfsight:{name}:{colour}:{pixels}:{ratio}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    picture = QPixmap(pixels, pixels)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(svg(name, colour)).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, picture)
    return picture


class _Engine(QIconEngine):
    """Paints one icon; the colour is looked up at each painting."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name = name
        self._token = token

    def clone(self) -> QIconEngine:
        """Qt owns what it gets, but PySide would collect it: hold it for as long as Qt has it."""
        made = _Engine(self._name, self._token)
        _clones[:] = [engine for engine in _clones if isValid(engine)]
        _clones.append(made)
        return made

    def key(self) -> str:
        return "selfsight"

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatio() if painter.device() else 1.0
        side = min(rect.width(), rect.height())
        corner = rect.center() - QPoint((side - 1) // 2, (side - 1) // 2)
        picture = _drawn(self._name, self._colour(mode, state), round(side * ratio), ratio)
        painter.drawPixmap(QRect(corner, QSize(side, side)), picture)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        """`size` is in device pixels, as Qt passes it."""
        pixels = min(size.width(), size.height())
        return _drawn(self._name, self._colour(mode, state), pixels, scale)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        return size

    def availableSizes(self, mode: QIcon.Mode = QIcon.Mode.Normal,
                       state: QIcon.State = QIcon.State.Off) -> list[QSize]:  # fmt: skip
        return [QSize(16, 16), QSize(24, 24)]

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        theme = manager().theme
        if mode == QIcon.Mode.Disabled:
            return theme.border_strong
        if state == QIcon.State.On and self._token == "text_secondary":
            return theme.accent
        return getattr(theme, self._token)


_clones: list[_Engine] = []
