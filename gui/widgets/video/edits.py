"""What a hand does to a mask of objects (H, W) uint8: 0 is the background. Pure, no Qt.

Places are x, y in pixels of the frame from its upper left corner; a pixel's middle is at a half.
Nothing is changed in place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.uint8]  # (H, W)
Region = NDArray[np.bool_]  # (H, W)
Place = tuple[float, float]


def put(mask: Labels, region: Region, object: int) -> Labels:
    """The mask with a region given to an object (0 gives it to the background)."""
    made = mask.copy()
    made[region] = object
    return made


def take(mask: Labels, region: Region, object: int | None = None) -> Labels:
    """The mask without a region of one object, or of whatever object where none is named."""
    gone = region if object is None else region & (mask == object)
    return put(mask, gone, 0)


def polygon(shape: tuple[int, int], corners: Sequence[Place]) -> Region:
    """Pixels whose middle lies in a closed polygon, (H, W); none where it has no area."""
    from skimage.draw import polygon2mask

    if len(corners) < 3:
        return np.zeros(shape, bool)
    rows_and_columns = np.array([(y - 0.5, x - 0.5) for x, y in corners])
    return np.asarray(polygon2mask(shape, rows_and_columns), bool)


def connected(mask: Labels, at: Place) -> Region:
    """Pixels of the same object as the one at a place that hang together with it by their sides."""
    from skimage.segmentation import flood

    row_column = inside(mask.shape, at)
    if row_column is None:
        return np.zeros(mask.shape, bool)
    return np.asarray(flood(mask, row_column, connectivity=1), bool)


def inside(shape: tuple[int, ...], at: Place) -> tuple[int, int] | None:
    """Row and column of the pixel at a place; None beside the frame."""
    row, column = int(np.floor(at[1])), int(np.floor(at[0]))
    if 0 <= row < shape[0] and 0 <= column < shape[1]:
        return row, column
    return None


class Grower:
    """Regions of like colour around a pixel of one frame, at one tolerance after another."""

    def __init__(self, frame: NDArray[np.uint8], at: Place) -> None:
        """`frame` is (H, W, 3) RGB; the colour grown from is the mean of the 3 x 3 at the place."""
        from skimage.color import rgb2lab

        self._shape = frame.shape[:2]
        self._seed = inside(self._shape, at)
        lab = rgb2lab(frame)
        if self._seed is None:
            self._far = np.full(self._shape, np.inf)
            return
        row, column = self._seed
        near = lab[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
        colour = np.median(near.reshape(-1, 3), axis=0)
        self._far = np.linalg.norm(lab - colour, axis=2)

    def region(self, tolerance: float) -> Region:
        """Pixels within `tolerance` (CIE Lab, 2.3 is just seen) that hang together with the place.

        Holes in the region are filled, so that a highlight stays part of its object.
        """
        from scipy.ndimage import binary_fill_holes
        from skimage.segmentation import flood

        if self._seed is None:
            return np.zeros(self._shape, bool)
        like = self._far <= tolerance
        like[self._seed] = True
        return np.asarray(binary_fill_holes(flood(like, self._seed, connectivity=1)), bool)
