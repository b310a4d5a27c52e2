"""What is chosen on a map, in a sentence, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QInputDialog, QMenu, QToolButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.selection import Selection
from gui.theme import SPACE
from gui.widgets.flow import FlowLayout
from gui.widgets.text import label


class ChosenBar(QFrame):
    """Shown while something is chosen or there are groups."""

    real_asked = Signal()
    problem = Signal(str)

    def __init__(self, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.selection = selection
        self.setProperty("kind", "raised")
        self.said = label("", "small")
        self.real = _button("verdict", "Is this cluster real?", self.real_asked.emit)
        self.real.setToolTip(
            "Lay it out anew with other seeds and perplexities, count the links that leave it "
            "among the nearest neighbours, and compare with chance"
        )
        self.group = _button("group", "Name…", self.ask_name)
        self.group.setToolTip("Keep what is chosen as a group with a name")
        self.alone = _button(
            "isolate", "Isolate", lambda: selection.isolate(self.alone.isChecked())
        )
        self.alone.setCheckable(True)
        self.alone.setToolTip("Show only what is chosen")
        self.clear = _button("close", "Clear", selection.clear)
        self.groups = _button("chevron-down", "Groups", lambda: None)
        self.groups.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self.groups.setMenu(self._menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.small, SPACE.tight, SPACE.small, SPACE.tight)
        column.setSpacing(SPACE.hair)
        row = FlowLayout(gap=SPACE.tight)
        self.said.setMinimumHeight(self.real.sizeHint().height())
        row.addWidget(self.said)
        for button in (self.real, self.group, self.alone, self.groups, self.clear):
            row.addWidget(button)
        column.addLayout(row)
        selection.changed.connect(self.refresh)
        selection.groups_changed.connect(self.refresh)
        self.refresh()

    def say(self, classes: str) -> None:
        """The sentence, with how many of each class."""
        count = len(self.selection.chosen)
        said = f"{count:,} of {self.selection.count:,} chosen" if count else "Nothing is chosen"
        self.said.setText(f"{said}: {classes}" if classes and count else said)

    def refresh(self) -> None:
        """Offer what can be done with what is chosen."""
        some, groups = len(self.selection.chosen) > 0, self.selection.groups
        for button in (self.real, self.group, self.alone, self.clear):
            button.setEnabled(some)
        self.alone.setChecked(self.selection.isolated)
        self.groups.setVisible(bool(groups))
        self.groups.setText(f"Groups ({len(groups)})")
        self._menu.clear()
        for name, found in groups.items():
            inner = self._menu.addMenu(f"{name} ({len(found):,})")
            for title, how in (("Choose", "replace"), ("Add", "add"), ("Take away", "subtract")):
                inner.addAction(title, lambda f=found, h=how: self.selection.choose(f, h))
            inner.addSeparator()
            inner.addAction("Forget the group", lambda n=name: self.selection.forget(n))
        self.setVisible(some or bool(groups))

    def ask_name(self) -> None:
        """Ask for the name of a new group."""
        text, given = QInputDialog.getText(
            self, "Name the group", "Name:", text=f"group {len(self.selection.groups) + 1}"
        )
        if not given:
            return
        try:
            self.selection.name(text)
        except ValueError as error:
            self.problem.emit(str(error))


def _button(symbol: str, text: str, do: Callable[[], object]) -> QToolButton:
    made = QToolButton(icon=icon(symbol), text=text)
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.setAutoRaise(True)
    made.setAccessibleName(text)
    made.clicked.connect(lambda _=False: do())
    return made
