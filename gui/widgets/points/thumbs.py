"""Pictures in place of points where there is room: which ones, kept in an atlas, and painted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from gui.theme import manager
from gui.widgets.pixels import draw_image, to_qimage
from gui.widgets.points.camera import View
from gui.widgets.points.tints import Tints

LEAST, MOST = 24, 48  # logical pixels of a thumbnail, growing until there is room for more
_CELL = LEAST + 2.0  # of the grid where thumbnails are least
_TILE, _SLOT, _TILES = 2048, 64, 4  # pixels of a tile and of a place in it; tiles kept
_CANDIDATES = 100_000  # points looked at, the first in the drawing order
_AROUND = 4  # cells beyond the picture, so that panning brings the same thumbnails
_ROUNDS = 3  # in which neighbouring cells agree who gives way
_REFILLS, _REFILLED = 2, 20_000  # times that gaps are filled, from so many points


@dataclass(frozen=True)
class Mesh:
    """The grid that gives a thumbnail its room; it halves each time one comes twice as near."""

    cell: float  # units of the plane
    side: float  # logical pixels of a thumbnail

    @staticmethod
    def at(scale: float, whole: float) -> Mesh:
        """For a camera of `scale` pixels a unit where one of `whole` has all points in sight."""
        halvings = math.floor(math.log2(scale / whole) + 1e-3)
        cell = _CELL / whole * 2.0**-halvings
        return Mesh(cell, cell * scale * LEAST / _CELL)


def representatives(
    xy: NDArray[np.floating], order: NDArray[np.integer], cell: float, side: float
) -> NDArray[np.intp]:
    """Points of `order` that get a thumbnail, none over another, the earlier first.

    `xy` (N, 2), `cell` and `side` in units of the plane, side <= cell. What a point gets depends
    only on those few cells away, and mostly stays as the grid halves: a cell's first point is the
    first of its quarter too. Gaps that this leaves are filled from the earliest points.
    """
    from scipy.spatial import cKDTree

    chosen = _first_of_cells(xy, order, cell, side)
    rest = order[:_REFILLED]
    for _ in range(_REFILLS):
        if not len(rest):
            break
        away, _ = cKDTree(xy[chosen]).query(xy[rest], p=np.inf, distance_upper_bound=side)
        rest = rest[away >= side]
        chosen = np.concatenate((chosen, _first_of_cells(xy, rest, cell, side)))
    return chosen


def _first_of_cells(
    xy: NDArray[np.floating], order: NDArray[np.integer], cell: float, side: float
) -> NDArray[np.intp]:
    """The first point of each cell, without those that would lie over an earlier one's."""
    if not len(order):
        return np.zeros(0, np.intp)
    grid = np.floor(xy[order] / cell).astype(np.int64)
    grid -= grid.min(axis=0) - 1
    wide = int(grid[:, 0].max()) + 3
    cells, rank = np.unique(grid[:, 1] * wide + grid[:, 0], return_index=True)
    chosen = order[rank]
    one, other = _overlapping(cells, wide, xy[chosen], side)
    earlier = rank[other] < rank[one]
    open_ = np.ones(len(cells), bool)
    taken = np.zeros(len(cells), bool)
    for _ in range(_ROUNDS):
        blocked = np.zeros(len(cells), bool)
        blocked[one[earlier & open_[other]]] = True
        new = open_ & ~blocked
        taken |= new
        open_ &= ~new
        open_[one[new[other]]] = False
    return chosen[taken]


