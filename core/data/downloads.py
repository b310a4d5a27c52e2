"""What the published data sets have in common: read by torchvision, fetched on request, cached.

An existing torchvision root is used as it is. Nothing goes to the network unless the option
`download` says yes; then `core.data.fetch` does it, with the addresses and checksums that the
installed torchvision knows. What torchvision decodes is kept in the cache, so that a second load
needs neither torchvision nor the checksums.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.config import option
from core.data.cache import Cache, Writer, key_of
from core.data.choose import evenly, share
from core.data.fetch import Remote, fetch
from core.data.imageset import DataError, ImageSet, Source
from core.data.places import datasets_folder
from core.data.unpack import untar
from core.progress import Progress

_BATCH = 1024  # pictures written to the cache at once
# What torchvision's readers raise of files that are absent, cut or not the published ones.
_NOT_RIGHT = (RuntimeError, OSError, ValueError, AssertionError, EOFError)


@dataclass(frozen=True)
class DownloadOptions:
    """Where the data set lies or will lie, and how much of it is used."""

    root: str = option("", "A torchvision root that holds the data set; empty for this program's "
                       "own folder.", path=True, group="Data")  # fmt: skip
    download: bool = option(False, "Fetch it from the network if it is not there.", group="Data")
    count: int = option(0, "The most pictures used, shared between training and test as the whole "
                        "set is, equal over the classes; 0 uses all.", low=0, high=10_000_000,
                        group="Data")  # fmt: skip
    seed: int = option(0, "Which pictures are chosen.", low=0, high=2**31 - 1, group="Data",
                       advanced=True)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """The training or the test pictures, in one array or several, often views or mapped."""

    pieces: Sequence[NDArray[np.uint8]]  # (n, C, H, W) each, N in all
    labels: NDArray[np.int64]  # (N,)

    def __post_init__(self) -> None:
        count = sum(map(len, self.pieces))
        if count != len(self.labels):
            raise DataError(f"{count} images but {len(self.labels)} labels")

    def take(self, chosen: NDArray[np.intp]) -> NDArray[np.uint8]:
        """The pictures at ascending positions (n,), copied: (n, C, H, W)."""
        found, first = [], 0
        for piece in self.pieces:
            inside = chosen[(chosen >= first) & (chosen < first + len(piece))]
            found.append(piece[inside - first])
            first += len(piece)
        return np.concatenate(found)


class Torchvision(Source):
    """One data set; a subclass says where its files are and how they are read."""

    Options: ClassVar[type] = DownloadOptions
    dataset: ClassVar[str]  # name of the class in torchvision.datasets
    files: ClassVar[str]  # what its files below the root are, as a pattern
    megabytes: ClassVar[float]  # of the download

    def load(self, options: DownloadOptions, progress: Progress) -> ImageSet:
        """The official training and test parts; raises DataError where the files are not there."""
        root = self.root(options)
        cache = Cache()
        progress.update(f"Looking for {self.title}", 0)
        kept = cache.get(self._key(root, options))
        if kept is not None:
            return kept
        parts = self._read_or_fetch(root, options, progress)
        key = self._key(root, options)
        with cache.writing(key, parts[0].pieces[0].shape[1:]) as writer:
            _choose(parts, options, writer, progress, self.title)
            writer.describe(self.id, self.title, self.class_names(self._torchvision(), root))
        written = cache.get(key)
        if written is None:
            raise DataError(f"{cache.folder}: the pictures are gone; load them again")
        return written

    def root(self, options: DownloadOptions) -> Path:
        """The folder that torchvision calls root."""
        return Path(options.root).expanduser() if options.root else datasets_folder()

    def read(self, dataset: Any, root: Path, options: Any) -> tuple[Part, Part]:
        """Training and test part; raises whatever torchvision meets in files that are not right."""
        raise NotImplementedError

    def fetch(self, dataset: Any, root: Path, progress: Progress) -> None:
        """Bring the files to their places below the root; raises DataError or Cancelled."""
        raise NotImplementedError

    def class_names(self, dataset: Any, root: Path) -> tuple[str, ...]:
        """Names of the classes in the order of their labels."""
        raise NotImplementedError

    def remote(self, url: str, md5: str) -> Remote:
        """A file of this data set, which is no larger than all of it together."""
        return Remote(url, md5, int(self.megabytes * 1.1e6))

    def _torchvision(self) -> Any:
        import torchvision.datasets

        return getattr(torchvision.datasets, self.dataset)

    def _key(self, root: Path, options: DownloadOptions) -> str:
        stats = [(str(path.resolve()), path.stat()) for path in sorted(root.glob(self.files))]
        files = [[name, facts.st_size, facts.st_mtime_ns] for name, facts in stats]
        chosen = {k: v for k, v in asdict(options).items() if k not in ("root", "download")}
        return key_of(source=self.id, files=files, options=chosen)

    def _read_or_fetch(
        self, root: Path, options: DownloadOptions, progress: Progress
    ) -> tuple[Part, Part]:
        reason: Exception | None = None
        if any(root.glob(self.files)):
            try:
                return self.read(self._torchvision(), root, options)
            except _NOT_RIGHT as error:
                reason = error
        if not options.download:
            raise DataError(self._absent(root)) from reason
        self.fetch(self._torchvision(), root, progress)
        try:
            return self.read(self._torchvision(), root, options)
        except _NOT_RIGHT as error:
            raise DataError(
                f"{self.title}: fetched to {root}, but torchvision cannot read it ({error}); "
                "look for a newer torchvision"
            ) from error

    def _absent(self, root: Path) -> str:
        return (f"{self.title} is not in {root}, or not whole. It is a download of "
                f"{self.megabytes:,.0f} MB: switch on the option download to have it put there, or "
                "set root to a torchvision folder that has it")  # fmt: skip


def _choose(parts: tuple[Part, Part], options: DownloadOptions, writer: Writer,
            progress: Progress, title: str) -> None:  # fmt: skip
    """Copy the chosen pictures batch by batch: the whole may be larger than what is used."""
    counts = share(options.count, len(parts[0].labels), len(parts[1].labels))
    done, total = 0, sum(counts)
    for held_out, (part, count) in enumerate(zip(parts, counts, strict=True)):
        chosen = evenly(part.labels, count, options.seed)
        for batch in _batches(chosen):
            writer.add(part.take(batch), part.labels[batch], bool(held_out))
            done += len(batch)
            progress.update(f"Reading {title}", done, total, "images")


def _batches(chosen: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    for start in range(0, len(chosen), _BATCH):
        yield chosen[start : start + _BATCH]


def fetch_from(mirrors: list[Remote], target: Path, progress: Progress) -> None:
    """From the first mirror that gives the file; raises what the last one said."""
    for mirror in mirrors[:-1]:
        try:
            return fetch(mirror, target, progress)
        except DataError:
            continue
    return fetch(mirrors[-1], target, progress)


def fetch_tar(
    source: Torchvision, dataset: Any, names: list[str], root: Path, progress: Progress
) -> None:
    """Fetch the data set's archive, take these files out of it, and remove it."""
    archive = root / dataset.filename
    fetch(source.remote(dataset.url, dataset.tgz_md5), archive, progress)
    untar(archive, [f"{dataset.base_folder}/{name}" for name in names], root, progress)
    archive.unlink()
