"""The fonts that come with the program: Inter for text, JetBrains Mono for code, STIX for formulas.

Their licences (SIL OFL 1.1, Apache 2.0, SIL OFL 1.1) stand beside them in `assets/fonts`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from gui.tokens import TYPE

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "fonts"
TEXT_FAMILY = "Inter"
CODE_FAMILY = "JetBrains Mono"
FORMULA_FAMILY = "STIX"

BOLD = QFont.Weight.DemiBold

_loaded: list[int] = []


def load() -> None:
    """Make the bundled fonts known to Qt; a second call does nothing. Needs an application."""
    if not _loaded:
        files = sorted([*FOLDER.glob("*.otf"), *FOLDER.glob("*.ttf")])
        _loaded.extend(QFontDatabase.addApplicationFont(str(file)) for file in files)


def text(size: int = TYPE.body, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font of the window at `size` pixels."""
    font = QFont(TEXT_FAMILY)
    font.setPixelSize(size)
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@cache  # painting asks for it hundreds of times; nobody changes what it returns
def numbers(size: int = TYPE.body, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font of the window with figures of one width, so that counting numbers stand still."""
    font = text(size, weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def code(size: int = TYPE.small) -> QFont:
    """The font of command lines, tracebacks and logs."""
    font = QFont(CODE_FAMILY)
    font.setPixelSize(size)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def formula(size: int = TYPE.lead) -> QFont:
    """The italic of formulas; what it lacks is taken from the system's serif fonts."""
    font = QFont(
        [FORMULA_FAMILY, "STIX Two Text", "Cambria Math", "Times New Roman", "DejaVu Serif"]
    )
    font.setPixelSize(size)
    font.setItalic(True)
    return font
