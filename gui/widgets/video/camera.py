"""Where a frame lies in a widget: fitted, zoomed and moved. Pure, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_ZOOM = 32.0  # times the fitted size
MARGIN = 8.0  # pixels of the widget left free around a fitted frame


@dataclass(frozen=True)
class Camera:
    """Maps pixels of a frame to those of a widget: at = corner + pixel * scale."""

    frame: tuple[int, int] = (1, 1)  # width, height
    room: tuple[int, int] = (1, 1)
    zoom: float = 1.0
    middle: tuple[float, float] = (0.5, 0.5)  # of the room, in shares of the frame

    @property
    def scale(self) -> float:
        """Pixels of the widget to one of the frame."""
        wide, high = (max(1.0, side - 2 * MARGIN) for side in self.room)
        return max(1e-3, min(wide / self.frame[0], high / self.frame[1])) * self.zoom

    @property
    def corner(self) -> tuple[float, float]:
        """Where the frame's upper left corner lies in the widget."""
        scale = self.scale
        return (
            self.room[0] / 2 - self.middle[0] * self.frame[0] * scale,
            self.room[1] / 2 - self.middle[1] * self.frame[1] * scale,
        )

    def to_frame(self, x: float, y: float) -> tuple[float, float]:
        """A place of the widget in pixels of the frame, also beside it."""
        left, top = self.corner
        return (x - left) / self.scale, (y - top) / self.scale

    def to_room(self, x: float, y: float) -> tuple[float, float]:
        """A place of the frame in pixels of the widget."""
        left, top = self.corner
        return left + x * self.scale, top + y * self.scale

    def holds(self, x: float, y: float) -> bool:
        """Whether a place in pixels of the frame is on it."""
        return 0 <= x < self.frame[0] and 0 <= y < self.frame[1]

    def zoomed(self, factor: float, x: float, y: float) -> Camera:
        """Larger by a factor; what is at (x, y) of the widget stays there."""
        zoom = min(MOST_ZOOM, max(1.0, self.zoom * factor))
        if zoom == 1.0:
            return replace(self, zoom=1.0, middle=(0.5, 0.5))
        held = self.to_frame(x, y)
        made = replace(self, zoom=zoom)
        now = made.to_room(*held)
        return made.moved(x - now[0], y - now[1])

    def moved(self, dx: float, dy: float) -> Camera:
        """Moved by so many pixels of the widget; the frame's middle part stays in sight."""
        across = self.middle[0] - dx / (self.frame[0] * self.scale)
        down = self.middle[1] - dy / (self.frame[1] * self.scale)
        return replace(self, middle=(min(1.0, max(0.0, across)), min(1.0, max(0.0, down))))
