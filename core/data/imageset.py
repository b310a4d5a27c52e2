"""A set of pictures as every method sees it, and the sources it may come from. No torch here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress


class DataError(Exception):
    """Data that cannot be used; says what was found, what was expected and what to do."""


@dataclass(frozen=True)
class Problem:
    """A file that could not be used, with the reason in words."""

    name: str
    reason: str


@dataclass(frozen=True)
class Pictures:
    """Images of one size. `images` may be memory-mapped; `labels` is -1 where none is known.

    Points in the plane are float32 of shape (N, 2, 1, 1): what learns pictures learns them too.
    """

    images: NDArray[Any]  # (N, C, H, W) uint8, C is 1 or 3; of points (N, 2, 1, 1) float32
    labels: NDArray[np.int64]  # (N,)
    names: Sequence[str] = ()  # a name a picture (file name, or what was drawn), or none
    clips: NDArray[np.int64] | None = None  # (N,) the clip of each frame, in order; None: no frames
    attributes: NDArray[np.bool_] | None = None  # (N, A) which each picture has, where known
    partners: NDArray[np.uint8] | None = None  # as `images`, what translates: the other domain
    cameras: NDArray[np.float32] | None = None  # (N, 20) packed as core.render.cameras.Cameras does
    truth: NDArray[Any] | None = None  # (N, ...) what is known of each in space, of ImageSet.truth
    # (P, 6) of the scene that they show, where matching them found some: places in the scene box
    # (or beyond it), colours in 0..1.
    sparse_points: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if self.points:
            _check_points(self.images)
        elif self.images.ndim != 4 or self.images.shape[1] not in (1, 3):
            raise DataError(
                f"expected images of shape (N, 1 or 3, H, W), found {self.images.shape}"
            )
        if len(self.labels) != len(self.images):
            raise DataError(f"{len(self.images)} images but {len(self.labels)} labels")
        if self.clips is not None and len(self.clips) != len(self.images):
            raise DataError(f"{len(self.images)} images but {len(self.clips)} numbers of clips")
        if self.partners is not None and self.partners.shape != self.images.shape:
            raise DataError(
                f"expected partners of the shape of the images, {self.images.shape}, found "
                f"{self.partners.shape}"
            )
        if self.cameras is not None and self.cameras.shape != (len(self.images), 20):
            raise DataError(
                f"expected cameras of shape ({len(self.images)}, 20), found {self.cameras.shape}"
            )
        if self.truth is not None and len(self.truth) != len(self.images):
            raise DataError(f"{len(self.images)} images but {len(self.truth)} rows of truth")
        if self.sparse_points is not None and self.sparse_points.shape[1:] != (6,):
            raise DataError(
                f"expected sparse points of shape (P, 6), found {self.sparse_points.shape}"
            )
        if self.attributes is not None and (
            self.attributes.ndim != 2 or len(self.attributes) != len(self.images)
        ):
            raise DataError(
                f"expected attributes of shape ({len(self.images)}, A), a row an image, found "
                f"{self.attributes.shape}"
            )

    @property
    def points(self) -> bool:
        """Whether these are points in the plane."""
        return bool(np.issubdtype(self.images.dtype, np.floating))

    def __len__(self) -> int:
        return len(self.images)

    def ends_of_windows(self, before: int) -> NDArray[np.intp]:
        """Positions of the frames that have so many others of their clip before them.

        All positions for 0; none where these pictures are no frames and some are asked for.
        """
        if before == 0:
            return np.arange(len(self))
        if self.clips is None or len(self) <= before:
            return np.empty(0, dtype=np.intp)
        return np.flatnonzero(self.clips[before:] == self.clips[:-before]) + before


@dataclass(frozen=True)
class ImageSet:
    """What a source gives: pictures to learn from and pictures held out to judge by."""

    source: str
    title: str
    train: Pictures
    held_out: Pictures
    classes: Sequence[str] = ()  # names of the labels; empty where there are none
    problems: Sequence[Problem] = ()
    facts: dict[str, Any] = field(default_factory=dict)  # boxes, masks, captions ... by name
    attributes: Sequence[str] = ()  # names of the columns of `Pictures.attributes`
    truth: str = ""  # what `Pictures.truth` is: "points", "solid" or "boxes"
    paired: bool = False  # whether a picture and its partner show the same

    def __post_init__(self) -> None:
        if self.train.points != self.held_out.points:
            raise DataError(f"{self.title}: one part has points and the other pictures")
        for part in (self.train, self.held_out):
            found = 0 if part.attributes is None else part.attributes.shape[1]
            if found != len(self.attributes):
                raise DataError(
                    f"{self.title}: {len(self.attributes)} names of attributes but {found} columns"
                )

    @property
    def points(self) -> bool:
        """Whether what is learned are points in the plane and not pictures."""
        return self.train.points

    @property
    def channels(self) -> int:
        return int(self.train.images.shape[1])

    @property
    def side(self) -> int:
        return int(self.train.images.shape[2])

    @property
    def labelled(self) -> bool:
        return len(self.classes) > 1 and bool((self.train.labels >= 0).any())

    def fingerprint(self) -> str:
        """A short hash of pixels and labels, kept with a run so that a changed set is noticed."""
        digest = hashlib.sha256()
        for part in (self.train, self.held_out):
            digest.update(repr(part.images.shape).encode())
            stride = max(1, len(part) // 512)
            digest.update(np.ascontiguousarray(part.images[::stride]).tobytes())
            digest.update(np.ascontiguousarray(part.labels).tobytes())
            for more in (part.clips, part.attributes, part.partners, part.cameras, part.truth,
                         part.sparse_points):  # fmt: skip
                if more is not None:
                    digest.update(np.ascontiguousarray(more).tobytes())
        return digest.hexdigest()[:16]


def _check_points(found: NDArray[Any]) -> None:
    if found.ndim != 4 or found.shape[1:] != (2, 1, 1) or found.dtype != np.float32:
        raise DataError(
            f"expected points as float32 of shape (N, 2, 1, 1), found {found.dtype} of "
            f"{found.shape}; pictures are uint8"
        )
    if not np.isfinite(found).all():
        raise DataError("a point has a coordinate that is no finite number")


class Source:
    """Somewhere pictures come from. A subclass says its options and loads an `ImageSet`."""

    id: ClassVar[str]
    title: ClassVar[str]
    sentence: ClassVar[str]
    Options: ClassVar[type]  # a frozen dataclass of `core.config.option`s, group "Data"
    points: ClassVar[bool] = False  # in the plane, not pictures

    def load(self, options: Any, progress: Progress) -> ImageSet:
        """Read or make the pictures; raises DataError, or Cancelled out of `progress`."""
        raise NotImplementedError


def hold_out(labels: NDArray[np.int64], fraction: float, seed: int) -> NDArray[np.bool_]:
    """Which pictures are held out: a fraction of every class, at least one on each side.

    (N,) bool, a function of the labels, the fraction and the seed alone; raises DataError.
    """
    if len(labels) < 2:
        raise DataError(
            f"found {len(labels)} usable pictures; at least 2 are needed to hold one out"
        )
    order = np.random.default_rng(seed).permutation(len(labels))
    held = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        mine = order[labels[order] == label]
        held[mine[: round(len(mine) * fraction)]] = True
    if not held.any():
        held[order[0]] = True
    if held.all():
        held[order[-1]] = False
    return held


def split(
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    fraction: float,
    seed: int,
    names: Sequence[str] = (),
) -> tuple[Pictures, Pictures]:
    """The pictures that `hold_out` leaves for training, and those it holds out."""
    held = hold_out(labels, fraction, seed)

    def part(chosen: NDArray[np.intp]) -> Pictures:
        return Pictures(
            np.ascontiguousarray(images[chosen]),
            labels[chosen],
            [names[i] for i in chosen] if len(names) else (),
        )

    return part(np.flatnonzero(~held)), part(np.flatnonzero(held))
