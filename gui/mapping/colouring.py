"""The ways to colour a map, and what each gives for the points of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.embeddings.table import Table

NEAREST = 10  # neighbours that purity and the predicted class look at
COLUMN = "column "  # before the name of a column of the person's own


@dataclass(frozen=True)
class Way:
    """One way to colour: `id` is what the program calls it, `title` what a person reads."""

    id: str
    title: str
    help: str = ""


@dataclass(frozen=True)
class Paint:
    """Either a class a point with the classes' names, or a number a point with its title."""

    labels: np.ndarray | None = None  # (N,), -1 unknown
    names: Sequence[str] = ()
    values: np.ndarray | None = None  # (N,), NaN unknown
    title: str = ""
    diverging: bool = False


CLASS = Way("class", "Class", "The labels that came with the pictures")
CLUSTER = Way("cluster", "Cluster", "k-means on the features of this stage")
LABELLED = (
    CLASS,
    Way("predicted", "Predicted class", "What the nearest others by features are, weighted"),
    Way("purity", "Purity", "Share of the nearest others by features that are of the same class"),
)
ALWAYS = (
    CLUSTER,
    Way("preserved", "Neighbours kept", "Share of its nearest by features that are near it here"),
    Way("trust", "Trust", "Falls where the map shows neighbours that are none"),
    Way("continuity", "Continuity", "Falls where the map tears true neighbours apart"),
    Way("lonely", "Distance to neighbours", "How far its nearest others by features are"),
)
PLAIN = Way("plain", "One colour", "Nothing but the places")
OF_THE_MAP = ("preserved", "trust", "continuity")  # measured while the map is made


def ways(table: Table) -> list[Way]:
    """What a table can be coloured by, a person's own columns last."""
    found = [*LABELLED, *ALWAYS, PLAIN] if _labelled(table) else [PLAIN, *ALWAYS]
    return found + [Way(COLUMN + name, name) for name in table.columns]


def paint(
    way: str, table: Table, stage: str, metric: str, judged: Mapping[str, np.ndarray]
) -> Paint:
    """The colours of the points; `judged` are the measures of the map that is shown.

    Takes a while for many points. Raises ValueError where the way does not apply.
    """
    if way in OF_THE_MAP:
        if way not in judged:
            raise ValueError("the map is still forming; its measures come when it is done")
        return Paint(values=judged[way], title=_title(table, way))
    if way.startswith(COLUMN):
        column = table.columns[way.removeprefix(COLUMN)]
        if column.names is not None:
            return Paint(labels=column.values, names=column.names)
        return Paint(values=np.asarray(column.values, float), title=way.removeprefix(COLUMN))
    features = table.features(stage)
    if way == CLUSTER.id:
        return _clusters(table, features)
    from core.maps import colourings
    from core.maps.neighbours import nearest

    near = nearest(features, NEAREST, metric)
    if way == "lonely":
        return Paint(values=near.distances.mean(axis=1), title=_title(table, way))
    if table.labels is None:
        raise ValueError("these points have no classes")
    if way == "purity":
        return Paint(values=colourings.purity(near, table.labels), title=_title(table, way))
    if way == "predicted":
        return Paint(labels=colourings.predicted(near, table.labels), names=table.classes)
    raise ValueError(f"there is no way to colour by {way!r}")


def _clusters(table: Table, features: np.ndarray) -> Paint:
    from core.evaluate.clusters import cluster

    count = min(len(table), max(2, len(table.classes) or 10))
    labels = np.full(len(table), -1) if table.labels is None else table.labels
    found = cluster(features, count, labels, table.classes, "")
    names = [f"cluster {number + 1}" for number in range(len(found.sizes))]
    return Paint(labels=found.assigned, names=names)


def _title(table: Table, way: str) -> str:
    return next(known.title for known in ways(table) if known.id == way)


def _labelled(table: Table) -> bool:
    return table.labels is not None and bool((np.asarray(table.labels) >= 0).any())
