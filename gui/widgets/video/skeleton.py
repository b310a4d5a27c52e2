"""Which keypoints a line joins: a small matrix of boxes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QVBoxLayout,
    QWidget,
)

from gui.theme import SPACE
from gui.widgets.text import label

Bones = tuple[tuple[int, int], ...]


class SkeletonDialog(QDialog):
    """A box for each pair; those that are ticked are joined."""

    chosen = Signal(tuple)

    def __init__(
        self, names: Sequence[str], bones: Sequence[tuple[int, int]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Skeleton")
        self.boxes: dict[tuple[int, int], QCheckBox] = {}
        joined = {(min(pair), max(pair)) for pair in bones}
        grid = QGridLayout()
        grid.setSpacing(SPACE.small)
        right = Qt.AlignmentFlag.AlignRight
        for row in range(1, len(names)):
            grid.addWidget(label(names[row], "small"), row, 0, right)
            for column in range(row):
                box = QCheckBox()
                box.setChecked((column, row) in joined)
                box.setToolTip(f"{names[column]} to {names[row]}")
                box.setAccessibleName(f"Join {names[column]} and {names[row]}")
                self.boxes[column, row] = box
                grid.addWidget(box, row, column + 1)
        for column in range(len(names) - 1):
            grid.addWidget(label(names[column], "caption", "secondary"), 0, column + 1)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.chosen.emit(self.bones()))
        column = QVBoxLayout(self)
        column.setSpacing(SPACE.medium)
        column.addWidget(label("Tick the pairs of keypoints that a line joins.", tone="secondary"))
        column.addLayout(grid)
        column.addWidget(buttons)

    def bones(self) -> Bones:
        """The pairs that are ticked."""
        return tuple(pair for pair, box in self.boxes.items() if box.isChecked())
