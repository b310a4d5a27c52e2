"""Gaussians over a scene: the outline of each where it is one standard deviation wide."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from gui.widgets.scene.overlays import Points, Unclickable, faint
from gui.widgets.scene.sight import NEAR, Sight

LEAST, MOST = 0.6, 4000.0  # pixels of a half axis: what is smaller or larger is left out
THIN, STRONG = 1.2, 2.0  # pixels of an outline
FILLED = 0.45  # opacity of those that stand out
STEEPEST = 3.0  # widths of the picture beyond which nothing is projected


class Ellipses(Unclickable):
    """The farthest first, faint behind a surface."""

    def __init__(
        self,
        means: Points,
        axes: NDArray[np.floating],
        colours: NDArray[np.uint8],
        rim: str = "",
    ) -> None:
        """Of N: `means` (N, 3), own axes as columns (N, 3, 3), colours (N, 3).

        With a `rim`, a colour, they are filled and stand out.
        """
        self.means, self.axes = np.asarray(means, float), np.asarray(axes, float)
        self.colours, self.rim = colours, rim

    def outlines(self, sight: Sight) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Which are seen, the farthest first, and (M, 6) their middles and both half axes.

        The projection is linear about each middle, as Gaussians are drawn (Zwicker et al. 2001).
        """
        matrix = sight.viewpoint.projection(sight.width, sight.height)
        placed = self.means @ matrix[:, :3].T + matrix[:, 3]
        ahead = np.maximum(placed[:, 2], NEAR)
        pixels = placed[:, :2] / ahead[:, None]
        turned = np.einsum("ij,njk->nik", matrix[:, :3], self.axes)
        across = (turned[:, :2] - pixels[:, :, None] * turned[:, 2:]) / ahead[:, None, None]
        left, size, _ = np.linalg.svd(across, full_matrices=False)
        halves = left * size[:, None]  # (N, 2, 2), columns the half axes
        aside = np.abs(pixels - [sight.width / 2, sight.height / 2]).max(axis=1)
        seen = (placed[:, 2] > NEAR) & (size[:, 0] > LEAST) & (size[:, 0] < MOST)
        seen &= aside < STEEPEST * max(sight.width, sight.height)
        order = np.flatnonzero(seen)[np.argsort(-placed[seen, 2])]
        return order, np.concatenate([pixels, halves[:, :, 0], halves[:, :, 1]], axis=1)[order]

    def _fronts(self, sight: Sight) -> NDArray[np.float64]:
        """Where each comes nearest to the eye, about: one on a surface counts as in front of it."""
        towards = sight.eye - self.means
        towards /= np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-9)
        size = np.linalg.norm(self.axes, axis=1).max(axis=1, keepdims=True)
        return np.asarray(self.means + towards * size)

    def paint(self, painter: QPainter, sight: Sight) -> None:
        order, outlines = self.outlines(sight)
        behind = sight.hidden(self._fronts(sight)[order])
        for at, (x, y, ax, ay, bx, by), hidden in zip(order, outlines, behind, strict=True):
            own = QColor(*self.colours[at].tolist())
            colour = QColor(self.rim) if self.rim else _set_off(own)
            pen = QPen(faint(colour) if hidden else colour, STRONG if self.rim else THIN)
            pen.setCosmetic(True)
            painter.save()
            painter.setPen(pen)
            painter.setBrush(faint(own, FILLED) if self.rim else Qt.BrushStyle.NoBrush)
            painter.setTransform(QTransform(ax, ay, bx, by, x, y), combine=True)
            painter.drawEllipse(QPointF(0, 0), 1.0, 1.0)
            painter.restore()


def _set_off(colour: QColor) -> QColor:
    """The same hue, as far from what is drawn of it as to be seen on it."""
    return colour.darker(230) if colour.lightness() > 110 else colour.lighter(260)
