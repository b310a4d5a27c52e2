"""Attention that copies: exact, local, and the same however it is computed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from core.losses import copying
from core.tracking import correlation
from core.tracking.correlation import copy_labels


def unit(*shape: int, seed: int = 0, dim: int = 0) -> Tensor:
    rng = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(*shape, generator=rng), dim=dim)


def by_the_full_matrix(
    query: Tensor, references: Tensor, labels: Tensor, radius: int, top_k: int, temperature: float
) -> Tensor:
    """All pairs of cells, those too far apart masked, all but the best k set to zero."""
    height, width = query.shape[1:]
    scores = query.flatten(1).T @ references.transpose(0, 1).flatten(1)
    y = torch.arange(height).repeat_interleave(width)
    x = torch.arange(width).repeat(height)
    near = ((y[:, None] - y).abs() <= radius) & ((x[:, None] - x).abs() <= radius)
    scores = scores.masked_fill(~near.repeat(1, len(references)), -torch.inf)
    best, index = scores.topk(min(top_k, scores.shape[1]), dim=1)
    weights = torch.zeros_like(scores).scatter_(1, index, (best / temperature).softmax(dim=1))
    return (weights @ labels.transpose(0, 1).flatten(1).T).T.unflatten(1, (height, width))


@pytest.mark.parametrize(
    ("height", "width", "radius", "top_k"),
    [(24, 24, 6, 10), (13, 30, 3, 5), (5, 7, 2, 200), (12, 25, 40, 1), (1, 1, 1, 1)],
)
def test_tiles_give_what_the_full_matrix_gives(
    height: int, width: int, radius: int, top_k: int
) -> None:
    query, references = unit(16, height, width), unit(3, 16, height, width, seed=1, dim=1)
    labels = torch.rand(3, 4, height, width, generator=torch.Generator().manual_seed(2))
    found = copy_labels(query, references, labels, radius, top_k, 0.2)
    wanted = by_the_full_matrix(query, references, labels, radius, top_k, 0.2)
    torch.testing.assert_close(found.labels, wanted)
    assert float(found.shares.sum()) == pytest.approx(1.0)
    assert torch.isfinite(found.likeness).all()


def test_the_compiled_loop_gives_what_calls_of_torch_give(monkeypatch: pytest.MonkeyPatch) -> None:
    query, references = unit(16, 14, 25), unit(3, 16, 14, 25, seed=1, dim=1)
    labels = torch.rand(3, 4, 14, 25, generator=torch.Generator().manual_seed(2))
    for top_k, radius in ((10, 4), (500, 2)):
        once = copy_labels(query, references, labels, radius, top_k, 0.1)
        with monkeypatch.context() as patch:
            patch.setattr(correlation, "_copied", correlation._copied_by_calls)
            again = copy_labels(query, references, labels, radius, top_k, 0.1)
        torch.testing.assert_close(once.labels, again.labels)
        torch.testing.assert_close(once.shares, again.shares)
        torch.testing.assert_close(once.likeness, again.likeness)


def test_the_size_of_tiles_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    query, references = unit(8, 20, 17), unit(2, 8, 20, 17, seed=1, dim=1)
    labels = torch.rand(2, 3, 20, 17, generator=torch.Generator().manual_seed(2))
    once = copy_labels(query, references, labels, 4, 8, 0.1)
    monkeypatch.setattr(correlation, "TILE", 5)
    again = copy_labels(query, references, labels, 4, 8, 0.1)
    torch.testing.assert_close(once.labels, again.labels)
    torch.testing.assert_close(once.shares, again.shares)


def test_labels_that_sum_to_one_still_do() -> None:
    labels = torch.rand(2, 5, 9, 9, generator=torch.Generator().manual_seed(0)).softmax(dim=1)
    found = copy_labels(unit(8, 9, 9), unit(2, 8, 9, 9, seed=1, dim=1), labels, 3, 10, 0.2)
    torch.testing.assert_close(found.labels.sum(dim=0), torch.ones(9, 9))


def test_a_reference_that_looks_like_the_frame_gets_the_attention() -> None:
    query = unit(32, 8, 8)
    found = copy_labels(
        query, torch.stack([unit(32, 8, 8, seed=1), query]), torch.zeros(2, 1, 8, 8), 3, 5, 0.02
    )
    assert float(found.shares[1]) > 0.99
    assert float(found.likeness.min()) > 0.99


# --- the loss -------------------------------------------------------------------------------------


def distinct(height: int, width: int) -> Tensor:
    """Every cell has a feature of its own: (1, h w, h, w)."""
    return torch.eye(height * width).view(1, -1, height, width)


def test_rows_of_attention_sum_to_one() -> None:
    target, references = unit(2, 8, 5, 6, dim=1), unit(2, 3, 8, 5, 6, seed=1, dim=2)
    for radius in (None, 2):
        weights = copying.attention(target, references, 0.1, radius)
        assert weights.shape == (2, 30, 90)
        torch.testing.assert_close(weights.sum(dim=2), torch.ones(2, 30))


def test_a_shifted_picture_copies_its_colours_exactly_when_features_are_the_correspondence() -> (
    None
):
    colours = torch.rand(1, 1, 3, 6, 8, generator=torch.Generator().manual_seed(0))
    reference = distinct(6, 8)
    target = reference.roll((1, 2), dims=(2, 3))
    weights = copying.attention(target, reference.unsqueeze(1), 0.01)
    found = copying.copied(weights, colours).transpose(1, 2).unflatten(2, (6, 8))
    torch.testing.assert_close(found, colours[:, 0].roll((1, 2), dims=(2, 3)))


def test_attention_is_the_slides_equation() -> None:
    target, references = unit(1, 4, 2, 3, dim=1), unit(1, 2, 4, 2, 3, seed=1, dim=2)
    colours = torch.rand(1, 2, 5, 2, 3, generator=torch.Generator().manual_seed(2))
    weights = copying.attention(target, references, 0.5)
    found = copying.copied(weights, colours)
    for i in range(6):
        f_i = target[0, :, i // 3, i % 3]
        scores, seen = [], []
        for r in range(2):
            for j in range(6):
                scores.append(torch.dot(f_i, references[0, r, :, j // 3, j % 3]) / 0.5)
                seen.append(colours[0, r, :, j // 3, j % 3])
        e = torch.stack(scores).exp()
        wanted = sum(a * c for a, c in zip(e / e.sum(), seen))
        torch.testing.assert_close(found[0, i], wanted)


def test_attention_within_a_radius_is_zero_outside_it() -> None:
    weights = copying.attention(unit(1, 4, 4, 4, dim=1), unit(1, 1, 4, 4, 4, dim=2), 1.0, radius=1)
    assert float(weights[0, 0].view(4, 4)[2:].sum()) == 0.0
    assert float(weights[0, 0].view(4, 4)[:2, :2].sum()) == pytest.approx(1.0)


def test_probabilities_are_not_made_probabilities_twice() -> None:
    predicted = torch.tensor([[[0.25, 0.75], [1.0, 0.0]]])
    loss = copying.cluster_loss(predicted, torch.tensor([[1, 0]]))
    assert float(loss) == pytest.approx(-0.5 * torch.log(torch.tensor(0.75)).item(), abs=1e-5)


def test_a_walk_there_and_back_that_comes_home_costs_nothing() -> None:
    there = torch.eye(6)[torch.randperm(6, generator=torch.Generator().manual_seed(0))].unsqueeze(0)
    assert float(copying.cycle_loss(there, there.transpose(1, 2))) == pytest.approx(0.0, abs=1e-5)
    assert float(copying.cycle_loss(there, torch.full((1, 6, 6), 1 / 6))) == pytest.approx(
        1.791759, abs=1e-4
    )
