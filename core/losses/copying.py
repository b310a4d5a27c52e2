"""Copying colours by attention: the loss whose by-product is a tracker.

Vondrick, Shrivastava, Fathi, Guadarrama and Murphy, "Tracking emerges by colorizing videos", ECCV
2018, arXiv 1806.09594, equations 1 to 3. References j and targets i are cells of grids.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

EPS = 1e-6  # of the logarithm: a colour that no reference shows costs -log(EPS)


def attention(
    target: Tensor, references: Tensor, temperature: float, radius: int | None = None
) -> Tensor:
    """A_ij = softmax over j of f_i . f_j / T: how much each target cell looks at each reference.

    `target` (B, D, h, w) and `references` (B, R, D, h, w) to (B, h w, R h w), whose rows sum to
    one. Within `radius` cells along either axis; everywhere without it.
    """
    f_i = target.flatten(2).transpose(1, 2)  # (B, N, D)
    f_j = references.transpose(1, 2).flatten(2)  # (B, D, R N)
    scores = (f_i / temperature) @ f_j  # divided where it is small
    if radius is not None:
        outside = ~near(target.shape[2], target.shape[3], radius).to(scores.device)
        scores = scores.masked_fill(outside.repeat(1, references.shape[1]), -torch.inf)
    return scores.softmax(dim=2)


@lru_cache(maxsize=8)
def near(height: int, width: int, radius: int) -> Tensor:
    """Which pairs of cells lie within `radius` of each other along both axes, (N, N) bool."""
    y = torch.arange(height).repeat_interleave(width)
    x = torch.arange(width).repeat(height)
    rows, columns = (y[:, None] - y).abs(), (x[:, None] - x).abs()
    return (rows <= radius) & (columns <= radius)


def copied(weights: Tensor, colours: Tensor) -> Tensor:
    """y_i = sum_j A_ij c_j: what each target cell is given of the references' colours.

    `weights` (B, N, R N) and `colours` (B, R, K, h, w), any K numbers a cell, to (B, N, K).
    """
    c_j = colours.transpose(1, 2).flatten(2).transpose(1, 2)  # (B, R N, K)
    return weights @ c_j


def cluster_loss(predicted: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy -log(y + eps) of the true clusters' shares, mean over cells.

    `predicted` (B, N, K) are probabilities already: softmax is not taken a second time.
    `truth` (B, N) int64.
    """
    return F.nll_loss((predicted + EPS).log().flatten(0, 1), truth.flatten())


def colour_loss(predicted: Tensor, truth: Tensor) -> Tensor:
    """Huber's loss of continuous colours (B, N, C) in units of about -1..1 (Lai et al., 2020,
    arXiv 2002.07793, equation 5)."""
    return F.smooth_l1_loss(predicted, truth, beta=0.1)


def cycle_loss(forward: Tensor, backward: Tensor) -> Tensor:
    """Cross-entropy of a walk there and back that should end where it began, mean over cells.

    Jabri, Owens and Efros, "Space-time correspondence as a contrastive random walk", NeurIPS 2020,
    arXiv 2006.14613, equation 4. Both are transition matrices (B, N, N) whose rows sum to one.
    """
    home = torch.diagonal(forward @ backward, dim1=1, dim2=2)  # (B, N)
    return -(home + EPS).log().mean()