def _overlapping(
    cells: np.ndarray, wide: int, places: np.ndarray, side: float
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows whose thumbnails would overlap, each pair both ways round."""
    ones, others = [], []
    for step in (-wide - 1, -wide, -wide + 1, -1, 1, wide - 1, wide, wide + 1):
        at = np.minimum(np.searchsorted(cells, cells + step), len(cells) - 1)
        near = np.flatnonzero(cells[at] == cells + step)
        close = (np.abs(places[near] - places[at[near]]) < side).all(axis=1)
        ones.append(near[close])
        others.append(at[near[close]])
    return np.concatenate(ones), np.concatenate(others)


class Atlas:
    """Pictures (N, H, W, 3) in tiles of pixmaps, put there when first asked for.

    It keeps the newest few thousand: the oldest places are used again.
    """

    def __init__(self, images: NDArray[np.uint8]) -> None:
        self._images = images
        self._tiles: list[QPixmap] = []
        self._slots: dict[int, int] = {}
        self._owners: dict[int, int] = {}
        self._next = 0
        high, wide = images.shape[1:3]
        share = _SLOT / max(high, wide)
        self.size = QSize(max(1, round(wide * share)), max(1, round(high * share)))
        self._across = _TILE // _SLOT

    def __len__(self) -> int:
        return len(self._images)

    def shape(self, side: float) -> tuple[float, float]:
        """Width and height of a thumbnail whose longer side is `side`."""
        share = side / _SLOT
        return self.size.width() * share, self.size.height() * share

    def draw(self, painter: QPainter, index: int, centre: QPointF, side: float, opacity: float
             ) -> None:  # fmt: skip
        """Picture `index` about a place, its longer side `side` logical pixels."""
        pixmap, source = self._find(index)
        share = side / _SLOT
        fragment = QPainter.PixmapFragment.create(
            centre, QRectF(source, self.size), share, share, 0, opacity
        )
        painter.drawPixmapFragments(fragment, 1, pixmap)

    def _find(self, index: int) -> tuple[QPixmap, QPoint]:
        slot = self._slots.get(index)
        if slot is None:
            slot = self._fill(index)
        tile, place = divmod(slot, self._across**2)
        row, column = divmod(place, self._across)
        return self._tiles[tile], QPoint(column * _SLOT, row * _SLOT)

    def _fill(self, index: int) -> int:
        slot = self._next
        self._next = (slot + 1) % (_TILES * self._across**2)
        self._slots.pop(self._owners.get(slot, -1), None)
        self._slots[index], self._owners[slot] = slot, index
        tile, place = divmod(slot, self._across**2)
        if tile == len(self._tiles):
            self._tiles.append(QPixmap(_TILE, _TILE))
        row, column = divmod(place, self._across)
        painter = QPainter(self._tiles[tile])
        area = QRectF(QPointF(column * _SLOT, row * _SLOT), self.size)
        image = to_qimage(self._images[index])
        if image.width() > 2 * _SLOT:  # far smaller: filter well, which painting does not
            image = image.scaled(self.size, Qt.AspectRatioMode.IgnoreAspectRatio,
                                 Qt.TransformationMode.SmoothTransformation)  # fmt: skip
        draw_image(painter, area, image)
        painter.end()
        return slot


class Thumbs:
    """Paints the thumbnails of one canvas and knows where they lie."""

    def __init__(self) -> None:
        self._atlas: Atlas | None = None
        self._key: object = None
        self._area = (0.0, 0.0, -1.0, -1.0)
        self._chosen = np.zeros(0, np.intp)
        self._shown: tuple[NDArray[np.intp], np.ndarray, tuple[float, float]] | None = None

    def set_images(self, images: NDArray[np.uint8] | None) -> None:
        """Pictures (N, H, W, 3), or None for none."""
        usable = images is not None and len(images) and images.ndim == 4
        self._atlas = Atlas(images) if usable else None
        self.drop()

    def drop(self) -> None:
        """The points moved, or others may be shown: choose anew."""
        self._key, self._shown = None, None

    def hit(self, at: QPointF) -> int:
        """The point whose thumbnail lies here, or -1."""
        if self._shown is None:
            return -1
        chosen, places, size = self._shown
        away = np.abs(places - (at.x(), at.y())) * 2
        found = np.flatnonzero((away <= size).all(axis=1))
        return int(chosen[found[0]]) if len(found) else -1

    def paint(
        self,
        painter: QPainter,
        xy: np.ndarray,
        rest: np.ndarray,
        order: np.ndarray,
        tints: Tints,
        selected: NDArray[np.bool_] | None,
        view: View,
        whole: float,
        live: bool,
    ) -> None:
        """Thumbnails of some of the points `order`, bordered in their colours.

        They lie at `xy` (N, 2) now and are on their way to `rest` (N, 2), for which the thumbnails
        are chosen. `whole` is the scale of the camera that has all points in sight; only a `live`
        picture can be hit.
        """
        if self._atlas is None:
            return
        mesh = Mesh.at(view.camera.scale, whole)
        chosen = self._choose(rest, order, mesh, view)
        chosen = chosen[chosen < len(self._atlas)]
        places = view.project(xy[chosen])
        seen = (np.abs(places * 2 - (view.width, view.height))
                < (view.width + mesh.side, view.height + mesh.side)).all(axis=1)  # fmt: skip
        chosen, places = chosen[seen], places[seen]
        size = self._atlas.shape(mesh.side)
        if live:
            self._shown = (chosen, places, size)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ground = manager().theme.color("plot_background")
        inks = tints.colours[tints.tint[chosen], :3].tolist()
        for index, (x, y), ink in zip(chosen.tolist(), places.tolist(), inks, strict=True):
            frame = QRectF(x - size[0] / 2, y - size[1] / 2, *size)
            dimmed = selected is not None and not selected[index]
            painter.fillRect(frame, ground)
            self._atlas.draw(painter, index, QPointF(x, y), mesh.side, 0.25 if dimmed else 1.0)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(*ink), 1.0 if dimmed else 1.5))
            painter.drawRect(frame)

    def _choose(self, xy: np.ndarray, order: np.ndarray, mesh: Mesh, view: View) -> np.ndarray:
        """Representatives of what is seen and a good deal around it, kept while one pans."""
        left, low, right, high = view.area(0)
        key = (mesh.cell, len(order))
        held = self._area
        if key == self._key and left >= held[0] and low >= held[1] and right <= held[2] \
                and high <= held[3]:  # fmt: skip
            return self._chosen
        around = view.area(_AROUND * _CELL * 2 + 160)
        x, y = xy[order, 0], xy[order, 1]
        near = (x >= around[0]) & (x <= around[2]) & (y >= around[1]) & (y <= around[3])
        candidates = order[near][:_CANDIDATES]
        side = mesh.cell * LEAST / _CELL
        self._chosen = representatives(xy, candidates, mesh.cell, side)
        self._key, self._area = key, view.area(160)
        return self._chosen
