"""Labels copied by exact local attention, tile by tile: nothing is unfolded, memory is bounded.

For a tile of query cells only the reference cells within the radius are compared, by one matrix
product; of these the likeliest `top_k` are kept, their scores become weights by softmax, and the
labels are gathered. Equal to the full matrix with everything outside masked, which at 480 lines
would not fit. On a processor a compiled loop chooses; elsewhere calls of torch do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

TILE = 12  # cells along a side of a tile: fewer waste calls, more waste comparisons

BOUNDED = 1e6  # no score of features is as large


@dataclass(frozen=True)
class Copied:
    """What a frame's cells were given."""

    labels: Tensor  # (L, h, w)
    likeness: Tensor  # (h, w) mean score of the cells looked at, by weight
    shares: Tensor  # (R,) how much of the attention each reference got; sums to one


@dataclass(frozen=True)
class _Tile:
    """A tile of the query's cells, and the part of the references that it may look at."""

    rows: slice
    columns: slice
    key_rows: slice
    key_columns: slice

    @property
    def offset(self) -> tuple[int, int]:
        """Row and column of the first cell in the part that it may look at."""
        return self.rows.start - self.key_rows.start, self.columns.start - self.key_columns.start

    def reach(self, radius: int) -> Tensor:
        """What is added to the scores of a reference, (q, k): 0, or -inf where too far."""
        size, seen = _size(self.rows, self.columns), _size(self.key_rows, self.key_columns)
        return _reach(*self.offset, size, seen, radius)


def _size(rows: slice, columns: slice) -> tuple[int, int]:
    return rows.stop - rows.start, columns.stop - columns.start


@lru_cache(maxsize=64)
def _reach(
    row: int, column: int, size: tuple[int, int], seen: tuple[int, int], radius: int
) -> Tensor:
    y = (row + torch.arange(size[0]))[:, None] - torch.arange(seen[0])  # (q rows, k rows)
    x = (column + torch.arange(size[1]))[:, None] - torch.arange(seen[1])
    near = (y.abs() <= radius)[:, None, :, None] & (x.abs() <= radius)[None, :, None, :]
    return torch.zeros(near.shape).masked_fill_(~near, -torch.inf).flatten(2).flatten(0, 1)


def _tiles(height: int, width: int, radius: int) -> Iterator[_Tile]:
    for top in range(0, height, TILE):
        rows = slice(top, min(height, top + TILE))
        key_rows = slice(max(0, top - radius), min(height, rows.stop + radius))
        for left in range(0, width, TILE):
            columns = slice(left, min(width, left + TILE))
            key_columns = slice(max(0, left - radius), min(width, columns.stop + radius))
            yield _Tile(rows, columns, key_rows, key_columns)


def _chosen(scores: Tensor, reach: Tensor, top_k: int) -> tuple[Tensor, Tensor]:
    """The `top_k` best of scores (R, q, k) for each query, and their numbers in (R k), (q, top_k).

    Where fewer are within reach, the rest have a score of -inf.
    """
    count, _, each = scores.shape
    highest, places = (scores.amax(dim=0) + reach).topk(min(top_k, each), dim=1)  # (q, p)
    there = scores.gather(2, places.expand(count, -1, -1))  # (R, q, p)
    # What lies too far does so in every reference.
    there = torch.where(highest.isfinite(), there, -torch.inf).transpose(0, 1).flatten(1)
    best, which = there.topk(min(top_k, there.shape[1]), dim=1)
    wide = places.shape[1]
    reference = which.div(wide, rounding_mode="floor")
    return best, reference * each + places.gather(1, which - reference * wide)


def copy_labels(
    query: Tensor,
    references: Tensor,
    labels: Tensor,
    radius: int,
    top_k: int,
    temperature: float,
) -> Copied:
    """Give each cell of `query` (D, h, w) the labels of the reference cells most like it.

    `references` (R, D, h, w) are their features, `labels` (R, L, h, w) what they carry. Looked at
    are cells at most `radius` away along either axis, the `top_k` best of all references together.
    """
    _, height, width = query.shape
    count, carried = labels.shape[:2]
    made = labels.new_empty(height, width, carried)
    likeness = query.new_empty(height, width)
    shares = query.new_zeros(count)
    query, tables = query.movedim(0, 2).contiguous(), labels.movedim(1, 3).contiguous()
    copy = _copied if query.device.type == "cpu" else _copied_by_calls
    for tile in _tiles(height, width, radius):
        q = query[tile.rows, tile.columns].flatten(0, 1)  # (q, D)
        keys = references[:, :, tile.key_rows, tile.key_columns].flatten(2)  # (R, D, k)
        table = tables[:, tile.key_rows, tile.key_columns]  # (R, rows, columns, L)
        found = copy(q @ keys, table, tile, radius, top_k, temperature)
        size = _size(tile.rows, tile.columns)
        made[tile.rows, tile.columns] = found[0].unflatten(0, size)
        likeness[tile.rows, tile.columns] = found[1].unflatten(0, size)
        shares += found[2]
    return Copied(made.movedim(2, 0), likeness, shares / (height * width))


def _copied(scores: Tensor, table: Tensor, tile: _Tile, radius: int, top_k: int,
            temperature: float) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Of scores (R, q, k): labels (q, L), likeness (q,) and the sums of attention (R,)."""
    from core.tracking.kernels import copy_likeliest

    count, cells, _ = scores.shape
    given = torch.empty(cells, table.shape[-1])
    likeness, shares = torch.empty(cells), torch.zeros(count)
    outcome = given.numpy(), likeness.numpy(), shares.numpy()
    _, across = _size(tile.rows, tile.columns)
    copy_likeliest(scores.numpy(), table.numpy(), *tile.offset, across, radius, top_k, temperature,
                   *outcome)  # fmt: skip
    return given, likeness, shares


def _copied_by_calls(scores: Tensor, table: Tensor, tile: _Tile, radius: int, top_k: int,
                     temperature: float) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """The same by calls of torch, for devices that have no compiled loop.

    Choosing is dearer than multiplying, so it goes in two rounds. The k best cells lie at the k
    places whose best cell of any reference is best: first places are chosen, then cells at these.
    """
    best, index = _chosen(scores, tile.reach(radius).to(scores.device), top_k)
    weights = (best / temperature).softmax(dim=1)
    flat = table.reshape(-1, table.shape[-1])  # (R k, L)
    given = F.embedding_bag(index, flat, mode="sum", per_sample_weights=weights.to(flat))
    # A cell in a corner may see fewer than top_k others: those have weight 0 and no score.
    likeness = (weights * best.clamp(min=-BOUNDED)).sum(dim=1)
    shares = scores.new_zeros(len(scores))
    shares.index_add_(0, (index // scores.shape[2]).flatten(), weights.flatten())
    return given, likeness, shares
