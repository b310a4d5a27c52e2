"""Where pictures may come from: the table of sources, and loading by name with plain values.

Importing this module, and listing the sources, imports no torch, scikit-learn or Pillow.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.config import Option, configure, options_of
from core.data.imageset import DataError, ImageSet, Source
from core.progress import Progress

# In the order in which they are offered.
SOURCES: Mapping[str, tuple[str, str]] = {
    "digits": ("core.data.digits", "Digits"),
    "toyland": ("core.data.toyland", "Toyland"),
    "faces": ("core.data.faces.source", "Faces"),
    "domains": ("core.data.domains.source", "Domains"),
    "scenes": ("core.data.scenes.source", "Scenes"),
    "shapes": ("core.data.solids.source", "Shapes"),
    "objects": ("core.data.solids.objects", "Objects"),
    "streets": ("core.data.streets.source", "Streets"),
    "mixtures": ("core.data.points.source", "Mixtures"),
    "clips": ("core.data.clips.source", "Clips"),
    "photos": ("core.data.photos", "Photos"),
    "folder": ("core.data.folder", "Folder"),
    "video": ("core.data.video.source", "Video"),
    "mnist": ("core.data.published", "Mnist"),
    "fashionmnist": ("core.data.published", "FashionMnist"),
    "cifar10": ("core.data.published", "Cifar10"),
    "cifar100": ("core.data.published", "Cifar100"),
    "stl10": ("core.data.published", "Stl10"),
    "svhn": ("core.data.published", "Svhn"),
}


class UnknownSource(KeyError):
    """No source of that name; the message lists those there are."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class SourceInfo:
    """What a list or a form shows of a source before anything is loaded."""

    id: str
    title: str
    sentence: str
    options: tuple[Option, ...]


def source(id: str) -> Source:
    """The source of that name; raises UnknownSource."""
    if id not in SOURCES:
        listed = ", ".join(SOURCES)
        raise UnknownSource(f"there is no source of pictures {id!r}; there are {listed}")
    module, name = SOURCES[id]
    found: Source = getattr(importlib.import_module(module), name)()
    return found


def makes_points(id: str) -> bool:
    """Whether a source gives points in the plane and not pictures; raises UnknownSource."""
    return source(id).points


def sources() -> list[SourceInfo]:
    """All sources in the order in which they are offered."""
    found = [source(id) for id in SOURCES]
    return [SourceInfo(s.id, s.title, s.sentence, tuple(options_of(s.Options))) for s in found]


def load(id: str, values: Mapping[str, Any] | None = None,
         progress: Progress | None = None) -> ImageSet:  # fmt: skip
    """The pictures of a source with these values of its options.

    Raises UnknownSource, ConfigError for a value, DataError for the data, or Cancelled.
    """
    wanted = source(id)
    options: object = configure(wanted.Options, values)
    try:
        return wanted.load(options, progress or Progress())
    except MemoryError as error:
        raise DataError(
            f"{wanted.title}: there is not enough memory; lower count or side"
        ) from error
    except OSError as error:
        raise DataError(f"{wanted.title}: {error.strerror or error} ({error.filename})") from error
