"""The one fair comparison: a method beside raw pixels, its untrained network, and supervision.

Everybody gets the same pictures, labels, classifiers and seeds. What is judged must be a replica
that nobody trains meanwhile (the observer's, or one loaded from a snapshot).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.data.imageset import ImageSet
from core.evaluate.features import EvaluationError, Features, device_of, extract, raw_pixels
from core.evaluate.few_labels import few_labels
from core.evaluate.fine_tune import fine_tune
from core.evaluate.knn import Predictions, knn
from core.evaluate.label_curve import LabelCurve
from core.evaluate.label_training import Terms
from core.evaluate.linear_probe import linear_probe
from core.evaluate.references import untrained
from core.evaluate.report import RANDOM, RAW, SUPERVISED, THIS, Report, Score
from core.evaluate.semi_supervised import semi_supervised
from core.method import Method
from core.progress import Progress

PROTOCOLS = {
    "knn": "k nearest neighbours",
    "linear": "Linear probe on each stage",
    "few_labels": "Linear probe on few labels",
    "semi_supervised": "First blocks frozen, the others trained on few labels",
    "fine_tune": "All blocks trained on few labels",
}
USUAL = ("knn", "linear", "few_labels")

Represented = Mapping[str, Sequence[Features]]  # name -> features, one for each network


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
    """Judge a method and its references by the protocols named (keys of `PROTOCOLS`).

    The seeds of `terms` are those of the random networks and of the label draws; its counts and
    recipe are those of the protocols with few labels. `supervised` is a backbone (or a method)
    trained with labels. `grid` is explained in `core.evaluate.features`; `stage` is the one that
    few labels are probed on, the last where it is not given. `references` stand beside the method.
    Raises EvaluationError for unlabelled data and unknown names, Cancelled out of `progress`.
    """
    _check(method, data, protocols)
    started = time.monotonic()
    terms, progress, device = terms or Terms(), progress or Progress(), device_of(method)
    scores: list[Score] = []
    curves: dict[str, LabelCurve] = {}
    confusions: dict[str, list[list[int]]] = {}
    represented: Represented = {}
    if set(USUAL) & set(protocols):
        represented = _represent(method, data, supervised, references, terms.seeds, grid, progress)
    if "knn" in protocols:
        scores += _by_neighbours(represented, device, progress)
    if "linear" in protocols:
        found, confusions = _by_probe(represented, device, progress)
        scores += found
    if "few_labels" in protocols:
        curves["few_labels"] = few_labels(
            represented, terms.seeds, progress, counts=terms.counts, stage=stage, device=device
        )
    if "semi_supervised" in protocols:
        curves["semi_supervised"] = semi_supervised(method, data, terms, progress)
    if "fine_tune" in protocols:
        curves["fine_tune"] = fine_tune(method, data, terms, progress)
    truth = data.held_out.labels[data.held_out.labels >= 0]
    return Report(
        method=type(method).__name__,
        data=data.title,
        classes=list(data.classes),
        pictures=int((data.train.labels >= 0).sum()),
        held_out=len(truth),
        seeds=list(terms.seeds),
        chance=float(np.bincount(truth).max() / len(truth)),
        scores=scores,
        confusions=confusions,
        curves=curves,
        seconds=time.monotonic() - started,
    )


def _check(method: Method, data: ImageSet, protocols: Sequence[str]) -> None:
    for name in protocols:
        if name not in PROTOCOLS:
            raise EvaluationError(f"protocol {name!r} is not one of {', '.join(PROTOCOLS)}")
    if not data.labelled or not (data.held_out.labels >= 0).any():
        raise EvaluationError(
            f"{data.title} has no labels to judge by; choose data with one folder a class"
        )
    if (
        next((p for p in method.parameters() if not bool(torch.isfinite(p).all())), None)
        is not None
    ):
        raise EvaluationError(
            "the weights are not finite: the training diverged; choose an earlier snapshot"
        )


def _represent(
    method: Method,
    data: ImageSet,
    supervised: nn.Module | None,
    references: Sequence[str],
    seeds: Sequence[int],
    grid: int,
    progress: Progress,
) -> Represented:
    found = {THIS: [extract(method, data, progress, grid=grid)]}
    if RAW in references:
        found[RAW] = [raw_pixels(data)]
    if RANDOM in references:
        networks = (untrained(method, seed, data.train.images) for seed in seeds)
        found[RANDOM] = [extract(network, data, progress, grid=grid) for network in networks]
    if supervised is not None:
        found[SUPERVISED] = [extract(supervised, data, progress, grid=grid)]
    return found


def _arrays(features: Features, stage: str) -> tuple[NDArray, NDArray, NDArray, NDArray, int]:
    """The arguments that the classifiers of features share."""
    return (
        features.train[stage],
        features.train_labels,
        features.held_out[stage],
        features.held_out_labels,
        len(features.classes),
    )


def _by_neighbours(
    represented: Represented, device: torch.device, progress: Progress
) -> list[Score]:
    scores = []
    for name, each in represented.items():
        for stage in each[0].stages:
            found = [knn(*_arrays(f, stage), device=device, progress=progress) for f in each]
            scores.append(_score("knn", name, stage, found))
    return scores


def _score(
    protocol: str, name: str, stage: str, found: Sequence[Predictions], **details: float
) -> Score:
    choosing, tested = (list(half) for half in zip(*(p.halves() for p in found), strict=True))
    return Score(protocol, name, stage, [p.accuracy for p in found], choosing, tested, details)


def _by_probe(
    represented: Represented, device: torch.device, progress: Progress
) -> tuple[list[Score], dict[str, list[list[int]]]]:
    """Scores of every stage, and counts (true, predicted) of each representation's last stage."""
    scores, confusions = [], {}
    for name, each in represented.items():
        for stage in each[0].stages:
            found = [
                linear_probe(*_arrays(f, stage), device=device, progress=progress) for f in each
            ]
            answers = [p.predictions for p in found]
            scores.append(_score("linear", name, stage, answers, penalty=found[0].penalty))
        counts = sum(p.predictions.confusion(len(each[0].classes)) for p in found)
        confusions[name] = np.asarray(counts).tolist()
    return scores, confusions
