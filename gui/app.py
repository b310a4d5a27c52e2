"""Starts the application: settings, theme, window; ends it with every thread joined."""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Sequence

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from core.runs import RunStore, home
from gui.theme import manager
from gui.window import Window


def settings() -> QSettings:
    """The window's settings, a file in Selfsight's own folder."""
    return QSettings(str(home() / "window.ini"), QSettings.Format.IniFormat)


def make_application(arguments: Sequence[str]) -> QApplication:
    """The application with our name and looks."""
    app = QApplication.instance() or QApplication(list(arguments))
    assert isinstance(app, QApplication)
    app.setApplicationName("Selfsight")
    app.setApplicationDisplayName("Selfsight")
    app.setDesktopFileName("selfsight")
    return app


def main(arguments: Sequence[str]) -> int:
    """Open the laboratory and stay until it is closed. Returns the exit status."""
    home().mkdir(parents=True, exist_ok=True)
    with open(home() / "crash.log", "w", encoding="utf-8") as crash_log:
        faulthandler.enable(crash_log)
        app = make_application(arguments)
        kept = settings()
        manager().remember_in(kept)
        manager().install(app)
        window = Window(RunStore(), kept)
        window.show()
        window.begin()
        status = app.exec()
        faulthandler.disable()
    (home() / "crash.log").unlink(missing_ok=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv))
