"""Convolutions that see only the pixels before: the gated PixelCNN's two stacks.

van den Oord, Kalchbrenner, Espeholt, Kavukcuoglu, Vinyals and Graves, "Conditional image generation
with PixelCNN decoders", NeurIPS 2016, arXiv 1606.05328. The vertical stack sees the rows above, the
horizontal one the pixels to the left, so that together they have no blind spot (section 2.2).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def colour_mask(given: int, made: int, channels: int, strict: bool) -> Tensor:
    """Which features may see which at the same pixel: (made, given), 1 where allowed.

    Feature i belongs to colour i % channels. Red comes first, then green that may see it, then
    blue; `strict` keeps each from its own colour too (mask A), as the first layer must.
    """
    out = torch.arange(made).unsqueeze(1) % channels
    into = torch.arange(given).unsqueeze(0) % channels
    return (into < out if strict else into <= out).float()


class Masked(nn.Conv2d):
    """A convolution over this pixel and those to its left, this one by `colour_mask`."""

    def __init__(
        self, given: int, made: int, reach: int, channels: int, strict: bool = False
    ) -> None:
        """`reach` pixels to the left."""
        super().__init__(given, made, (1, reach + 1))
        self.reach = reach
        mask = torch.ones(made, given, 1, reach + 1)
        mask[:, :, 0, -1] = colour_mask(given, made, channels, strict)
        self.mask: Tensor
        self.register_buffer("mask", mask)

    def forward(self, x: Tensor) -> Tensor:  # (B, given, h, w) -> (B, made, h, w)
        return F.conv2d(F.pad(x, (self.reach, 0, 0, 0)), self.weight * self.mask, self.bias)


def gate(x: Tensor, condition: Tensor | None) -> Tensor:
    """tanh(a) · σ(b) of the two halves of x (B, 2 D, h, w), equation 2; with h of equation 4."""
    if condition is not None:
        x = x + condition[:, :, None, None]
    a, b = x.chunk(2, dim=1)
    return torch.tanh(a) * torch.sigmoid(b)


class GatedLayer(nn.Module):
    """One layer of figure 2: the vertical stack v, and the horizontal stack h that v feeds."""

    def __init__(
        self, given: int, dim: int, kernel: int, channels: int, labels: int, first: bool
    ) -> None:
        super().__init__()
        self.around = kernel // 2
        self.vertical = nn.Conv2d(given, 2 * dim, (self.around + 1, kernel))
        self.down = nn.Conv2d(2 * dim, 2 * dim, 1)
        self.horizontal = Masked(given, 2 * dim, self.around, channels, strict=first)
        self.residual = Masked(dim, dim, 0, channels)
        self.first = first
        self.label = nn.Linear(labels, 4 * dim, bias=False) if labels else None

    def rows(self, v: Tensor, label: Tensor | None) -> tuple[Tensor, Tensor]:
        """The vertical stack: its next map, and what each row is told of the rows above it."""
        above = self.vertical(F.pad(v, (self.around, self.around, self.around, 0)))  # this row too
        shifted = F.pad(above, (0, 0, 1, 0))[:, :, :-1]  # the rows above alone
        return gate(above, self._condition(label, 0)), self.down(shifted)

    def along(self, h: Tensor, told: Tensor, label: Tensor | None) -> Tensor:
        """The horizontal stack, of any rows, with what they are told of those above."""
        made = gate(self.horizontal(h) + told, self._condition(label, 1))
        made = self.residual(made)
        return made if self.first else h + made

    def _condition(self, label: Tensor | None, half: int) -> Tensor | None:
        if self.label is None or label is None:
            return None
        return self.label(label).chunk(2, dim=1)[half]


class GatedPixelCNN(nn.Module):
    """Logits of every pixel's level, given the pixels before it in the order of reading."""

    def __init__(
        self, channels: int, levels: int, width: int, depth: int, kernel: int, labels: int
    ) -> None:
        """`width` is rounded up to a multiple of the colours; `labels` 0 for no classes."""
        super().__init__()
        dim = channels * -(-width // channels)
        self.channels, self.levels, self.labels = channels, levels, labels
        sizes = [channels] + [dim] * (depth - 1)
        self.layers = nn.ModuleList(
            GatedLayer(given, dim, 7 if at == 0 else kernel, channels, labels, at == 0)
            for at, given in enumerate(sizes)
        )
        # The last layer's vertical stack would be seen by nobody.
        self.before = Masked(dim, 2 * dim, 0, channels)
        self.last = Masked(2 * dim, channels * levels, 0, channels)

    def forward(self, levels: Tensor, labels: Tensor | None = None) -> Tensor:
        """Levels (B, C, h, w), whole numbers, and classes (B,), -1 unknown, to (B, L, C, h, w)."""
        return self.along(levels, self.rows(levels, labels), labels)

    def rows(self, levels: Tensor, labels: Tensor | None = None) -> list[Tensor]:
        """What each layer tells every row of the rows above it, (B, 2 D, h, w) each.

        A row's own levels, and those below, say nothing here: while a row is drawn it holds.
        """
        v, known, told = self._scaled(levels), self._known(levels, labels), []
        for layer in self.layers:
            v, fed = layer.rows(v, known)  # type: ignore[operator]
            told.append(fed)
        return told

    def along(self, levels: Tensor, told: list[Tensor], labels: Tensor | None = None) -> Tensor:
        """Logits (B, L, C, h, w) of the rows that `told` is of."""
        h, known = self._scaled(levels), self._known(levels, labels)
        for layer, fed in zip(self.layers, told):
            h = layer.along(h, fed, known)  # type: ignore[operator]
        logits = self.last(torch.relu(self.before(torch.relu(h))))  # (B, L C, h, w), colour inmost
        return logits.unflatten(1, (self.levels, self.channels))

    def _scaled(self, levels: Tensor) -> Tensor:
        """Levels as numbers in -1..1."""
        x = levels.to(self.last.weight.dtype) * (2.0 / (self.levels - 1)) - 1.0
        return x.contiguous(memory_format=torch.channels_last)

    def _known(self, levels: Tensor, labels: Tensor | None) -> Tensor | None:
        """The classes as rows (B, K) with a one, or none where the class is left open."""
        if not self.labels:
            return None
        dtype = self.last.weight.dtype
        if labels is None:
            return torch.zeros(len(levels), self.labels, dtype=dtype, device=levels.device)
        ones = F.one_hot(labels.clamp(min=0), self.labels).to(dtype)
        return ones * (labels >= 0).unsqueeze(1)
