"""A training window that dies loses nothing: the next one offers to go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from tests.gui.window.acts import LONG, accept, desk_in, offers, steps_of, wait_for_notice, words
from tests.gui.window.conftest import OpenWindow

# A window that saves ten times a second and trains until it is killed.
DOOMED = """
from PySide6.QtCore import QSettings
from core.experiment import Experiment
from core.runs import RunStore
from gui.app import make_application, settings
from gui.window import Window

app = make_application([])
window = Window(RunStore(), settings())
window.show()
window.begin()
window.laboratory.autosave = 0.1
small = {"steps": 1_000_000, "batch_size": 8, "width": 4}
window.workbench.again.emit(Experiment("rotation", "digits", options=small, threads=1))
app.exec()
"""


@pytest.fixture
def killed(own_home: Path, store: RunStore) -> str:
    """The id of a run whose window was killed in the middle of its training."""
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    process = subprocess.Popen([sys.executable, "-c", DOOMED], cwd=root, env=environment)
    try:
        end = time.monotonic() + 60
        while not any((run.resume_step or 0) > 0 for run in store.list()):
            assert process.poll() is None, "the window ended by itself"
            assert time.monotonic() < end, "no checkpoint within a minute"
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return store.list()[0].id


def test_after_a_kill_the_offer_appears_and_continue_goes_on(
    qtbot: QtBot, killed: str, open_window: OpenWindow
) -> None:
    window = open_window()
    notice = wait_for_notice(qtbot, window, "A run was interrupted")
    assert offers(notice) == ["Continue", "Open"]
    saved = window.laboratory.store.list()[0].resume_step
    accept(notice, "Continue")
    desk = desk_in(qtbot, window, "training")
    assert desk.session.run.id == killed
    qtbot.waitUntil(lambda: steps_of(desk) > saved, timeout=LONG)


def test_without_an_interrupted_run_nothing_is_offered(
    qtbot: QtBot, store_with_run: RunStore, open_window: OpenWindow
) -> None:
    window = open_window()
    assert [words(notice) for notice in window.notices.shown] == []
