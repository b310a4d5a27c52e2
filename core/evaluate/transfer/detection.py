"""Detection: boxes and classes of the things in a picture, judged by mean average precision.

A detector without anchors in one stage, FCOS (Tian et al., ICCV 2019, arXiv 1904.01355), on one
map of 8 x 8 cells. A cell whose centre lies in a box, at most 1.5 cells from the box's centre
(their improved sampling), answers for it; of several boxes for the smallest. Classes learn by the
focal loss (Lin et al., ICCV 2017, arXiv 1708.02002), edges by the generalised intersection over
union (Rezatofighi et al., CVPR 2019, arXiv 1902.09630). There is no centre-ness: with so few
cells, those sampled are all near the centre. Doubles are removed by non-maximum suppression.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F
from torchvision.ops import batched_nms, generalized_box_iou_loss, sigmoid_focal_loss

from core.data.imageset import ImageSet
from core.evaluate.transfer.average_precision import Detections, match
from core.evaluate.transfer.heads import DetectionHead
from core.evaluate.transfer.truth import Things, things_of

NEAR = 1.5  # cells from a box's centre
NOTHING = -1  # the class of a cell that answers for no box
LEAST_SCORE = 0.05
SAME = 0.6  # intersection over union from which the better of two boxes of a class stays
MOST = 100  # boxes a picture, as COCO counts


class Detection:
    """The task on one data set; an answer is the `Detections` in a picture."""

    id = "detection"
    cells = 8

    def __init__(self, data: ImageSet) -> None:
        self.data, self.side = data, data.side
        self.classes = list(data.classes)

    def head(self, dims: Sequence[int]) -> DetectionHead:
        return DetectionHead(dims, self.cells, len(self.classes))

    def truth(self, part: str, chosen: NDArray[np.int64]) -> list[Things]:
        return list(things_of(self.data, part, chosen))

    def targets(self, truth: Sequence[Things]) -> tuple[Tensor, ...]:
        """Class of each cell (N, cells, cells), and its box (N, cells, cells, 4) in cells."""
        each = [assign(things, self.cells, self.side) for things in truth]
        return (
            torch.from_numpy(np.stack([classes for classes, _ in each])),
            torch.from_numpy(np.stack([boxes for _, boxes in each])),
        )

    def loss(self, answer: Tensor, classes: Tensor, boxes: Tensor) -> Tensor:
        """Of what the head answers for a batch, by cells that have something to answer for."""
        scores, edges = self._split(answer)
        held = classes != NOTHING
        wanted = F.one_hot(classes.clamp(min=0), len(self.classes)) * held[..., None]
        focal = sigmoid_focal_loss(scores, wanted.to(scores.dtype), reduction="sum")
        apart = generalized_box_iou_loss(edges[held], boxes[held], reduction="sum")
        return (focal + apart) / held.sum().clamp(min=1)

    def answers(self, answer: Tensor) -> list[Detections]:
        scores, boxes = self._split(answer)
        chances = scores.sigmoid().flatten(1)  # (B, cells * cells * classes)
        boxes = (boxes * (self.side / self.cells)).clamp(0, self.side).flatten(1, 2)
        best, places = chances.topk(min(4 * MOST, chances.shape[1]), dim=1)
        return [self._kept(b, p, box) for b, p, box in zip(best.cpu(), places.cpu(), boxes.cpu())]

    def measures(
        self, found: Sequence[Detections], truth: Sequence[Things]
    ) -> Mapping[str, tuple[float, float, float]]:
        """Measure -> on all pictures, on every other one, on the rest."""
        matches = match(found, truth, len(self.classes))
        halves = (slice(None), slice(None, None, 2), slice(1, None, 2))
        whole, even, odd = (np.nanmean(matches.average_precision(h), axis=0) for h in halves)
        return {
            "mAP": (float(whole.mean()), float(even.mean()), float(odd.mean())),
            "mAP@0.5": (float(whole[0]), float(even[0]), float(odd[0])),
        }

    def _split(self, answer: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, h, w, classes) and boxes (B, h, w, 4) in cells."""
        answer = answer.permute(0, 2, 3, 1)
        scores, reach = answer[..., : len(self.classes)], answer[..., len(self.classes) :]
        centres = torch.from_numpy(_centres(self.cells)).to(reach)
        return scores, torch.cat([centres - reach[..., :2], centres + reach[..., 2:]], dim=-1)

    def _kept(self, best: Tensor, places: Tensor, boxes: Tensor) -> Detections:
        """The boxes of one picture that are likely enough and not doubles of better ones."""
        likely = best >= LEAST_SCORE
        best, places = best[likely], places[likely]
        boxes, classes = boxes[places // len(self.classes)], places % len(self.classes)
        kept = batched_nms(boxes, best, classes, SAME)[:MOST]
        return Detections(boxes[kept].numpy(), classes[kept].numpy(), best[kept].numpy())


def assign(things: Things, cells: int, side: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Class of each cell (cells, cells), `NOTHING` for most, and its box (cells, cells, 4).

    Boxes are in cells. One that holds no cell's centre is answered for by the cell it is in.
    """
    classes = np.full((cells, cells), NOTHING, dtype=np.int64)
    boxes = np.zeros((cells, cells, 4), dtype=np.float32)
    scaled = things.boxes * (cells / side)
    centres = _centres(cells)
    sizes = (scaled[:, 2:] - scaled[:, :2]).prod(axis=1)
    for i in np.argsort(-sizes, kind="stable"):  # the smallest has the last word
        box, middle = scaled[i], (scaled[i, :2] + scaled[i, 2:]) / 2
        inside = ((centres > box[:2]) & (centres < box[2:])).all(axis=-1)
        inside &= (np.abs(centres - middle) < NEAR).all(axis=-1)
        if not inside.any():
            column, row = np.clip(middle.astype(int), 0, cells - 1)
            inside[row, column] = True
        classes[inside], boxes[inside] = things.classes[i], box
    return classes, boxes


def _centres(cells: int) -> NDArray[np.float32]:
    """x, y of the centres of all cells, in cells, (cells, cells, 2)."""
    ticks = np.arange(cells, dtype=np.float32) + 0.5
    x, y = np.meshgrid(ticks, ticks)
    return np.stack([x, y], axis=-1)
