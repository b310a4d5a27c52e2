"""A 3-D file in a window of its own: turned with the mouse, in colour, depth and normals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QToolButton, QVBoxLayout, QWidget

from gui.scene.controls import UPS, VIEWS
from gui.scene.model_session import ModelSession
from gui.scene.renderer import Renderer
from gui.theme import SPACE
from gui.widgets.choice_row import ChoiceRow
from gui.widgets.flow import FlowLayout
from gui.widgets.scene.overlays import Axes, Box
from gui.widgets.scene.stage import Stage
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.render.models import Model
    from core.viewing import Frame

OUTPUTS = ("colour", "depth", "normals")
MOUSE = "Drag to turn, right drag to pan, wheel to zoom, W A S D Q E to fly."


class ModelViewer(QDialog):
    """Shows what a file holds."""

    def __init__(self, model: Model, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        from core.render.outputs import OUTPUTS as WORDS

        self.setWindowTitle(f"{name} – model viewer")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.stage = Stage()
        self.output = ChoiceRow({key: WORDS[key] for key in OUTPUTS})
        self.views = {key: QToolButton(text=words) for key, words in VIEWS.items()}
        self.up = ChoiceRow({key: (key, words) for key, words in UPS.items()})
        self.session = ModelSession(model, self)
        self.renderer = Renderer(self.session, "model", self)  # type: ignore[arg-type]
        self.said = label(f"{name}: {model.words}.", "small", "secondary", wrap=True)
        self.frame_shown: Frame | None = None
        self._lay_out()
        self._connect()
        self.resize(760, 600)

    def _lay_out(self) -> None:
        flow = FlowLayout(gap=SPACE.small)
        rows = ("Show", [self.output]), ("From", self.views.values()), ("Up", [self.up])
        for words, parts in rows:
            flow.add_group(label(words, "small", "secondary"), *parts)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE.small)
        column.addLayout(flow)
        column.addWidget(self.stage, 1)
        column.addWidget(self.said)
        column.addWidget(label(MOUSE, "caption", "faint"))
        self.stage.set_overlays([Box((-1, -1, -1), (1, 1, 1), "text_faint", 1.0), Axes()])
        self.stage.set_stamp(self.windowTitle())
        self.stage.setFocus()

    def _connect(self) -> None:
        stage, renderer = self.stage, self.renderer
        stage.moved.connect(self._moved)
        stage.settled.connect(renderer.settle)
        stage.resized.connect(self._look)
        stage.problem.connect(self.said.setText)
        renderer.shown.connect(self._show)
        renderer.told.connect(stage.set_caption)
        renderer.failed.connect(stage.clear)
        self.output.chosen.connect(self._restyle)
        for key, button in self.views.items():
            button.clicked.connect(lambda _=False, k=key: self.go_to_preset(k))
        self.up.chosen.connect(lambda key: stage.go(stage.viewpoint.upright(key)))

    def go_to_preset(self, name: str) -> None:
        """One of the named views."""
        self.stage.go(self.stage.viewpoint.preset(name), glide=True)

    def _aim(self) -> None:
        self.renderer.size = self.stage.width(), self.stage.height()
        self.renderer.viewpoint = self.stage.viewpoint

    def _look(self) -> None:
        self._aim()
        self.renderer.look()

    def _moved(self) -> None:
        self._aim()
        self.renderer.move(self.stage.viewpoint)

    def _restyle(self, key: str) -> None:
        self.renderer.outputs = (key,)
        self.renderer.restyle()

    def _show(self, frame: Frame) -> None:
        self.frame_shown = frame
        same = frame.wish.viewpoint == self.stage.viewpoint and frame.ready == 1
        depth = frame.depth if same else None
        self.stage.show_pixels(frame.pictures[0], None, depth, frame.ready)

    def done(self, result: int) -> None:
        """Put away: Qt comes here by Escape as by the button of the window."""
        self._end()
        super().done(result)

    def _end(self) -> None:
        self.renderer.stop()
        self.session.close()
