"""Which methods are compared: a list to tick, and a menu that ticks many at once."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.registry import notes
from gui.theme import SPACE
from gui.widgets.text import label

USUAL = ("rotation", "simclr", "supervised")  # chosen at first
ALWAYS = "random_network"
_ID = Qt.ItemDataRole.UserRole
_FAMILY = Qt.ItemDataRole.UserRole + 1


class MethodsChooser(QWidget):
    """The random network is always ticked."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName("Methods")
        self.list.setMinimumHeight(180)
        for note in notes():
            item = QListWidgetItem(note.title)
            item.setData(_ID, note.id)
            item.setData(_FAMILY, note.family)
            item.setToolTip(f"{note.family}, {note.year}\n{note.sentence}")
            if note.id == ALWAYS:
                item.setToolTip("Always among them: what a result must beat to be worth anything")
            self.list.addItem(item)
        self.count = label("", "small", "secondary")
        self.many = QToolButton()
        self.many.setText("Choose")
        self.many.setToolTip("Tick all methods, none, or those of a family")
        self.many.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.many.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.menu = QMenu(self.many)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.many.setMenu(self.menu)
        head = QHBoxLayout()
        head.addWidget(label("Methods", "strong"))
        head.addWidget(self.count, 1)
        head.addWidget(self.many)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.small)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        self._kept: set[str] = set()
        self.keep(())
        self.choose(USUAL)
        self._fill_menu()
        self.list.itemChanged.connect(self._tell)

    def chosen(self) -> list[str]:
        """Ids of the methods that are ticked."""
        return [item.data(_ID) for item in self._items() if _is_on(item)]

    def keep(self, ids: Collection[str]) -> None:
        """Let nobody take the ticks of these away, nor that of the random network."""
        self._kept = {*ids, ALWAYS}
        free = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable
        self.list.blockSignals(True)
        for item in self._items():
            kept = item.data(_ID) in self._kept
            item.setFlags(Qt.ItemFlag.ItemIsEnabled if kept else free)
        self.list.blockSignals(False)
        self.choose(self.chosen())

    def choose(self, ids: Collection[str]) -> None:
        """Tick just these, and those that are kept."""
        self.list.blockSignals(True)
        for item in self._items():
            on = item.data(_ID) in {*ids, *self._kept}
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        self._tell()

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(at) for at in range(self.list.count())]

    def _tell(self, *_: object) -> None:
        self.count.setText(f"{len(self.chosen())} of {self.list.count()}")
        self.changed.emit()

    def _fill_menu(self) -> None:
        """All, none, and every family with a tick where all of it is chosen."""
        self.menu.clear()
        everything = [item.data(_ID) for item in self._items()]
        self.menu.addAction("All").triggered.connect(lambda: self.choose(everything))
        self.menu.addAction("None").triggered.connect(lambda: self.choose(()))
        self.menu.addSeparator()
        for family in dict.fromkeys(item.data(_FAMILY) for item in self._items()):
            mine = [item for item in self._items() if item.data(_FAMILY) == family]
            action = self.menu.addAction(family)
            action.setCheckable(True)
            action.setChecked(all(_is_on(item) for item in mine))
            ids = {item.data(_ID) for item in mine}
            action.triggered.connect(lambda on, ids=ids: self._tick(ids, on))

    def _tick(self, ids: Collection[str], on: bool) -> None:
        """Tick these, or take their ticks away; the others stay."""
        before = set(self.chosen())
        self.choose(before | set(ids) if on else before - set(ids))


def _is_on(item: QListWidgetItem) -> bool:
    return item.checkState() == Qt.CheckState.Checked
