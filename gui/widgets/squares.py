"""Equal squares as large as a given room allows. Pure, no Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Squares:
    """Where squares lie, group after group; a group's squares stand side by side, or wrap alone."""

    side: int
    columns: int  # squares in a line
    lines: int
    x: int  # of the first square
    y: int
    gap: int
    above: int  # room over each line of squares
    below: int

    @property
    def height(self) -> int:
        """Of all lines, with a gap at both ends."""
        return self.gap + self.lines * (self.side + self.gap + self.above + self.below)

    def place(self, index: int) -> tuple[int, int]:
        """Upper left corner of a square."""
        row, column = divmod(index, self.columns)
        line = self.above + self.side + self.below + self.gap
        return self.x + column * (self.side + self.gap), self.y + row * line + self.above


def fit(
    groups: int,
    each: int,
    room: tuple[int, int],
    gap: int,
    around: tuple[int, int],
    unit: int = 1,
    least: int = 0,
) -> Squares:
    """The largest squares for `groups` of `each` in a room; a single group may break its line.

    `around` is the room over and under each line. From `unit` on a side is a multiple of it, so
    that a picture of that many pixels stays crisp. Squares of a side below `least` are not made to
    fit: as many groups as go into the width stand in a line, and the content is higher.
    """
    (width, height), (above, below), total = room, around, groups * each
    counts = range(1, each + 1) if groups == 1 else [each * n for n in range(1, groups + 1)]
    side, columns = max((_side(n, total, room, gap, above + below, unit), n) for n in counts)
    if side < least:
        columns = each * max(1, (width - gap) // (each * (least + gap)))
        side = max(min(least, (width - gap) // columns - gap), 8)
    lines = -(-total // columns)
    spare = width - columns * (side + gap) + gap, height - lines * (side + gap + above + below)
    x, y = (max(gap, s // 2) for s in spare)
    return Squares(side, columns, lines, x, y, gap, above, below)


def _side(columns: int, total: int, room: tuple[int, int], gap: int, around: int, unit: int) -> int:
    lines = -(-total // columns)
    across = (room[0] - gap) // columns - gap
    return max(1, _whole(min(across, (room[1] - gap) // lines - gap - around), unit))


def _whole(side: int, unit: int) -> int:
    return side // unit * unit if side >= unit else side
