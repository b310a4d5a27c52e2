"""The real window to be measured, on a screen of its own where the machine has none."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer

if TYPE_CHECKING:
    from gui.pages.desk import Desk
    from gui.window import Window

POLL_MS = 20


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """Something to draw on: the display there is, else a virtual one, else memory. Yields which."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        yield "the display"
        return
    server = shutil.which("Xvfb")
    if server is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield "offscreen, no X server"
        return
    reading, writing = os.pipe()
    words = [server, "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(words, pass_fds=[writing], stderr=subprocess.DEVNULL) as process:
        os.close(writing)
        with os.fdopen(reading) as numbers:
            os.environ["DISPLAY"] = f":{numbers.readline().strip()}"
        try:
            yield "Xvfb"
        finally:
            del os.environ["DISPLAY"]
            process.terminate()


@contextlib.contextmanager
def window() -> Iterator[Window]:
    """The window as `gui.app` opens it, which answers every question with yes."""
    from core.runs import RunStore
    from gui.app import make_application, settings
    from gui.collecting import Collector
    from gui.theme import manager
    from gui.window import Window

    app, kept = make_application([]), settings()
    manager().remember_in(kept)
    manager().install(app)
    found = Window(RunStore(), kept)
    found.ask = lambda *_: True
    found.show()
    found.begin()
    collector = Collector(app)
    found.laboratory.when_warm(collector.spare)
    try:
        wait(30.0, lambda: found.laboratory.is_warm)
        yield found
    finally:
        found.close()
        app.processEvents()
        collector.stop()


def wait(seconds: float, until: Callable[[], bool] | None = None) -> None:
    """Run the event loop for so long, or until something holds; raises TimeoutError."""
    loop, end, poll = QEventLoop(), QTimer(singleShot=True), QTimer(interval=POLL_MS)
    end.timeout.connect(loop.quit)
    end.start(round(1000 * seconds))
    if until is not None:
        poll.timeout.connect(lambda: loop.quit() if until() else None)
        poll.start()
    loop.exec()
    poll.stop()
    if until is not None and not until():
        raise TimeoutError(f"the window was not ready within {seconds:g} s")


def desk_of(found: Window) -> Desk:
    """The desk in front, furnished."""
    wait(60.0, lambda: (desk := found.workbench.desk()) is not None and desk.setup is not None)
    desk = found.workbench.desk()
    assert desk is not None
    return desk


def show_only(desk: Desk, *names: str) -> None:
    """Show these docks in front and put the others away."""
    for name in desk.docks:
        desk.toggle(name, name in names)
