"""The small buttons over a map: how the mouse chooses, and what is drawn beside the points."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from gui.icons import icon
from gui.theme import SPACE

TOOLS = (
    ("move", "Move and pick", "V"),
    ("lasso", "Choose by drawing around; Shift adds, Alt takes away", "L"),
    ("box", "Choose by a box; Shift adds, Alt takes away", "B"),
)
SWITCHES = (
    ("thumbnails", "Pictures in place of points, where there is room", "T"),
    ("trails", "Trails of the chosen points through the snapshots (makes the film first)", ""),
    ("cloud", "Views of the picked picture: where its augmentations lie", ""),
    ("cube", "Three dimensions", ""),
)
BUTTONS = (
    ("settings", "Options of this layout", ""),
    ("film", "Lay out all snapshots as a film", ""),
    ("export", "Export coordinates, features, groups or the film", ""),
)


class ToolStrip(QWidget):
    """Tools exclude each other, switches are on or off, buttons do something."""

    tool_chosen = Signal(str)
    switched = Signal(str, bool)
    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.hair)
        tools = QButtonGroup(self)
        for id, words, key in (*TOOLS, *SWITCHES, *BUTTONS):
            button = QToolButton(icon=icon(id))
            button.setToolTip(f"{words} ({key})" if key else words)
            button.setAccessibleName(words)
            button.setAutoRaise(True)
            self.buttons[id] = button
            row.addWidget(button)
        for id, *_ in TOOLS:
            self.buttons[id].setCheckable(True)
            tools.addButton(self.buttons[id])
            self.buttons[id].clicked.connect(lambda _=False, id=id: self.tool_chosen.emit(id))
        for id, *_ in SWITCHES:
            self.buttons[id].setCheckable(True)
            self.buttons[id].clicked.connect(lambda on, id=id: self.switched.emit(id, on))
        for id, *_ in BUTTONS:
            self.buttons[id].clicked.connect(lambda _=False, id=id: self.pressed.emit(id))
        self.show_tool("move")

    def show_tool(self, id: str) -> None:
        """Mark a tool as the one in use, without telling."""
        self.buttons[id].setChecked(True)

    def check(self, id: str, on: bool) -> None:
        """Show a switch as on or off, without telling."""
        self.buttons[id].setChecked(on)

    def offer(self, id: str, on: bool) -> None:
        """Have a button there or not: what these points cannot do is not shown."""
        self.buttons[id].setVisible(on)
