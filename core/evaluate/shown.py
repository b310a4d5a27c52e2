"""A few small pictures kept in a report, which is JSON: all in one PNG, as text."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.pictures import ImageGrid, Images


@dataclass(frozen=True)
class Shown:
    """Pictures of one size in rows of `columns`."""

    png: str  # base64 of the pictures, one below another
    captions: Sequence[str]  # one a picture
    columns: int

    @classmethod
    def of(cls, images: Images, captions: Sequence[str], columns: int) -> Shown:
        """Of images (N, H, W, 3)."""
        out = io.BytesIO()
        Image.fromarray(images.reshape(-1, *images.shape[2:])).save(out, "PNG")
        return cls(base64.b64encode(out.getvalue()).decode(), list(captions), columns)

    def grid(self) -> ImageGrid:
        """The pictures; raises ValueError where they are damaged."""
        try:
            with Image.open(io.BytesIO(base64.b64decode(self.png)), formats=["PNG"]) as image:
                column = np.asarray(image.convert("RGB"))
            images = column.reshape(len(self.captions), -1, *column.shape[1:])
        except (OSError, ValueError, SyntaxError) as error:
            raise ValueError(f"the pictures of the evaluation are damaged: {error}") from error
        return ImageGrid(images, self.captions, self.columns)
