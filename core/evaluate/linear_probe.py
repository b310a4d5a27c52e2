"""The linear probe: multinomial logistic regression on frozen, standardised features.

The weight penalty is chosen on a fifth of the training set, stratified by class and drawn by the
seed, then the classifier is fitted again to all of it; the held-out pictures choose nothing.
The objective is convex: a full-batch L-BFGS (Liu and Nocedal, 1989) leaves no schedule to tune.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from core.evaluate.knn import Predictions
from core.progress import Progress

PENALTIES = (1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5)  # strongest first, each fit starts from the last
ITERATIONS = 100
HELD_BACK = 0.2  # of the training set, to choose the penalty on


@dataclass(frozen=True)
class Scaler:
    """Standardises features by the mean and deviation of the training set."""

    mean: Tensor  # (1, D)
    deviation: Tensor  # (1, D)

    def __call__(self, features: NDArray[Any]) -> Tensor:
        x = torch.from_numpy(np.ascontiguousarray(features, dtype=np.float32))
        return (x.to(self.mean.device) - self.mean) / self.deviation


def scaler_of(features: NDArray[Any], device: torch.device | str = "cpu") -> Scaler:
    """The scaler of (N, D) features; a feature that never changes is left at zero."""
    x = torch.from_numpy(np.ascontiguousarray(features, dtype=np.float32)).to(device)
    deviation, mean = torch.std_mean(x, dim=0, keepdim=True, correction=0)
    constant = deviation <= 1e-6 * mean.abs() + torch.finfo(torch.float32).tiny
    return Scaler(mean, torch.where(constant, torch.inf, deviation))


@dataclass(frozen=True)
class Probe:
    """A fitted linear classifier and how it did on the held-out pictures."""

    weights: Tensor  # (D + 1, C), the last row the bias
    penalty: float
    predictions: Predictions

    @property
    def accuracy(self) -> float:
        return self.predictions.accuracy()


def linear_probe(
    train: NDArray[Any],
    train_labels: NDArray[np.int64],
    held_out: NDArray[Any],
    held_out_labels: NDArray[np.int64],
    classes: int,
    *,
    seed: int = 0,
    penalty: float | None = None,
    iterations: int = ITERATIONS,
    device: torch.device | str = "cpu",
    progress: Progress | None = None,
) -> Probe:
    """Fit on (N, D), judge on (M, D); `penalty` None chooses among `PENALTIES`."""
    progress = progress or Progress()
    scale = scaler_of(train, device)
    x, y = scale(train), torch.from_numpy(np.asarray(train_labels)).to(device)
    if penalty is None:
        # A third of the iterations does, for each of these fits starts from the last one's end.
        penalty = _choose(x, y, classes, seed, max(1, iterations // 3), progress)
    weights = fit(x, y, classes, penalty, iterations=iterations)
    predicted = predict(weights, scale(held_out))
    return Probe(weights, penalty, Predictions(predicted, np.asarray(held_out_labels)))


def _choose(
    x: Tensor, y: Tensor, classes: int, seed: int, iterations: int, progress: Progress
) -> float:
    """The strongest of the penalties that do best on the part held back."""
    held = torch.from_numpy(_held_back(y.cpu().numpy(), seed)).to(x.device)
    if not bool(held.any()):
        return PENALTIES[len(PENALTIES) // 2]
    best, chosen, weights = -1.0, PENALTIES[0], None
    for i, penalty in enumerate(PENALTIES):
        weights = fit(x[~held], y[~held], classes, penalty, start=weights, iterations=iterations)
        right = float((weights[:-1].T @ x[held].T + weights[-1:].T).argmax(0).eq(y[held]).sum())
        if right > best:
            best, chosen = right, penalty
        progress.update("Penalty of the linear probe", i + 1, len(PENALTIES), "values")
    return chosen


def _held_back(labels: NDArray[np.int64], seed: int) -> NDArray[np.bool_]:
    order = np.random.default_rng(seed).permutation(len(labels))
    held = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        mine = order[labels[order] == label]
        held[mine[: int(len(mine) * HELD_BACK)]] = True
    return held


def fit(
    x: Tensor,
    y: Tensor,
    classes: int,
    penalty: float,
    *,
    start: Tensor | None = None,
    iterations: int = ITERATIONS,
) -> Tensor:
    """Weights (D + 1, C) that minimise mean cross-entropy + penalty / 2 * |W|^2 over (N, D).

    The last row is the bias, which is not penalised.
    """
    count, length = x.shape
    weights = torch.zeros(length + 1, classes, device=x.device) if start is None else start.clone()
    weights.grad = gradient = torch.zeros_like(weights)
    truth = F.one_hot(y, classes).to(x.dtype)
    # Not SciPy's: it calls OpenBLAS, whose second thread spins while a training holds the core.
    solver = torch.optim.LBFGS(
        [weights],
        max_iter=iterations,
        history_size=10,
        tolerance_grad=1e-5,
        tolerance_change=1e-7,
        line_search_fn="strong_wolfe",
    )

    @torch.no_grad()
    def objective() -> Tensor:
        logs = F.log_softmax(torch.addmm(weights[-1:], x, weights[:-1]), dim=1)  # (N, C)
        error = (logs.exp() - truth) / count
        torch.addmm(weights[:-1], x.T, error, beta=penalty, out=gradient[:-1])
        gradient[-1] = error.sum(dim=0)
        return 0.5 * penalty * weights[:-1].square().sum() - (logs * truth).sum() / count

    solver.step(objective)
    return weights.detach()


def predict(weights: Tensor, x: Tensor) -> NDArray[np.int64]:
    """The most probable class (N,) of standardised features (N, D)."""
    return torch.addmm(weights[-1:], x, weights[:-1]).argmax(dim=1).cpu().numpy()
