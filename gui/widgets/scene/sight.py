"""How a stage sees points of the scene: their pixels, and what lies behind what is rendered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF

from core.render.viewpoint import Viewpoint

NEAR = 0.01  # ahead of the eye, where lines are cut off
SLACK = 0.03  # that a line may lie behind a surface and still count as on it


@dataclass(frozen=True)
class Sight:
    """A viewpoint on a widget of so many pixels, and the depth that is known of the picture."""

    viewpoint: Viewpoint
    width: float
    height: float
    depth: NDArray[np.float32] | None = None  # (h, w) along each ray; inf where nothing stops it

    def project(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Pixels and distance ahead (N, 3) of points (N, 3); NaN behind the eye."""
        return self.viewpoint.project(points, self.width, self.height)

    def segments(
        self, starts: NDArray[np.floating], ends: NDArray[np.floating]
    ) -> NDArray[np.float64]:
        """Pixels (M, 4) of the parts of lines (N, 3) to (N, 3) that lie ahead of the eye."""
        matrix = self.viewpoint.projection(self.width, self.height)
        one, other = (
            np.asarray(part, float) @ matrix[:, :3].T + matrix[:, 3] for part in (starts, ends)
        )
        first, last = one[:, 2], other[:, 2]
        kept = (first > NEAR) | (last > NEAR)
        one, other, first, last = one[kept], other[kept], first[kept], last[kept]
        span = np.where(np.abs(last - first) < 1e-12, 1.0, last - first)
        cut = ((NEAR - first) / span)[:, None]
        between = one + cut * (other - one)
        one = np.where(first[:, None] < NEAR, between, one)
        other = np.where(last[:, None] < NEAR, between, other)
        return np.concatenate([one[:, :2] / one[:, 2:], other[:, :2] / other[:, 2:]], axis=1)

    def lines(
        self, starts: NDArray[np.floating], ends: NDArray[np.floating], pieces: int = 1
    ) -> tuple[list[QLineF], list[QLineF]]:
        """What is seen of lines, and what lies behind a surface, told piece by piece."""
        starts, ends = np.asarray(starts, float), np.asarray(ends, float)
        if pieces > 1 and self.depth is not None:
            along = np.linspace(0, 1, pieces + 1)[None, :, None]
            every = starts[:, None] + along * (ends - starts)[:, None]
            starts, ends = every[:, :-1].reshape(-1, 3), every[:, 1:].reshape(-1, 3)
        behind = self.hidden((starts + ends) / 2)
        return self._lines(starts[~behind], ends[~behind]), self._lines(
            starts[behind], ends[behind]
        )

    def _lines(self, starts: NDArray[np.floating], ends: NDArray[np.floating]) -> list[QLineF]:
        found = self.segments(starts, ends) if len(starts) else np.empty((0, 4))
        reach = 20 * max(self.width, self.height)  # Qt draws nothing that is farther out
        return [QLineF(*row) for row in np.clip(found, -reach, reach).tolist()]

    def hidden(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which points (N, 3) lie behind what is rendered; none where no depth is known."""
        if self.depth is None or not len(points):
            return np.zeros(len(points), dtype=bool)
        seen = self.project(points)
        rows, columns = self.depth.shape
        with np.errstate(invalid="ignore"):
            x = np.floor(seen[:, 0] / self.width * columns)
            y = np.floor(seen[:, 1] / self.height * rows)
            inside = (x >= 0) & (y >= 0) & (x < columns) & (y < rows)
        away = np.linalg.norm(np.asarray(points) - self.eye, axis=1)
        found = np.zeros(len(points), dtype=bool)
        at = self.depth[y[inside].astype(int), x[inside].astype(int)]
        found[inside] = away[inside] > at + SLACK
        return found

    @property
    def eye(self) -> NDArray[np.float64]:
        """Where one stands, (3,)."""
        held = self.viewpoint.held
        return self.viewpoint.eye if held is None else np.array(held[:12]).reshape(3, 4)[:, 3]

    def frame(self) -> QRectF | None:
        """Where the photograph of a camera one stands in lies."""
        found = self.viewpoint.frame(self.width, self.height)
        return None if found is None else QRectF(*found)
