"""The augmentations of SimCLR's figure 4, each by one strength from 0 (off) to 1. No torch.

Chen et al. 2020, arXiv 2002.05709. A strength stands for options of `Augmentation`; those that the
figure does not have (shift, quarter turns) are left to their own options.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.config import Value
from core.data.augment.config import Augmentation

STRETCH = 4 / 3
COLOURS = 0.8  # change of brightness, contrast and saturation at full strength, a quarter in hue

# As strong as one can see; the names in the order of the figure.
STRONG: Mapping[str, float] = {
    "crop": 0.7,
    "flip": 1.0,
    "colour drop": 1.0,
    "colour jitter": 1.0,
    "rotate": 0.5,
    "cutout": 0.5,
    "noise": 0.3,
    "blur": 1.0,
    "Sobel": 1.0,
}
MEANING: Mapping[str, str] = {
    "crop": "How much of the area a random crop may take away; the rest is blown up",
    "flip": "How often left and right are exchanged",
    "colour drop": "How often the colour is taken away",
    "colour jitter": "How strongly brightness, contrast, saturation and hue are changed",
    "rotate": "Largest rotation either way; 1 is half a turn",
    "cutout": "Side of the square that is painted over, as a share of the picture's",
    "noise": "Largest deviation of the noise; white is 1",
    "blur": "How often the picture is blurred",
    "Sobel": "Show the edges in place of the picture",
}


def values_of(name: str, strength: float) -> dict[str, Value]:
    """The options of `Augmentation` that a strength stands for; 0 turns the augmentation off."""
    s, on = strength, strength > 0
    every: dict[str, dict[str, Value]] = {
        "crop": {"crop": max(0.02, 1.0 - s), "stretch": STRETCH if on else 1.0},
        "flip": {"flip": s},
        "colour drop": {"grey": s},
        "colour jitter": {"jitter": 1.0 if on else 0.0, "hue": COLOURS / 4 * s,
                          **dict.fromkeys(("brightness", "contrast", "saturation"), COLOURS * s)},
        "rotate": {"turn": 180.0 * s},
        "cutout": {"cutout": s},
        "noise": {"noise": s},
        "blur": {"blur": s},
        "Sobel": {"sobel": on},
    }  # fmt: skip
    return every[name]


def strength_of(name: str, config: Augmentation) -> float:
    """The strength that comes nearest to a config's options."""
    jitter = config.brightness / COLOURS if config.jitter > 0 else 0.0
    every = {
        "crop": 1.0 - config.crop,
        "flip": config.flip,
        "colour drop": config.grey,
        "colour jitter": min(1.0, jitter),
        "rotate": config.turn / 180.0,
        "cutout": config.cutout,
        "noise": config.noise,
        "blur": config.blur,
        "Sobel": float(config.sobel),
    }
    return every[name]


def alone(name: str, strength: float | None = None) -> Augmentation:
    """One augmentation and nothing else, by default as strong as one can see."""
    return Augmentation(**values_of(name, STRONG[name] if strength is None else strength))  # type: ignore[arg-type]
