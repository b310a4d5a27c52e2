"""The typed pictures that methods, evaluations and maps return, and that views show.

All are NumPy and plain Python: no tensor, no Qt. Images are `uint8` with the colour last,
`(N, H, W, 3)`. A picture owns its memory, so it may cross threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
Images = NDArray[np.uint8]


@dataclass(frozen=True)
class ImageGrid:
    """Images in rows; `columns` 0 lets the view choose.

    `groups` part them: a title and the number of the next images that stand under it.
    """

    images: Images  # (N, H, W, 3)
    captions: Sequence[str] = ()  # one an image, or none
    columns: int = 0
    indices: Ints | None = (
        None  # (N,) position of each in the run's fixed pictures, for linked selection
    )
    groups: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class Matrix:
    """A table of numbers as colours. `diverging` centres the scale on zero.

    Where rows and columns stand for pictures, a cell is a pair of them, of one of several kinds.
    """

    values: Floats  # (R, C)
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    row_label: str = ""
    column_label: str = ""
    value_label: str = ""
    low: float | None = None
    high: float | None = None
    diverging: bool = False
    row_images: Images | None = None  # (R, H, W, 3)
    column_images: Images | None = None  # (C, H, W, 3)
    kinds: Ints | None = None  # (R, C) which of `kind_names` each pair is
    kind_names: Sequence[str] = ()


@dataclass(frozen=True)
class HeatMaps:
    """Heat over images: column `j` of row `i` is `heat[i, j]` (0..1) laid over `images[i]`."""

    images: Images  # (N, H, W, 3)
    heat: Floats  # (N, K, h, w)
    columns: Sequence[str] = ()  # K titles
    captions: Sequence[str] = ()  # N


@dataclass(frozen=True)
class Histogram:
    """Counts per bin of one or several named quantities."""

    edges: Floats  # (B + 1,)
    counts: Mapping[str, Floats]  # name -> (B,)
    x_label: str = ""
    y_label: str = "count"

    @classmethod
    def of(cls, values: Mapping[str, Floats], bins: int, x_label: str = "") -> Histogram:
        """Counts of named numbers (N,) in bins of one width over the range of all of them."""
        every = np.concatenate(list(values.values()))
        low, high = float(every.min()), float(every.max())
        edges = np.linspace(low, high if high > low else low + 1, bins + 1)
        counts = {name: np.histogram(v, edges)[0].astype(float) for name, v in values.items()}
        return cls(edges, counts, x_label)


@dataclass(frozen=True)
class Points:
    """Points in two or three dimensions, each one of the run's fixed pictures."""

    xy: Floats  # (N, 2 or 3)
    labels: Ints | None = None  # (N,)
    names: Sequence[str] = ()  # of the labels
    indices: Ints | None = None  # (N,)
    title: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a curve; `spread` is a standard deviation drawn as a band."""

    x: Floats
    y: Floats
    spread: Floats | None = None
    dashed: bool = False  # a reference, which the others are held against


@dataclass(frozen=True)
class Curve:
    """Lines over a common axis."""

    lines: Mapping[str, Line]
    x_label: str = ""
    y_label: str = ""
    log_x: bool = False
    log_y: bool = False
    marks: Mapping[str, float] = field(default_factory=dict)  # name -> x, drawn as a vertical line


@dataclass(frozen=True)
class Table:
    """Rows of text and numbers under titles; `notes` stand below."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str | int | float]]
    notes: str = ""


@dataclass(frozen=True)
class Guess:
    """A method's answers to its own question: `probabilities[i]` over `options` for `shown[i]`."""

    question: str
    shown: Images  # (N, H, W, 3)
    options: Sequence[str]  # K
    probabilities: Floats  # (N, K)
    truth: Ints  # (N,)
    columns: int = 0  # pictures a row: the four rotations of one image stand side by side


@dataclass(frozen=True)
class Reconstruction:
    """What a method was given of each picture, what it made of it, and the picture itself."""

    given: Images  # (N, H, W, 3)
    made: Images  # (N, H, W, 3)
    truth: Images  # (N, H, W, 3)
    captions: Sequence[str] = ("Given", "Made", "Truth")  # of the three

    def side_by_side(self) -> ImageGrid:
        """Each picture's three in a row."""
        rows = np.stack([self.given, self.made, self.truth], axis=1)  # (N, 3, H, W, 3)
        images = np.ascontiguousarray(rows.reshape(-1, *rows.shape[2:]))
        return ImageGrid(images, list(self.captions) * len(self.given), columns=3)


@dataclass(frozen=True)
class Denoising:
    """Pictures on their way out of noise, at some of the times passed, from noise to the end."""

    strip: Images  # (K, N, H, W, 3) x_t
    predictions: Images  # (K, N, H, W, 3) what the network took x_t for: x_0
    times: Floats  # (K,) share of the way, 1 noise and 0 the picture
    made: Images  # (N, H, W, 3)


Picture = ImageGrid | Matrix | HeatMaps | Histogram | Points | Curve | Table | Guess


DOT_SIDE = 24  # pixels of the tile that shows where a point lies
REACH = 3.5  # of the plane to each side of the middle that a tile shows; data lie about 2 from it


def as_images(pixels: Floats | Images) -> Images:
    """A batch for showing: (N, C, H, W) or (N, H, W, C), 0..1 or uint8, to uint8 (N, H, W, 3).

    Points in the plane (N, 2, 1, 1) become tiles with a dot where each lies.
    """
    array = np.asarray(pixels)
    if array.ndim != 4:
        raise ValueError(f"expected a batch of images with 4 dimensions, found shape {array.shape}")
    if array.shape[1:] == (2, 1, 1):
        return _dots(array[:, :, 0, 0].astype(np.float32))
    if array.shape[1] in (1, 3) and array.shape[-1] not in (1, 3):
        array = array.transpose(0, 2, 3, 1)
    if array.dtype != np.uint8:
        array = (np.clip(array, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    if array.shape[-1] == 1:
        array = array.repeat(3, axis=-1)
    return np.ascontiguousarray(array)


def _dots(points: Floats) -> Images:
    """Tiles (N, 24, 24, 3), black, with a white dot where each point (N, 2) lies; up is up."""
    middles = (np.arange(DOT_SIDE) + 0.5) / DOT_SIDE * 2 * REACH - REACH
    x, y = np.clip(points, -REACH, REACH).astype(np.float32).T[:, :, None, None]
    squares = (middles[None, None, :] - x) ** 2 + (-middles[None, :, None] - y) ** 2
    radius = 1.5 * 2 * REACH / DOT_SIDE
    light = np.clip(1.5 - np.sqrt(squares) / radius, 0.0, 1.0)  # (N, 24, 24)
    return np.ascontiguousarray((light * 255).astype(np.uint8)[..., None].repeat(3, axis=-1))
