"""The line of controls over a scene: outputs, what is drawn, views, background, crop, cameras."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup, QColor
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon
from gui.theme import SPACE
from gui.widgets.choice_row import ChoiceRow
from gui.widgets.flow import FlowLayout
from gui.widgets.scene.range_slider import RangeSlider
from gui.widgets.text import label

OVERLAYS = {
    "box": ("Scene box", True),
    "axes": ("Axes", True),
    "cameras": ("Cameras", False),
    "cells": ("Occupied cells", False),
    "gaussians": ("Gaussians", False),
}
VIEWS = {"home": "Home", "front": "Front", "right": "Right", "top": "Top"}
UPS = {"z": "z is up", "y": "y is up", "x": "x is up", "-y": "−y is up"}
BACKGROUNDS: dict[str, tuple[float, float, float] | None] = {
    "As trained": None, "White": (1.0, 1.0, 1.0), "Grey": (0.5, 0.5, 0.5),
    "Night": (0.08, 0.09, 0.11), "Black": (0.0, 0.0, 0.0),
}  # fmt: skip


class SceneControls(QWidget):
    """Tells what a person wants; knows nothing of who does it."""

    outputs_changed = Signal()
    overlays_changed = Signal()
    background_changed = Signal(object)  # three numbers, or None
    view_wanted = Signal(str)
    up_wanted = Signal(str)
    crop_toggled = Signal(bool)
    path_toggled = Signal(bool)
    inspect_wanted = Signal()
    turned = Signal(int)  # to the next or the previous camera
    photograph_changed = Signal(float)  # opacity
    difference_toggled = Signal(bool)

    def __init__(self, outputs: Mapping[str, tuple[str, str]]) -> None:
        super().__init__()
        self.output = ChoiceRow(outputs)
        self.split = QToolButton(text="Split", checkable=True)
        self.second = QComboBox()
        for key, (words, _) in outputs.items():
            self.second.addItem(words, key)
        self.second.setCurrentIndex(1)
        self.shown, self.overlays = self._menu("Show", "What is drawn over the scene"), {}
        self.views = self._menu("View", "Where the scene is seen from")
        self.backgrounds = self._menu("Background", "What lies behind the scene")
        self.crop = QToolButton(text="Crop", checkable=True)
        self.inspect = QToolButton(text="Ray", checkable=True)
        self.path = QToolButton(text="Path", checkable=True)
        self.before, self.after = self._arrow("left", "Previous"), self._arrow("right", "Next")
        self.camera = label("", "small", "secondary")
        self.photograph = QSlider(Qt.Orientation.Horizontal)
        self.difference = QToolButton(text="Difference", checkable=True)
        self._fill_menus()
        self._explain()
        self._lay_out()
        self._connect()
        self.stand_in("")

    # --- building ---------------------------------------------------------------------------------

    @staticmethod
    def _menu(words: str, hint: str) -> QToolButton:
        made = QToolButton(text=words, toolTip=hint)
        made.setAccessibleName(hint)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setMenu(QMenu(made))
        return made

    @staticmethod
    def _arrow(side: str, words: str) -> QToolButton:
        made = QToolButton(toolTip=f"{words} camera")
        made.setIcon(icon(f"chevron-{side}"))
        made.setAccessibleName(f"{words} camera")
        return made

    def _fill_menus(self) -> None:
        for key, (words, on) in OVERLAYS.items():
            action = self.shown.menu().addAction(words)
            action.setCheckable(True)
            action.setChecked(on)
            action.toggled.connect(self.overlays_changed)
            self.overlays[key] = action
        for key, words in VIEWS.items():
            action = self.views.menu().addAction(words)
            action.triggered.connect(lambda _=False, k=key: self.view_wanted.emit(k))
        self.views.menu().addSeparator()
        self._ups = QActionGroup(self)
        for key, words in UPS.items():
            action = self._ups.addAction(self.views.menu().addAction(words))
            action.setCheckable(True)
            action.setChecked(key == "z")
            action.triggered.connect(lambda _=False, k=key: self.up_wanted.emit(k))
        for words, colour in BACKGROUNDS.items():
            action = self.backgrounds.menu().addAction(words)
            action.triggered.connect(lambda _=False, c=colour: self.background_changed.emit(c))
        self.backgrounds.menu().addAction("Other…").triggered.connect(self._ask_colour)

    def _explain(self) -> None:
        self.split.setToolTip("Two outputs beside a line that can be dragged")
        self.second.setToolTip("What is shown right of the line")
        self.crop.setToolTip("See only what lies within a smaller box")
        self.path.setToolTip("Lay a way of the camera, play it and film it")
        self.inspect.setToolTip("Click a pixel to open its ray")
        self.photograph.setToolTip("How strongly the photograph is laid over the picture")
        self.difference.setToolTip("How far the picture is from this photograph, pixel by pixel")
        for part in (self.split, self.second, self.crop, self.inspect, self.path,
                     self.photograph, self.difference):  # fmt: skip
            part.setAccessibleName(part.toolTip())
        self.photograph.setRange(0, 100)
        self.photograph.setFixedWidth(90)
        self.second.setVisible(False)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        flow = FlowLayout(gap=SPACE.small)
        flow.add_group(self.output)
        flow.add_group(self.split, self.second)
        flow.add_group(self.shown, self.views, self.backgrounds)
        flow.add_group(self.inspect, self.crop, self.path)
        self._cameras = flow.add_group(self.before, self.camera, self.after)
        self._standing = flow.add_group(
            label("Photograph", "small"), self.photograph, self.difference
        )
        column.addLayout(flow)

    def _connect(self) -> None:
        self.output.chosen.connect(lambda _: self.outputs_changed.emit())
        self.split.toggled.connect(self.second.setVisible)
        self.split.toggled.connect(self.outputs_changed)
        self.second.activated.connect(lambda _: self.outputs_changed.emit())
        self.crop.toggled.connect(self.crop_toggled)
        self.path.toggled.connect(self.path_toggled)
        self.inspect.toggled.connect(lambda on: self.inspect_wanted.emit())
        self.before.clicked.connect(lambda: self.turned.emit(-1))
        self.after.clicked.connect(lambda: self.turned.emit(1))
        self.photograph.valueChanged.connect(lambda at: self.photograph_changed.emit(at / 100))
        self.difference.toggled.connect(self.difference_toggled)

    def _ask_colour(self) -> None:
        found = QColorDialog.getColor(QColor("white"), self, "Background of the scene")
        if found.isValid():
            self.background_changed.emit((found.redF(), found.greenF(), found.blueF()))

    # --- what is chosen ---------------------------------------------------------------------------

    @property
    def outputs(self) -> tuple[str, ...]:
        """One, or two beside a line."""
        second = (self.second.currentData(),) if self.split.isChecked() else ()
        return (self.output.key, *second)

    @property
    def titles(self) -> tuple[str, str]:
        """The words of the two outputs beside the line."""
        return self.output.buttons[self.output.key].text(), self.second.currentText()

    def is_shown(self, overlay: str) -> bool:
        """Whether one of OVERLAYS is to be drawn."""
        return self.overlays[overlay].isChecked()

    def show_cameras(self, there: bool) -> None:
        """Whether there are cameras to stand in."""
        self._cameras.setVisible(there)
        self.overlays["cameras"].setEnabled(there)
        self.output.buttons["error"].setEnabled(there)

    def stand_in(self, title: str) -> None:
        """One stands in the camera of a photograph, or in none."""
        self.camera.setText(title or "Cameras")
        self._standing.setVisible(bool(title))
        if not title and self.difference.isChecked():
            self.difference.setChecked(False)


class CropBox(QWidget):
    """A slider with two handles for each axis; `changed` tells the box, or None for all of it."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.small)
        self.sliders: list[RangeSlider] = []
        for axis in "xyz":
            slider = RangeSlider(f"Part of the {axis} axis that is seen")
            slider.changed.connect(lambda *_: self.changed.emit(self.box()))
            self.sliders.append(slider)
            row.addWidget(label(axis, "small", "secondary"))
            row.addWidget(slider, 1)
        reset = QToolButton(text="Whole box")
        reset.clicked.connect(self.reset)
        row.addWidget(reset)

    def box(self) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        """The least and the greatest corner in −1..1."""
        low = tuple(2 * slider.low - 1 for slider in self.sliders)
        high = tuple(2 * slider.high - 1 for slider in self.sliders)
        return None if low == (-1.0,) * 3 and high == (1.0,) * 3 else (low, high)

    def pull(self, face: int, place: float) -> None:
        """A face, by its row in `Handles`, to a place in −1..1."""
        self.sliders[face // 2].move(("low", "high")[face % 2], (place + 1) / 2)

    def reset(self) -> None:
        """All of the scene box again."""
        for slider in self.sliders:
            slider.set_range(0.0, 1.0)


def hint() -> QLabel:
    """What the mouse does, in one quiet line."""
    return label(
        "Drag to turn, right drag to pan, wheel to zoom, W A S D Q E to fly, click for a ray.",
        "caption", "faint",
    )  # fmt: skip
