"""The places of one map: laid out in another process, each map lying as the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from core.maps.align import procrustes
from core.maps.worker import Frame, MapWorker

POLL_MS = 60


class Layouter(QObject):
    """Asks for layouts and tells of their frames, in the window's thread. End it when done."""

    framed = Signal(object)  # core.maps.worker.Frame
    failed = Signal(str)
    rested = Signal()  # the last frame of a layout is there

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.places: np.ndarray | None = None  # (N, 2 or 3), those of the newest frame
        self.fixed: np.ndarray | None = None  # a map that this one is laid over
        self._worker: MapWorker | None = None
        self._whole = False  # whether only the last frame is told
        self._turns = True  # whether a frame may be turned to lie as the one before
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._take)

    def lay_out(
        self, features: np.ndarray, layout: str, params: Mapping[str, Any], warm: bool = True
    ) -> None:
        """Begin the map of features (N, D); `warm`: from where the points lie now."""
        dims = int(params.get("dims", 2))
        start = self.places
        if not warm or start is None or start.shape != (len(features), dims):
            start = self.places = None
        self._worker = self._worker or MapWorker()
        # A layout that starts from a map lies as it does already; principal components do not.
        self._turns = layout == "pca" or start is None
        self._whole = start is not None  # a map that goes on glides once, to where it ends
        try:
            self._worker.start(
                features,
                layout,
                params,
                None if layout == "pca" else start,
                on_frame=self._draw,
                on_error=self._fail,
            )
        except ValueError as error:
            self.failed.emit(str(error))
            return
        self._poll.start()

    @property
    def busy(self) -> bool:
        """Whether frames are still to come."""
        return self._poll.isActive()

    def forget(self) -> None:
        """Begin the next map from nothing."""
        self.places = None

    def warm(self, layout: str) -> None:
        """Have the other process load what a layout needs before it is asked for."""
        self._worker = self._worker or MapWorker()
        self._worker.warm(layout)

    def end(self) -> None:
        """End the process too."""
        self._poll.stop()
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _take(self) -> None:
        if self._worker is not None:
            for frame in self._worker.poll():
                if frame.final:
                    self._poll.stop()
                    self.rested.emit()

    def _fail(self, why: str) -> None:
        self._poll.stop()
        self.failed.emit(why)
        self.rested.emit()

    def _draw(self, frame: Frame) -> None:
        if self._whole and not frame.final:
            return
        places = np.asarray(frame.xy)
        below = self.fixed if self.fixed is not None else self.places
        turns = self._turns or self.fixed is not None
        if turns and below is not None and below.shape == places.shape:
            places = procrustes(places, below).apply(places)
        self.places = places
        self.framed.emit(replace(frame, xy=places))
