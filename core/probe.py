"""The fixed pictures that a run is looked at with: up to 2,000, kept in its folder.

Because they travel with the run, a finished run can be looked at in every way without the data it
was trained on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from core.data.imageset import DataError, ImageSet
from core.pictures import as_images
from core.runs.atomic import write_file

FILE = "probe.safetensors"
MOST = 2000
MOST_BYTES = 64 * 1024**2
TILE = 64  # pixels of a picture on the contact sheet, about


@dataclass(frozen=True)
class Probe:
    """Pictures in a fixed shuffled order, held-out ones first, so that any n show every class."""

    images: NDArray[np.uint8]  # (N, C, H, W)
    labels: NDArray[np.int64]  # (N,), -1 where unknown
    classes: tuple[str, ...]
    names: Sequence[str] = ()
    partners: NDArray[np.uint8] | None = None  # (N, C, H, W) of data with another domain
    cameras: NDArray[np.float32] | None = None  # (N, 20) of views of a scene
    held_out: int | None = None  # so many of the first were held out; None: not known
    truth: NDArray[Any] | None = None  # (N, ...) what is known of each in space

    def __len__(self) -> int:
        return len(self.images)

    def first_of_each_class(self, count: int) -> list[int]:
        """Positions of `count` pictures, taking the classes in turn."""
        if not self.classes:
            return list(range(min(count, len(self))))
        turn = np.zeros(len(self), dtype=np.int64)
        for label in np.unique(self.labels):
            mine = np.flatnonzero(self.labels == label)
            turn[mine] = np.arange(len(mine))
        order = np.lexsort((self.labels, turn))
        return [int(i) for i in order[:count]]


def choose(data: ImageSet) -> Probe:
    """The probe of a data set: a seeded shuffle of its held-out pictures, cut to the bound.

    Where nothing has a label, as in a folder of one's own photographs, nothing can be judged by
    labels either, and the pictures that are trained on follow: people want to see all of theirs.
    """
    parts = [data.held_out] if data.labelled else [data.held_out, data.train]
    left = min(MOST, max(16, MOST_BYTES // max(1, data.held_out.images[:1].nbytes)))
    images, labels, names, partners, cameras, truth = [], [], [], [], [], []
    for part in parts:
        order = np.random.default_rng(0).permutation(len(part))[:left]
        images.append(part.images[order])
        labels.append(np.asarray(part.labels)[order])
        names += [part.names[i] for i in order] if len(part.names) else []
        partners += [part.partners[order]] if part.partners is not None else []
        cameras += [part.cameras[order]] if part.cameras is not None else []
        truth += [part.truth[order]] if part.truth is not None else []
        left -= len(order)
    return Probe(
        np.concatenate(images),
        np.concatenate(labels),
        tuple(data.classes),
        names,
        np.concatenate(partners) if partners else None,
        np.concatenate(cameras) if cameras else None,
        min(len(data.held_out), sum(len(part) for part in images)),
        np.concatenate(truth) if truth else None,
    )


def save_probe(folder: Path, probe: Probe) -> None:
    """Write the probe into a run folder, whole or not at all."""
    about = {"classes": json.dumps(list(probe.classes)), "names": json.dumps(list(probe.names))}
    if probe.held_out is not None:
        about["held_out"] = str(probe.held_out)
    arrays: dict[str, NDArray[Any]] = {"images": probe.images, "labels": probe.labels}
    if probe.partners is not None:
        arrays["partners"] = probe.partners
    if probe.cameras is not None:
        arrays["cameras"] = probe.cameras
    if probe.truth is not None:
        arrays["truth"] = probe.truth
    write_file(folder / FILE, save(arrays, about))


def load_probe(folder: Path) -> Probe:
    """The probe of a run folder; raises DataError when it is missing or damaged."""
    try:
        with safe_open(folder / FILE, framework="numpy") as file:
            about = file.metadata() or {}
            others = {
                name: file.get_tensor(name)
                for name in ("partners", "cameras", "truth")
                if name in file.keys()  # noqa: SIM118
            }
            return Probe(
                file.get_tensor("images"),
                file.get_tensor("labels"),
                tuple(json.loads(about["classes"])),
                json.loads(about["names"]),
                held_out=int(about["held_out"]) if "held_out" in about else None,
                **others,
            )
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise DataError(
            f"{FILE} of {folder.name} cannot be read ({error}); the run's pictures are lost, "
            "its curves and weights are not"
        ) from error


def contact_sheet(probe: Probe, rows: int = 2, columns: int = 3) -> NDArray[np.uint8]:
    """A few pictures of different classes side by side, (H, W, 3): what stands for the run."""
    chosen = probe.first_of_each_class(rows * columns)
    images = as_images(probe.images[chosen])
    scale = max(1, TILE // images.shape[1])
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)
    side = images.shape[1]
    sheet = np.zeros((rows * side, columns * side, 3), np.uint8)
    for at, image in enumerate(images):
        y, x = divmod(at, columns)
        sheet[y * side : (y + 1) * side, x * side : (x + 1) * side] = image
    return sheet
