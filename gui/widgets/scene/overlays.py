"""What is drawn over a scene: boxes, axes, cameras, points, a ray, a photograph."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF, QTransform

from gui.theme import RADIUS, SPACE, TYPE, manager
from gui.widgets.scene.sight import Sight

Points = NDArray[np.floating]

PIECES = 24  # of a long line, each of which is in front of the scene or behind it
BEHIND = 0.25  # of the opacity of what lies behind
CHIP = 20  # pixels, height of words on a plate
REACH = 9.0  # pixels from a camera at which a click chooses it
FRUSTUM = 0.28  # length of a camera's pyramid, in units of the scene
AXIS_COLOURS = ("#E0524E", "#57A64A", "#4C86D9")  # x, y, z as everybody draws them


class Overlay(Protocol):
    """Something drawn over the picture."""

    def paint(self, painter: QPainter, sight: Sight) -> None:
        """Draw it as it is seen."""
        ...

    def hit(self, at: QPointF, sight: Sight) -> int:
        """Which of its parts lies under a pixel, −1 for none."""
        ...


class Unclickable:
    """An overlay of which nothing can be chosen."""

    def hit(self, at: QPointF, sight: Sight) -> int:
        """None of it."""
        return -1


class Lines(Unclickable):
    """Lines between points of the scene; what lies behind a surface is faint."""

    def __init__(
        self, starts: Points, ends: Points, colour: str, width: float = 1.2, pieces: int = PIECES
    ) -> None:
        self.starts, self.ends = np.asarray(starts, float), np.asarray(ends, float)
        self.colour, self.width, self.pieces = colour, width, pieces

    def paint(self, painter: QPainter, sight: Sight) -> None:
        front, behind = sight.lines(self.starts, self.ends, self.pieces)
        colour = _colour(self.colour)
        stroke(painter, front, colour, self.width)
        stroke(painter, behind, faint(colour), self.width)


class Box(Lines):
    """The edges of a box from one corner (3,) to the other."""

    def __init__(
        self, low: Sequence[float], high: Sequence[float], colour: str, width: float = 1.2
    ) -> None:
        super().__init__(*box_edges(np.array([low], float), np.array([high], float)), colour, width)


class Axes(Unclickable):
    """The world's axes, small in the lower left corner, turned as the scene is."""

    LENGTH, MARGIN = 26.0, 40.0

    def paint(self, painter: QPainter, sight: Sight) -> None:
        view = sight.viewpoint
        rows = view.axes if view.held is None else np.array(view.held[:12]).reshape(3, 4)[:, :3].T
        middle = QPointF(self.MARGIN, sight.height - self.MARGIN)
        font = painter.font()
        font.setPixelSize(TYPE.caption)
        painter.setFont(font)
        for axis in np.argsort(rows[2]):  # the farthest first
            x, y, near = rows[0, axis], -rows[1, axis], rows[2, axis]
            colour = QColor(AXIS_COLOURS[axis])
            colour.setAlphaF(1.0 if near > -0.2 else 0.55)
            painter.setPen(QPen(colour, 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QLineF(middle, middle + QPointF(x, y) * self.LENGTH))
            tip = middle + QPointF(x, y) * (self.LENGTH + 8)
            area = QRectF(tip.x() - 8, tip.y() - 8, 16, 16)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "xyz"[axis])


class Dots(Unclickable):
    """Points of the scene as small discs, one colour or one each."""

    def __init__(
        self,
        points: Points,
        colours: str | NDArray[np.uint8],
        radius: float = 2.0,
        rim: str = "",
    ) -> None:
        """`rim` is the colour of their edge, where they have one."""
        self.points, self.colours, self.radius = np.asarray(points, float), colours, radius
        self.rim = rim

    def paint(self, painter: QPainter, sight: Sight) -> None:
        seen = sight.project(self.points)
        behind = sight.hidden(self.points)
        painter.setPen(QPen(_colour(self.rim), 1.2) if self.rim else QPen(Qt.PenStyle.NoPen))
        for at in np.argsort(-np.nan_to_num(seen[:, 2])):
            if np.isnan(seen[at, 0]):
                continue
            colour = (
                _colour(self.colours)
                if isinstance(self.colours, str)
                else QColor(*self.colours[at].tolist())
            )
            painter.setBrush(faint(colour) if behind[at] else colour)
            painter.drawEllipse(QPointF(seen[at, 0], seen[at, 1]), self.radius, self.radius)


