"""«This minus that plus that»: three trays that samples are put into."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon
from gui.theme import SPACE
from gui.widgets.latent_tiles import Kept, LatentTiles
from gui.widgets.text import Elided

TITLES = ("This", "minus that", "plus that")
SIDE = 30
MOST = 100
SHOWN = 40  # of a full tray; the others count too


class Tray(QWidget):
    """Samples, and by which attributes it was filled."""

    changed = Signal()
    fill_wanted = Signal()

    def __init__(self, title: str, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items: list[Kept] = []
        self.wanted: dict[str, bool] = {}
        self.tiles = LatentTiles(f"Drop samples here, or press {number} over one", SIDE, takes=True)
        self.said = Elided(title, "small")
        self._title = title
        self.by = QToolButton(icon=icon("target"), toolTip="Fill by attributes")
        self.by.setAccessibleName(f"Fill «{title}» by attributes")
        self.by.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.by.setMenu(QMenu(self.by))
        self.clear = QToolButton(icon=icon("close"), toolTip="Empty this tray")
        self.clear.setAccessibleName(f"Empty «{title}»")
        head = QHBoxLayout()
        head.setSpacing(SPACE.tight)
        head.addWidget(self.said, 1)
        head.addWidget(self.by)
        head.addWidget(self.clear)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.tiles)
        scroll.setMinimumHeight(44)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.hair)
        column.addLayout(head)
        column.addWidget(scroll, 1)
        self.tiles.dropped.connect(self.add)
        self.tiles.removed.connect(self._take_out)
        self.clear.clicked.connect(self.empty)
        self.by.setEnabled(False)

    def offer(self, names: tuple[str, ...]) -> None:
        """The attributes that the tray can be filled by."""
        menu = self.by.menu()
        menu.clear()
        self.by.setEnabled(bool(names))
        for name in names:
            for has, words in ((True, name), (False, f"no {name}")):
                action = menu.addAction(words)
                action.setCheckable(True)
                action.setChecked(self.wanted.get(name) is has)
                action.triggered.connect(partial(self._ask_for, name, has))
            menu.addSeparator()
        self._names = names

    def _ask_for(self, name: str, has: bool, on: bool) -> None:
        self.wanted.pop(name, None)
        if on:
            self.wanted[name] = has
        self.offer(self._names)
        if self.wanted:
            self.fill_wanted.emit()

    def add(self, kept: Kept) -> None:
        """One more; by hand, so the tray is no longer one of attributes."""
        self.wanted = {}
        self._set([*self.items, kept][-MOST:])

    def fill(self, items: list[Kept], wanted: dict[str, bool]) -> None:
        """These, which have the attributes."""
        self.wanted = wanted
        self._set(items)

    def empty(self) -> None:
        self.wanted = {}
        self._set([])

    def _take_out(self, at: int) -> None:
        self._set([k for n, k in enumerate(self.items) if n != at])

    def _set(self, items: list[Kept]) -> None:
        self.items = items
        self.tiles.show_items(items[:SHOWN])
        count = f" · {len(items)}" if items else ""
        self.said.say(f"{self._title}{count}{self._of_what()}")
        self.changed.emit()

    def _of_what(self) -> str:
        if not self.wanted:
            return ""
        from core.generative.measuring import in_words  # loaded by then: it filled the tray

        return f": {in_words(self.wanted)}"
