"""Frames of a clip along a line: what several widgets below the canvas share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FramesLine:
    """Maps frames to x and back; each frame has a column of its own."""

    count: int = 1
    left: float = 0.0
    width: float = 1.0

    @property
    def column(self) -> float:
        return self.width / max(1, self.count)

    def x(self, frame: float) -> float:
        """The left edge of a frame's column."""
        return self.left + frame * self.column

    def middle(self, frame: int) -> float:
        return self.x(frame + 0.5)

    def frame(self, x: float) -> int:
        """The frame at x; beyond the ends the last or the first."""
        at = int((x - self.left) / self.column) if self.width > 0 else 0
        return max(0, min(self.count - 1, at))