class Cells(Unclickable):
    """The outside of the occupied cells of a grid over the scene box, as thin lines."""

    MOST = 6000  # lines; a finer grid is made coarser

    def __init__(self, cells: NDArray[np.bool_], colour: str) -> None:
        cells = np.asarray(cells, bool)
        self.starts, self.ends = surface_lines(cells)
        while len(self.starts) > self.MOST and cells.shape[0] >= 4:
            cells = halved(cells)
            self.starts, self.ends = surface_lines(cells)
        self.colour = colour

    def paint(self, painter: QPainter, sight: Sight) -> None:
        front, behind = sight.lines(self.starts, self.ends)
        stroke(painter, behind, _colour(self.colour, 0.10), 1.0)
        stroke(painter, front, _colour(self.colour, 0.55), 1.0)


class Frusta:
    """Cameras as small pyramids, with what each has taken in its face; a click chooses one."""

    def __init__(
        self,
        corners: NDArray[np.floating],
        colours: Sequence[str],
        thumbnails: Sequence[QImage] | None = None,
    ) -> None:
        """Of N cameras: `corners` (N, 5, 3), the eye and the picture's corners from the upper left
        clockwise; the token of a colour each.
        """
        self.corners, self.colours = np.asarray(corners, float), list(colours)
        self.thumbnails = thumbnails
        self.chosen = -1

    def paint(self, painter: QPainter, sight: Sight) -> None:
        """The farthest first, each its picture and then its edges."""
        if not len(self.corners):
            return
        seen = sight.project(self.corners.reshape(-1, 3)).reshape(-1, 5, 3)
        behind = sight.hidden(self.corners[:, 0])
        for at in np.argsort(-np.nan_to_num(seen[:, 0, 2])):
            if np.isnan(seen[at]).any():
                continue
            face = QPolygonF([QPointF(x, y) for x, y in seen[at, 1:, :2].tolist()])
            self._picture(painter, int(at), face, behind[at])
            colour = _colour(self.colours[at])
            eye = QPointF(*seen[at, 0, :2].tolist())
            edges = [QLineF(eye, corner) for corner in face.toList()]
            edges += [QLineF(face.at(i), face.at((i + 1) % 4)) for i in range(4)]
            width = 2.4 if at == self.chosen else 1.2
            stroke(painter, edges, faint(colour, 0.35) if behind[at] else colour, width)

    def _picture(self, painter: QPainter, at: int, face: QPolygonF, behind: bool) -> None:
        if self.thumbnails is None:
            return
        image = self.thumbnails[at]
        flat = QPolygonF(QRectF(image.rect()))
        flat.removeLast()  # Qt closes the polygon of a rectangle
        onto = QTransform()
        if not QTransform.quadToQuad(flat, face, onto):
            return  # seen from its edge
        painter.save()
        painter.setOpacity(0.3 if behind else 0.9)
        painter.setTransform(onto, combine=True)
        painter.drawImage(0, 0, image)
        painter.restore()

    def hit(self, at: QPointF, sight: Sight) -> int:
        """The camera whose face or eye lies under the pixel, the nearest of several."""
        if not len(self.corners):
            return -1
        seen = sight.project(self.corners.reshape(-1, 3)).reshape(-1, 5, 3)
        for one in np.argsort(np.nan_to_num(seen[:, 0, 2], nan=np.inf)):
            if np.isnan(seen[one]).any():
                continue
            face = QPolygonF([QPointF(x, y) for x, y in seen[one, 1:, :2].tolist()])
            away = np.hypot(seen[one, 0, 0] - at.x(), seen[one, 0, 1] - at.y())
            if away <= REACH or face.containsPoint(at, Qt.FillRule.OddEvenFill):
                return int(one)
        return -1


class Photograph(Unclickable):
    """The picture that the camera one stands in has taken, laid over what is rendered."""

    def __init__(self, image: QImage, opacity: float) -> None:
        self.image, self.opacity = image, opacity

    def paint(self, painter: QPainter, sight: Sight) -> None:
        frame = sight.frame()
        if frame is None:
            return
        painter.save()
        painter.setOpacity(self.opacity)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(frame, self.image)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(_colour("accent", 0.8), 1))
        painter.drawRect(frame)


# --- drawing ----------------------------------------------------------------------------------


