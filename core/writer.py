"""One thread that writes what it is handed, in order, and keeps at what a full disk refuses.

The thread that trains hands over copies and takes its next step at once: a checkpoint of a small
network takes 50 ms to write and sync, a millisecond to hand over.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from core.memory import give_back_memory
from core.runs import RunError

RETRY_SECONDS = 1.0  # between two attempts at a disk that refuses


class Writer:
    """Writes until closed. Every call but `close` is made by one thread, the one that trains."""

    def __init__(self, name: str) -> None:
        self.refusal = ""  # why the disk takes nothing now; empty while it does
        self._jobs: deque[tuple[Callable[[], object], bool]] = deque()
        self._refusals = 0
        self._broken: Exception | None = None
        self._closed = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._write_all, name=name)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether something large is not written yet."""
        return any(large for _, large in list(self._jobs))

    def put(self, write: Callable[[], object], large: bool = False) -> None:
        """Hand over one write; a large one waits for the large one before it.

        Raises what an earlier write raised, unless that was a RunError: then it is tried again.
        """
        with self._news:
            while large and self.busy and not self.refusal:
                self._news.wait()
            self._complain()
            self._jobs.append((write, large))
            self._news.notify_all()

    def settle(self) -> bool:
        """Wait until all is written, or the disk refuses once more: True, or False."""
        with self._news:
            before = self._refusals
            self._news.notify_all()
            while self._jobs and self._refusals == before:
                self._news.wait()
            self._complain()
            return not self._jobs

    def close(self) -> None:
        """End the thread after the write in hand; what waits is given up."""
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._thread.join()

    def _complain(self) -> None:
        broken, self._broken = self._broken, None
        if broken is not None:
            raise broken

    def _write_all(self) -> None:
        while True:
            with self._news:
                while not self._jobs and not self._closed:
                    self._news.wait()
                if self._closed:
                    return
                write, large = self._jobs[0]
            try:
                write()
            except RunError as error:
                self._refused(str(error))
                continue
            except Exception as error:  # a fault of the program: the training ends with it
                self._broken = error
            del write  # and the copy of all weights that it holds, for a minute maybe
            with self._news:
                self.refusal = ""
                self._jobs.popleft()
                self._news.notify_all()
            if large:
                give_back_memory()

    def _refused(self, why: str) -> None:
        with self._news:
            self.refusal = why
            self._refusals += 1
            self._news.notify_all()
            if not self._closed:
                self._news.wait(RETRY_SECONDS)
