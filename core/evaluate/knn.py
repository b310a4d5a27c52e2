"""k nearest neighbours: the protocol that trains nothing, and the table behind retrieval.

Each of the k = 20 neighbours by cosine votes for its class with weight exp(cos / 0.07), as in Wu et
al., "Unsupervised feature learning via non-parametric instance discrimination", CVPR 2018
(arXiv 1805.01978, Sec. 3.4; k = 200 there, for 50,000 pictures and more).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from core.evaluate.features import EvaluationError
from core.progress import Progress

METRICS = ("cosine", "euclidean")
_CHUNK_NUMBERS = 8 * 1024**2  # of one block of similarities


@dataclass(frozen=True)
class Predictions:
    """What a classifier answered: `predicted` (M,) and `truth` (M,)."""

    predicted: NDArray[np.int64]
    truth: NDArray[np.int64]

    def accuracy(self, part: slice = slice(None)) -> float:
        """Share of right answers among all pictures or a part of them, 0..1."""
        return float((self.predicted == self.truth)[part].mean())

    def confusion(self, classes: int) -> NDArray[np.int64]:
        """Counts (true class, predicted class)."""
        counts = np.bincount(self.truth * classes + self.predicted, minlength=classes * classes)
        return counts.reshape(classes, classes)


def neighbours(
    features: NDArray[Any],
    queries: NDArray[Any],
    k: int,
    metric: str = "cosine",
    *,
    device: torch.device | str = "cpu",
    progress: Progress | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Exactly the `k` vectors of (N, D) nearest to each query (Q, D), nearest first.

    Returns positions (Q, k) and cosines, or Euclidean distances, (Q, k); `k` is at most N. A query
    that is among the vectors finds itself first. Raises EvaluationError.
    """
    if metric not in METRICS:
        raise EvaluationError(f"metric {metric!r} is not one of {', '.join(METRICS)}")
    points, asked = vectors(features, device), vectors(queries, device)
    if metric == "cosine":
        points, asked = F.normalize(points, dim=1), F.normalize(asked, dim=1)
    k = min(k, len(points))
    size = max(1, _CHUNK_NUMBERS // len(points))
    near, values = [], []
    for start in range(0, len(asked), size):
        part = asked[start : start + size]
        if metric == "cosine":
            best = (part @ points.T).topk(k, dim=1)  # (b, k)
        else:
            exact = "donot_use_mm_for_euclid_dist"  # else a vector is not at 0 from itself
            apart = torch.cdist(part, points, compute_mode=exact)
            best = apart.topk(k, dim=1, largest=False)
        near.append(best.indices.cpu())
        values.append(best.values.cpu())
        if progress is not None:
            progress.update("Nearest neighbours", start + len(part), len(asked), "pictures")
    return torch.cat(near).numpy(), torch.cat(values).numpy()


def vectors(features: NDArray[Any], device: torch.device | str) -> Tensor:
    """(N, D) features as a tensor; raises EvaluationError where there are none, or not finite."""
    x = torch.from_numpy(np.ascontiguousarray(features, dtype=np.float32)).to(device)
    if x.ndim != 2 or len(x) == 0:
        raise EvaluationError(f"expected vectors of shape (N, D), found {tuple(x.shape)}")
    if not bool(torch.isfinite(x).all()):
        raise EvaluationError(
            "the features hold values that are not finite; the network has diverged: "
            "go back to an earlier snapshot"
        )
    return x


def knn(
    train: NDArray[Any],
    train_labels: NDArray[np.int64],
    held_out: NDArray[Any],
    held_out_labels: NDArray[np.int64],
    classes: int,
    *,
    k: int = 20,
    temperature: float = 0.07,
    device: torch.device | str = "cpu",
    progress: Progress | None = None,
) -> Predictions:
    """Classify held-out vectors (M, D) by the weighted votes of training vectors (N, D)."""
    near, cosines = neighbours(train, held_out, k, device=device, progress=progress)
    # Shifting by the best cosine changes no vote's share and keeps exp within range.
    weights = np.exp((cosines - cosines[:, :1]) / temperature)  # (M, k)
    votes = np.zeros((len(near), classes))
    rows = np.repeat(np.arange(len(near)), near.shape[1])
    np.add.at(votes, (rows, train_labels[near].ravel()), weights.ravel())
    return Predictions(votes.argmax(axis=1), np.asarray(held_out_labels))
