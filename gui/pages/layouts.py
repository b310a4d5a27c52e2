"""Named arrangements of a desk's docks."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
OPTIONS = ("setup", "note")
SHOWN = ("scene", "boxes in space", "drawing board", "nursery", "quality", "denoise",
         "pixel by pixel", "guesses", "reconstruction", "hide by hand", "colour hints",
         "puzzle by hand", "latent space", "interpolation", "arithmetic", "inversion",
         "attention", "figures", "clusters", "labelling", "evaluation")  # fmt: skip
OPTIONS_WIDTH = 300
PICTURES, SCENE = 0.54, 0.70  # of the width beside the options; curves have the rest
WIDE = 1400  # from this width on the options stand beside the curves and a scene
TALL = 680  # from this height on the map stands under the pictures, below it it is a tab
LAYOUTS = ("train", "look", "present")


def apply_layout(name: str, area: QMainWindow, docks: dict[str, QDockWidget]) -> None:
    """Put every dock in its place.

    "train": options, curves, pictures over the map; where it is narrow a scene before the options.
    "look": pictures beside the map, curves away. "present": one thing large, everything else a tab
    behind it.
    """
    for dock in docks.values():
        dock.setFloating(False)
        area.removeDockWidget(dock)
    area.centralWidget().setVisible(name == "train")
    options = [docks[n] for n in OPTIONS if n in docks]
    shown = [docks[n] for n in SHOWN if n in docks]
    maps = [docks["map"]] if "map" in docks else []
    if name == "train" and "scene" in docks and area.width() < WIDE:
        _stack(area, RIGHT, [*shown, *maps, *options])  # a scene needs the room
    elif name == "train":
        _stack(area, LEFT, options)
        if area.height() >= TALL:
            _beside(area, shown, maps, Qt.Orientation.Vertical)
        else:
            _stack(area, RIGHT, [*shown[:-1], *maps, *shown[-1:]])
    elif name == "look":
        _beside(area, [*shown, *options], maps, Qt.Orientation.Horizontal)
    else:
        _stack(area, RIGHT, [*shown, *maps, *options])
    _size(name, area, options, shown, maps)
    show_tab_names(area)


def show_tab_names(area: QMainWindow) -> None:
    """Tabs scroll rather than cut their names; Qt makes new bars wherever docks are moved."""
    for bar in area.findChildren(QTabBar):
        bar.setElideMode(Qt.TextElideMode.ElideNone)
        bar.setUsesScrollButtons(True)


def _size(
    name: str,
    area: QMainWindow,
    options: list[QDockWidget],
    shown: list[QDockWidget],
    maps: list[QDockWidget],
) -> None:
    """Share the area out. Beside the options, curves and pictures get about half each."""
    across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    front = [*shown[:1], *maps]
    if name == "train" and area.height() < TALL:
        maps, front = [], front[:1]
    if name == "train":
        scene = bool(shown) and shown[0].objectName() == "scene"
        rest = area.width()
        if not scene or rest >= WIDE:
            rest -= OPTIONS_WIDTH
            area.resizeDocks(options[:1], [OPTIONS_WIDTH] * len(options[:1]), across)
        share = SCENE if scene else PICTURES
        area.resizeDocks(front[:1], [int(rest * share)] * len(front[:1]), across)
        area.resizeDocks(front, [int(area.height() * 0.5)] * len(front), down)
    elif name == "look":
        area.resizeDocks(front, [int(area.width() * 0.5)] * len(front), across)


def _beside(
    area: QMainWindow, first: list[QDockWidget], second: list[QDockWidget], along: Qt.Orientation
) -> None:
    """Two stacks at the right, one beside or under the other.

    They are split while each is a single dock: Qt adds to a stack of tabs what is split from it.
    """
    if not (first and second):
        _stack(area, RIGHT, [*first, *second])
        return
    area.addDockWidget(RIGHT, first[0])
    area.splitDockWidget(first[0], second[0], along)
    for docks in (first, second):
        docks[0].show()
        _tab(area, docks)


def _stack(area: QMainWindow, where: Qt.DockWidgetArea, docks: list[QDockWidget]) -> None:
    """Docks as tabs over one another, the first in front."""
    if docks:
        area.addDockWidget(where, docks[0])
        docks[0].show()
        _tab(area, docks)


def _tab(area: QMainWindow, docks: list[QDockWidget]) -> None:
    for before, dock in pairwise(docks):
        area.tabifyDockWidget(before, dock)
        dock.show()
    docks[0].raise_()
