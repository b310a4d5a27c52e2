"""Questions about latents and what is measured of them, on a generator whose answers are known."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.data.faces.painting import ATTRIBUTES
from core.generative import asking, measuring
from core.generative.arithmetic import EITHER, EXAMPLES, Sum, matching
from core.generative.asking import Making, Plane

Z = 4
NAMES = ("a", "b")
LOOK: Any = SimpleNamespace()


class Sheet(nn.Module):
    """Four numbers to a grey picture of 2x2, one a pixel, mid grey at 0."""

    conditional = False
    latent_size = Z
    data = SimpleNamespace(classes=())

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.utils.skip_init(nn.Linear, Z, Z, bias=False)
        self.first.weight.data = torch.diag(torch.tensor([1.0, 3.0, 2.0, 0.5]))

    def draw(self, count: int, rng: torch.Generator) -> Tensor:
        return torch.randn(count, Z, generator=rng)

    @torch.no_grad()
    def generate(self, latents: Tensor, labels: Tensor | None = None, raw: bool = False) -> Tensor:
        return torch.sigmoid(self.first(latents)).view(-1, 1, 2, 2)


@dataclass
class Eye:
    """Says of a picture whether its first two pixels are light."""

    learns: str = "attributes"
    names: tuple[str, ...] = NAMES

    def probabilities(self, images: Tensor) -> np.ndarray:
        return images.flatten(1)[:, :2].numpy()


@pytest.fixture
def told() -> measuring.Told:
    return measuring.tell_samples(Sheet(), Eye(), Making(), count=400)  # type: ignore[arg-type]


def ask(question: Any) -> Any:
    return question(Sheet(), LOOK)


def test_the_corners_of_a_plane_are_its_three_latents() -> None:
    own = np.array([1, 2, 3, 4], np.float32)
    at = np.array([[0, 0], [1, 0], [0, 1]])
    found = ask(asking.on_plane(Plane((7, own, 9), shell=False), at, Making()))
    seeds = ask(asking.at_seeds([7, own, 9], Making()))
    assert np.allclose(found.latents, seeds.latents)
    assert (found.images == seeds.images).all()
    assert found.images.shape == (3, 2, 2, 3)


def test_a_shift_is_added_and_the_shell_keeps_the_radius() -> None:
    shift = np.array([0, 0, 5, 0], np.float32)
    at = np.array([[0.4, 0.4]])
    plain = ask(asking.on_plane(Plane((0, 1, 2), shell=False), at, Making()))
    moved = ask(asking.on_plane(Plane((0, 1, 2), shift, shell=False), at, Making()))
    assert np.allclose(moved.latents - plain.latents, shift, atol=1e-5)
    kept = ask(asking.on_plane(Plane((0, 1, 2), shift), at, Making()))
    assert np.linalg.norm(kept.latents) == pytest.approx(Z**0.5, abs=1e-4)


def test_truncation_draws_pictures_to_the_centre() -> None:
    wild = ask(asking.at_seeds([3], Making())).images.astype(float)
    tame = ask(asking.at_seeds([3], Making(truncation=0.0))).images
    assert (abs(tame.astype(float) - 127.5) <= 1).all()
    assert abs(wild - 127.5).max() > 5


def test_a_plane_of_a_larger_latent_needs_corners_and_says_so() -> None:
    with pytest.raises(ValueError, match="name three latents"):
        ask(asking.on_plane(Plane(), np.zeros((1, 2)), Making()))
    with pytest.raises(ValueError, match="takes 4"):
        ask(asking.at_seeds([np.zeros(3, np.float32)], Making()))


def test_the_first_layer_is_found_and_its_strongest_direction_is_the_most_stretched() -> None:
    found = ask(asking.directions("first layer", 2, Making()))
    assert np.allclose(abs(found), np.eye(Z)[[1, 2]], atol=1e-5)
    assert asking.directions("pictures", 8, Making())(Sheet(), LOOK).shape == (Z, Z)


def test_both_ways_share_their_ends_and_only_slerp_keeps_the_norm() -> None:
    found = ask(asking.between(0, 1, 5, Making()))
    slerp, lerp = found["slerp"].latents, found["lerp"].latents
    assert np.allclose(slerp[[0, -1]], lerp[[0, -1]], atol=1e-5)
    assert len(slerp) == 5
    norms = np.linalg.norm(slerp, axis=1)
    assert np.allclose(np.diff(norms), np.diff(norms)[0], atol=1e-4)
    assert np.linalg.norm(lerp[2]) < norms[2]


def test_the_middle_of_nine_is_the_sum() -> None:
    a, b, c = (np.eye(Z, dtype=np.float32)[n] * 2 for n in range(3))
    found = ask(asking.summed([[a, a], [b], [c]], 1.5, False, Making()))
    assert len(found.latents) == 9
    assert np.allclose(found.latents[4], c + 1.5 * (a - b), atol=1e-5)
    with pytest.raises(ValueError, match="needs a sample"):
        ask(asking.summed([[a], [], [c]], 1, True, Making()))


def test_examples_ask_for_attributes_that_painted_faces_have() -> None:
    for asked in EXAMPLES:
        parts = (asked.plus, asked.minus, asked.then, asked.result)
        named = {name for part in parts for wish in part for name in wish.split(EITHER)}
        assert named <= set(ATTRIBUTES)
        assert measuring.expected(asked.plus, asked.minus, asked.then) == asked.result


def test_exemplars_have_what_was_asked_for(told: measuring.Told) -> None:
    found = measuring.exemplars(told, {"a": True, "b": False}, 6)
    assert len(found) == 6
    assert (found[:, 0] > 0).all()
    assert (found[:, 1] < 0).all()
    with pytest.raises(ValueError, match="no attribute 'c'"):
        measuring.exemplars(told, {"c": True}, 3)
    told.labels[:, 0] = False
    with pytest.raises(ValueError, match="none of 400 samples has a, no b"):
        measuring.exemplars(told, {"a": True, "b": False}, 3)


def test_a_sum_that_can_work_works_and_its_curve_stands_beside_chance(
    told: measuring.Told,
) -> None:
    asked = Sum("a of b", {"a": True, "b": True}, {"a": False, "b": True},
                {"a": False, "b": False}, {"a": True, "b": False})  # fmt: skip
    method: Any = Sheet()
    found = measuring.success_curve(method, told, asked, Making(), 2.0, counts=(1, 10), trials=50)
    assert found[10].share > 0.7 > 0.5 > found[10].chance
    picture = measuring.drawn(found)
    assert picture.lines["success"].x.tolist() == [1, 10]
    assert picture.lines["chance"].dashed


def test_one_of_two_but_not_both_cannot_be_added_however_many_exemplars(
    told: measuring.Told,
) -> None:
    labels = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
    assert matching(labels, NAMES, {"a or b": True}).tolist() == [False, True, True, False]
    assert matching(labels, NAMES, {"a or b": False, "a": True}).tolist() == [0, 0, 0, 1]
    assert measuring.in_words({"a or b": True, "c": False}) == "a or b, not both, no c"
    asked = Sum("one", {"a or b": True}, {"a or b": False}, {"a or b": False}, {"a or b": True})
    method: Any = Sheet()
    found = measuring.success_curve(method, told, asked, Making(), counts=(30,), trials=100)
    assert found[30].share < found[30].chance + 0.15


def test_directions_of_attributes_flip_them_and_leave_the_others(told: measuring.Told) -> None:
    method: Any = Sheet()
    found = measuring.named_directions(method, told, Making())
    assert {n.name for n in found} == set(NAMES)
    for named in found:
        assert abs(named.vector[NAMES.index(named.name)]) > 0.9
        assert named.effect.flipped[-1] > 0.95
        assert named.effect.kept[-1] > 0.9
        assert named.separable > 0.9


def test_what_else_changed_is_told_in_labels_and_in_pixels(told: measuring.Told) -> None:
    rows = torch.eye(Z)
    trays = (2 * rows[:1], -2 * rows[:1], torch.tensor([[-1.0, -1, 0, 0]]))
    side = measuring.side_effects(Sheet().generate, told, trays, 1.0, shell=False)
    assert side.gained == [["a"]]
    assert side.lost == [[]]
    assert side.heat[0, 0, 0] > 0.5
    assert abs(side.heat[0].ravel()[1:]).max() == 0


def test_pictures_of_which_nothing_is_known_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="neither classes nor attributes"):
        measuring.tell_by(Eye("rotations"))  # type: ignore[arg-type]
