"""Uncaught errors of every thread, and Qt's own messages: logged, reported once, survived."""

from __future__ import annotations

import logging
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from types import TracebackType

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
    qVersion,
)

log = logging.getLogger("selfsight")
qt_log = logging.getLogger("selfsight.qt")
QUIET_S = 30.0  # the same error is not reported again for so long
LIBRARIES = ("torch", "torchvision", "PySide6_Essentials", "numpy", "pyqtgraph", "vispy")

_LEVELS = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO,
           QtMsgType.QtWarningMsg: logging.WARNING, QtMsgType.QtCriticalMsg: logging.ERROR,
           QtMsgType.QtFatalMsg: logging.CRITICAL}  # fmt: skip


@dataclass(frozen=True)
class ErrorReport:
    """An uncaught error as a person is told of it."""

    title: str  # "ValueError in thread trainer"
    text: str  # the message
    details: str  # the traceback, and the versions
    key: str  # the same for the same error at the same place


class Errors:
    """Owns the hooks between `install` and `uninstall`; `report` is called in the GUI thread."""

    def __init__(self, report: Callable[[ErrorReport], object]) -> None:
        self._relay = _Relay()
        self._relay.happened.connect(report, Qt.ConnectionType.QueuedConnection)
        self._told: dict[str, float] = {}
        self._lock = threading.Lock()
        self._before: tuple[object, object, object] | None = None

    def install(self) -> None:
        """Take the hooks of the interpreter, of threads and of Qt."""
        if self._before is None:
            self._before = (sys.excepthook, threading.excepthook, qInstallMessageHandler(_on_qt))
            sys.excepthook = self._on_exception
            threading.excepthook = self._on_thread_exception

    def uninstall(self) -> None:
        """Give the hooks back to who had them."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, qt = self._before
            qInstallMessageHandler(qt)
            self._before = None

    def tell(self, error: BaseException, where: str = "") -> None:
        """Report an error that was caught where nothing better could be done; any thread."""
        report = report_of(error, where)
        log.error("%s: %s\n%s", report.title, report.text, report.details)
        now = time.monotonic()
        with self._lock:
            if now - self._told.get(report.key, -QUIET_S) < QUIET_S:
                return
            self._told[report.key] = now
        self._relay.happened.emit(report)

    def _on_exception(self, kind: type[BaseException], error: BaseException | None,
                      trace: TracebackType | None) -> None:  # fmt: skip
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.tell((error or kind()).with_traceback(trace))

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_type is SystemExit:
            return
        error = args.exc_value or args.exc_type()
        self.tell(error, args.thread.name if args.thread else "unknown")


class _Relay(QObject):
    """Carries a report from whatever thread it happened in to the one of the window."""

    happened = Signal(object)


def report_of(error: BaseException, where: str = "") -> ErrorReport:
    """What a person needs to see of an error, and to copy into a report of it."""
    kind = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    trace = "".join(traceback.format_exception(error)).rstrip()
    return ErrorReport(
        title=f"{kind} in thread {where}" if where else f"Something went wrong: {kind}",
        text=str(error) or "It gave no message.",
        details=f"{trace}\n\n{versions()}",
        key=f"{kind}@{place}",
    )


def versions() -> str:
    """The versions that a report of an error must name, a line each."""
    lines = [f"Python {platform.python_version()}", platform.platform(), f"Qt {qVersion()}"]
    for name in LIBRARIES:
        try:
            lines.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            lines.append(f"{name} not installed")
    return "\n".join(lines)


def _on_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s", message)
