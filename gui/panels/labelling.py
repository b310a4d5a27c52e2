"""Name a few pictures by clicking; a linear probe on the features names the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QPushButton, QWidget

from core.pictures import ImageGrid, as_images
from gui.panels.base import Panel
from gui.session import Session
from gui.theme import SPACE
from gui.views.image_grid import ImageGridView
from gui.widgets.flow import FlowLayout
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.method import Look, Method
    from core.observer import Answer

SHOWN = 240  # pictures that are laid out
MOST_CLASSES = 24  # of the data that are offered; of more, type the names
BEGIN = (
    "Choose a class above, or type a name and press Enter, then click pictures of it. From two "
    "classes on, a linear probe on the features of the last stage names the other pictures."
)


class LabellingPanel(Panel):
    """Labels are of this desk; they hold for every step of the timeline."""

    title = "Label by hand"
    ability = "Encodes"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.classes: list[str] = []
        self.given: dict[int, int] = {}  # position in the probe -> class
        self._guessed: np.ndarray | None = None  # (N, classes) probabilities
        self._of_data = True  # the classes are the data's, so the guesses can be checked
        self.name = QLineEdit(placeholderText="New class", clearButtonEnabled=True)
        self.name.setAccessibleName("Name of a new class")
        self.name.setMaximumWidth(160)
        self.clear = QPushButton("Clear")
        self.clear.setToolTip("Take all labels away")
        self._chips = QButtonGroup(self)
        self._row = FlowLayout(gap=SPACE.tight)
        self.said = label(BEGIN, "small", "secondary", wrap=True)
        self.view = ImageGridView()
        self.view.problem.connect(self.problem)
        self.controls.addWidget(self.name)
        self.controls.addWidget(self.clear)
        self.controls.addStretch()
        self.body.addLayout(self._row)
        self.body.addWidget(self.said)
        self.body.addWidget(self.view, 1)
        self.name.returnPressed.connect(self._add_typed)
        self.clear.clicked.connect(self._clear)
        self.view.picked.connect(self._picked)

    # --- classes ----------------------------------------------------------------------------------

    def _offer_classes_of_data(self) -> None:
        probe = self.session.probe
        if self.classes or probe is None or len(probe.classes) > MOST_CLASSES:
            return
        for name in probe.classes:
            self._add(name)

    def _add(self, name: str) -> None:
        chip = QPushButton(name)
        chip.setCheckable(True)
        chip.setProperty("kind", "chip")
        self._chips.addButton(chip, len(self.classes))
        self._row.addWidget(chip)
        self.classes.append(name)
        if len(self.classes) == 1:
            chip.setChecked(True)

    def _add_typed(self) -> None:
        name = self.name.text().strip()
        if not name:
            return
        if name not in self.classes:
            self._add(name)
            self._of_data = False
        self._chips.button(self.classes.index(name)).setChecked(True)
        self.name.clear()

    # --- naming -----------------------------------------------------------------------------------

    def _picked(self, at: int) -> None:
        """Give the picture the chosen class; once more takes it away."""
        chosen = self._chips.checkedId()
        if chosen < 0:
            self.said.setText(BEGIN)
            return
        if self.given.get(at) == chosen:
            del self.given[at]
        else:
            self.given[at] = chosen
        self._draw()
        self.refresh()

    def _clear(self) -> None:
        self.given.clear()
        self._guessed = None
        self._draw()

    def ask(self) -> bool:
        self._offer_classes_of_data()
        if self.session.probe is None:
            return False
        if len(set(self.given.values())) < 2:
            self._guessed = None
            self._draw()
            return True
        return self.put(_guess(dict(self.given), len(self.classes)), self._show, everywhere=True)

    def refused(self, reason: str) -> None:
        self.view.clear(reason)

    def _show(self, answer: Answer) -> None:
        self.view.set_stamp(self.stamp(answer.step))
        found: np.ndarray = answer.value
        # Labels and classes may have been added since the question was put.
        self._guessed = found if found.shape[1] == len(self.classes) else None
        self._draw()

    # --- showing ----------------------------------------------------------------------------------

    def _draw(self) -> None:
        probe = self.session.probe
        if probe is None:
            return
        count = min(SHOWN, len(probe))
        captions = [self._caption(at) for at in range(count)]
        self.view.show_picture(ImageGrid(as_images(probe.images[:count]), captions))
        self.said.setText(self._sentence())

    def _caption(self, at: int) -> str:
        if at in self.given:
            return f"● {self.classes[self.given[at]]}"
        if self._guessed is None:
            return ""
        best = int(self._guessed[at].argmax())
        return f"{self.classes[best]} {self._guessed[at, best]:.0%}"

    def _sentence(self) -> str:
        if self._guessed is None:
            return BEGIN
        named = f"{len(self.given)} pictures named, ● before their class; the rest is guessed."
        probe = self.session.probe
        if probe is None or not self._of_data or not (probe.labels >= 0).any():
            return named
        rest = np.array([i for i in range(len(probe)) if i not in self.given])
        right = (self._guessed[rest].argmax(axis=1) == probe.labels[rest]).mean()
        return f"{named} Of the other {len(rest):,} pictures {right:.0%} are named rightly."


def _guess(given: Mapping[int, int], classes: int) -> Any:
    """The question to the observer: probabilities of all pictures of the probe."""

    def ask(method: Method, look: Look) -> np.ndarray:
        from core import questions
        from core.evaluate.by_hand import probe_by_hand

        stages = questions.embedding(method, look).stages
        return probe_by_hand(list(stages.values())[-1], given, classes)

    return ask
