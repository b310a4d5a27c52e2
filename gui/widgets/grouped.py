"""Where tiles lie that stand in groups, each under a line of its own."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from PySide6.QtCore import QPoint, QRect, QSize

from gui.widgets.tiles import TileLayout

TITLE = 26  # pixels of a group's line


@dataclass(frozen=True)
class GroupedLayout(TileLayout):
    """`lengths` are the tiles of each group; every group begins a row."""

    lengths: tuple[int, ...] = ()

    @cached_property
    def _firsts(self) -> list[int]:
        """Index of each group's first tile, and of the end."""
        return [0, *accumulate(self.lengths)]

    @cached_property
    def _tops(self) -> list[int]:
        """Where each group's line begins, and where the last group ends."""
        step = self.tile.height() + self.gap
        heights = (TITLE + -(-length // self.columns) * step for length in self.lengths)
        return [self.origin.y(), *(self.origin.y() + y for y in accumulate(heights))]

    @property
    def size(self) -> QSize:
        width = self.columns * (self.tile.width() + self.gap) - self.gap
        return QSize(width + 2 * self.origin.x(), self._tops[-1])

    def title(self, group: int) -> QRect:
        """Where a group's line lies."""
        width = self.size.width() - 2 * self.origin.x()
        return QRect(self.origin.x(), self._tops[group], width, TITLE)

    def rect(self, index: int) -> QRect:
        group = bisect_right(self._firsts, index) - 1
        group = min(group, len(self.lengths) - 1)
        row, column = divmod(index - self._firsts[group], self.columns)
        x = self.origin.x() + column * (self.tile.width() + self.gap)
        y = self._tops[group] + TITLE + row * (self.tile.height() + self.gap)
        return QRect(QPoint(x, y), self.tile)

    def _group_at(self, y: int) -> int:
        return min(max(bisect_right(self._tops, y) - 1, 0), len(self.lengths) - 1)

    def at(self, point: QPoint) -> int:
        group = self._group_at(point.y())
        hits = (i for i in range(*self._firsts[group : group + 2]) if self.rect(i).contains(point))
        return next(hits, -1)

    def between(self, top: int, bottom: int) -> range:
        return range(self._firsts[self._group_at(top)], self._firsts[self._group_at(bottom) + 1])
