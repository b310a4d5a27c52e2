"""Puzzles set by hand: what is hidden is hidden, an order in the set is known, another is not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from core.experiment import Experiment, told_apart
from core.losses.permutations import nearest, permutation_set
from core.method import Method
from core.methods.pretext.inpainting import Inpainting
from core.methods.pretext.jigsaw import Jigsaw
from core.methods.pretext.rotation import Rotation
from core.methods.reconstruction.autoencoder import Autoencoder
from core.methods.reconstruction.mae import MAE
from core.puzzles import Hole, filling, ordering
from core.questions import CannotAnswer
from core.randomness import generator
from tests.methods.learners import look, make

FILLERS = {
    "inpainting": lambda: make(Inpainting),
    "mae": lambda: make(MAE, patch=4),
    "autoencoder": lambda: make(Autoencoder, kind="denoising"),
}
fillers = pytest.mark.parametrize("name", FILLERS)


def box(y: int, x: int, height: int, width: int) -> np.ndarray:
    hidden = np.zeros((16, 16), bool)
    hidden[y : y + height, x : x + width] = True
    return hidden


@fillers
@torch.no_grad()
def test_pixels_under_a_hole_do_not_change_what_is_made(name: str) -> None:
    method, seen = FILLERS[name]().eval(), look()
    hole = Hole(pixels=box(4, 4, 8, 4))
    first = filling(hole)(method, seen)
    seen.images[:, :, 4:12, 4:8] = 1 - seen.images[:, :, 4:12, 4:8]
    other = filling(hole)(method, seen)
    np.testing.assert_array_equal(first.given, other.given)
    np.testing.assert_array_equal(first.made[:, 4:12, 4:8], other.made[:, 4:12, 4:8])
    assert (first.truth != other.truth).any()


@fillers
@torch.no_grad()
def test_a_larger_share_of_the_same_draw_hides_the_same_and_more(name: str) -> None:
    method = FILLERS[name]()
    holes = [method.hide(share, generator("draw")) for share in (0.1, 0.3, 0.5, 0.6)]
    for less, more in pairwise(holes):
        assert bool((more | ~less).all())
        assert more.sum() > less.sum()
    assert not torch.equal(holes[2], method.hide(0.5, generator("another")))


@pytest.mark.parametrize("ratio", [0.0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95])
@torch.no_grad()
def test_a_ratio_hides_that_share_of_the_patches(ratio: float) -> None:
    """Of 16 patches of 4 x 4 pixels round(16 r), and never the last one."""
    found = filling(Hole(ratio))(make(MAE, patch=4).eval(), look())
    patches = found.hidden.reshape(4, 4, 4, 4).mean(axis=(1, 3))
    assert set(np.unique(patches)) <= {0.0, 1.0}
    assert patches.sum() == min(15, round(16 * ratio))
    assert found.grain == 4
    np.testing.assert_array_equal((found.given[0] != found.truth[0]).any(axis=2), found.hidden)


@torch.no_grad()
def test_a_patch_that_is_touched_is_hidden_whole() -> None:
    found = filling(Hole(pixels=box(5, 6, 1, 1)))(make(MAE, patch=4).eval(), look())
    grey = (found.given[0] == 128).all(axis=2)
    np.testing.assert_array_equal(grey, box(4, 4, 4, 4))
    assert found.hidden.sum() == 1  # the error is of what was asked for, alike for every run


@torch.no_grad()
def test_a_transformer_that_sees_nothing_says_so() -> None:
    with pytest.raises(ValueError, match="leave one to be seen"):
        filling(Hole(pixels=box(0, 0, 16, 16)))(make(MAE, patch=4).eval(), look())


@torch.no_grad()
def test_the_error_is_that_of_the_hole_alone() -> None:
    found = filling(Hole(pixels=box(2, 3, 4, 5)), 1)(make(Inpainting).eval(), look())
    away = (found.made[0, 2:6, 3:8] / 255.0 - found.truth[0, 2:6, 3:8] / 255.0) ** 2
    assert found.error.tolist() == pytest.approx([away.mean()])
    none = filling(Hole(0.0), 1)(make(Inpainting).eval(), look())
    assert not none.hidden.any()
    assert np.isnan(none.error[0])


def test_a_hole_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(8, 8\)"):
        filling(Hole(pixels=np.zeros((8, 8), bool)))(make(Inpainting).eval(), look())


# --- orders ---------------------------------------------------------------------------------------


def solver(laid: list[int], monkeypatch: pytest.MonkeyPatch) -> Method:
    """A jigsaw that recognises just the order `laid` among its ten, by the tiles themselves."""
    method = make(Jigsaw, enlarge=3, orders=10).eval()
    cut = method.cut(method.crop(look().images[:1]))[0]

    def solve(tiles: torch.Tensor) -> torch.Tensor:
        """Ten for the order that puts most of the tiles where they were cut from."""
        where = [int(((cut - tile) ** 2).flatten(1).sum(1).argmin()) for tile in tiles[0]]
        shared = (method.orders == torch.tensor(where)).sum(dim=1)
        return 10.0 * (shared == shared.max()).float()[None]

    monkeypatch.setattr(method, "solve", solve)
    return method


@torch.no_grad()
def test_each_order_of_the_set_is_the_right_answer_to_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for k, order in enumerate(permutation_set(10).tolist()):
        found = ordering(order)(solver(order, monkeypatch), look())
        assert (found.at, found.shared, found.placed) == (k, 9, 9)
        assert found.orders[0].tolist() == order
        assert found.verdict().startswith("Right")
        np.testing.assert_array_equal(found.believed(), found.tiles)
        np.testing.assert_array_equal(found.shown()[0], found.tiles[order[0]])


@torch.no_grad()
def test_an_order_that_it_does_not_know_is_named_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    laid = [1, 0, 2, 3, 4, 5, 6, 7, 8]
    found = ordering(laid)(solver(laid, monkeypatch), look())
    assert (found.at, found.chance, found.shared) == (-1, 0.0, 7)
    assert found.orders[0].tolist() == list(range(9))
    assert "not among the 10 that the network knows" in found.verdict()
    assert "shares 7 of 9 tiles" in found.verdict()


def test_the_nearest_order_is_of_least_hamming_distance() -> None:
    orders, order = permutation_set(100), np.array([8, 1, 2, 0, 4, 5, 6, 7, 3])
    at, shared = nearest(orders, order)
    distances = [sum(a != b for a, b in zip(known, order)) for known in orders.tolist()]
    assert distances[at] == min(distances) == 9 - shared


@torch.no_grad()
def test_a_draw_is_an_order_of_the_set_and_never_the_true_one() -> None:
    method = make(Jigsaw, enlarge=3, orders=10).eval()
    drawn = [ordering(draw=n)(method, look()).at for n in range(40)]
    assert set(drawn) == set(range(1, 10))


def test_an_order_that_names_a_tile_twice_is_refused() -> None:
    method = make(Jigsaw, enlarge=3, orders=10).eval()
    with pytest.raises(ValueError, match="found 1, 1, 2"):
        ordering([0, 0, 1, 2, 3, 4, 5, 6, 7])(method, look())


def test_a_method_without_the_ability_says_so() -> None:
    method = make(Rotation).eval()
    for question, words in ((filling(Hole()), "fills in no hole"), (ordering(), "in order")):
        with pytest.raises(CannotAnswer, match=words):
            question(method, look())


# --- telling runs apart ---------------------------------------------------------------------------


def test_runs_are_told_apart_by_what_differs() -> None:
    l2 = Experiment("inpainting", "toyland")
    both = Experiment("inpainting", "toyland", {"objective": "both", "steps": 70})
    assert told_apart([l2, both]) == ["l2, steps 900", "both, steps 70"]
    assert told_apart([l2, Experiment("mae", "toyland")]) == ["inpainting", "mae"]
    assert told_apart([l2, l2]) == ["", ""]
