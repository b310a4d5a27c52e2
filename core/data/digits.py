"""Source `digits`: 1,797 real handwritten digits that scikit-learn carries, so nothing is fetched.

E. Alpaydin and C. Kaynak, "Optical recognition of handwritten digits", UCI, 1998: 8 x 8 pixels,
each a count of 0..16.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.config import option
from core.data.imageset import DataError, ImageSet, Source, split
from core.progress import Progress

_GREATEST = 16.0  # of a pixel as it is stored


@dataclass(frozen=True)
class DigitsOptions:
    """How large the digits are shown, and which are held out."""

    side: int = option(8, "Width and height; beyond 8 the digits are enlarged smoothly.",
                       choices=(8, 16, 24, 32), unit="px", group="Data")  # fmt: skip
    held_out: float = option(0.25, "Share of every class held out to judge by.", low=0.01,
                             high=0.9, group="Data")  # fmt: skip
    seed: int = option(0, "Which digits are held out.", low=0, high=2**31 - 1, group="Data",
                       advanced=True)  # fmt: skip


class Digits(Source):
    """Real handwritten digits, grey, tiny."""

    id = "digits"
    title = "Handwritten digits"
    sentence = "1,797 real handwritten digits of 8 x 8 pixels, on this computer already."
    Options = DigitsOptions

    def load(self, options: DigitsOptions, progress: Progress) -> ImageSet:
        """(N, 1, side, side) grey pictures of ten classes."""
        from PIL import Image

        progress.update("Reading the digits", 0, 1797, "images")
        rows = np.loadtxt(_table(), delimiter=",", dtype=np.int64)  # (N, 64 + 1)
        pixels, labels = rows[:, :-1].reshape(-1, 8, 8), rows[:, -1]
        grey = np.rint(pixels * (255.0 / _GREATEST)).astype(np.uint8)  # (N, 8, 8)
        if options.side != grey.shape[-1]:
            size = (options.side, options.side)
            bicubic = Image.Resampling.BICUBIC
            grey = np.stack([np.asarray(Image.fromarray(d).resize(size, bicubic)) for d in grey])
        train, held_out = split(grey[:, None], labels, options.held_out, options.seed)
        progress.update("Reading the digits", 1797, 1797, "images")
        return ImageSet(self.id, self.title, train, held_out, tuple("0123456789"))


def _table() -> Path:
    """The file of scikit-learn that holds them; to import it for that would take a second."""
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        raise DataError(
            "the digits come with scikit-learn, which is not installed here; install it with: "
            "pip install scikit-learn"
        )
    return Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"
