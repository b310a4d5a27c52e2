"""Source `photos`: crops of the real photographs that scikit-learn and scikit-image install.

Only files that lie on this disk are used; nothing is fetched. Each photograph is a class. Its
right-hand part is set aside whole: held-out crops come from there and training crops from the rest,
so no held-out pixel has been seen in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.config import option
from core.data.imageset import DataError, ImageSet, Pictures, Source
from core.progress import Progress

if TYPE_CHECKING:
    from PIL import Image

_FILES = {
    "china": "sklearn/datasets/images/china.jpg",
    "flower": "sklearn/datasets/images/flower.jpg",
    "astronaut": "skimage/data/astronaut.png",
    "brick": "skimage/data/brick.png",
    "camera": "skimage/data/camera.png",
    "cat": "skimage/data/chelsea.png",
    "coffee": "skimage/data/coffee.png",
    "coins": "skimage/data/coins.png",
    "galaxies": "skimage/data/hubble_deep_field.jpg",
    "grass": "skimage/data/grass.png",
    "gravel": "skimage/data/gravel.png",
    "moon": "skimage/data/moon.png",
    "motorcycle": "skimage/data/motorcycle_left.png",
    "retina": "skimage/data/retina.jpg",
    "rocket": "skimage/data/rocket.jpg",
    "tissue": "skimage/data/ihc.png",
}

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels


@dataclass(frozen=True)
class PhotosOptions:
    """How many crops, how large, and how much of each photograph is set aside."""

    side: int = option(32, "Width and height that every crop is brought to.", unit="px",
                       choices=(16, 24, 32, 48, 64, 96), group="Data")  # fmt: skip
    count: int = option(4000, "Crops in all, as many of each photograph.", low=64, high=200_000,
                        log=True, group="Data")  # fmt: skip
    held_out: float = option(0.25, "Share of each photograph's width, and of the crops, that is "
                             "held out to judge by.", low=0.1, high=0.5, group="Data")  # fmt: skip
    seed: int = option(0, "Where the crops lie.", low=0, high=2**31 - 1, group="Data",
                       advanced=True)  # fmt: skip


class Photos(Source):
    """Crops of a few real photographs; the class is the photograph."""

    id = "photos"
    title = "Crops of photographs"
    sentence = (
        "Crops of sixteen real photographs; held-out crops come from a part never trained on."
    )
    Options = PhotosOptions

    def load(self, options: PhotosOptions, progress: Progress) -> ImageSet:
        """(N, 3, side, side) crops, each of a side between half and all that its part allows."""
        found = installed()
        if len(found) < 2:
            raise DataError("found fewer than 2 photographs of scikit-learn and scikit-image; "
                            "install both again")  # fmt: skip
        rng = np.random.default_rng(options.seed)
        tested = max(len(found), round(options.count * options.held_out))
        quotas = [max(len(found), options.count - tested), tested]
        parts: list[list[NDArray[np.uint8]]] = [[], []]
        labels: list[list[int]] = [[], []]
        for label, (name, path) in enumerate(found.items()):
            progress.update("Cropping photographs", label, len(found), "photographs")
            photo = open_photo(name, path)
            for part, quota in enumerate(quotas):
                many = len(range(label, quota, len(found)))  # the quota dealt out one by one
                boxes = _boxes(photo.size, options, bool(part), many, rng)
                parts[part] += [_crop(photo, box, options.side) for box in boxes]
                labels[part] += [label] * many
        progress.update("Cropping photographs", len(found), len(found), "photographs")
        train, held_out = (
            Pictures(np.stack(crops), np.array(numbers, dtype=np.int64))
            for crops, numbers in zip(parts, labels, strict=True)
        )
        return ImageSet(self.id, self.title, train, held_out, tuple(found))


def installed() -> dict[str, Path]:
    """The photographs on this disk, by class; looks for the packages without importing them."""
    roots = {}
    for package in ("sklearn", "skimage"):
        spec = find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            roots[package] = Path(next(iter(spec.submodule_search_locations))).parent
    paths = {
        name: roots[file.split("/")[0]] / file
        for name, file in _FILES.items()
        if file.split("/")[0] in roots
    }
    return {name: path for name, path in paths.items() if path.is_file()}


def open_photo(name: str, path: Path) -> Image.Image:
    from PIL import Image

    try:
        with Image.open(path) as photo:
            return photo.convert("RGB")
    except OSError as error:
        raise DataError(
            f"{name}: {path} cannot be read ({error}); install its package again"
        ) from None


def _boxes(size: tuple[int, int], options: PhotosOptions, held_out: bool, many: int,
           rng: np.random.Generator) -> list[Box]:  # fmt: skip
    """Square boxes within one part of a photograph, of sides log-uniform over one octave."""
    width, height = size
    border = round(width * (1.0 - options.held_out))
    left, right = (border, width) if held_out else (0, border)
    # Both parts have crops of the same sizes, or they could be told apart by scale.
    largest = min(height, width - border, border)
    sides = np.maximum(1, (largest * 2.0 ** -rng.random(many)).astype(int))
    lefts = left + (rng.random(many) * (right - left - sides + 1)).astype(int)
    tops = (rng.random(many) * (height - sides + 1)).astype(int)
    return [(x, y, x + s, y + s) for x, y, s in zip(lefts, tops, sides, strict=True)]


def _crop(photo: Image.Image, box: Box, side: int) -> NDArray[np.uint8]:
    # Cropped first, so that the filter cannot reach over the border between the parts.
    small = photo.crop(box).resize((side, side), 3)  # 3: bicubic, antialiased
    return np.asarray(small, dtype=np.uint8).transpose(2, 0, 1)  # (3, side, side)
