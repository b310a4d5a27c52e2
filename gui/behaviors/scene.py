"""The commands of the menu "Scene": of the run in front that has learned one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gui.behaviors.docks import Acts

if TYPE_CHECKING:
    from gui.panels.scene import ScenePanel

DOCK = "scene"
OUTPUTS = ("colour", "depth", "opacity", "normals", "samples", "error")
_OF_THE_PANEL: dict[str, Callable[[ScenePanel], object]] = {
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
ACTS: dict[str, Acts] = {name: {DOCK: act} for name, act in _OF_THE_PANEL.items()}
NEEDS = tuple(f"scene.{name}" for name in ACTS)