def chip(painter: QPainter, text: str, at: QPointF, to_the_left: bool = False) -> None:
    """A word on a small plate, its upper corner at a pixel."""
    theme = manager().theme
    font = painter.font()
    font.setPixelSize(TYPE.caption)
    painter.setFont(font)
    width = painter.fontMetrics().horizontalAdvance(text) + 2 * SPACE.small
    area = QRectF(at.x() - (width if to_the_left else 0), at.y(), width, CHIP)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("panel", 0.86))
    painter.drawRoundedRect(area, RADIUS, RADIUS)
    painter.setPen(theme.color("text"))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


def stroke(painter: QPainter, lines: list[QLineF], colour: QColor, width: float) -> None:
    """Draw lines of one colour."""
    if lines:
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLines(lines)


def faint(colour: QColor, share: float = BEHIND) -> QColor:
    """The same colour, as far as it is seen through something."""
    found = QColor(colour)
    found.setAlphaF(colour.alphaF() * share)
    return found


def _colour(name: str, alpha: float = 1.0) -> QColor:
    """A token of the theme, or `#RRGGBB`."""
    if not name.startswith("#"):
        return manager().theme.color(name, alpha)
    found = QColor(name)
    found.setAlphaF(alpha)
    return found


# --- shapes -----------------------------------------------------------------------------------

_CORNERS = np.array(list(product((0, 1), repeat=3)))
_EDGES = [
    (a, b) for a in range(8) for b in range(a) if np.abs(_CORNERS[a] - _CORNERS[b]).sum() == 1
]


def box_edges(low: Points, high: Points) -> tuple[Points, Points]:
    """Starts and ends (N * 12, 3) of the edges of boxes from (N, 3) to (N, 3)."""
    corners = low[:, None] + _CORNERS * (high - low)[:, None]
    ones, others = zip(*_EDGES, strict=True)
    return corners[:, list(ones)].reshape(-1, 3), corners[:, list(others)].reshape(-1, 3)


def pyramids(
    packed: NDArray[np.floating], size: tuple[int, int], length: float = FRUSTUM
) -> Points:
    """Corners (N, 5, 3) as Frusta takes them, of packed cameras (N, 20) with pictures of a size."""
    poses, lens = packed[:, :12].reshape(-1, 3, 4), packed[:, 12:16]
    edges = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * np.array(size)
    across = (edges[None] - lens[:, None, 2:]) / lens[:, None, :2]  # (N, 4, 2)
    own = np.stack([across[..., 0], -across[..., 1], -np.ones(across.shape[:2])], axis=-1) * length
    eyes = poses[:, :, 3]
    corners = eyes[:, None] + np.einsum("nij,ncj->nci", poses[:, :, :3], own)
    return np.concatenate([eyes[:, None], corners], axis=1)


def halved(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Half as many cells along each side, occupied where any of eight is."""
    even = -(-cells.shape[0] // 2) * 2
    padded = np.zeros((even,) * 3, bool)
    padded[: cells.shape[0], : cells.shape[1], : cells.shape[2]] = cells
    return padded.reshape(even // 2, 2, even // 2, 2, even // 2, 2).any(axis=(1, 3, 5))


def surface_lines(cells: NDArray[np.bool_]) -> tuple[Points, Points]:
    """Starts and ends (N, 3) of those edges of occupied cells (G, G, G) that are at their outside,
    in the box from −1 to 1; runs along a line are one.
    """
    side = cells.shape[0]
    padded = np.pad(cells, 1).astype(np.int8)
    starts, ends = [], []
    for axis in range(3):
        turned = np.moveaxis(padded, axis, 2)
        around = (turned[:-1, :-1] + turned[1:, :-1] + turned[:-1, 1:] + turned[1:, 1:])[:, :, 1:-1]
        edge = (around > 0) & (around < 4)  # (G + 1, G + 1, G): cells at all four sides hide it
        change = np.diff(np.pad(edge, ((0, 0), (0, 0), (1, 1))).astype(np.int8), axis=2)
        begin, stop = np.argwhere(change == 1), np.argwhere(change == -1)
        for found, kept in ((begin, starts), (stop, ends)):
            order = [*range(axis), *range(axis + 1, 3)]
            world = np.empty((len(found), 3))
            world[:, order] = found[:, :2]
            world[:, axis] = found[:, 2]
            kept.append(world * (2 / side) - 1)
    return np.concatenate(starts), np.concatenate(ends)
