"""The commands of the menu "Denoise": of the run in front that takes noise away or draws pixels."""

from __future__ import annotations

from gui.behaviors.docks import Acts

DENOISER, PIXELS = "denoise", "pixel by pixel"  # the docks
ACTS: dict[str, Acts] = {
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
