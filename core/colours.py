"""Colours of data: the palette of classes and the continuous maps. NumPy alone, no Qt.

The palettes began as those of Okabe and Ito ("Color universal design", 2008) and of Paul Tol
("Colour schemes", SRON/EPS/TN/09-002, 2021) and were moved by annealing until the least distance
of two of their colours, in CIELAB as seen with normal, protanopic, deuteranopic and tritanopic
eyes (Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009), was large, while each keeps at
least 3:1 against the background it is for. Entry `i` has a similar hue in both.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

PALETTE_ON_LIGHT = (
    "#0C6CEE", "#CA8614", "#257B53", "#CA4C8E", "#25A2B7", "#B83409",
    "#5D2F9C", "#9C9448", "#6D2245", "#38421B", "#A084DF", "#173F6E",
)  # fmt: skip
PALETTE_ON_DARK = (
    "#6BB3FC", "#EB981C", "#5DECBB", "#DD91BE", "#A9E6FF", "#DE5434",
    "#7E7DFF", "#EAE669", "#C13B7F", "#81B468", "#766CB2", "#A29986",
)  # fmt: skip

# Control points, evenly spaced from the low end to the high end. The first three follow the maps
# of those names: viridis and magma (Smith and van der Walt, 2015), cividis (Nunez et al., PLoS
# ONE 13(7), 2018). The diverging maps are ours: equal lightness at both ends, neutral between.
_POINTS: dict[str, tuple[str, ...]] = {
    "viridis": ("#440154", "#472D7B", "#3B528B", "#2C728E", "#21918C", "#28AE80", "#5EC962",
                "#ADDC30", "#FDE725"),
    "magma": ("#000004", "#1D1147", "#51127C", "#832681", "#B73779", "#E75263", "#FC8961",
              "#FEC488", "#FCFDBF"),
    "cividis": ("#00224E", "#123570", "#3B496C", "#575D6D", "#707173", "#8A8678", "#A59C74",
                "#C3B369", "#E1CC55", "#FEE838"),
    "grey": ("#000000", "#FFFFFF"),
    "blue-orange": ("#12408F", "#3B78C9", "#8DB6E6", "#F4F4F2", "#F2B878", "#CF7420", "#7C3A04"),
    "blue-orange-dark": ("#8CC2FF", "#3F7FD6", "#22406E", "#15181D", "#6B4016", "#CC7A22",
                         "#FFC37A"),
}  # fmt: skip

MAP_NAMES = tuple(_POINTS)


@lru_cache(maxsize=len(_POINTS))
def colour_map(name: str) -> NDArray[np.uint8]:
    """The map of that name as a read-only table (256, 3); raises ValueError naming those there are.

    Between its control points a map runs straight in OKLab (Ottosson, 2020), so that its
    lightness stays even where sRGB would sag.
    """
    if name not in _POINTS:
        raise ValueError(f"colour map {name!r}: expected one of {', '.join(MAP_NAMES)}")
    points = _to_oklab(np.array([rgb(code) for code in _POINTS[name]]) / 255.0)  # (P, 3)
    at = np.linspace(0.0, len(points) - 1.0, 256)
    lab = np.stack([np.interp(at, np.arange(len(points)), points[:, k]) for k in range(3)], axis=1)
    table = np.rint(_from_oklab(lab) * 255.0).astype(np.uint8)
    table.setflags(write=False)
    return table


def diverging_map(dark: bool) -> NDArray[np.uint8]:
    """The diverging map whose middle is the background of the theme; (256, 3)."""
    return colour_map("blue-orange-dark" if dark else "blue-orange")


def rgb(code: str) -> tuple[int, int, int]:
    """`#RRGGBB` as three numbers in 0..255."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def luminance(code: str) -> float:
    """Relative luminance of a colour in 0..1 (WCAG 2.2)."""
    return float(_to_linear(np.array(rgb(code)) / 255.0) @ (0.2126, 0.7152, 0.0722))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1..21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


_LMS = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                 [0.2119034982, 0.6806995451, 0.1073969566],
                 [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                 [1.9779984951, -2.4285922050, 0.4505937099],
                 [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip


def _to_linear(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _to_oklab(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.cbrt(_to_linear(srgb) @ _LMS.T) @ _LAB.T


def _from_oklab(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = (lab @ np.linalg.inv(_LAB).T) ** 3 @ np.linalg.inv(_LMS).T
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
