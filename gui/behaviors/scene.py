"""The commands of the menu "Scene": of the run in front that has learned one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.panels.scene import ScenePanel
    from gui.window import Window

DOCK = "scene"
OUTPUTS = ("colour", "depth", "opacity", "normals", "samples", "error")
ACTS: dict[str, Callable[[ScenePanel], object]] = {
    **{name: lambda p, n=name: p.choose_output(n) for name in OUTPUTS},
    **{
        name: lambda p, n=name: p.go_to_preset(n) for name in ("home", "front", "right", "top")
    },
    "split": lambda p: p.controls_line.split.toggle(),
    "cameras": lambda p: p.controls_line.overlays["cameras"].toggle(),
    "cells": lambda p: p.controls_line.overlays["cells"].toggle(),
    "gaussians": lambda p: p.controls_line.overlays["gaussians"].toggle(),
    "path": lambda p: p.controls_line.path.toggle(),
    "keyframe": lambda p: p.add_keyframe(),
    "play": lambda p: p.play_path(),
    "crop": lambda p: p.controls_line.crop.toggle(),
    "previous": lambda p: p.turn_camera(-1),
    "next": lambda p: p.turn_camera(1),
    "undo": lambda p: p.stage.undo(),
    "redo": lambda p: p.stage.redo(),
    "inspect": lambda p: p.open_ray(),
    "ray": lambda p: p.inspector.export(),
    "still": lambda p: p.save_still(),
}  # fmt: skip
NEEDS = tuple(f"scene.{name}" for name in ACTS)


class SceneCommands(QObject):
    """Binds the commands; they are off where the run in front shows no scene."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        for name in ACTS:
            window.commands.bind(f"scene.{name}", lambda *_, n=name: self._do(n))
        window.workbench.current_changed.connect(self._follow)
        window.rooms.currentChanged.connect(self.refresh)
        self.refresh()

    def _follow(self, desk: Any) -> None:
        """A desk has its docks only when it is furnished."""
        if desk is not None and not desk.docks:
            desk.furnished.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Allow what can be done now."""
        desk = self._window.workbench.desk()
        there = desk is not None and self._window.page == "workbench" and DOCK in desk.docks
        for id in NEEDS:
            self._window.commands.enable(id, there)

    def _do(self, name: str) -> None:
        desk = self._window.workbench.desk()
        if desk is not None and DOCK in desk.docks:
            desk.toggle(DOCK, True)
            ACTS[name](desk.docks[DOCK].widget())
