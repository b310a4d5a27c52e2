"""The about box: what the program is, its versions, the licences of what is bundled."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from core.runs import info
from gui.behaviors.errors import versions
from gui.widgets.details import DetailsDialog

TEXT = """\
Selfsight {version}
A laboratory for learning to see without labels.

{versions}

Typefaces: Inter and STIX (SIL Open Font License 1.1), JetBrains Mono (Apache License 2.0).
Their licences lie beside them in assets/fonts."""


def about_text() -> str:
    """A few plain lines, to be read and copied into a report."""
    return TEXT.format(version=info.versions()["selfsight"], versions=versions())


def show_about(window: QWidget) -> None:
    """Open the box over a window; nothing waits for it."""
    DetailsDialog("About Selfsight", about_text(), window).open()
