"""k-means as a tool: which pictures an encoder puts together, and whether those are the classes.

The features are brought to length one, so that near means a large cosine, as it does for kNN.
Purity is the share of pictures that belong to the most frequent class of their cluster (Manning,
Raghavan and Schütze, Introduction to Information Retrieval, 2008, section 16.3); it rises with the
number of clusters, the normalised mutual information (equation 16.2, by the geometric mean of the
entropies, as DeepCluster's) is less easily pleased.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluate.features import EvaluationError
from core.pictures import ImageGrid, Images, Table

BEGINNINGS = 4  # of k-means; the tightest clusters of them are kept
MANY = 10_000  # pictures from which on k-means looks at a few at a time


@dataclass(frozen=True)
class Clustering:
    """Pictures in clusters, 0 the largest. `labels` are -1 where unknown."""

    stage: str
    assigned: NDArray[np.int64]  # (N,)
    distances: NDArray[np.float32]  # (N,) of each picture to the centre of its cluster
    labels: NDArray[np.int64]  # (N,)
    classes: tuple[str, ...]
    stages: tuple[str, ...] = ()  # all that there are

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Pictures in each cluster, (K,)."""
        return np.bincount(self.assigned)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Pictures of each class in each cluster, (K, classes), of known labels."""
        known = self.labels >= 0
        wide = max(len(self.classes), int(self.labels.max(initial=-1)) + 1, 1)
        found = np.zeros((len(self.sizes), wide), np.int64)
        np.add.at(found, (self.assigned[known], self.labels[known]), 1)
        return found

    @property
    def purity(self) -> float | None:
        """Share of labelled pictures in the most frequent class of their cluster, 0..1."""
        counts = self.counts
        return float(counts.max(axis=1).sum() / counts.sum()) if counts.sum() else None

    @property
    def agreement(self) -> float | None:
        """Normalised mutual information of clusters and classes, 0..1."""
        from sklearn.metrics import normalized_mutual_info_score

        known = self.labels >= 0
        if not known.any():
            return None
        pair = self.labels[known], self.assigned[known]
        return float(normalized_mutual_info_score(*pair, average_method="geometric"))

    def sentence(self) -> str:
        """What was found, in one line."""
        said = f"{len(self.sizes)} clusters of {len(self.assigned):,} pictures by {self.stage}"
        if self.purity is None or self.agreement is None:
            return f"{said}. No picture has a label to check them by."
        return f"{said}: purity {self.purity:.0%}, NMI with the labels {self.agreement:.2f}."

    def titles(self) -> list[str]:
        """A line about each cluster."""
        return [
            f"Cluster {number}: {pictures:,} pictures{f', {share:.0%} are {name}' if name else ''}"
            for number, pictures, name, share in self.rows()
        ]

    def rows(self) -> list[tuple[int, int, str, float]]:
        """Number, pictures, most frequent class ("" where unknown) and its share of each."""
        found = []
        for number, (size, of_class) in enumerate(zip(self.sizes.tolist(), self.counts), 1):
            best, known = int(of_class.argmax()), int(of_class.sum())
            name = self.classes[best] if known and best < len(self.classes) else ""
            share = float(of_class[best] / known) if known else 0.0
            found.append((number, size, name, share))
        return found

    def table(self) -> Table:
        """The clusters by size."""
        titles = ["cluster", "pictures", "most frequent class", "its share"]
        return Table(titles, self.rows(), self.sentence())

    def grid(self, images: Images, most: int) -> ImageGrid:
        """At most `most` pictures (of `images` (N, H, W, 3)) a cluster, nearest to it first."""
        order = np.lexsort((self.distances, self.assigned))
        first = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        parts = [order[at : at + min(most, n)] for at, n in zip(first, self.sizes.tolist())]
        shown = np.concatenate(parts)
        names = [self.classes[i] if 0 <= i < len(self.classes) else "" for i in self.labels[shown]]
        groups = [(title, len(part)) for title, part in zip(self.titles(), parts)]
        return ImageGrid(images[shown], names if any(names) else (), 0, shown, groups)


def cluster(
    vectors: NDArray[np.float32],
    count: int,
    labels: NDArray[np.int64],
    classes: Sequence[str] = (),
    stage: str = "features",
    seed: int = 0,
) -> Clustering:
    """k-means of vectors (N, D); of many, the mini-batch kind (Sculley, WWW 2010).

    Where fewer than `count` pictures differ there are fewer clusters. Raises EvaluationError where
    there are fewer pictures than clusters.
    """
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits  # scikit-learn itself needs it

    if not 1 <= count <= len(vectors):
        raise EvaluationError(
            f"{len(vectors):,} pictures cannot make {count:,} clusters; "
            f"choose 1 to {len(vectors):,}"
        )
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.maximum(length, np.finfo(np.float32).tiny)
    kind = MiniBatchKMeans if len(unit) > MANY else KMeans
    made = kind(n_clusters=count, n_init=BEGINNINGS, random_state=seed)
    with threadpool_limits(1), warnings.catch_warnings():  # whoever trains needs the other cores
        warnings.simplefilter("ignore", ConvergenceWarning)  # of pictures that are all alike
        found = made.fit_predict(unit)
    apart = np.linalg.norm(unit - made.cluster_centers_[found], axis=1)
    sizes = np.bincount(found, minlength=count)
    rank = np.empty(count, np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(count)
    return Clustering(stage, rank[found], apart.astype(np.float32), labels, tuple(classes))
