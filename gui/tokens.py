"""The tokens that everything seen is made of: colours, sizes of text, distances, radii."""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtGui import QColor

from core import colours


@dataclass(frozen=True)
class Type:
    """Sizes of text in device-independent pixels, from the smallest to the largest."""

    caption: int = 11
    small: int = 12
    body: int = 13
    lead: int = 15
    heading: int = 18
    display: int = 26


@dataclass(frozen=True)
class Space:
    """Distances in device-independent pixels; every margin and gap is one of them."""

    hair: int = 2
    tight: int = 4
    small: int = 8
    medium: int = 12
    large: int = 16
    wide: int = 24
    page: int = 32


TYPE = Type()
SPACE = Space()
RADIUS_SMALL, RADIUS, RADIUS_LARGE = 4, 6, 10


@dataclass(frozen=True)
class Theme:
    """One set of colours, each as `#RRGGBB`. Text tokens reach 4.5:1 on every surface token."""

    name: str
    dark: bool

    window: str  # behind everything
    panel: str  # docks, cards, fields
    raised: str  # menus, notices, the palette
    hover: str
    selected: str
    border: str
    border_strong: str  # around what can be edited

    text: str
    text_secondary: str
    text_faint: str

    accent: str
    accent_hover: str
    accent_text: str  # text on the accent
    success: str
    warning: str
    danger: str

    plot_background: str
    plot_grid: str
    plot_axis: str
    palette: tuple[str, ...]  # of classes and lines; see gui/colours.py

    def color(self, token: str, alpha: float = 1.0) -> QColor:
        """The token of that name as a QColor, alpha in 0..1."""
        found = QColor(getattr(self, token))
        found.setAlphaF(alpha)
        return found

    def category(self, index: int) -> QColor:
        """The colour of class or line `index`; they repeat after the last, -1 is no class."""
        if index < 0:
            return self.color("text_faint")
        return QColor(self.palette[index % len(self.palette)])

    def tokens(self) -> dict[str, str]:
        """Name -> `#RRGGBB` of every single colour."""
        names = (f.name for f in fields(self) if f.name not in ("name", "dark", "palette"))
        return {name: getattr(self, name) for name in names}


LIGHT = Theme(
    name="light",
    dark=False,
    window="#F5F6F8",
    panel="#FFFFFF",
    raised="#FFFFFF",
    hover="#EDEFF3",
    selected="#E3EBFC",
    border="#E2E5EA",
    border_strong="#C6CBD4",
    text="#14171C",
    text_secondary="#4A5260",
    text_faint="#5D6675",
    accent="#2A5BD7",
    accent_hover="#1F4BBB",
    accent_text="#FFFFFF",
    success="#15703F",
    warning="#8A5200",
    danger="#B3261E",
    plot_background="#FFFFFF",
    plot_grid="#E6E9EE",
    plot_axis="#5D6675",
    palette=colours.PALETTE_ON_LIGHT,
)

DARK = Theme(
    name="dark",
    dark=True,
    window="#0E1014",
    panel="#15181D",
    raised="#1C2026",
    hover="#22272F",
    selected="#1E2F55",
    border="#262B33",
    border_strong="#3D4552",
    text="#E9EBEF",
    text_secondary="#B0B7C3",
    text_faint="#98A1B0",
    accent="#7FA6FF",
    accent_hover="#9DBBFF",
    accent_text="#0B1630",
    success="#5CCB8F",
    warning="#F0B357",
    danger="#FF8A80",
    plot_background="#15181D",
    plot_grid="#252A32",
    plot_axis="#98A1B0",
    palette=colours.PALETTE_ON_DARK,
)
