"""Named arrangements of a desk's docks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
OPTIONS, SHOWN = ("setup", "note"), ("guesses", "attention", "figures", "evaluation")
OPTIONS_WIDTH = 300
LAYOUTS = ("train", "look", "present")


def apply_layout(name: str, area: QMainWindow, docks: dict[str, QDockWidget]) -> None:
    """Put every dock in its place.

    "train": options, curves, pictures over the map. "look": options away, pictures beside the map.
    "present": one thing large, everything else a tab behind it.
    """
    for dock in docks.values():
        dock.setFloating(False)
        area.removeDockWidget(dock)
    options = [docks[n] for n in OPTIONS if n in docks]
    shown = [docks[n] for n in SHOWN if n in docks]
    maps = [docks["map"]] if "map" in docks else []
    wide = area.width() - (OPTIONS_WIDTH if name == "train" else 0)
    if name == "train":
        _stack(area, LEFT, options)
        _stack(area, RIGHT, shown)
        _stack(area, RIGHT, maps)
        if options:
            area.resizeDocks(options[:1], [OPTIONS_WIDTH], Qt.Orientation.Horizontal)
    elif name == "look":
        _stack(area, RIGHT, [*shown, *options])
        _stack(area, RIGHT, maps)
        if shown and maps:
            area.splitDockWidget(shown[0], maps[0], Qt.Orientation.Horizontal)
    else:
        _stack(area, RIGHT, [*shown, *maps, *options])
    right = shown[:1] or maps
    share = {"train": 0.54, "look": 0.78, "present": 0.9}[name]
    if name == "look" and shown and maps:
        area.resizeDocks([shown[0], maps[0]], [int(wide * 0.39)] * 2, Qt.Orientation.Horizontal)
    elif right:
        area.resizeDocks(right, [int(wide * share)], Qt.Orientation.Horizontal)
    if name == "train" and shown and maps:
        area.resizeDocks([shown[0], maps[0]], [52, 48], Qt.Orientation.Vertical)
    for bar in area.findChildren(QTabBar):
        bar.setElideMode(Qt.TextElideMode.ElideNone)
        bar.setUsesScrollButtons(True)


def _stack(area: QMainWindow, where: Qt.DockWidgetArea, docks: list[QDockWidget]) -> None:
    """Docks as tabs over one another, the first in front."""
    for dock in docks:
        area.addDockWidget(where, dock)
        dock.show()
    for before, dock in zip(docks, docks[1:]):
        area.tabifyDockWidget(before, dock)
    if docks:
        docks[0].raise_()
