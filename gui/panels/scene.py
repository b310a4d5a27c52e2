"""The scene: turned with the mouse while it is learned, seen in every output, each ray open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QSplitter

from core.render.viewpoint import Viewpoint
from gui.panels.base import Panel
from gui.scene.controls import CropBox, SceneControls, hint
from gui.scene.dressing import Dressing
from gui.scene.inspector import Inspector
from gui.scene.path_bar import FACE, PathBar
from gui.scene.renderer import WHOLE, Renderer
from gui.session import Session
from gui.theme import manager
from gui.widgets import export
from gui.widgets.pixels import to_qimage
from gui.widgets.scene.overlays import Frusta
from gui.widgets.scene.stage import Stage

if TYPE_CHECKING:
    from core.observer import Answer
    from core.viewing import Frame, Views

INSPECTOR_HEIGHT = 210  # pixels, where there is room


class ScenePanel(Panel):
    """A stage, the controls over it, and under it the ray of the pixel that was clicked."""

    title = "Scene"
    ability = "Renders"
    patience = 3

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        from core.render.outputs import OUTPUTS

        self.stage, self.inspector = Stage(), Inspector()
        self.controls_line, self.crop_box = SceneControls(OUTPUTS), CropBox()
        self.path_bar = PathBar()
        self.renderer = Renderer(session, f"{self.key} picture", self)
        self.renderer.seen = self.is_seen
        self.dressing = Dressing()
        self.frame_shown: Frame | None = None
        self.views: Views | None = None
        self._pixel: tuple[float, float] | None = None  # as shares of the stage
        self._ray_from = Viewpoint()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.body.addWidget(self.controls_line)
        self.crop_box.hide()
        self.path_bar.hide()
        self.body.addWidget(self.crop_box)
        self.body.addWidget(self.path_bar)
        self._parts = QSplitter(Qt.Orientation.Vertical)
        self._parts.addWidget(self.stage)
        self._parts.addWidget(self.inspector)
        self._parts.setStretchFactor(0, 1)
        self._parts.setCollapsible(0, False)
        self.inspector.hide()
        self.body.addWidget(self._parts, 1)
        self.body.addWidget(hint())

    def _connect(self) -> None:
        stage, controls, renderer = self.stage, self.controls_line, self.renderer
        stage.moved.connect(self._moved)
        stage.settled.connect(renderer.settle)
        stage.resized.connect(self._resized)
        stage.clicked.connect(self._clicked)
        stage.picked.connect(self._picked)
        stage.problem.connect(self.problem)
        self.inspector.plot.problem.connect(self.problem)
        renderer.shown.connect(self._show)
        renderer.told.connect(self._tell)
        renderer.failed.connect(self.refused)
        controls.outputs_changed.connect(self._restyle)
        controls.overlays_changed.connect(self._overlays_changed)
        controls.background_changed.connect(self.set_background)
        controls.view_wanted.connect(self.go_to_preset)
        controls.up_wanted.connect(lambda up: stage.go(stage.viewpoint.upright(up)))
        controls.crop_toggled.connect(self._toggle_crop)
        controls.path_toggled.connect(self.path_bar.setVisible)
        controls.inspect_wanted.connect(self._toggle_inspector)
        controls.turned.connect(self.turn_camera)
        controls.photograph_changed.connect(self._set_photograph)
        controls.difference_toggled.connect(self._show_difference)
        self.crop_box.changed.connect(self._set_crop)
        self._connect_path()
        self.inspector.closed.connect(lambda: controls.inspect.setChecked(False))
        self.inspector.pointed.connect(self._point_sample)
        manager().changed.connect(self._dress)

    # --- asking -----------------------------------------------------------------------------------

    def ask(self) -> bool:
        if self.session.run is None or self.session.probe is None:
            return False
        if self.views is None:
            self._meet_views()
        self._ask_overlays()
        self._ask_ray()
        self._aim()
        self.renderer.look()
        return True

    def _meet_views(self) -> None:
        """The photographs that the run was trained on, once."""
        from core.viewing import Views

        probe = self.session.probe
        if probe is not None and probe.cameras is not None:
            self.views = Views(probe)
        self.renderer.views = self.views
        self.dressing.set_views(self.views)
        self.controls_line.show_cameras(self.views is not None)
        self._dress()

    def _aim(self) -> None:
        self.renderer.size = self.stage.width(), self.stage.height()
        self.renderer.viewpoint = self.stage.viewpoint

    def _ask_overlays(self) -> None:
        from core.viewing import ellipsoids, occupied

        if self.controls_line.is_shown("cells"):
            self.put(occupied, self._take_cells, "cells", self.problem.emit)
        if self.controls_line.is_shown("gaussians"):
            self.put(ellipsoids, self._take_gaussians, "gaussians", self.problem.emit)

    def _take_cells(self, answer: Answer) -> None:
        self.dressing.cells = answer.value
        self._dress()

    def _take_gaussians(self, answer: Answer) -> None:
        self.dressing.gaussians = answer.value
        self._dress()

    def refused(self, reason: str) -> None:
        self.stage.clear(reason)

    # --- seeing -----------------------------------------------------------------------------------

    def _moved(self, view: Viewpoint) -> None:
        if view.held is None and self.renderer.view >= 0:
            self._leave_camera()
        elif view.held is not None and self.views is not None:
            self._stand(view)
        self._aim()
        self.renderer.move(view)
        self._dress()

    def _resized(self) -> None:
        self._aim()
        if self.frame_shown is not None:
            self.renderer.look()

    def _show(self, frame: Frame) -> None:
        self.frame_shown = frame
        other = frame.pictures[1] if len(frame.pictures) > 1 else None
        self.stage.set_stamp(self.stamp(self.renderer.step))
        same = frame.wish.viewpoint == self.stage.viewpoint and frame.ready == 1
        self.stage.show_pixels(
            frame.pictures[0], other, frame.depth if same else None, ready=frame.ready
        )

    def _tell(self, words: str) -> None:
        self.stage.set_caption(words)

    def _restyle(self) -> None:
        controls = self.controls_line
        self.renderer.outputs = controls.outputs
        split = len(controls.outputs) > 1
        if split != (self.stage.divider is not None):
            self.stage.set_divider(0.5 if split else None)
        self.stage.titles = controls.titles
        self.renderer.restyle()

    def choose_output(self, name: str) -> None:
        """Show one of the outputs."""
        self.controls_line.output.choose(name)

    def set_background(self, colour: tuple[float, float, float] | None) -> None:
        """What lies behind the scene; None: what was trained with."""
        self.renderer.background = colour
        self.renderer.restyle()

    def go_to_preset(self, name: str) -> None:
        """One of the named views."""
        self.stage.go(self.stage.viewpoint.preset(name), glide=True)

    def _toggle_crop(self, on: bool) -> None:
        self.crop_box.setVisible(on)
        self._set_crop(self.crop_box.box() if on else None)

    def _set_crop(self, box: Any) -> None:
        self.renderer.crop = self.dressing.crop = box
        self._dress()
        self.renderer.look()
        self._ask_ray()

    # --- overlays ---------------------------------------------------------------------------------

    def _overlays_changed(self) -> None:
        self._ask_overlays()
        self._dress()

    def _dress(self, *_: object) -> None:
        shown = {name for name in self.controls_line.overlays if self.controls_line.is_shown(name)}
        self.stage.set_overlays(self.dressing.overlays(shown, self.stage.viewpoint))

    # --- cameras ----------------------------------------------------------------------------------

    def _picked(self, overlay: object, part: int) -> None:
        if isinstance(overlay, Frusta):
            self.stand_in(part)

    def stand_in(self, which: int) -> None:
        """Look through the camera of a photograph."""
        if self.views is None or not 0 <= which < len(self.views):
            return
        up = self.stage.viewpoint.up
        self.stage.go(Viewpoint.from_camera(self.views.camera(which), 0, up))

    def turn_camera(self, by: int) -> None:
        """Through the next camera, or the one before."""
        if self.views is None or not len(self.views):
            return
        here = self.renderer.view
        first = 0 if by > 0 else len(self.views) - 1
        self.stand_in((here + by) % len(self.views) if here >= 0 else first)

    def _stand(self, view: Viewpoint) -> None:
        """One has come to stand in a camera: which is told by its numbers."""
        assert self.views is not None
        assert view.held is not None
        for which in range(len(self.views)):
            if tuple(float(n) for n in self.views.packed[which]) == view.held[:20]:
                self.renderer.view = self.dressing.standing = which
                self.dressing.photograph = self.controls_line.photograph.value() / 100
                self.controls_line.stand_in(self.views.title(which))
                return

    def _leave_camera(self) -> None:
        self.renderer.view = self.dressing.standing = -1
        self.controls_line.stand_in("")

    def _set_photograph(self, opacity: float) -> None:
        self.dressing.photograph = opacity
        self._dress()

    def _show_difference(self, on: bool) -> None:
        """The error against the photograph one stands in, and back."""
        self.dressing.differing = on
        self.choose_output("error" if on else "colour")
        self._dress()

    # --- the way of the camera --------------------------------------------------------------------

    def _connect_path(self) -> None:
        bar = self.path_bar
        bar.add_wanted.connect(self.add_keyframe)
        bar.gone_to.connect(lambda view: self.stage.go(view, glide=True))
        bar.played.connect(self.stage.follow)
        bar.picture_wanted.connect(self._ask_face)
        bar.film_wanted.connect(lambda: self.wants.emit("scene.film"))
        bar.problem.connect(self.problem)

    def add_keyframe(self) -> None:
        """Keep the present view as one more keyframe of the way."""
        self.controls_line.path.setChecked(True)
        self.path_bar.add_view(self.stage.viewpoint)

    def play_path(self) -> None:
        """Go along the way, or stop."""
        self.controls_line.path.setChecked(True)
        if self.path_bar.play.isEnabled():
            self.path_bar.play.toggle()

    def _ask_face(self, view: Viewpoint) -> None:
        """A small picture of what is seen from a keyframe."""
        from core.viewing import Easel, Wish

        wish = Wish(view, (FACE.width(), FACE.height()), crop=self.renderer.crop, hasty=True)

        def show(answer: Answer) -> None:
            picture = QPixmap.fromImage(to_qimage(answer.value.pictures[0]))
            self.path_bar.set_picture(view, picture)

        question = Easel(wish, None).question(lambda: False, WHOLE)
        self.put(question, show, f"keyframe {view}", self.problem.emit, indices=[0], prompt=True)

    # --- the ray ----------------------------------------------------------------------------------

    def _clicked(self, x: float, y: float) -> None:
        self.open_ray(x / max(1, self.stage.width()), y / max(1, self.stage.height()))

    def open_ray(self, x: float = 0.5, y: float = 0.5) -> None:
        """The ray through a place of the stage, in shares of its width and height."""
        self._pixel, self._ray_from = (x, y), self.stage.viewpoint
        self._ray_size = self.stage.width(), self.stage.height()
        self.controls_line.inspect.setChecked(True)
        self._ask_ray()

    def _toggle_inspector(self) -> None:
        on = self.controls_line.inspect.isChecked()
        if on and not self.inspector.isVisibleTo(self):
            self.inspector.show()
            whole = self._parts.height()
            below = min(INSPECTOR_HEIGHT, round(0.42 * whole))
            self._parts.setSizes([whole - below, below])
            if self._pixel is None:
                self.open_ray()
        elif not on:
            self.inspector.hide()
            self._pixel = self.dressing.ray = None
            self._dress()

    def _ask_ray(self) -> None:
        if self._pixel is None:
            return
        from core.viewing import open_ray

        width, height = self._ray_size
        at = self._pixel[0] * width, self._pixel[1] * height
        question = open_ray(self._ray_from, (width, height), at, self.renderer.crop)
        self.put(question, self._take_ray, "ray", self.problem.emit, indices=[0], prompt=True)

    def _take_ray(self, answer: Answer) -> None:
        if self._pixel is None:
            return
        self.dressing.ray = answer.value
        self.inspector.plot.set_stamp(self.stamp(answer.step))
        self.inspector.show_ray(answer.value, self._ray_size)
        self._dress()

    def _point_sample(self, at: int) -> None:
        self.dressing.sample = at
        self._dress()

    # --- going out --------------------------------------------------------------------------------

    def save_still(self) -> None:
        """Ask for a file and write the picture alone, as it was rendered."""
        if self.frame_shown is None:
            return
        path, _ = QFileDialog.getSaveFileName(self, "Save still", "", "Picture (*.png)")
        if path:
            pixels = self.frame_shown.pictures[0]
            try:
                export.write_whole(path, export.png(to_qimage(pixels)))
            except OSError as error:
                self.problem.emit(str(error))

    def end(self) -> None:
        super().end()
        self.renderer.stop()
