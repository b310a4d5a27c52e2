"""A linear probe from the few pictures that a person has named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.evaluate.features import EvaluationError
from core.evaluate.linear_probe import fit, scaler_of


def probe_by_hand(
    features: NDArray[Any], given: Mapping[int, int], classes: int
) -> NDArray[np.float32]:
    """Probabilities (N, classes) of (N, D) features, from the classes `given` to some positions.

    Standardised by all pictures, named or not; the penalty is that of `few_labels`. A class that
    nobody was given has probability zero. Raises EvaluationError for fewer than two classes.
    """
    there = sorted(set(given.values()))
    if len(there) < 2:
        raise EvaluationError("name pictures of at least two classes")
    x = scaler_of(features)(features)
    chosen = torch.tensor(list(given))
    y = torch.tensor([there.index(label) for label in given.values()])
    weights = fit(x[chosen], y, len(there), penalty=1.0 / len(given))
    found = np.zeros((len(features), classes), dtype=np.float32)
    found[:, there] = torch.addmm(weights[-1:], x, weights[:-1]).softmax(dim=1).numpy()
    return found
