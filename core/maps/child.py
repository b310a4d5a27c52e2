"""The map process: lays out what it is sent, newest job first, and ends with its parent.

Started by `core.maps.process` as `python -m core.maps.child`, jobs on its standard input, frames on
its standard output. It never imports torch: importing it would cost seconds and 200 MB.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import threading
import traceback
from typing import Any, BinaryIO

from core.maps import umap, warm
from core.maps.layout import lay_out, plan
from core.maps.neighbours import Neighbours, nearest
from core.maps.params import LayoutParams, UmapParams, params_of
from core.maps.trust import Reliability, judged, reliability, sample
from core.maps.tsne import Floats, Stopped
from core.maps.wire import Arrays, Head, receive, send

JUDGE_EVERY = 5  # frames
IDLE_SECONDS = 5.0  # after a job, until what may be wanted next is got ready
COMPILING = "UMAP is being compiled for this machine, once; it takes up to a minute"


class Inbox:
    """Reads jobs on a thread of its own and keeps the newest; ends the process with its parent."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._arrived = threading.Condition()
        self._job: tuple[Head, Arrays] | None = None
        threading.Thread(target=self._read, daemon=True).start()
        warm.end_with_parent()  # a process it forked may still hold the other end of the pipe

    def _read(self) -> None:
        while (job := receive(self._stream)) is not None:
            if "warm" in job[0]:
                warming.begin()
                continue
            with self._arrived:
                self._job = job
                self._arrived.notify()
        warming.end()
        os._exit(0)  # the parent closed the pipe or died; there is nothing to save

    def waiting(self) -> bool:
        """Whether a newer job than the one in hand has come."""
        return self._job is not None

    def next(self, seconds: float | None = None) -> tuple[Head, Arrays] | None:
        """The newest job, waiting for it; None after so many seconds without one."""
        with self._arrived:
            self._arrived.wait_for(self.waiting, seconds)
            job, self._job = self._job, None
        return job


class Warming:
    """Gets UMAP ready: has it compiled by a process in idle time, then imports it here."""

    def __init__(self) -> None:
        self._begun = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Begin, once; the second call does nothing."""
        if self._begun.acquire(blocking=False):
            threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        self._process = warm.start()
        if self._process is not None:
            self._process.wait()
        if warm.compiled():  # else the job that wants it compiles it, and says so
            umap.imported()

    def end(self) -> None:
        """End the process that compiles."""
        if self._process is not None:
            self._process.kill()


warming = Warming()


class Layouts:
    """Runs one job after another, remembering the neighbours of the last features."""

    def __init__(self, inbox: Inbox, out: BinaryIO) -> None:
        self._inbox = inbox
        self._out = out
        self._key: tuple[str, str] | None = None
        self._table: Neighbours | None = None

    def run(self, head: Head, arrays: Arrays) -> None:
        """One job to its last frame; stops early where a newer job waits."""
        params = params_of(head["method"], head["params"])
        features, init = arrays["features"], arrays.get("init")
        points, total = sample(len(features)), params.total(warm=init is not None)
        about = {
            "job": head["job"], "total": total, "note": plan(len(features), params).note,
        }  # fmt: skip
        frames = 0

        def told(iteration: int, xy: Floats) -> bool:
            nonlocal frames
            if self._inbox.waiting():
                return True
            frames += 1
            judge = frames % JUDGE_EVERY == 0
            quality = (
                reliability(features, xy, metric=params.metric, points=points) if judge else None
            )
            self._tell(about, iteration, xy, quality, final=False)
            return False

        if isinstance(params, UmapParams) and not (umap.ready() or warm.compiled()):
            self._tell({**about, "note": COMPILING}, 0, head_start(arrays, params), None, False)
        xy = lay_out(features, params, init, told, self._neighbours(params))
        if isinstance(params, UmapParams):
            warm.mark()
        self._tell(about, total, xy, None, final=False)  # judging many points takes seconds
        quality = judged(features, xy, metric=params.metric, pause=self._pause)
        self._tell(about, total, xy, quality, final=True)

    def _pause(self) -> None:
        if self._inbox.waiting():
            raise Stopped

    def _neighbours(self, params: LayoutParams) -> Any:
        """A memory of the nearest: sought again for other features, metric or a larger k only."""

        def table(features: Floats, wanted: int) -> Neighbours:
            key = (hashlib.blake2b(features.tobytes()).hexdigest(), params.metric)
            if self._table is None or self._key != key or self._table.k < wanted:
                self._key, self._table = key, nearest(features, wanted, params.metric)
            return self._table

        return table

    def _tell(
        self, about: Head, iteration: int, xy: Floats, quality: Reliability | None, final: bool
    ) -> None:
        summary = quality.summary() if quality is not None else None
        head = {**about, "iteration": iteration, "quality": summary, "final": final}
        belief = quality.everywhere(len(xy)) if quality is not None and final else None
        send(self._out, head, {"xy": xy, **(vars(belief) if belief is not None else {})})


def head_start(arrays: Arrays, params: LayoutParams) -> Floats:
    """What is shown before a layout begins: the earlier map, or principal components."""
    init = arrays.get("init")
    return lay_out(arrays["features"], LayoutParams(dims=params.dims)) if init is None else init


def main() -> None:
    """Serve jobs until the parent closes the pipe or is gone."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no message
    inbox = Inbox(sys.stdin.buffer)
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(19)  # below the training, which is at 10
    import openTSNE  # noqa: F401  (a second of work, done before the first job comes)

    layouts, served = Layouts(inbox, out), False
    while True:
        job = inbox.next(IDLE_SECONDS if served else None)
        if job is None:
            warming.begin()
            served = False
            continue
        head, arrays = job
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
        served = True


if __name__ == "__main__":
    main()
