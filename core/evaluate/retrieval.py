"""Retrieval: does a picture find others of its class?

Every held-out picture asks among the training pictures, ranked by cosine: queries and database
apart, as in retrieval on CIFAR-10 and ImageNet (metric learning on CUB or SOP lets the held-out
pictures ask one another instead). Mean average precision is taken over the whole ranking; R@k is
the share of queries with a picture of their class among the k nearest. Nothing is fitted or chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from core.evaluate.case import Case, Findings
from core.evaluate.features import Features
from core.evaluate.knn import vectors
from core.evaluate.report import Score
from core.progress import Progress

NEAREST = (1, 5, 10)
_CHUNK_NUMBERS = 2 * 1024**2  # of one block of similarities; ranking it takes some 100 MB


@dataclass(frozen=True)
class Retrieval:
    """For every query: its average precision and the rank of the first right picture, each (M,).

    Both are NaN for a query whose class is not in the database.
    """

    precisions: NDArray[np.float64]
    first: NDArray[np.float64]  # from 1

    def precision(self, part: slice = slice(None)) -> float:
        """Mean average precision, 0..1."""
        return float(np.nanmean(self.precisions[part]))

    def recall(self, part: slice = slice(None), *, k: int) -> float:
        """R@k: share of queries with a right picture among the k nearest, 0..1."""
        known = self.first[part][~np.isnan(self.first[part])]
        return float((known <= k).mean())


def judge_retrieval(case: Case) -> Findings:
    """mAP and R@k of every stage of every representation."""
    measures: dict[str, Callable[[Retrieval, slice], float]] = {"mAP": Retrieval.precision}
    measures |= {f"R@{k}": partial(Retrieval.recall, k=k) for k in NEAREST}
    scores = []
    for name, each in case.represented.items():
        for stage in each[0].stages:
            found = [_of_stage(f, stage, case.device, case.progress) for f in each]
            count = len(found[0].first)
            scores += [
                Score.of(("retrieval", name, stage), measure, by, found, count)
                for measure, by in measures.items()
            ]
    return Findings(scores)


def _of_stage(
    features: Features, stage: str, device: torch.device, progress: Progress
) -> Retrieval:
    return retrieve(
        features.train[stage],
        features.train_labels,
        features.held_out[stage],
        features.held_out_labels,
        device=device,
        progress=progress,
    )


def retrieve(
    database: NDArray[Any],
    labels: NDArray[np.int64],
    queries: NDArray[Any],
    asked: NDArray[np.int64],
    *,
    device: torch.device | str = "cpu",
    progress: Progress | None = None,
) -> Retrieval:
    """Rank the database (N, D) for each query (M, D), exactly, in blocks of queries.

    Pictures at the same cosine come in an order that the labels have no part in. Raises
    EvaluationError for features that are not finite, Cancelled out of `progress`.
    """
    progress = progress or Progress()
    # A database sorted by class must not decide what of a collapsed network's ties comes first.
    shuffled = np.random.default_rng(0).permutation(len(labels))
    labels = labels[shuffled]
    points = vectors(database, device)[torch.from_numpy(shuffled).to(device)]  # a copy, so
    F.normalize(points, dim=1, out=points)  # a large database is not held a third time
    wanted = F.normalize(vectors(queries, device), dim=1)
    size = max(1, _CHUNK_NUMBERS // len(labels))
    precisions, first = [], []
    for start in range(0, len(wanted), size):
        apart = -(wanted[start : start + size] @ points.T)
        right = labels[np.argsort(apart.cpu().numpy(), axis=1)]  # (b, N), nearest first
        each = _judged(right == asked[start : start + size, None])
        precisions.append(each[0])
        first.append(each[1])
        progress.update("Retrieval", min(start + size, len(wanted)), len(wanted), "pictures")
    return Retrieval(np.concatenate(precisions), np.concatenate(first))


def _judged(right: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Average precision and first right rank (b,) of rankings (b, N)."""
    queries, places = np.nonzero(right)
    count = right.sum(axis=1)
    # The i-th right picture of a query at place p has precision i / (p + 1).
    begins = np.cumsum(count) - count
    order = np.arange(len(places)) - begins[queries] + 1
    precision = np.full(len(right), np.nan)
    first = np.full(len(right), np.nan)
    sums = np.bincount(queries, order / (places + 1), minlength=len(right))
    some = count > 0
    precision[some] = sums[some] / count[some]
    first[some] = places[begins[some]] + 1
    return precision, first
