"""The commands of the menu "Denoise": of the run in front that takes noise away or draws pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.window import Window

DENOISER, PIXELS = "denoise", "pixel by pixel"  # the docks
Act = Callable[[Any], object]
# command -> dock -> what it does to the dock's panel
ACTS: dict[str, dict[str, Act]] = {
    "way": {DENOISER: lambda p: p.mode.choose("way")},
    "samples": {DENOISER: lambda p: p.mode.choose("samples")},
    "there": {DENOISER: lambda p: p.mode.choose("there")},
    "guidance": {DENOISER: lambda p: p.mode.choose("guidance")},
    "measure": {DENOISER: lambda p: p.measure_guidance()},
    "draw": {PIXELS: lambda p: p.mode.choose("draw")},
    "complete": {PIXELS: lambda p: p.mode.choose("complete")},
    "bits": {PIXELS: lambda p: p.mode.choose("bits")},
    "class": {PIXELS: lambda p: p.mode.choose("class")},
    "another": {DENOISER: lambda p: p.draw_anew(), PIXELS: lambda p: p.draw_again()},
    "stronger": {
        DENOISER: lambda p: p.weight.turn(1),
        PIXELS: lambda p: p.temperature.turn(1),
    },
    "weaker": {DENOISER: lambda p: p.weight.turn(-1), PIXELS: lambda p: p.temperature.turn(-1)},
    "more": {DENOISER: lambda p: p.steps.turn(1)},
    "fewer": {DENOISER: lambda p: p.steps.turn(-1)},
}
NEEDS = tuple(f"denoise.{name}" for name in ACTS)


class DenoiseCommands(QObject):
    """Binds the commands; each is off where the run in front has no panel for it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        for name in ACTS:
            window.commands.bind(f"denoise.{name}", lambda *_, n=name: self._do(n))
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
        docks = desk.docks if desk is not None and self._window.page == "workbench" else {}
        for name, acts in ACTS.items():
            self._window.commands.enable(f"denoise.{name}", any(dock in docks for dock in acts))

    def _do(self, name: str) -> None:
        desk = self._window.workbench.desk()
        if desk is None:
            return
        for dock, act in ACTS[name].items():
            if dock in desk.docks:
                desk.toggle(dock, True)
                act(desk.docks[dock].widget())
