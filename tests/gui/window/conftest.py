"""A real window over a store of its own, and one small run that is trained once for all tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.theme import manager
from gui.window import Window
from tests.gui.window.acts import LONG, desk_in

TINY = {"steps": 24, "batch_size": 16, "width": 4}
OpenWindow = Callable[[], Window]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs with one finished run in it."""
    from core.engine import Engine
    from core.experiment import Experiment

    root = tmp_path_factory.mktemp("trained") / "runs"
    engine = Engine(Experiment("rotation", "digits", options=TINY, threads=1), RunStore(root))
    engine.start()
    engine.join()
    assert engine.state == "finished", engine.message
    return root


@pytest.fixture
def store(own_home: Path) -> RunStore:
    """No runs yet."""
    return RunStore(own_home / "runs")


@pytest.fixture
def store_with_run(store: RunStore, trained: Path) -> RunStore:
    """A copy of the finished run, to do anything with."""
    shutil.copytree(trained, store.root)
    return store


@pytest.fixture
def open_window(qtbot: QtBot, store: RunStore, own_home: Path) -> Iterator[OpenWindow]:
    """Opens windows over the store, one after another, as a person starts the program again.

    Their questions are answered yes; `window.asked` counts them.
    """
    opened: list[Window] = []
    mode = manager().mode

    def open_() -> Window:
        settings = QSettings(str(own_home / "window.ini"), QSettings.Format.IniFormat)
        window = Window(store, settings)
        window.asked = []  # type: ignore[attr-defined]
        window.ask = lambda title, text: bool(window.asked.append(text)) or True  # type: ignore[attr-defined,method-assign]
        opened.append(window)
        window.resize(1280, 800)
        window.show()
        window.activateWindow()
        window.begin()
        qtbot.waitUntil(lambda: window.laboratory.is_warm and window.isActiveWindow(), timeout=LONG)
        return window

    yield open_
    for window in opened:
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # not dressed again
    manager().set_mode(mode)


@pytest.fixture
def window(open_window: OpenWindow) -> Window:
    """A window with no run in it."""
    return open_window()


@pytest.fixture
def at_desk(qtbot: QtBot, store_with_run: RunStore, open_window: OpenWindow) -> Window:
    """A window with the finished run open."""
    made = open_window()
    made.open_run(store_with_run.list()[0].id)
    desk_in(qtbot, made, "finished")
    return made
