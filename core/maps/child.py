"""The map process: lays out what it is sent, newest job first, and ends with its parent.

Started by `core.maps.worker` as `python -m core.maps.child`, jobs on its standard input, frames on
its standard output. It never imports torch: importing it would cost seconds and 200 MB.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import threading
import time
import traceback
from typing import BinaryIO

import numpy as np

from core.maps.neighbours import Neighbours, nearest
from core.maps.trust import reliability
from core.maps.tsne import FEWEST, Floats, Stopped, TsneParams, tsne
from core.maps.wire import Arrays, Head, receive, send

JUDGED = 500  # points that the quality of a frame is measured at; the last frame's at all points
JUDGE_EVERY = 5  # frames


class Inbox:
    """Reads jobs on a thread of its own and keeps the newest; ends the process with its parent."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._arrived = threading.Condition()
        self._job: tuple[Head, Arrays] | None = None
        for work in (self._read, _watch_parent):
            threading.Thread(target=work, daemon=True).start()

    def _read(self) -> None:
        while (job := receive(self._stream)) is not None:
            with self._arrived:
                self._job = job
                self._arrived.notify()
        os._exit(0)  # the parent closed the pipe or died; there is nothing to save

    def waiting(self) -> bool:
        """Whether a newer job than the one in hand has come."""
        return self._job is not None

    def next(self) -> tuple[Head, Arrays]:
        """The newest job, waiting for it."""
        with self._arrived:
            self._arrived.wait_for(self.waiting)
            job, self._job = self._job, None
        assert job is not None
        return job


def _watch_parent() -> None:
    """End when the parent has: a process it forked may still hold the other end of the pipe."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(0)


class Layouts:
    """Runs one job after another, remembering the neighbours of the last features."""

    def __init__(self, inbox: Inbox, out: BinaryIO) -> None:
        self._inbox = inbox
        self._out = out
        self._key: tuple[str, str] | None = None
        self._table: Neighbours | None = None

    def run(self, head: Head, arrays: Arrays) -> None:
        """One job to its last frame; stops early where a newer job waits."""
        job, params = head["job"], TsneParams(**head["params"])
        features, init = arrays["features"], arrays.get("init")
        judged = _sample(len(features))

        def told(iteration: int, xy: Floats) -> bool:
            if self._inbox.waiting():
                return True
            judge = (iteration // params.every) % JUDGE_EVERY == 0
            quality = (
                reliability(features, xy, metric=params.metric, points=judged) if judge else None
            )
            self._tell(job, iteration, xy, quality.summary() if quality else None, final=False)
            return False

        xy = tsne(features, params, init, told, self._neighbours(features, params))
        quality = reliability(features, xy, metric=params.metric).summary()
        iterations = sum(count for count, _ in params.phases(warm=init is not None))
        self._tell(job, iterations, xy, quality, final=True)

    def _neighbours(self, features: Floats, params: TsneParams) -> Neighbours | None:
        """The exact neighbours, computed again only for other features, metric or a larger k."""
        if len(features) < FEWEST:
            return None
        wanted = params.neighbours(len(features))
        key = (hashlib.blake2b(features.tobytes()).hexdigest(), params.metric)
        if self._table is None or self._key != key or self._table.k < wanted:
            self._key, self._table = key, nearest(features, wanted, params.metric)
        return self._table

    def _tell(
        self, job: int, iteration: int, xy: Floats, quality: dict[str, float] | None, final: bool
    ) -> None:
        head = {"job": job, "iteration": iteration, "quality": quality, "final": final}
        send(self._out, head, {"xy": xy})


def _sample(count: int) -> np.ndarray:
    chosen = np.random.default_rng(0).permutation(count)[:JUDGED]
    return np.sort(chosen).astype(np.int64)


def main() -> None:
    """Serve jobs until the parent closes the pipe or is gone."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no message
    inbox = Inbox(sys.stdin.buffer)
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(10)
    import openTSNE  # noqa: F401  (a second of work, done before the first job comes)

    layouts = Layouts(inbox, out)
    while True:
        head, arrays = inbox.next()
        if "features" not in arrays:
            continue  # it came only to stop the job before
        try:
            layouts.run(head, arrays)
        except Stopped:
            pass
        except BrokenPipeError:
            return
        except Exception as error:
            traceback.print_exc()
            send(out, {"job": head["job"], "error": str(error) or type(error).__name__})


if __name__ == "__main__":
    main()
