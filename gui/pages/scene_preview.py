"""A scene before it is learned: its cameras with what each has taken, its box, and the check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from core.pictures import as_images
from core.render.viewpoint import Viewpoint
from gui.theme import SPACE, manager
from gui.widgets.pixels import to_qimage
from gui.widgets.readout import Readout
from gui.widgets.scene.overlays import Axes, Box, Frusta, Overlay, Photograph, pyramids
from gui.widgets.scene.stage import Stage
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.data.imageset import ImageSet, Pictures

THUMBNAIL = 64  # pixels of a picture in a camera's face, about
LENGTH = 0.35  # of a camera's pyramid, in units of the scene
BACK = 3.1  # how far away one stands, in distances of the farthest camera
MOST = 400  # cameras drawn
EXACT = "These pictures were painted from these cameras: they fit."
FITTING = "The check found nothing wrong: axes, directions and silhouettes agree."


class ScenePreview(QWidget):
    """`show_scene` is given an ImageSet with cameras; a click on a camera stands in it."""

    problem = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = Stage()
        self.stage.name = "Cameras"
        self.remarks = label("", wrap=True)
        self.said = Readout()
        self.back = QToolButton(text="All cameras", toolTip="Back to where all cameras are seen")
        self.frusta: Frusta | None = None
        self._data: ImageSet | None = None
        self._all = Viewpoint()
        row = QHBoxLayout()
        row.addWidget(self.said, 1)
        row.addWidget(self.back)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
        column.setSpacing(SPACE.small)
        column.addWidget(self.remarks)
        column.addWidget(self.stage, 1)
        column.addLayout(row)
        self.stage.picked.connect(lambda _overlay, at: self.stand_in(at))
        self.stage.moved.connect(lambda _: self._draw())
        self.stage.problem.connect(self.problem)
        self.back.clicked.connect(lambda: self.stage.go(self._all))
        manager().changed.connect(self._paint_ground)

    def show_scene(self, data: ImageSet) -> None:
        """Draw the cameras of both parts; those held out in another colour."""
        cameras, pictures = [], []
        for part in (data.train, data.held_out):
            assert part.cameras is not None
            cameras.append(np.asarray(part.cameras))
            pictures.append(part.images)
        self._data = data
        packed = np.concatenate(cameras)[:MOST]
        colours = ["accent"] * len(cameras[0]) + ["warning"] * len(cameras[1])
        stride = max(1, data.side // THUMBNAIL)
        small = [as_images(np.asarray(p[:, :, ::stride, ::stride])) for p in pictures]
        thumbnails = [to_qimage(p) for p in np.concatenate(small)[: len(packed)]]
        corners = pyramids(packed, (data.side, data.side), LENGTH)
        self.frusta = Frusta(corners, colours[: len(packed)], thumbnails)
        farthest = float(np.linalg.norm(corners[:, 0], axis=1).max(initial=1.0))
        self._all = Viewpoint(distance=min(50.0, BACK * max(1.0, farthest)))
        self._say(data)
        self._paint_ground()
        self.stage.set_viewpoint(self._all)
        self._draw()

    def _say(self, data: ImageSet) -> None:
        found = list(data.facts.get("remarks", ()))
        painted = "depth" in data.facts.get("train", {})
        fitting = EXACT if painted else FITTING
        self.remarks.setText("\n".join(f"• {each[:1].upper()}{each[1:]}." for each in found)
                             or fitting)  # fmt: skip
        self.remarks.setProperty("tone", "warning" if found else "success")
        self.remarks.style().unpolish(self.remarks)
        self.remarks.style().polish(self.remarks)

    def _paint_ground(self, *_: object) -> None:
        if self.frusta is not None:
            ground = manager().theme.color("plot_background")
            pixel = np.array([[[ground.red(), ground.green(), ground.blue()]]], np.uint8)
            self.stage.show_pixels(pixel)

    def stand_in(self, which: int) -> None:
        """Look through one of the cameras, at what it has taken."""
        data = self._data
        if data is None:
            return
        import torch

        from core.render.cameras import Cameras

        part, at = self._part(which)
        assert part.cameras is not None
        packed = torch.from_numpy(np.array(part.cameras[at : at + 1]))
        view = Viewpoint.from_camera(Cameras.unpack(packed, (data.side, data.side)))
        assert self.frusta is not None
        self.frusta.chosen = which
        self.stage.go(view)

    def _part(self, which: int) -> tuple[Pictures, int]:
        """The part that a camera belongs to, and its place there."""
        assert self._data is not None
        train, held_out = self._data.train, self._data.held_out
        return (train, which) if which < len(train) else (held_out, which - len(train))

    def _draw(self) -> None:
        """The overlays for where one stands: in a camera its picture, else all cameras."""
        if self.frusta is None or self._data is None:
            return
        box = Box((-1, -1, -1), (1, 1, 1), "text_faint")
        standing = self.stage.viewpoint.held is not None and self.frusta.chosen >= 0
        overlays: list[Overlay] = [box, Axes()]
        if standing:
            part, at = self._part(self.frusta.chosen)
            image = to_qimage(as_images(np.asarray(part.images[at : at + 1]))[0])
            overlays = [Photograph(image, 1.0), box, Axes()]
            name = part.names[at] if part.names else f"view {at + 1}"
            held = " (held out)" if part is self._data.held_out else ""
            self.said.setText(f"In the camera of {name}{held}; turn to leave it.")
        else:
            self.frusta.chosen = -1
            overlays.insert(1, self.frusta)
            self.said.setText(
                f"{len(self._data.train)} cameras to learn from, {len(self._data.held_out)} held "
                "out (orange), and the scene box. Click a camera to stand in it."
            )
        self.stage.set_overlays(overlays)
