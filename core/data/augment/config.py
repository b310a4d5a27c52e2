"""Which augmentations a batch goes through, and how strong; all are off unless said. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from core.config import option

GROUP = "Augmentation"


@dataclass(frozen=True)
class Augmentation:
    """Strengths in the order in which they are applied; by default all are off."""

    crop: float = option(
        1.0,
        "Least share of the area that a random crop keeps, blown up to the whole; 1 keeps all.",
        low=0.02,
        high=1.0,
        group=GROUP,
    )
    stretch: float = option(
        1.0, "Largest ratio of a crop's sides, either way.", low=1.0, high=3.0, group=GROUP
    )
    shift: float = option(
        0.0, "Largest shift, as a share of the side.", low=0.0, high=0.5, group=GROUP
    )
    flip: float = option(
        0.0, "How often left and right are exchanged.", low=0.0, high=1.0, group=GROUP
    )
    turn: float = option(
        0.0, "Largest rotation, either way.", low=0.0, high=180.0, unit="°", group=GROUP
    )
    quarter_turns: bool = option(False, "Turn by 0, 90, 180 or 270 degrees.", group=GROUP)
    jitter: float = option(
        0.0, "How often the colours are changed.", low=0.0, high=1.0, group=GROUP
    )
    brightness: float = option(
        0.4, "Change of brightness: 0.4 is from 60 % to 140 %.", low=0.0, high=1.0, group=GROUP
    )
    contrast: float = option(0.4, "Change of contrast.", low=0.0, high=1.0, group=GROUP)
    saturation: float = option(0.4, "Change of saturation.", low=0.0, high=1.0, group=GROUP)
    hue: float = option(
        0.1, "Change of hue, as a share of the colour circle.", low=0.0, high=0.5, group=GROUP
    )
    grey: float = option(0.0, "How often the colour is taken away.", low=0.0, high=1.0, group=GROUP)
    blur: float = option(0.0, "How often a picture is blurred.", low=0.0, high=1.0, group=GROUP)
    noise: float = option(
        0.0, "Largest deviation of the noise; white is 1.", low=0.0, high=1.0, group=GROUP
    )
    cutout: float = option(
        0.0,
        "Side of the square that is painted over, as a share of the picture's.",
        low=0.0,
        high=1.0,
        group=GROUP,
    )
    sobel: bool = option(False, "Show the edges in place of the picture.", group=GROUP)
