"""Parts of pictures are cut where they were asked for, and put together again."""

from __future__ import annotations

import torch

from core.data.augment.tiles import cut, grid_places, joined
from core.randomness import generator


def test_each_picture_is_cut_at_its_own_places() -> None:
    images = torch.rand(2, 3, 9, 9, generator=generator("pictures"))
    rows, columns = torch.tensor([[0, 5], [2, 6]]), torch.tensor([[1, 4], [6, 0]])
    found = cut(images, rows, columns, 3)
    assert found.shape == (2, 2, 3, 3, 3)
    for i in range(2):
        for k in range(2):
            top, left = int(rows[i, k]), int(columns[i, k])
            assert torch.equal(found[i, k], images[i, :, top : top + 3, left : left + 3])


def test_a_grid_goes_row_by_row() -> None:
    rows, columns = grid_places(4, torch.device("cpu"))
    assert rows.tolist() == [0, 0, 0, 4, 4, 4, 8, 8, 8]
    assert columns.tolist() == [0, 4, 8] * 3


def test_cells_joined_are_the_picture() -> None:
    images = torch.rand(2, 3, 12, 12, generator=generator("pictures"))
    rows, columns = grid_places(4, torch.device("cpu"))
    assert torch.equal(joined(cut(images, rows.expand(2, 9), columns.expand(2, 9), 4)), images)
