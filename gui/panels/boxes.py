"""The things that a method sees in a street, as boxes in space that the mouse turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider, QWidget

from gui.panels.base import PicturePanel
from gui.session import Session
from gui.theme import SPACE, manager
from gui.widgets.flow import FlowLayout
from gui.widgets.numbers import counted
from gui.widgets.pixels import to_qimage
from gui.widgets.scene.overlays import Axes, Frusta, Lines, Overlay, Points, pyramids
from gui.widgets.scene.stage import Stage
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.observer import Answer
    from core.questions import InSpace

SCALE, AHEAD = 0.1, 11.0  # metres to units of the stage, and what stands in its middle
SURE = 30  # percent, the score from which a box is shown
LEGEND = "Found: blue, true: green, what each box in the picture leaves: orange. Squares of 5 m."
FOUND, TRUE, FRUSTUM, GROUND = "#327DFF", "#3CBE5A", "#FFAA28", "#888888"
EYE = 1.2  # metres, length of the camera's own pyramid


class BoxesPanel(PicturePanel):
    """A street as boxes: the camera with its picture, the frustum of each 2-D box, and in it the
    box that was found, beside the true ones.
    """

    title = "Boxes in space"
    ability = "Detects"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.stage = Stage()
        self.stage.name = self.title
        self.sure = QSlider(Qt.Orientation.Horizontal)
        self.sure.setRange(5, 95)
        self.sure.setValue(SURE)
        self.sure.setAccessibleName("Least score of a box that is shown")
        self.sure.setToolTip("Least score of a box that is shown, in percent")
        self.said = label(LEGEND, "small", "secondary", wrap=True)
        flow = FlowLayout(gap=SPACE.small)
        flow.add_group(self.turner)
        flow.add_group(label("Least score", "small", "secondary"), self.sure)
        self.body.addLayout(flow)
        self.body.addWidget(self.stage, 1)
        self.body.addWidget(self.said)
        self.sure.valueChanged.connect(self.refresh)

    def ask(self) -> bool:
        from core import questions

        if self.session.probe is None:
            return False
        if not self.follow_pictures():
            self.refused("Choose a picture in the strip below.")
            return True
        return self.put(questions.in_space(self.turner.at, self.sure.value() / 100), self._show)

    def refused(self, reason: str) -> None:
        self.stage.set_overlays([])
        self.stage.clear(reason)

    def _show(self, answer: Answer) -> None:
        found: InSpace = answer.value
        paper = manager().theme.color("panel")
        self.stage.show_pixels(np.array([[[paper.red(), paper.green(), paper.blue()]]], np.uint8))
        self.stage.set_stamp(self.stamp(answer.step))
        self.stage.set_caption(f"{counted(len(found.found), 'box', 'boxes')} found, "
                               f"{len(found.true)} true")  # fmt: skip
        self.stage.set_overlays(overlays_of(found))


def overlays_of(found: InSpace) -> list[Overlay]:
    """What is drawn of it, in units of the stage."""
    side = len(found.image)
    eye = pyramids(found.camera[None], (side, side), EYE)
    wedges = [_frustum(found.camera, flat, box) for flat, box in zip(found.flat, found.found,
                                                                     strict=True)]  # fmt: skip
    at = np.arange(-10.0, 11.0, 5.0)
    along, across = np.arange(0.0, 31.0, 5.0), np.ones(7)
    starts = [np.stack([at, at * 0, at * 0], 1), np.stack([-10 * across, along, along * 0], 1)]
    ends = [np.stack([at, at * 0 + 30, at * 0], 1), np.stack([10 * across, along, along * 0], 1)]
    return [
        Lines(_small(np.concatenate(starts)), _small(np.concatenate(ends)), GROUND, 0.6),
        Frusta(_small(np.array(wedges).reshape(-1, 5, 3)), [FRUSTUM] * len(wedges)),
        Frusta(_small(eye), ["text"], [to_qimage(found.image)]),
        _edges(found.true, TRUE),
        _edges(found.found, FOUND),
        Axes(),
    ]


def _frustum(camera: Points, flat: Points, box: Points) -> Points:
    """From the eye (5, 3) through a box in the picture to the depth of a box in space."""
    pose = camera[:12].reshape(3, 4)
    ahead = float((box[:3] - pose[:, 3]) @ -pose[:, 2])
    part = camera.copy()
    part[14:16] -= flat[:2]  # the principal point, from the part's own corner
    size = (flat[2] - flat[0], flat[3] - flat[1])
    return pyramids(part[None], size, max(ahead, 0.1))[0]


def _edges(boxes: Points, colour: str) -> Lines:
    from core.render.oriented import EDGES, corners

    points = _small(corners(boxes))
    ones, others = np.array([*EDGES, (0, 7), (3, 4)]).T  # the side it looks to is crossed out
    return Lines(points[:, ones].reshape(-1, 3), points[:, others].reshape(-1, 3), colour, 2.0)


def _small(points: Points) -> Points:
    return (points - np.array([0.0, AHEAD, 0.0])) * SCALE
