"""Which points are chosen, and the groups with names: shared by all who show the same points."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

How = Literal["replace", "add", "subtract"]
Indices = NDArray[np.intp]
NOTHING: Indices = np.zeros(0, np.intp)


class Selection(QObject):
    """Numbers of points, each once and in growing order; `isolated`: only they are shown."""

    changed = Signal()  # what is chosen, or whether it is alone
    groups_changed = Signal()

    def __init__(self, count: int = 0, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.count = count
        self.chosen = NOTHING
        self.isolated = False
        self.groups: dict[str, Indices] = {}

    def reset(self, count: int) -> None:
        """Other points: nothing of them is chosen, and no group is left. As many as before stay."""
        if count != self.count:
            self.count = count
            self.groups = {}
            self.groups_changed.emit()
            self._set(NOTHING)

    def choose(self, indices: Any, how: How = "replace") -> None:
        """Choose points, more points, or fewer; numbers that no point has are left out."""
        given = np.asarray(indices, dtype=np.intp)
        given = given[(given >= 0) & (given < self.count)]
        chosen = np.zeros(self.count, bool)  # a mask: sorting a million numbers takes half a second
        if how != "replace":
            chosen[self.chosen] = True
        chosen[given] = how != "subtract"
        self._set(np.flatnonzero(chosen))

    def choose_all(self) -> None:
        self._set(np.arange(self.count))

    def invert(self) -> None:
        """What was not chosen."""
        others = np.ones(self.count, bool)
        others[self.chosen] = False
        self._set(np.flatnonzero(others))

    def clear(self) -> None:
        self._set(NOTHING)

    def isolate(self, on: bool) -> None:
        """Show only what is chosen; of nothing chosen nothing is isolated."""
        on = on and len(self.chosen) > 0
        if on != self.isolated:
            self.isolated = on
            self.changed.emit()

    def name(self, name: str) -> None:
        """Keep what is chosen as a group; one of that name is replaced. Raises ValueError."""
        name = name.strip()
        if not name:
            raise ValueError("a group needs a name")
        if not len(self.chosen):
            raise ValueError("nothing is chosen; draw around some points first")
        self.groups = {**self.groups, name: self.chosen}
        self.groups_changed.emit()

    def set_groups(self, groups: dict[str, Any]) -> None:
        """Groups that a file brought with it."""
        self.groups = {name: np.asarray(found, np.intp) for name, found in groups.items()}
        self.groups_changed.emit()

    def forget(self, name: str) -> None:
        """Give a group up; its points stay chosen where they are."""
        if name in self.groups:
            self.groups = {key: found for key, found in self.groups.items() if key != name}
            self.groups_changed.emit()

    def _set(self, chosen: Indices) -> None:
        if np.array_equal(chosen, self.chosen):
            return
        self.chosen = chosen.astype(np.intp)
        self.isolated = self.isolated and len(chosen) > 0
        self.changed.emit()
