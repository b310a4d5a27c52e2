"""What following must beat: marks that stay, grey patches, optical flow, raw colours.

Patches and colours are features without learning, so they are carried as any encoder's are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from core.data.augment.lab import to_lab
from core.progress import Progress
from core.tracking.features import TrackingError
from core.tracking.marks import Marks
from core.tracking.propagate import FOLLOWING

PATCH = 9  # pixels along a side of a grey patch
STRIDE = 4  # pixels of a cell
Frames = NDArray[np.uint8]  # (T, H, W, 3)
Told = Callable[[int, Marks], None] | None


def patches(frames: Tensor) -> Tensor:
    """Grey patches of 9x9 about the centres of cells of 4 pixels, less their mean: (n, 81, h, w).

    Of length 1, as `Bank` makes them, their product is normalised cross-correlation.
    """
    grey = to_lab(frames)[:, :1] / 100
    grey = grey[..., : grey.shape[2] // STRIDE * STRIDE, : grey.shape[3] // STRIDE * STRIDE]
    half = PATCH // 2
    before, after = half - STRIDE // 2 + 1, half - STRIDE // 2
    wide = F.pad(grey, (before, after, before, after), mode="replicate")
    found = F.unfold(wide, PATCH, stride=STRIDE)  # (n, 81, N)
    found = found - found.mean(dim=1, keepdim=True)
    height, width = ((n - PATCH) // STRIDE + 1 for n in wide.shape[2:])
    # Where nothing is seen (a patch of one grey) there is no direction: all are the same there.
    flat = found.norm(dim=1, keepdim=True) < 1e-4
    return (found + flat).unflatten(2, (height, width))


def raw_colours(frames: Tensor) -> Tensor:
    """Lab, averaged over cells of 4 pixels, each channel about -1..1: (n, 3, h, w)."""
    lab = F.avg_pool2d(to_lab(frames), STRIDE)
    return torch.cat([lab[:, :1] / 50 - 1, lab[:, 1:] / 110], dim=1)


def stay(given: Marks, frames: Sequence[int], on_frame: Told = None) -> dict[int, Marks]:
    """Identity: every frame has the marks of the first."""
    found = {frame: given for frame in frames}
    for frame in frames:
        if on_frame is not None:
            on_frame(frame, given)
    return found


def has_flow() -> bool:
    """Whether OpenCV is installed, which is optional."""
    return find_spec("cv2") is not None


def flow(
    frames: Frames,
    given: Mapping[int, Marks],
    order: Sequence[int],
    window: int = 15,
    on_frame: Told = None,
    progress: Progress | None = None,
) -> dict[int, Marks]:
    """Marks moved by Farneback's optical flow from each frame to the next in `order`.

    Masks are drawn along backwards, softly; points go forwards. Frames in `given` begin anew.
    Farnebäck, "Two-frame motion estimation based on polynomial expansion", SCIA 2003. Raises
    TrackingError without OpenCV or where the first frame is not marked.
    """
    if not has_flow():
        raise TrackingError("optical flow needs OpenCV: pip install opencv-python-headless")
    if order[0] not in given:
        raise TrackingError(f"nothing is marked in frame {order[0]}; mark something")
    import cv2

    progress = progress or Progress()
    objects = max(marks.objects for marks in given.values())
    grey = [cv2.cvtColor(np.ascontiguousarray(frames[f]), cv2.COLOR_RGB2GRAY) for f in order]
    height, width = grey[0].shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    soft, points = _soft(given[order[0]], objects), given[order[0]].points
    found: dict[int, Marks] = {}
    for n, frame in enumerate(order):
        progress.update(FOLLOWING, n, len(order), "frames")
        if n:
            back = _farneback(grey[n], grey[n - 1], window)
            if soft is not None:
                soft = cv2.remap(soft, x + back[..., 0], y + back[..., 1], cv2.INTER_LINEAR)
                soft = soft.reshape(height, width, -1)
            if points is not None:
                points = _moved(points, _farneback(grey[n - 1], grey[n], window))
        if frame in given:
            mask, points = _soft(given[frame], objects), _kept(given[frame].points, points)
            soft = soft if mask is None else mask
        shown = None if soft is None else soft.argmax(axis=2).astype(np.uint8)
        found[frame] = Marks(shown, None if points is None else points.copy())
        if on_frame is not None:
            on_frame(frame, found[frame])
    progress.update(FOLLOWING, len(order), len(order), "frames")
    return found


def _farneback(before: NDArray[np.uint8], after: NDArray[np.uint8], window: int
               ) -> NDArray[np.float32]:  # fmt: skip
    """Where each pixel of `before` is in `after`, less its place: (H, W, 2) of x, y."""
    import cv2

    found = cv2.calcOpticalFlowFarneback(before, after, None, 0.5, 3, window, 3, 5, 1.2, 0)
    return np.asarray(found, np.float32)


def _soft(marks: Marks, objects: int) -> NDArray[np.float32] | None:
    """(H, W, objects + 1), one where an object is."""
    if marks.mask is None:
        return None
    return np.eye(objects + 1, dtype=np.float32)[marks.mask]


def _kept(given: NDArray[np.float32] | None, points: NDArray[np.float32] | None
          ) -> NDArray[np.float32] | None:  # fmt: skip
    if given is None or points is None:
        return points if given is None else given
    return np.where(np.isfinite(given), given, points)


def _moved(points: NDArray[np.float32], along: NDArray[np.float32]) -> NDArray[np.float32]:
    """Points (K, 2) moved by the flow under them."""
    height, width = along.shape[:2]
    moved = points.copy()
    for n, (x, y) in enumerate(points):
        if np.isfinite(x) and np.isfinite(y):
            row, column = (int(np.clip(round(float(v)), 0, m - 1)) for v, m in
                           ((y, height), (x, width)))  # fmt: skip
            moved[n] += along[row, column]
    return moved
