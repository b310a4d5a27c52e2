"""Who searches for garbage: never a thread that is not the window's."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gui.collecting import Collector


class Ring:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[Collector]:
    parent = QObject()
    made = Collector(parent)
    yield made
    made.stop()


def test_another_thread_collects_nothing_and_the_window_does(
    qtbot: QtBot, collector: Collector
) -> None:
    died_in, kept = [], []
    ring = Ring()
    weakref.finalize(ring, lambda: died_in.append(threading.current_thread()))
    del ring

    def make_much() -> None:
        kept.extend([i] for i in range(100_000))  # a hundred times what makes Python search

    thread = threading.Thread(target=make_much)
    thread.start()
    thread.join()
    assert not died_in
    qtbot.waitUntil(lambda: bool(died_in), timeout=10_000)
    assert died_in == [threading.main_thread()]


def test_it_is_left_to_python_again(collector: Collector) -> None:
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
