"""The map of every snapshot of a training, one film: points keep their places from step to step.

The last snapshot, whose features are the most formed, is laid out first and from nothing; each
earlier one begins at the map of the one after it and is laid over that (orthogonal Procrustes), so
that what moves on the film is what moved in the features.
"""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.maps.align import procrustes
from core.maps.params import TITLES, params_of
from core.maps.worker import MapWorker, finished
from core.progress import Progress

Floats = NDArray[np.float32]
_KIND = "selfsight map film 1"
_QUALITIES = ("trust", "continuity", "preserved", "k")


@dataclass(frozen=True)
class MapFilm:
    """T maps of the same N points, in the order of their steps, lying over each other."""

    steps: NDArray[np.int64]  # (T,) rising
    places: Floats  # (T, N, dims)
    quality: tuple[dict[str, float], ...]  # of each step, as `Reliability.summary` gives it
    layout: str  # "pca", "tsne" or "umap"
    metric: str
    stage: str  # of the network, whose features were laid out

    def at(self, step: float) -> Floats:
        """The map (N, dims) at a step; between two maps, on the way from one to the other."""
        if step <= self.steps[0]:
            return self.places[0]
        if step >= self.steps[-1]:
            return self.places[-1]
        after = int(np.searchsorted(self.steps, step, side="right"))
        low, high = self.steps[after - 1], self.steps[after]
        share = np.float32((step - low) / (high - low))
        return (1 - share) * self.places[after - 1] + share * self.places[after]

    def save(self, path: Path) -> None:
        """Write one .npz, whole or not at all; raises OSError."""
        part = path.with_name(path.name + ".part")
        with open(part, "wb") as file:
            np.savez_compressed(
                file,
                kind=np.array(_KIND),
                steps=self.steps,
                places=self.places,
                quality=np.array([[q.get(n, np.nan) for n in _QUALITIES] for q in self.quality]),
                about=np.array([self.layout, self.metric, self.stage]),
            )
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


def load(path: Path) -> MapFilm:
    """A film that was saved; raises ValueError, which says what is wrong with the file."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["kind"]) != _KIND:
                raise ValueError("it is of another kind")
            steps, places, quality = file["steps"], file["places"], file["quality"]
            layout, metric, stage = (str(word) for word in file["about"])
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path}: no film of maps can be read from it ({error})") from error
    fits = (
        places.ndim == 3
        and places.dtype == np.float32
        and steps.dtype == np.int64
        and steps.shape == (len(places),)
        and quality.shape == (len(places), len(_QUALITIES))
        and len(places) > 0
        and bool((np.diff(steps) > 0).all())
        and bool(np.isfinite(places).all())
        and layout in TITLES
    )
    if not fits:
        raise ValueError(f"{path}: the film of maps in it is damaged; make it anew")
    summaries = tuple(dict(zip(_QUALITIES, map(float, row))) for row in quality)
    return MapFilm(steps, places, summaries, layout, metric, stage)


def shoot(
    features_at: Callable[[int], NDArray[Any]],
    steps: Sequence[int],
    method: str = "tsne",
    params: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    stage: str = "",
    worker: MapWorker | None = None,
) -> MapFilm:
    """Lay out the features (N, D) of every step, the last first.

    The maps are made by `worker`, or a process of this call's own. Raises ValueError for features
    that cannot be laid out or are not of the same pictures, Cancelled out of `progress`.
    """
    progress = progress or Progress()
    metric = params_of(method, params).metric
    order = sorted(set(steps), reverse=True)
    if not order:
        raise ValueError("there are no snapshots to make a film of")
    with contextlib.ExitStack() as stack:
        worker = worker or stack.enter_context(contextlib.closing(MapWorker()))
        frames = _frames(worker, features_at, order, method, params, progress)
    frames.reverse()
    places, quality = zip(*frames, strict=True)
    rising = np.array(order[::-1], dtype=np.int64)
    return MapFilm(rising, np.stack(places), tuple(quality), method, metric, stage)


def _frames(
    worker: MapWorker,
    features_at: Callable[[int], NDArray[Any]],
    order: Sequence[int],
    method: str,
    params: Mapping[str, Any] | None,
    progress: Progress,
) -> list[tuple[Floats, dict[str, float]]]:
    """Places and quality of each step in `order`, each map continued from the one before it."""
    frames: list[tuple[Floats, dict[str, float]]] = []
    for at, step in enumerate(order):

        def told(share: float, at: int = at) -> None:
            done = round(100 * (at + share))
            progress.update("Laying out the maps of the film", done, 100 * len(order), "percent")

        told(0.0)
        known = frames[-1][0] if frames else None
        features = features_at(step)
        if known is not None and len(features) != len(known):
            raise ValueError(
                f"step {step} has features of {len(features)} pictures, a later one of "
                f"{len(known)}; a film needs the same pictures at every step"
            )
        init = None if method == "pca" else known
        frame = finished(worker, features, method, params, init, told)
        places = (
            frame.xy
            if known is None
            else procrustes(frame.xy, known, scales=(1.0, 1.0)).apply(frame.xy)
        )
        frames.append((places, frame.quality or {}))
        told(1.0)
    return frames
