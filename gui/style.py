"""The dress of the widgets: one palette and one style sheet on Fusion, made from the tokens."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from string import Template

from PySide6.QtCore import QTemporaryDir
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from gui.icon_shapes import svg
from gui.tokens import RADIUS, RADIUS_LARGE, RADIUS_SMALL, SPACE, TYPE, Theme

SHEET = Path(__file__).resolve().parent.parent / "assets" / "themes" / "selfsight.qss"

# A style sheet can only show pictures that are files: name -> (icon, token).
_MARKS = {
    "check": ("check", "accent_text"),
    "dash": ("dash", "accent_text"),
    "down": ("chevron-down", "text_secondary"),
    "up": ("chevron-up", "text_secondary"),
    "right": ("chevron-right", "text_secondary"),
    "close": ("close", "text_secondary"),
    "float": ("layout", "text_secondary"),
}


def dress(app: QApplication, theme: Theme) -> None:
    """Give every widget of the application the colours and measures of the theme."""
    app.setPalette(palette(theme))
    app.setStyleSheet(sheet(theme))


def sheet(theme: Theme) -> str:
    """The style sheet with every token filled in; raises KeyError for a token there is not."""
    words = theme.tokens()
    words |= {f"type_{name}": f"{size}px" for name, size in vars(TYPE).items()}
    words |= {f"space_{name}": f"{size}px" for name, size in vars(SPACE).items()}
    words |= {"radius_small": f"{RADIUS_SMALL}px", "radius": f"{RADIUS}px"}
    words |= {"radius_large": f"{RADIUS_LARGE}px"}
    words |= {f"mark_{name}": f"url({path})" for name, path in _mark_files(theme).items()}
    return Template(SHEET.read_text(encoding="utf-8")).substitute(words)


def palette(theme: Theme) -> QPalette:
    """The colours for what is painted without the style sheet."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window, role.WindowText: theme.text, role.Base: theme.panel,
        role.AlternateBase: theme.hover, role.Text: theme.text, role.Button: theme.panel,
        role.ButtonText: theme.text, role.BrightText: theme.accent_text,
        role.ToolTipBase: theme.raised, role.ToolTipText: theme.text,
        role.Highlight: theme.accent, role.HighlightedText: theme.accent_text,
        role.Link: theme.accent, role.LinkVisited: theme.accent, role.Accent: theme.accent,
        role.PlaceholderText: theme.text_faint, role.Light: theme.raised,
        role.Midlight: theme.hover, role.Mid: theme.border, role.Dark: theme.border_strong,
        role.Shadow: theme.border,
    }  # fmt: skip
    made = QPalette()
    for name, colour in colours.items():
        made.setColor(name, colour)
    for name in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, name, theme.color("text_faint", 0.6))
    return made


@lru_cache(maxsize=1)
def _folder() -> QTemporaryDir:
    return QTemporaryDir()


@lru_cache(maxsize=8)
def _mark_files(theme: Theme) -> dict[str, str]:
    written = {}
    for mark, (shape, token) in _MARKS.items():
        file = Path(_folder().filePath(f"{theme.name}-{mark}.svg"))
        file.write_bytes(svg(shape, getattr(theme, token), line=2.2))
        written[mark] = file.as_posix()
    return written
