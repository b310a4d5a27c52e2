"""What a test may leave behind, found by comparing the process before it with the process after."""

from __future__ import annotations

import gc
import multiprocessing
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

GRACE = 1.0  # seconds in which what was told to stop may still end
SYSTEM_HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
BY_QT = ("QTipLabel",)  # top-level widgets that Qt keeps for itself


class ProcessTrace:
    """Threads, child processes and torch's global generator, as they were when this was made."""

    def __init__(self) -> None:
        self._threads = _threads()
        self._children = _children()
        self._dice = _dice()

    def left(self) -> list[str]:
        """What there is now that was not there then, in words."""
        end = time.monotonic() + GRACE
        while (found := self._running()) and time.monotonic() < end:
            time.sleep(0.01)
        # torch seeds itself when imported, so a test that imports it has nothing to compare.
        if self._dice is not None and _dice() != self._dice:
            found.append("a draw from torch's global generator")
        return found

    def _running(self) -> list[str]:
        threads = [f"thread {t.name!r}" for t in _threads() - self._threads]
        children = _children()
        return threads + [
            f"process {pid}: {words}"
            for pid, words in children.items()
            if pid not in self._children
        ]


class QtTrace:
    """Top-level widgets and active timers, as they were when this was made."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        _watch_timers()
        self._widgets = set(_widgets(app))
        self._timers = set(_timers())

    def left(self) -> list[str]:
        """What there is now that was not there then, in words."""
        self._delete_deferred()
        if found := self._found():
            gc.collect()  # a widget in a cycle is no leak, only not collected yet
            self._delete_deferred()
            found = self._found()
        return found

    def _found(self) -> list[str]:
        widgets = [f"widget {w!r}" for w in set(_widgets(self._app)) - self._widgets]
        timers = [f"active timer {t!r}, every {t.interval()} ms" for t in _timers() - self._timers]
        return widgets + timers

    def _delete_deferred(self) -> None:
        from PySide6.QtCore import QEvent

        self._app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        self._app.processEvents()


def _threads() -> set[threading.Thread]:
    # A dummy stands for a thread that Python did not start, and outlives it.
    return {t for t in threading.enumerate() if not isinstance(t, threading._DummyThread)}


def _children() -> dict[int, str]:
    """Running child processes and their command lines, where /proc tells; zombies run no more."""
    multiprocessing.active_children()  # reaps those that have ended
    found = {}
    for listed in Path("/proc/self/task").glob("*/children"):
        try:
            pids = [int(pid) for pid in listed.read_text().split()]
        except OSError:  # that thread has just ended
            continue
        for pid in pids:
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if words and not any(helper in words for helper in SYSTEM_HELPERS):
                found[pid] = words.strip()
    return found


def _dice() -> bytes | None:
    torch = sys.modules.get("torch")
    return None if torch is None else torch.get_rng_state().numpy().tobytes()


def _widgets(app: QApplication) -> list[Any]:
    return [w for w in app.topLevelWidgets() if w.metaObject().className() not in BY_QT]


_every_timer: weakref.WeakSet[QTimer] = weakref.WeakSet()
_watching = False


def _timers() -> set[QTimer]:
    from shiboken6 import isValid

    return {timer for timer in _every_timer if isValid(timer) and timer.isActive()}


def _watch_timers() -> None:
    """From now on note every timer that Python makes, `singleShot`'s too; Qt keeps no list."""
    global _watching
    if _watching:
        return
    _watching = True
    from PySide6.QtCore import QTimer

    make = QTimer.__init__

    def making(self: QTimer, *given: Any, **more: Any) -> None:
        make(self, *given, **more)
        _every_timer.add(self)

    QTimer.__init__ = making  # type: ignore[method-assign]
