"""Which answers a method finds hard: accuracy on its own question, by class and true answer.

For rotation prediction the rows of round things stand at chance: they have no up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.pictures import Floats, Ints, Matrix


def accuracy_by_class(
    probabilities: Floats,
    truth: Ints,
    labels: Ints,
    options: Sequence[str],
    classes: Sequence[str],
) -> Matrix:
    """Accuracy for each class (rows) and each true option (columns), NaN where none was asked.

    `probabilities` (N, K) over the options, `truth` (N,) the right ones, `labels` (N,) the class
    of each picture, -1 where unknown. Raises ValueError where the lengths differ.
    """
    if not len(probabilities) == len(truth) == len(labels):
        raise ValueError(
            f"{len(probabilities)} answers, {len(truth)} truths and {len(labels)} labels; "
            "expected as many of each"
        )
    known = np.asarray(labels) >= 0
    place = np.asarray(labels)[known], np.asarray(truth)[known]
    right = (np.argmax(probabilities, axis=1) == truth)[known]
    shape = len(classes), len(options)
    asked, found = np.zeros(shape), np.zeros(shape)
    np.add.at(asked, place, 1)
    np.add.at(found, place, right)
    values: NDArray[np.float64] = np.full(shape, np.nan)
    np.divide(found, asked, out=values, where=asked > 0)
    return Matrix(values, classes, options, "class", "true answer", "accuracy", low=0.0, high=1.0)


def confusion_matrix(counts: NDArray[np.int64], classes: Sequence[str]) -> Matrix:
    """Counts (true, predicted) as the share of each true class; a row of zeros where none was."""
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    return Matrix(shares, classes, classes, "true class", "predicted class", "share", 0.0, 1.0)
