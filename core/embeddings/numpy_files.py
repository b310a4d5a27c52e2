"""Features in NumPy's files: a .npy array, or a .npz with what is known of the rows beside them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.embeddings import arrays
from core.embeddings.arrays import Header
from core.embeddings.columns import COLUMN, GROUP, column_of, labelled
from core.embeddings.table import FEATURES, EmbeddingError, Images, Table
from core.pictures import Ints, as_images
from core.progress import Progress

NAMED = (FEATURES, "feature", "embeddings", "embedding", "x", "vectors", "data", "z", "arr_0")
LABELS = ("labels", "label", "y", "targets", "target")
PICTURES = ("images", "image", "pictures", "imgs")
NAMES = ("names", "name", "paths", "path", "files", "filenames")
PLACES = ("xy", "xyz", "places", "coordinates")
ABOUT = "about"
SPAN = 1.5  # pixels above it were not written in 0..1


def read_npy(path: Path, progress: Progress) -> Table:
    """The table of one array (N, D); raises EmbeddingError."""
    with path.open("rb") as stream:
        head = arrays.header(stream, path.name)
        if len(head.shape) != 2:
            raise EmbeddingError(
                f"{path.name} holds an array of shape {head.shape}; expected (N, D), a row of "
                "numbers for each picture"
            )
        return Table({FEATURES: arrays.numbers(stream, head, path.name, progress)}, title=path.stem)


def read_npz(path: Path, progress: Progress) -> Table:
    """The table of several arrays by their names; raises EmbeddingError."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _Archive(path.name, archive, progress).table(path.stem)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise EmbeddingError(f"{path.name} is no whole .npz file ({error})") from error


class _Archive:
    """The arrays of a .npz by their names, each read when it is asked for."""

    def __init__(self, name: str, archive: zipfile.ZipFile, progress: Progress) -> None:
        self.name, self.archive, self.progress = name, archive, progress
        self.heads: dict[str, Header] = {}
        for member in archive.namelist():
            if member.endswith(".npy"):
                with archive.open(member) as stream:
                    self.heads[member[:-4]] = arrays.header(stream, f"{name}: {member}")
        self.left = set(self.heads)

    def table(self, title: str) -> Table:
        name = self._features()
        count = self.heads[name].shape[0]
        features = self._read(name, numbers=True)
        about = self._about()
        labels, classes = self._labels(about)
        places, names = self._one(PLACES, numbers=True), self._one(NAMES)
        images = self._one(PICTURES)
        beside = self._columns(count)  # what is left
        return Table(
            {FEATURES: features},
            labels,
            classes,
            None if images is None else _pictures(self.name, images),
            () if names is None else [str(n) for n in names.tolist()],
            {
                n.removeprefix(COLUMN): column_of(values)
                for n, values in beside.items()
                if not n.startswith(GROUP)
            },
            places,
            {
                n.removeprefix(GROUP): np.flatnonzero(values)
                for n, values in beside.items()
                if n.startswith(GROUP)
            },
            str(about.get("title") or title),
            {str(k): str(v) for k, v in dict(about.get("about") or {}).items()},
        )

    def _features(self) -> str:
        """The name of the features: one of the usual, or the only array of two dimensions."""
        wide = {n: h for n, h in self.heads.items() if len(h.shape) == 2 and h.dtype.kind in "fiu"}
        for word in NAMED:
            for name in wide:
                if name.lower() == word:
                    return name
        wide = {n: h for n, h in wide.items() if n.lower() not in PLACES}
        if len(wide) == 1:
            return next(iter(wide))
        found = ", ".join(f"{n} {h.shape}" for n, h in self.heads.items()) or "none"
        raise EmbeddingError(
            f"{self.name}: which array holds the features? Name it {FEATURES!r}, of shape (N, D); "
            f"its arrays are {found}"
        )

    def _named(self, words: tuple[str, ...]) -> str | None:
        """The array of one of these names, where there is one that was not taken."""
        return next((n for word in words for n in sorted(self.left) if n.lower() == word), None)

    def _one(self, words: tuple[str, ...], numbers: bool = False) -> NDArray[Any] | None:
        """The array of one of these names, where there is one."""
        name = self._named(words)
        return None if name is None else self._read(name, numbers)

    def _read(self, name: str, numbers: bool = False) -> NDArray[Any]:
        self.left.discard(name)
        with self.archive.open(f"{name}.npy") as stream:
            said = f"{self.name}: {name}"
            head = arrays.header(stream, said)
            read = arrays.numbers if numbers else arrays.anything
            return read(stream, head, said, self.progress)

    def _about(self) -> Mapping[str, Any]:
        head = self.heads.get(ABOUT)
        if head is None or head.dtype.kind != "U" or head.count != 1:
            return {}
        try:
            found = json.loads(str(self._read(ABOUT).reshape(-1)[0]))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _labels(self, about: Mapping[str, Any]) -> tuple[Ints | None, tuple[str, ...]]:
        name = self._named(LABELS)
        if name is None:
            return None, ()
        known = about.get("classes") or ()
        if "classes" in self.left:
            known = self._read("classes").tolist()
        return labelled(column_of(self._read(name).reshape(-1)), None, [str(n) for n in known])

    def _columns(self, count: int) -> dict[str, NDArray[Any]]:
        """What else has one value a row."""
        return {
            name: self._read(name)
            for name in sorted(self.left)
            if self.heads[name].shape == (count,) and self.heads[name].dtype.kind in "fiubU"
        }


def _pictures(name: str, pixels: NDArray[Any]) -> Images:
    """Pictures as they are shown, of (N, H, W), (N, H, W, C) or (N, C, H, W)."""
    if pixels.ndim == 3:
        pixels = pixels[..., None]
    if pixels.ndim != 4 or not {1, 3} & {pixels.shape[1], pixels.shape[3]}:
        raise EmbeddingError(
            f"{name}: pictures of shape {pixels.shape}; expected (N, H, W), (N, H, W, 3) or "
            "(N, 3, H, W)"
        )
    if pixels.dtype != np.uint8:
        pixels = pixels.astype(np.float32)
        if pixels.max(initial=0.0) > SPAN:
            pixels /= 255.0
    return as_images(pixels)


def write(path: Path, found: Mapping[str, NDArray[Any]], about: str) -> None:
    """Arrays by their names into a new file."""
    with path.open("wb") as stream:
        np.savez_compressed(stream, **found, **{ABOUT: np.array(about)})  # type: ignore[arg-type]
