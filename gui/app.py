"""Starts the application: settings, theme, window; ends it with every thread joined."""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Sequence

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from core.runs import RunStore, home
from gui.collecting import Collector
from gui.theme import manager
from gui.widgets.typing_first import TypingFirst
from gui.window import Window

NO_DISPLAY = (
    "selfsight: there is no display to open a window on. Everything works without one too: "
    "python main.py train rotation, python main.py --help"
)


def settings() -> QSettings:
    """The window's settings, a file in Selfsight's own folder."""
    return QSettings(str(home() / "window.ini"), QSettings.Format.IniFormat)


def has_display() -> bool:
    """Whether there is anything to draw a window on; Qt aborts where there is not."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform != "linux" or any(os.environ.get(name) for name in named)


def make_application(arguments: Sequence[str]) -> QApplication:
    """The application with our name and looks."""
    app = QApplication.instance() or QApplication(list(arguments))
    assert isinstance(app, QApplication)
    app.setApplicationName("Selfsight")
    app.setApplicationDisplayName("Selfsight")
    app.setDesktopFileName("selfsight")
    if app.findChild(TypingFirst) is None:
        TypingFirst(app)
    return app


def main(arguments: Sequence[str]) -> int:
    """Open the laboratory and stay until it is closed. Returns the exit status."""
    if not has_display():
        print(NO_DISPLAY, file=sys.stderr)
        return 1
    home().mkdir(parents=True, exist_ok=True)
    with open(home() / "crash.log", "w", encoding="utf-8") as crash_log:
        faulthandler.enable(crash_log)
        app = make_application(arguments)
        kept = settings()
        manager().remember_in(kept)
        manager().install(app)
        window = Window(RunStore(), kept)
        window.painted.connect(window.begin)
        window.show()
        collector = Collector(app)
        window.laboratory.when_warm(collector.spare)
        status = app.exec()
        collector.stop()
        faulthandler.disable()
    (home() / "crash.log").unlink(missing_ok=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv))
