"""The one fair comparison: a method beside raw pixels, its untrained network, and supervision.

Everybody gets the same pictures, labels, classifiers and seeds. What is judged must be a replica
that nobody trains meanwhile (the observer's, or one loaded from a snapshot).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.data.imageset import ImageSet
from core.evaluate.case import Case, Findings
from core.evaluate.clustering import judge_clustering
from core.evaluate.features import EvaluationError, Features
from core.evaluate.few_labels import few_labels
from core.evaluate.fine_tune import fine_tune
from core.evaluate.knn import Predictions, knn
from core.evaluate.label_curve import LabelCurve
from core.evaluate.label_training import Terms
from core.evaluate.linear_probe import linear_probe
from core.evaluate.protocols import ACCURACY, USUAL, protocol
from core.evaluate.report import RANDOM, RAW, Report, Score
from core.evaluate.retrieval import judge_retrieval
from core.evaluate.semi_supervised import semi_supervised
from core.evaluate.transfer.detection import Detection
from core.evaluate.transfer.protocol import transfer
from core.evaluate.transfer.segmentation import Segmentation
from core.evaluate.transfer.truth import check_facts
from core.method import Method
from core.progress import Progress


def evaluate(
    method: Method,
    data: ImageSet,
    protocols: Sequence[str] = USUAL,
    terms: Terms | None = None,
    progress: Progress | None = None,
    *,
    supervised: nn.Module | None = None,
    grid: int = 1,
    stage: str | None = None,
    references: Sequence[str] = (RAW, RANDOM),
) -> Report:
    """Judge a method and its references by protocols of `core.evaluate.protocols`.

    The seeds of `terms` are those of the random networks and of the label draws; its counts and
    recipe are those of the protocols with few labels. The other words are explained at `Case`.
    Raises EvaluationError for unlabelled data, UnknownProtocol, Cancelled out of `progress`.
    """
    _check(method, data, protocols)
    started = time.monotonic()
    case = Case(
        method, data, terms or Terms(), progress or Progress(), references, supervised, grid, stage
    )
    found = {name: judge(case) for name, judge in JUDGES.items() if name in protocols}
    curves = {name: each.curve for name, each in found.items() if each.curve is not None}
    truth = data.held_out.labels[data.held_out.labels >= 0]
    return Report(
        method=type(method).__name__,
        data=data.title,
        classes=list(data.classes),
        pictures=int((data.train.labels >= 0).sum()),
        held_out=len(truth),
        seeds=list(case.terms.seeds),
        chance=float(np.bincount(truth).max() / len(truth)),
        scores=[score for each in found.values() for score in each.scores],
        confusions={n: c for each in found.values() for n, c in each.confusions.items()},
        curves=curves,
        shown={name: each.shown for name, each in found.items() if each.shown is not None},
        seconds=time.monotonic() - started,
    )


def _check(method: Method, data: ImageSet, protocols: Sequence[str]) -> None:
    for name in protocols:
        protocol(name)
    if not data.labelled or not (data.held_out.labels >= 0).any():
        raise EvaluationError(
            f"{data.title} has no labels to judge by; choose data with one folder a class"
        )
    check_facts(data, protocols)
    if (
        next((p for p in method.parameters() if not bool(torch.isfinite(p).all())), None)
        is not None
    ):
        raise EvaluationError(
            "the weights are not finite: the training diverged; choose an earlier snapshot"
        )


def _arrays(features: Features, stage: str) -> tuple[NDArray, NDArray, NDArray, NDArray, int]:
    """The arguments that the classifiers of features share."""
    return (
        features.train[stage],
        features.train_labels,
        features.held_out[stage],
        features.held_out_labels,
        len(features.classes),
    )


def _by_neighbours(case: Case) -> Findings:
    scores = []
    for name, each in case.represented.items():
        for stage in each[0].stages:
            found = [
                knn(*_arrays(f, stage), device=case.device, progress=case.progress) for f in each
            ]
            scores.append(_accuracy("knn", name, stage, found))
    return Findings(scores)


def _accuracy(
    protocol: str, name: str, stage: str, found: Sequence[Predictions], **details: float
) -> Score:
    place = protocol, name, stage
    return Score.of(place, ACCURACY, Predictions.accuracy, found, len(found[0].truth), **details)


def _by_probe(case: Case) -> Findings:
    """Scores of every stage, and counts (true, predicted) of each representation's last stage."""
    scores, confusions = [], {}
    for name, each in case.represented.items():
        for stage in each[0].stages:
            found = [
                linear_probe(*_arrays(f, stage), device=case.device, progress=case.progress)
                for f in each
            ]
            answers = [p.predictions for p in found]
            scores.append(_accuracy("linear", name, stage, answers, penalty=found[0].penalty))
        counts = sum(p.predictions.confusion(len(each[0].classes)) for p in found)
        confusions[name] = np.asarray(counts).tolist()
    return Findings(scores, confusions=confusions)


def _by_few_labels(case: Case) -> Findings:
    terms = case.terms
    curve = few_labels(
        case.represented,
        terms.seeds,
        case.progress,
        counts=terms.counts,
        stage=case.stage,
        device=case.device,
    )
    return Findings(curve=curve)


def _by_training(curve_of: Callable[..., LabelCurve]) -> Callable[[Case], Findings]:
    """Protocols that train the network's blocks, not just a classifier above them."""

    def judge(case: Case) -> Findings:
        beside = RANDOM in case.references
        given = case.method, case.data, case.terms, case.progress
        return Findings(curve=curve_of(*given, beside=beside))

    return judge


JUDGES: Mapping[str, Callable[[Case], Findings]] = {
    "knn": _by_neighbours,
    "linear": _by_probe,
    "few_labels": _by_few_labels,
    "clustering": judge_clustering,
    "retrieval": judge_retrieval,
    "semi_supervised": _by_training(semi_supervised),
    "fine_tune": _by_training(fine_tune),
    "detection": transfer(Detection),
    "segmentation": transfer(Segmentation),
}
