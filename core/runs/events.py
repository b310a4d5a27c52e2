"""What happened to a run, as rows of `events.jsonl`: warnings, skipped files, errors, resumes."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

from core.runs.errors import RunError
from core.runs.lines import LineReader, LineWriter


class EventLog:
    """Writes events in their order; what a full disk refuses waits in memory for the next."""

    def __init__(self, path: Path) -> None:
        self._lines = LineWriter(path)
        self._lock = threading.Lock()
        self._waiting: list[dict[str, Any]] = []

    def add(self, kind: str, facts: dict[str, Any]) -> None:
        """Note an event of this moment; never raises for the disk."""
        with self._lock:
            self._waiting.append({"event": kind, "time": time.time(), **facts})
            self._write()

    def close(self) -> None:
        with self._lock:
            self._write()
            self._lines.close()

    def _write(self) -> None:
        with contextlib.suppress(RunError):
            while self._waiting:
                self._lines.append(self._waiting[0])
                del self._waiting[0]


def read_events(path: Path) -> list[dict[str, Any]]:
    """All whole rows, oldest first; raises RunDamaged for what is no file of lines."""
    return list(LineReader(path).poll())
