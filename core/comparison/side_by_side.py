"""The networks of a comparison side by side: their maps and their attention over the same pictures.

One network a method: that of its first seed which is done. The pictures are the fixed held-out ones
of the first of them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from core import registry
from core.abilities import Attends, Encodes
from core.comparison.book import Comparison
from core.evaluate.features import encode, to_images
from core.judge import method_of
from core.maps.align import procrustes
from core.maps.pca import pca
from core.maps.worker import MapWorker, finished
from core.pictures import Floats, HeatMaps, as_images
from core.probe import Probe, load_probe
from core.progress import Progress
from core.runs import RunStore

POINTS = 800  # pictures of a map
LAYOUTS = ("pca", "tsne")
POWER = 2.0  # p of the sum over channels of |A|^p

Features = Mapping[str, Floats]  # run -> (N, D)


@dataclass(frozen=True)
class Shown:
    """The network that stands for a method."""

    method: str
    title: str
    run: str


def shown(comparison: Comparison) -> list[Shown]:
    """One network for each method that has one, in the order of the plan."""
    runs: dict[str, str] = {}
    for entry in sorted(comparison.entries, key=lambda e: e.seed):
        if entry.state in ("judging", "done"):
            runs.setdefault(entry.method, entry.run)
    order = [method for method in comparison.plan.all_methods if method in runs]
    return [Shown(method, registry.note(method).title, runs[method]) for method in order]


def pictures(store: RunStore, run: str) -> Probe:
    """The fixed pictures of a run; raises RunError, DataError."""
    return load_probe(store.open(run).path)


def features(
    store: RunStore, networks: Sequence[Shown], probe: Probe, progress: Progress, known: Features
) -> Features:
    """Features of the last stage for the first pictures of the probe; `known` are not made again.

    A network whose features are not finite is left out, as one that encodes nothing.
    """
    found: dict[str, Floats] = {}
    for at, one in enumerate(networks):
        progress.update("Features of every network", at, len(networks), "networks")
        if one.run not in known:
            method, _ = method_of(store.open(one.run))
            if not isinstance(method, Encodes):
                continue
            *_, last = encode(method, probe.images[:POINTS], Progress()).values()
        else:
            last = known[one.run]
        if np.isfinite(last).all():
            found[one.run] = last
    return found


def lay_out(known: Features, layout: str, progress: Progress) -> dict[str, Floats]:
    """Run -> places (N, 2): each map turned to lie as the first does, for its turn says nothing.

    t-SNE is done in another process. Raises ValueError, Cancelled out of `progress`.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout {layout!r} is not one of {', '.join(LAYOUTS)}")
    places: dict[str, Floats] = {}
    with contextlib.closing(MapWorker()) as worker:
        for at, (run, x) in enumerate(known.items()):

            def told(share: float, at: int = at) -> None:
                done = round(100 * (at + share))
                progress.update("Laying out the maps", done, 100 * len(known))

            told(0.0)
            xy = pca(x) if layout == "pca" else finished(worker, x, layout, told=told).xy
            first = next(iter(places.values()), None)
            places[run] = xy if first is None else procrustes(xy, first).apply(xy)
    return places


def attention(
    store: RunStore,
    networks: Sequence[Shown],
    probe: Probe,
    indices: Sequence[int],
    depth: int,
    progress: Progress,
) -> HeatMaps:
    """Where each network attends: a row a picture of the probe, a column a network that can.

    `depth` counts the stages from the last, which is 0; where there are fewer it is the first.
    Heads of a transformer, which are no stages, are averaged.
    """
    images = np.ascontiguousarray(probe.images[list(indices)])
    columns, heats = [], []
    for at, one in enumerate(networks):
        progress.update("Attention of every network", at, len(networks), "networks")
        method, _ = method_of(store.open(one.run))
        if isinstance(method, Attends):
            columns.append(one.title)
            heats.append(_heat(method, images, depth))
    captions = [probe.classes[n] if 0 <= n < len(probe.classes) else ""
                for n in probe.labels[list(indices)].tolist()]  # fmt: skip
    size = images.shape[-2:]
    heat = np.stack(heats, axis=1) if heats else np.zeros((len(images), 0, *size), np.float32)
    return HeatMaps(as_images(images), heat, columns, captions)


@torch.no_grad()
def _heat(method: Attends, images: np.ndarray, depth: int) -> Floats:
    """Heat (N, H, W) of one network over pictures (N, C, H, W)."""
    pixels = to_images(images, torch.device("cpu"))
    found = method.attend(pixels, POWER)
    stages = method.encode(pixels) if isinstance(method, Encodes) else {}
    maps = list(found.values())
    if set(found) <= set(stages):
        chosen = maps[max(0, len(maps) - 1 - depth)]
    else:
        chosen = torch.stack(maps).mean(dim=0)
    large = F.interpolate(chosen[:, None], size=images.shape[-2:], mode="bicubic")
    heat: Floats = large[:, 0].clamp_min(0).numpy()
    return heat
