"""DeepCluster: cluster the features, learn to name the clusters, cluster again.

Caron, Bojanowski, Joulin and Douze, "Deep clustering for unsupervised learning of visual features",
ECCV 2018, arXiv 1807.05520.

The paper passes over all pictures before each clustering. Here the features of the unchanged
pictures are kept as they come by, and the last ones of each picture are clustered; the picture is
seen by a network that is at most one interval younger.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.bases.encoder import EncoderMethod
from core.bases.views import TwoViewConfig, view_recipes
from core.config import option
from core.data.augment.compose import augment
from core.losses.collapse import gauge
from core.losses.kmeans import kmeans, nearest, squared_distances
from core.losses.partitions import mutual_information
from core.losses.self_distillation import entropy
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.backbone import Backbone
from core.nets.build import build_backbone
from core.nets.inputs import Edges, preceded
from core.nets.whitening import Whitening
from core.pictures import Curve, ImageGrid, Line, Table, as_images
from core.randomness import drawing_from

CLUSTERS_SHOWN, MEMBERS_SHOWN = 12, 8
EDGES = 2  # channels: the slope to the right, and downwards
NOBODY = -1  # the owner of a place in the bank that is still free
FAR = 1e3  # where centres lie that no picture is to be near; features have length one


@dataclass(frozen=True)
class DeepClusterConfig(TwoViewConfig):
    """Fifty times as many clusters as there may be classes; the paper finds ten times best.

    Chosen on `toyland` in runs of 490 steps, one seed: a linear probe named 57 of 100 pictures with
    600 clusters, 44 with 60 made anew twice as often, where the untrained network allows 55.
    """

    steps: int = option(1200, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(1e-2, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    edges: bool = option(True, "Show the network edges in place of colours, as the paper does; "
                         "else it clusters by colour.",
                         group="Network")  # fmt: skip
    clusters: int = option(600, "How many clusters k-means makes.", low=2, high=10_000,
                           log=True)  # fmt: skip
    classifier: str = option("centres", "What the classifier becomes at a clustering: the "
                             "centres, which know the clusters at once, or anew as in the paper.",
                             choices=("centres", "anew"))  # fmt: skip
    interval: int = option(94, "Steps between two clusterings; the paper's is one pass over the "
                           "pictures.", low=1, high=1_000_000, log=True, live=True)  # fmt: skip
    components: int = option(64, "Principal components of the features that are clustered.", low=1,
                             high=2048, advanced=True)  # fmt: skip
    bank: int = option(8192, "Pictures whose features are kept for clustering.", low=16,
                       high=1_000_000, log=True, advanced=True)  # fmt: skip


class DeepCluster(EncoderMethod):
    """A classifier whose classes are the clusters of its own features."""

    Config = DeepClusterConfig
    companions = ("swav", "supervised")
    trials: ClassVar[Trials] = {
        "Colours, not edges": {"edges": False},
        "A classifier begun anew": {"classifier": "anew"},
        "Few clusters": {"clusters": 60},
    }
    recipes = view_recipes(digits={"interval": 20, "steps": 500, "clusters": 100})

    config: DeepClusterConfig

    def __init__(self, config: DeepClusterConfig, data: DataShape) -> None:
        super().__init__(config, data)
        dim, count, places = self.backbone.dim, config.clusters, config.bank
        self.head = nn.Linear(dim, count)
        self.whitening = Whitening(dim, config.components)
        self.bank: Tensor  # the last features of a picture, (M, D)
        self.owner: Tensor  # (M,) index of the picture whose features they are
        self.assigned: Tensor  # (M,) its cluster
        self.centres: Tensor
        self.sizes: Tensor
        self.agreement: Tensor
        self.register_buffer("bank", torch.zeros(places, dim))
        self.register_buffer("owner", torch.full((places,), NOBODY))
        self.register_buffer("assigned", torch.zeros(places, dtype=torch.long))
        self.register_buffer("centres", torch.zeros(count, self.whitening.projection.shape[1]))
        self.register_buffer("sizes", torch.ones(count))
        self.register_buffer("agreement", torch.zeros(()))

    def build_encoder(self) -> Backbone:
        """Before it, by default, the fixed Sobel filters of the paper's implementation details."""
        config, data = self.config, self.data
        if not config.edges:
            return super().build_encoder()
        found = build_backbone(config.backbone, EDGES, data.side, config.width)
        return preceded(found, Edges())

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """Keep the features; cluster anew when it is time; learn to name the clusters.

        The first interval only gathers: the first clusters are the untrained network's.
        """
        self.remember(batch)
        interval = min(self.config.interval, max(1, self.config.steps // 4))
        if batch.step < interval:
            return {"loss": torch.tensor(math.log(self.config.clusters))}  # of a guess
        if batch.step % interval == 0:
            self.recluster(batch.rng)
            for parameter in self.head.parameters():
                optimizers["main"].state.pop(parameter, None)
        return super().step(batch, optimizers)

    @torch.no_grad()
    def remember(self, batch: Batch) -> None:
        """Write the features of the batch to the bank: picture i has the place i mod M.

        A picture that takes another's place is assigned to the nearest centre.
        """
        features = self.backbone(batch.images)
        places = batch.indices % len(self.bank)
        new = self.owner[places] != batch.indices
        found = nearest(self.whitening(features), self.centres)
        self.assigned[places] = torch.where(new, found, self.assigned[places])
        self.bank[places] = features.float()
        self.owner[places] = batch.indices

    @torch.no_grad()
    def recluster(self, rng: torch.Generator) -> None:
        """k-means of what is in the bank, and a classifier that has forgotten the old names."""
        known = self.owner != NOBODY
        features = self.bank[known]
        self.whitening.fit(features)
        count = min(self.config.clusters, len(features))
        found = kmeans(self.whitening(features), count, rng)
        self.agreement.copy_(mutual_information(self.assigned[known], found.assigned))
        self.assigned[known] = found.assigned
        self.centres.fill_(FAR)[:count] = found.centres
        self.sizes.zero_()[:count] = found.sizes.to(self.sizes)
        self.begin_classifier(rng)

    def begin_classifier(self, rng: torch.Generator) -> None:
        """The classifier of the new clusters: one drawn by chance, or their centres.

        Its scores are then the dot products of centres and whitened features; these are about
        √components long, which serves as an inverse temperature. That the centres are the
        classifier is DeepCluster-v2's (Caron et al., 2020, arXiv 2006.09882).
        """
        if self.config.classifier == "anew":
            with drawing_from(rng):
                self.head.reset_parameters()
            return
        there = self.centres * (self.sizes > 0).unsqueeze(1)
        directions = there @ self.whitening.projection.T  # (K, D)
        self.head.weight.copy_(directions)
        self.head.bias.copy_(-directions @ self.whitening.mean)

    def judge(self, images: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """Cross-entropy with the clusters (B,), each weighing the same however large (3.3)."""
        features = self.backbone(images)
        scores = self.head(features)
        weights = 1.0 / self.sizes.clamp(min=1.0)
        return {
            "loss": F.cross_entropy(scores, targets, weights),
            "accuracy": (scores.argmax(dim=1) == targets).float().mean(),
            "NMI with the last clusters": self.agreement.clone(),
            "clusters in use": entropy(self.sizes / self.sizes.sum()).exp(),
            **gauge(features),
        }

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Name the cluster of each picture from a view of it."""
        targets = self.assigned[batch.indices % len(self.bank)]
        return self.judge(augment(batch.images, self.config, batch.rng), targets)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """Held-out pictures belong to the nearest centre."""
        return self.judge(batch.images, self.distances(batch.images).argmin(dim=1))

    def distances(self, images: Tensor) -> Tensor:
        """Squared distances of pictures to the centres, (B, K)."""
        return squared_distances(self.whitening(self.backbone(images)), self.centres)

    @figure("Clusters", "A row: the pictures nearest to the centre of one of the largest clusters.")
    def clusters(self, look: Look) -> ImageGrid:
        shown = self.sizes.topk(min(CLUSTERS_SHOWN, len(self.sizes)))[1]
        apart = self.distances(look.images)[:, shown]
        found = apart.T.topk(min(MEMBERS_SHOWN, len(apart)), dim=1, largest=False)[1]
        places = found.flatten()
        names = [f"{number + 1}" for number in shown.tolist() for _ in range(found.shape[1])]
        pictures = as_images(look.images[places].cpu().numpy())
        return ImageGrid(pictures, names, found.shape[1], places.cpu().numpy())

    @figure("Sizes of the clusters", "Training pictures in each, largest first.")
    def cluster_sizes(self, look: Look) -> Curve:
        sizes = self.sizes.sort(descending=True)[0].cpu().numpy()
        rank = np.arange(1.0, len(sizes) + 1)
        return Curve({"pictures": Line(rank, sizes)}, "cluster, by its size", "pictures")

    @figure(
        "Agreement", "Normalised mutual information, 0 to 1, of the clusters with other groups."
    )
    def agreements(self, look: Look) -> Table:
        known = look.labels >= 0
        rows: list[list[str | float]] = [["the clustering before", float(self.agreement)]]
        if known.any():
            mine = self.distances(look.images[known]).argmin(dim=1)
            rows.append(["the classes", float(mutual_information(mine, look.labels[known]))])
        return Table(["Clusters and", "NMI"], rows, "1: the same groups; 0: nothing in common.")
