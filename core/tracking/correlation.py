"""Labels copied by exact local attention, tile by tile: nothing is unfolded, memory is bounded.

For a tile of query cells only the reference cells within the radius are compared, by one matrix
product; of these the likeliest `top_k` are kept, their scores become weights by softmax, and the
labels are gathered. Equal to the full matrix with everything outside masked, which at 480 lines
would not fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

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

    def reach(self, radius: int, count: int) -> Tensor:
        """What is added to the scores of `count` references, (q, count k): 0, or -inf too far."""
        first_row = self.rows.start - self.key_rows.start
        first_column = self.columns.start - self.key_columns.start
        size, seen = _size(self.rows, self.columns), _size(self.key_rows, self.key_columns)
        return _reach(first_row, first_column, size, seen, radius, count)


def _size(rows: slice, columns: slice) -> tuple[int, int]:
    return rows.stop - rows.start, columns.stop - columns.start


@lru_cache(maxsize=64)
def _reach(
    row: int, column: int, size: tuple[int, int], seen: tuple[int, int], radius: int, count: int
) -> Tensor:
    y = (row + torch.arange(size[0]))[:, None] - torch.arange(seen[0])  # (q rows, k rows)
    x = (column + torch.arange(size[1]))[:, None] - torch.arange(seen[1])
    near = (y.abs() <= radius)[:, None, :, None] & (x.abs() <= radius)[None, :, None, :]
    added = torch.zeros(near.shape).masked_fill_(~near, -torch.inf)
    return added.flatten(2).flatten(0, 1).repeat(1, count)


def _tiles(height: int, width: int, radius: int) -> Iterator[_Tile]:
    for top in range(0, height, TILE):
        rows = slice(top, min(height, top + TILE))
        key_rows = slice(max(0, top - radius), min(height, rows.stop + radius))
        for left in range(0, width, TILE):
            columns = slice(left, min(width, left + TILE))
            key_columns = slice(max(0, left - radius), min(width, columns.stop + radius))
            yield _Tile(rows, columns, key_rows, key_columns)


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
    made = labels.new_empty(carried, height, width)
    likeness = query.new_empty(height, width)
    shares = query.new_zeros(count)
    for tile in _tiles(height, width, radius):
        q = query[:, tile.rows, tile.columns].flatten(1)  # (D, q)
        keys = references[:, :, tile.key_rows, tile.key_columns].flatten(2)  # (R, D, k)
        each = keys.shape[2]
        reach = tile.reach(radius, count).to(q.device)
        scores = torch.addmm(reach, q.T, keys.transpose(0, 1).reshape(len(q), -1))  # (q, R k)
        best, index = scores.topk(min(top_k, scores.shape[1]), dim=1)  # (q, top_k)
        weights = (best / temperature).softmax(dim=1)
        seen = labels[:, :, tile.key_rows, tile.key_columns].flatten(2)
        table = seen.permute(0, 2, 1).reshape(-1, carried)  # (R k, L)
        given = torch.einsum("qk,qkl->lq", weights, table[index])
        size = _size(tile.rows, tile.columns)
        made[:, tile.rows, tile.columns] = given.unflatten(1, size)
        # A cell in a corner may see fewer than top_k others: those have weight 0 and no score.
        found = (weights * best.clamp(min=-BOUNDED)).sum(dim=1)
        likeness[tile.rows, tile.columns] = found.unflatten(0, size)
        shares.index_add_(0, (index // each).flatten(), weights.flatten())
    return Copied(made, likeness, shares / (height * width))
