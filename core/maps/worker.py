"""Layouts in a process of their own, so that a map may move while a network trains.

One warm child process serves one worker. A newer job replaces the one that runs, and of the frames
that came since the last `poll` only the newest is kept, so neither side ever builds a queue. The
principal components are computed here, without the child: a first map is there at once.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.params import METHODS, LayoutParams, params_of
from core.maps.pca import pca
from core.maps.process import Frame, MapProcess, OnFrame
from core.maps.trust import judged

HERE = 2000  # vectors whose components are computed and judged without the child
POLL_SECONDS = 0.05  # between two reports of a layout that is waited for
FEWEST = 4  # vectors; among fewer there are no neighbourhoods to keep
OnError = Callable[[str], None]


@dataclass(frozen=True)
class _Job:
    id: int
    features: NDArray[np.float32]
    method: str
    params: LayoutParams
    init: NDArray[np.float32] | None
    on_frame: OnFrame | None
    on_error: OnError | None


class MapWorker:
    """Makes maps of features, one at a time, newest first. Close it to end its process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ids = itertools.count(1)
        self._job: _Job | None = None  # the newest, for whose frames `poll` asks
        self._waiting: _Job | None = None  # the newest, until the feeding thread takes it
        self._frame: Frame | None = None
        self._error: str | None = None
        self._warm = False  # to be got ready by the feeding thread
        self._closed = False
        self._child: MapProcess | None = None
        self._feeder: threading.Thread | None = None

    def start(
        self,
        features: NDArray[Any],
        method: str = "tsne",
        params: Mapping[str, Any] | None = None,
        init: NDArray[Any] | None = None,
        on_frame: OnFrame | None = None,
        on_error: OnError | None = None,
    ) -> int:
        """Lay out features (N, D), replacing whatever runs; returns the number of the job.

        `params` are fields of the method's class in `core.maps.params`. `init` (N, dims) is an
        earlier map of this method to continue from. The callbacks are called within `poll`, in
        its thread. Raises ValueError for what cannot be laid out at all, naming it.
        """
        chosen = params_of(method, params)
        if np.ndim(features) != 2 or len(features) < FEWEST:
            raise ValueError(
                f"features of shape {np.shape(features)}; a map needs {FEWEST} vectors or more"
            )
        if init is not None and np.shape(init) != (len(features), chosen.dims):
            expected = (len(features), chosen.dims)
            raise ValueError(f"the earlier map has shape {np.shape(init)}, expected {expected}")
        job = _Job(
            next(self._ids),
            np.array(features, dtype=np.float32),
            method,
            chosen,
            None if init is None else np.array(init, dtype=np.float32),
            on_frame,
            on_error,
        )
        self._replace(job)
        return job.id

    def warm(self, method: str) -> None:
        """Have the child get a method ready in idle time; only "umap" takes any."""
        if method not in METHODS:
            raise ValueError(f"map {method!r} is not one of {', '.join(METHODS)}")
        if method == "umap":
            with self._changed:
                self._warm = True
                self._wake()

    def stop(self) -> None:
        """Give up the running job, if any; the child stays warm for the next."""
        nothing = np.zeros((0, 0), dtype=np.float32)
        self._replace(_Job(next(self._ids), nothing, "", LayoutParams(), None, None, None))

    def _replace(self, job: _Job) -> None:
        with self._changed:
            if self._closed:
                raise ValueError("this map worker is closed; make a new one")
            self._job = self._waiting = job
            self._frame = self._error = None
            self._wake()

    def _wake(self) -> None:
        if self._closed:
            raise ValueError("this map worker is closed; make a new one")
        if self._feeder is None:
            self._feeder = threading.Thread(target=self._feed, name="map-feeder", daemon=True)
            self._feeder.start()
        self._changed.notify_all()

    def poll(self) -> list[Frame]:
        """The newest frame since the last call, if any, after telling the job's callbacks."""
        with self._changed:
            job, frame, error = self._job, self._frame, self._error
            self._frame = self._error = None
        if job is None:
            return []
        if frame is not None and job.on_frame is not None:
            job.on_frame(frame)
        if error is not None and job.on_error is not None:
            job.on_error(error)
        return [frame] if frame is not None else []

    def wait(self, seconds: float) -> None:
        """Wait until there is something to `poll`, for so long at the most."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._error, seconds)

    def close(self) -> None:
        """End the child process and the threads; no callback comes any more."""
        with self._changed:
            self._closed = True
            self._job = self._waiting = None
            child = self._child
            self._changed.notify_all()
        if child is not None:
            child.end()
        if self._feeder is not None:
            self._feeder.join()
        if self._child is not None:
            self._child.end()  # one that the feeder started meanwhile

    @property
    def process_id(self) -> int | None:
        """The operating system's number of the child, while there is one."""
        child = self._child
        return child.process.pid if child is not None and child.alive() else None

    def _feed(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closed or self._warm or self._waiting is not None
                )
                if self._closed:
                    return
                job, self._waiting = self._waiting, None
                warm, self._warm = self._warm, False
            try:
                if warm:
                    self._ready_child().send({"warm": True}, {})
                if job is not None:
                    self._serve(job)
            except (OSError, ValueError) as error:
                self._fail(job.id if job is not None else None, str(error))

    def _serve(self, job: _Job) -> None:
        few = job.method == "pca" and len(job.features) <= HERE
        if few or not job.method:
            if self._child is not None:
                self._child.send({"job": job.id}, {})  # without features: stop what runs
            if few:
                xy = pca(job.features, job.params.dims)
                found = judged(job.features, xy, metric=job.params.metric)
                belief = found.everywhere(len(xy))
                self._keep(Frame(job.id, 0, xy, found.summary(), final=True, belief=belief))
            return
        arrays = {"features": job.features}
        if job.init is None:
            self._keep(Frame(job.id, 0, pca(job.features, job.params.dims), None, final=False))
        else:
            arrays["init"] = job.init
        head = {"job": job.id, "method": job.method, "params": asdict(job.params)}
        self._ready_child().send(head, arrays)

    def _ready_child(self) -> MapProcess:
        if self._child is not None and self._child.alive():
            return self._child
        if self._child is not None:
            self._child.end()
        child = MapProcess(self._keep, self._fail)
        with self._changed:
            self._child = child
            if self._closed:
                raise ValueError("closed")
        return child

    def _keep(self, frame: Frame) -> None:
        with self._changed:
            if self._job is not None and self._job.id == frame.job:
                self._frame = frame
                self._changed.notify_all()

    def _fail(self, job: int | None, error: str) -> None:
        """Keep an error for `poll`: of one job, or (None) of the child, hence of the newest."""
        with self._changed:
            if self._job is not None and job in (None, self._job.id):
                self._error = error
                self._changed.notify_all()


def finished(
    worker: MapWorker,
    features: NDArray[Any],
    method: str = "tsne",
    params: Mapping[str, Any] | None = None,
    init: NDArray[Any] | None = None,
    told: Callable[[float], None] | None = None,
) -> Frame:
    """The last frame of a layout, waiting for it; `told` hears the share that is done.

    What `told` raises stops the layout. Raises ValueError where it fails.
    """
    frames: list[Frame] = []
    errors: list[str] = []
    worker.start(features, method, params, init, frames.append, errors.append)
    try:
        while not (frames and frames[-1].final):
            worker.wait(POLL_SECONDS)
            worker.poll()
            if errors:
                raise ValueError(errors[0])
            if told is not None:
                last = frames[-1] if frames else None
                told(last.iteration / last.total if last is not None and last.total else 0.0)
    except BaseException:
        worker.stop()
        raise
    return frames[-1]
