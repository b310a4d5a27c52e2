"""Segmentation: the class of every pixel, background included, judged by mean intersection over
union.

Scores of classes are read off the maps of 16 x 16 cells by a 1x1 convolution and enlarged
bilinearly to the picture, as in fully convolutional networks (Long et al., CVPR 2015, arXiv
1411.4038); the loss is the cross-entropy of pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from core.data.imageset import ImageSet
from core.evaluate.transfer.heads import SegmentationHead
from core.evaluate.transfer.overlap import intersection_over_union, pixel_counts
from core.evaluate.transfer.truth import pixel_classes

Masks = NDArray[np.int64]  # (H, W), the class of every pixel


class Segmentation:
    """The task on one data set; an answer is the class of every pixel of a picture."""

    id = "segmentation"
    cells = 16

    def __init__(self, data: ImageSet) -> None:
        self.data, self.side = data, data.side
        self.classes = ["background", *data.classes]

    def head(self, dims: Sequence[int]) -> SegmentationHead:
        return SegmentationHead(dims, self.cells, len(self.classes), self.side)

    def truth(self, part: str, chosen: NDArray[np.int64]) -> list[Masks]:
        return list(pixel_classes(self.data, part, chosen))

    def targets(self, truth: Sequence[Masks]) -> tuple[Tensor, ...]:
        return (torch.from_numpy(np.stack(truth)),)

    def loss(self, scores: Tensor, classes: Tensor) -> Tensor:
        """Of scores (B, classes, H, W) for pixels (B, H, W)."""
        return F.cross_entropy(scores, classes)

    def answers(self, scores: Tensor) -> list[Masks]:
        return list(scores.argmax(dim=1).cpu().numpy())

    def measures(
        self, found: Sequence[Masks], truth: Sequence[Masks]
    ) -> Mapping[str, tuple[float, float, float]]:
        """Measure -> on all pictures, on every other one, on the rest."""
        pairs = zip(found, truth, strict=True)
        counts = np.stack([pixel_counts(f, t, len(self.classes)) for f, t in pairs])
        some = (counts, counts[::2], counts[1::2])
        each = [float(np.nanmean(intersection_over_union(c.sum(axis=0)))) for c in some]
        return {"mIoU": (each[0], each[1], each[2])}
