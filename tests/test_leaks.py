"""The leak checks find what is left, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests import leaks
from tests.leaks import ProcessTrace, QtTrace

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaks, "GRACE", 0.0)


@pytest.fixture
def stop(no_grace: None) -> Iterator[threading.Event]:
    """What a thread of a test waits for; set at its end."""
    event = threading.Event()
    yield event
    event.set()


def test_a_thread_that_runs_on_is_found(stop: threading.Event) -> None:
    trace = ProcessTrace()
    thread = threading.Thread(target=stop.wait, name="forgotten")
    thread.start()
    assert trace.left() == ["thread 'forgotten'"]
    stop.set()
    thread.join()
    assert trace.left() == []


@pytest.mark.skipif(sys.platform != "linux", reason="children are found in /proc")
def test_a_process_that_runs_on_is_found(no_grace: None) -> None:
    trace = ProcessTrace()
    code = "print(flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    child = subprocess.Popen([sys.executable, "-S", "-c", code], **pipes)
    child.stdout.readline()  # it runs
    found = trace.left()
    child.communicate(b"\n")
    assert [line.partition(":")[0] for line in found] == [f"process {child.pid}"]
    assert trace.left() == []


def test_a_draw_from_torchs_global_generator_is_found() -> None:
    import torch

    before = torch.get_rng_state()
    trace = ProcessTrace()
    torch.rand(1)
    found = trace.left()
    torch.set_rng_state(before)
    assert found == ["a draw from torch's global generator"]


def test_a_draw_from_an_own_generator_is_none() -> None:
    import torch

    trace = ProcessTrace()
    torch.rand(1, generator=torch.Generator())
    assert trace.left() == []


def test_a_widget_that_nobody_deletes_is_found(qapp: QApplication) -> None:
    trace = QtTrace(qapp)
    widget = QWidget()
    assert len(trace.left()) == 1
    widget.deleteLater()
    assert trace.left() == []


def test_a_widget_in_a_cycle_is_no_leak(qapp: QApplication) -> None:
    trace = QtTrace(qapp)
    widget = QWidget()
    widget.itself = widget
    del widget
    assert trace.left() == []


def test_a_timer_that_runs_on_is_found(qapp: QApplication) -> None:
    trace = QtTrace(qapp)
    timer = QTimer(interval=1000)
    timer.start()
    assert len(trace.left()) == 1
    timer.stop()
    assert trace.left() == []


def test_a_single_shot_still_waiting_is_found(qapp: QApplication, qtbot: QtBot) -> None:
    trace = QtTrace(qapp)
    fired = threading.Event()
    QTimer.singleShot(1500, fired.set)
    assert len(trace.left()) == 1
    qtbot.waitUntil(fired.is_set)
    assert trace.left() == []


def test_a_passing_test_that_leaves_a_thread_fails(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import threading\n"
        "def test_leaves_a_thread():\n"
        "    wait = threading.Event().wait\n"
        "    threading.Thread(target=wait, name='left', daemon=True).start()\n"
    )
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "tests.conftest", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the test left behind:\n  thread 'left'" in done.stdout
