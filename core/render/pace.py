"""How large a picture may be so that it is there in time: by how quick the last ones were."""

from __future__ import annotations

import math

FLOOR = 160 * 120  # pixels that a picture has at least
BUDGET = 0.060  # seconds
UNUSUAL = 3  # first pictures, which wait for what is compiled or loaded only once
KEPT = 0.7  # of what is known, where a new picture tells something else
SLACK = 0.20  # the size stays where it would change by no more than this share


class Pace:
    """Pixels a second of the pictures that were rendered, and the size that follows."""

    def __init__(self) -> None:
        self.rate = 0.0  # pixels a second; 0 while nothing is known
        self._seen = 0
        self._pixels = float(FLOOR)

    def took(self, pixels: int, seconds: float) -> None:
        """A picture, or a part of one, was rendered."""
        self._seen += 1
        if self._seen <= UNUSUAL or seconds <= 0 or pixels <= 0:
            return
        found = pixels / seconds
        self.rate = found if not self.rate else KEPT * self.rate + (1 - KEPT) * found

    def size(self, width: int, height: int, budget: float = BUDGET) -> tuple[int, int]:
        """Width and height of a picture in the shape of the window's and no larger than it."""
        most = max(1, width * height)
        wanted = min(float(most), max(float(min(FLOOR, most)), self.rate * budget))
        if abs(wanted - self._pixels) > SLACK * self._pixels or self._pixels > most:
            self._pixels = wanted
        scale = math.sqrt(self._pixels / most)
        return max(1, round(width * scale)), max(1, round(height * scale))
