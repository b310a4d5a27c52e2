"""Scenes: several ways of learning one scene race side by side, and what each idea is worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.data.scenes.source import OWN, PAINTED
from gui.racing.ablation_tab import AblationTab
from gui.racing.race_tab import RaceTab
from gui.tasks import Tasks
from gui.theme import SPACE
from gui.widgets.text import label

if TYPE_CHECKING:
    from gui.laboratory import Laboratory

RACE, ABLATIONS = 0, 1  # tabs
FIRST: dict[str, Any] = {"kind": PAINTED[0]}  # scene, in options of the source


class ScenesPage(QWidget):
    """A scene, and two tabs about it."""

    problem = Signal(str)
    done = Signal(str)
    train_wanted = Signal(object)  # an Experiment

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laboratory = laboratory
        self.options = dict(FIRST)
        self.scene, self.about = QComboBox(), label("", "small", "secondary")
        self.scene.setAccessibleName("Scene")
        for kind in PAINTED:
            self.scene.addItem(kind.capitalize(), kind)
        self.scene.addItem("Your own…", OWN)
        self.race, self.ablations = RaceTab(tasks, lambda: laboratory.store), AblationTab(tasks)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.race, "Race")
        self.tabs.addTab(self.ablations, "Ablations")
        self._lay_out()
        self._connect()
        laboratory.when_warm(self._first)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE.small)
        top.addWidget(label("Scenes", "heading"))
        top.addSpacing(SPACE.medium)
        top.addWidget(label("Scene", "small", "secondary"))
        top.addWidget(self.scene)
        top.addWidget(self.about, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.medium)
        column.setSpacing(SPACE.small)
        column.addLayout(top)
        column.addWidget(self.tabs, 1)

    def _connect(self) -> None:
        self.scene.activated.connect(lambda _: self._choose(self.scene.currentData()))
        for tab in (self.race, self.ablations):
            tab.problem.connect(self.problem)
        self.race.races.begun.connect(self._tell_scene)
        self.race.done.connect(self._kept)
        self.race.train_wanted.connect(self.train_wanted)

    def _first(self) -> None:
        self.ablations.fill_methods()
        self.show_scene(self.options)

    def _kept(self, said: str) -> None:
        self._laboratory.runs_changed.emit()
        self.done.emit(said)

    def _choose(self, kind: str) -> None:
        if kind == OWN:
            self.ask_for_scene()
        else:
            self.show_scene({"kind": kind})

    def ask_for_scene(self) -> None:
        """Ask for the folder of a scene of the person's own."""
        found = QFileDialog.getExistingDirectory(
            self, "A folder with a transforms.json, a COLMAP model or a Blender set"
        )
        if found:
            self.show_scene({"kind": OWN, "path": str(Path(found))})
        else:
            self._name_scene()

    def show_scene(self, options: dict[str, Any]) -> None:
        """Race on this scene: options of the source `scenes`."""
        self.options = dict(options)
        self._name_scene()
        self.race.begin(self.options)
        self.ablations.set_scene(self.options)

    def _name_scene(self) -> None:
        kind = self.options["kind"]
        self.scene.setCurrentIndex(self.scene.findData(kind))
        self.about.setText(self.options.get("path", ""))

    def _tell_scene(self) -> None:
        """How much there is to learn from, and the first remark on it."""
        data = self.race.races.data
        assert data is not None
        said = f"{len(data.train)} views to learn from, {len(data.held_out)} held out"
        self.about.setText("; note: ".join([said, *data.facts.get("remarks", ())[:1]]))
        self.about.setToolTip(self.options.get("path", ""))

    def end(self) -> None:
        """Stop what is on."""
        self.race.end()
        self.ablations.end()
