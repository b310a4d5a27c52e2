"""Small networks that stand on a backbone's features while it learns."""

from __future__ import annotations

from itertools import pairwise

from torch import nn


def projector(*dims: int, norm: bool = True, last_norm: bool = False) -> nn.Sequential:
    """Linear layers from `dims[0]` to `dims[-1]` numbers, with ReLU between them.

    `norm` puts a batch normalisation before every ReLU, as SimCLR's, BYOL's and VICReg's code does
    (MoCo v2's does not); `last_norm` ends with one that neither scales nor shifts, as SimSiam's
    projector does. A layer that is normalised has no bias of its own, which would be taken away.
    """
    if len(dims) < 2:
        raise ValueError(f"found {len(dims)} sizes; a head needs its input and its output")
    layers: list[nn.Module] = []
    for number, (given, made) in enumerate(pairwise(dims), 1):
        last = number == len(dims) - 1
        normed = last_norm if last else norm
        layers.append(nn.Linear(given, made, bias=not normed))
        if normed:
            layers.append(nn.BatchNorm1d(made, affine=not last))
        if not last:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)
