"""F1: every shortcut on one sheet, made from the table of actions."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gui.command_entry import Command
from gui.command_table import COMMANDS
from gui.tokens import SPACE
from gui.widgets.overlay import Overlay
from gui.widgets.text import label

COLUMNS = 3


class ShortcutSheet(Overlay):
    """Menus as blocks in columns of about the same height."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._inside = QWidget()
        blocks = QHBoxLayout(self._inside)
        blocks.setContentsMargins(0, 0, SPACE.medium, 0)
        blocks.setSpacing(SPACE.page)
        for menus in _columns():
            column = QVBoxLayout()
            column.setSpacing(SPACE.large)
            for menu, commands in menus:
                column.addLayout(_block(menu, commands))
            column.addStretch(1)
            blocks.addLayout(column)
        self._scroll = QScrollArea(self.sheet)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._inside)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self.sheet)
        column.setContentsMargins(SPACE.wide, SPACE.large, SPACE.medium, SPACE.large)
        column.setSpacing(SPACE.medium)
        column.addWidget(label("Keyboard shortcuts", "heading"))
        column.addWidget(self._scroll)
        column.addWidget(label("Escape or a click beside this sheet closes it.", "small", "faint"))

    def appear(self) -> None:
        super().appear()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        want = self._inside.sizeHint()
        room = self.size()
        self._scroll.setMinimumSize(min(want.width() + SPACE.large, room.width() - 120),
                                    min(want.height() + 2, room.height() - 190))  # fmt: skip
        super().place()


def _columns() -> list[list[tuple[str, list[Command]]]]:
    """The menus with their commands that have shortcuts, dealt to the column that is shortest."""
    with_keys = [command for command in COMMANDS if command.shortcut]
    menus = [(menu, list(group)) for menu, group in groupby(with_keys, key=lambda c: c.menu)]
    columns: list[list[tuple[str, list[Command]]]] = [[] for _ in range(COLUMNS)]
    for menu in sorted(menus, key=lambda menu: -len(menu[1])):
        min(columns, key=lambda held: sum(len(m[1]) + 2 for m in held)).append(menu)
    return columns


def _block(menu: str, commands: list[Command]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE.wide)
    grid.setVerticalSpacing(SPACE.tight)
    grid.addWidget(label(menu.replace("/", " › "), "strong", "secondary"), 0, 0, 1, 2)
    for row, command in enumerate(commands, start=1):
        title = label(command.title.rstrip("…"))
        title.setToolTip(command.tooltip)
        grid.addWidget(title, row, 0)
        keys = QKeySequence(command.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        grid.addWidget(label(keys, "key"), row, 1, Qt.AlignmentFlag.AlignRight)
    grid.setColumnStretch(0, 1)
    return grid
