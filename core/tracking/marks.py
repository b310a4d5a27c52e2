"""What is known of one frame: which pixels belong to which object, and where the keypoints are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Marks:
    """What a person, the truth or propagation says of one frame; None where it says nothing."""

    mask: NDArray[np.uint8] | None = None  # (H, W), 0 the background, k object k
    # (K, 2) x, y in pixels, the middle of the first pixel at 0, 0; NaN where unknown or hidden
    points: NDArray[np.float32] | None = None
    confidence: NDArray[np.float32] | None = None  # (H, W) in 0..1, of the mask

    @property
    def objects(self) -> int:
        """The highest number that an object of the mask has; 0 without one."""
        return int(self.mask.max(initial=0)) if self.mask is not None else 0
