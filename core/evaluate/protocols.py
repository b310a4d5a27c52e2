"""All protocols in one table: the panel, the forms, the command line and the results read it.

A new protocol is an entry here, and beside it the function that judges in `core.evaluate.compare`.
No torch here: forms are shown before it is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ACCURACY = "accuracy"


class UnknownProtocol(ValueError):
    """A word that names no protocol; says which there are."""


@dataclass(frozen=True)
class Protocol:
    """What a person reads of a protocol, and the columns that it fills."""

    id: str
    title: str
    help: str
    columns: Mapping[str, str]  # measure of its scores -> title of the column
    curve: str | None = None  # what stands before the labels in the columns of its curve
    usual: bool = False
    needs: str | None = None  # a fact that must be known of every picture


def _listed(*protocols: Protocol) -> Mapping[str, Protocol]:
    return {protocol.id: protocol for protocol in protocols}


PROTOCOLS = _listed(
    Protocol(
        "knn",
        "kNN",
        "Votes of the 20 nearest training pictures by cosine",
        {ACCURACY: "kNN"},
        usual=True,
    ),
    Protocol(
        "linear",
        "Linear probe",
        "A linear classifier on the frozen features of each stage",
        {ACCURACY: "linear probe"},
        usual=True,
    ),
    Protocol(
        "few_labels",
        "Few labels",
        "A linear classifier from 1, 2, 5, 10 ... labels a class",
        {},
        curve="",
        usual=True,
    ),
    Protocol(
        "clustering",
        "Clustering",
        "k-means on the features without labels, its clusters then matched with the classes",
        {ACCURACY: "clustering accuracy", "NMI": "clustering NMI"},
    ),
    Protocol(
        "retrieval",
        "Retrieval",
        "Held-out pictures ask for training pictures of their class by cosine",
        {"mAP": "retrieval mAP", "R@1": "R@1", "R@5": "R@5", "R@10": "R@10"},
    ),
    Protocol(
        "semi_supervised",
        "Semi-supervised",
        "First stages frozen, the rest trained on few labels, "
        "against the same network from scratch and on random features; takes minutes",
        {},
        curve="semi-supervised, ",
    ),
    Protocol(
        "fine_tune",
        "Fine-tune",
        "The whole network trained on 1 %, 10 % and 100 % of the labels; takes minutes",
        {},
        curve="fine-tuned, ",
    ),
    Protocol(
        "detection",
        "Detection",
        "A small head that finds boxes, on the frozen and on the fine-tuned network; "
        "for pictures whose boxes are known; takes minutes",
        {
            "mAP": "detection mAP",
            "mAP@0.5": "detection mAP@0.5",
            "fine-tuned mAP": "fine-tuned detection mAP",
            "fine-tuned mAP@0.5": "fine-tuned detection mAP@0.5",
        },
        needs="boxes",
    ),
    Protocol(
        "segmentation",
        "Segmentation",
        "A small head that names every pixel, on the frozen and on the fine-tuned network; "
        "for pictures whose masks are known; takes minutes",
        {"mIoU": "segmentation mIoU", "fine-tuned mIoU": "fine-tuned segmentation mIoU"},
        needs="masks",
    ),
)
USUAL = tuple(protocol.id for protocol in PROTOCOLS.values() if protocol.usual)


def protocol(id: str) -> Protocol:
    """The protocol of that id; raises UnknownProtocol."""
    if id not in PROTOCOLS:
        raise UnknownProtocol(f"protocol {id!r} is not one of {', '.join(PROTOCOLS)}")
    return PROTOCOLS[id]


def words_of(ids: Sequence[str]) -> str:
    """Ids as they are written on the command line, with commas between."""
    return ",".join(id.replace("_", "-") for id in ids)


def ids_of(words: str) -> tuple[str, ...]:
    """The ids in words like "knn,few-labels"; raises UnknownProtocol."""
    named = [word.strip().replace("-", "_") for word in words.split(",")]
    return tuple(dict.fromkeys(protocol(name).id for name in named if name))


def axis_of(column: str) -> str:
    """A column of a comparison as the label of an axis in per cent, its measure named once."""
    measures = [m for each in PROTOCOLS.values() for m, c in each.columns.items() if c == column]
    other = bool(measures) and (measures[0] != ACCURACY or ACCURACY in column)
    return f"{column}, in per cent" if other else f"{column}, accuracy in per cent"
