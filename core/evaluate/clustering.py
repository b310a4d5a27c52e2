"""Clustering: do groups found without labels agree with the classes?

k-means on features of length 1 (so by cosine), as many clusters as classes, the best of several
beginnings by its inertia. Clusters are found on the training pictures without their labels and
matched one to one with the classes so that most training pictures agree (Kuhn, 1955); the held-out
pictures then choose nothing. The literature often matches on the pictures that it reports, which
flatters. Normalised mutual information is divided by the geometric mean of the entropies, as in
DeepCluster (Caron et al., 2018, arXiv 1807.05520), and needs no matching.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from core.evaluate.case import Case, Findings
from core.evaluate.features import EvaluationError, Features
from core.evaluate.knn import vectors
from core.evaluate.report import Score
from core.losses.partitions import mutual_information
from core.progress import Progress

RESTARTS = 10
ITERATIONS = 100  # at most, of each beginning


@dataclass(frozen=True)
class Clustering:
    """Cluster, its class and the truth of every held-out picture, each (M,)."""

    clusters: NDArray[np.int64]
    predicted: NDArray[np.int64]
    truth: NDArray[np.int64]

    def accuracy(self, part: slice = slice(None)) -> float:
        """Share of pictures whose cluster is matched with their class, 0..1."""
        return float((self.predicted == self.truth)[part].mean())

    def information(self, part: slice = slice(None)) -> float:
        """Normalised mutual information of clusters and classes, 0..1."""
        first, second = (torch.from_numpy(g[part].copy()) for g in (self.clusters, self.truth))
        return float(mutual_information(first, second))


def judge_clustering(case: Case) -> Findings:
    """Accuracy and mutual information of every stage of every representation."""
    measures: dict[str, Callable[[Clustering, slice], float]] = {
        "accuracy": Clustering.accuracy,
        "NMI": Clustering.information,
    }
    scores = []
    for name, each in case.represented.items():
        for stage in each[0].stages:
            found = [cluster(features, stage, progress=case.progress) for features in each]
            count = len(found[0].truth)
            scores += [
                Score.of(("clustering", name, stage), measure, by, found, count)
                for measure, by in measures.items()
            ]
    return Findings(scores)


def cluster(
    features: Features,
    stage: str,
    *,
    restarts: int = RESTARTS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Clustering:
    """Group the pictures by one stage; raises EvaluationError for fewer pictures than classes."""
    from sklearn.cluster import KMeans

    progress = progress or Progress()
    train, held_out = _directions(features.train[stage]), _directions(features.held_out[stage])
    labels = features.train_labels
    count = len(np.unique(labels))
    if len(train) < count:
        raise EvaluationError(f"{len(train)} pictures cannot make {count} clusters; add pictures")
    best = None
    for restart in range(restarts):
        progress.update("k-means", restart, restarts, "beginnings")
        tried = KMeans(count, n_init=1, max_iter=ITERATIONS, random_state=seed + restart)
        tried.fit(train)
        if best is None or tried.inertia_ < best.inertia_:
            best = tried
    assert best is not None
    classes = match(best.labels_, labels, count, len(features.classes))
    found = best.predict(held_out).astype(np.int64)
    return Clustering(found, classes[found], features.held_out_labels)


def match(
    clusters: NDArray[Any], labels: NDArray[np.int64], count: int, classes: int
) -> NDArray[np.int64]:
    """The class (count,) of each cluster, no two alike, for which most of the labels (N,) agree.

    -1 for a cluster that is left over where there are more clusters than classes.
    """
    from scipy.optimize import linear_sum_assignment

    together = np.zeros((count, classes), dtype=np.int64)
    np.add.at(together, (clusters, labels), 1)
    rows, columns = linear_sum_assignment(together, maximize=True)
    found = np.full(count, -1, dtype=np.int64)
    found[rows] = columns
    return found


def _directions(features: NDArray[Any]) -> NDArray[np.float32]:
    return F.normalize(vectors(features, "cpu"), dim=1).numpy()
