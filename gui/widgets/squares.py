"""Equal squares as large as a given room allows. Pure, no Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Squares:
    """Where squares lie, group after group; a group's squares stand side by side, or wrap alone."""

    side: int
    columns: int  # squares in a line
    x: int  # of the first square
    y: int
    gap: int
    above: int  # room over each line of squares
    below: int

    def place(self, index: int) -> tuple[int, int]:
        """Upper left corner of a square."""
        row, column = divmod(index, self.columns)
        line = self.above + self.side + self.below + self.gap
        return self.x + column * (self.side + self.gap), self.y + row * line + self.above


def fit(
    groups: int, each: int, width: int, height: int, gap: int, above: int, below: int, unit: int = 1
) -> Squares:
    """The largest squares for `groups` of `each`; a single group may break its line anywhere.

    From `unit` on the side is a multiple of it: a picture of that many pixels stays crisp.
    """
    counts = range(1, each + 1) if groups == 1 else [each * n for n in range(1, groups + 1)]
    total, best, lines = groups * each, Squares(1, 1, gap, gap, gap, above, below), 1
    for columns in counts:
        rows = -(-total // columns)
        across = (width - gap) // columns - gap
        down = (height - gap) // rows - gap - above - below
        side = min(across, down)
        if side > best.side:
            best, lines = Squares(side, columns, gap, gap, gap, above, below), rows
    side = best.side // unit * unit if best.side >= unit else best.side
    used = best.columns * (side + gap) - gap
    tall = lines * (side + gap + above + below) - gap
    return Squares(
        side,
        best.columns,
        max(gap, (width - used) // 2),
        max(gap, (height - tall) // 2),
        gap,
        above,
        below,
    )
