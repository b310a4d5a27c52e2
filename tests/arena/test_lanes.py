"""Lanes play by the same rules as runs; their past can be gone back to, exactly, and branched."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.arena.arena import play_until
from core.arena.history import MOST, History, Moment
from core.arena.lane import Lane
from core.arena.look import Frame, frame_of, histogram, look_at
from core.arena.matches import MATCHES
from core.data.imageset import ImageSet
from core.data.sources import load
from core.experiment import Experiment

SMALL = {"width": 8, "batch_size": 16}


@pytest.fixture(scope="module")
def ring() -> ImageSet:
    return load("mixtures", {"kind": "ring", "count": 400, "held_out": 100})


def lane(ring: ImageSet, **options: object) -> Lane:
    return Lane("game", Experiment("gan", "mixtures", {**SMALL, **options}), ring)


def weights(game: Lane) -> dict[str, torch.Tensor]:
    return {n: t.clone() for n, t in game.trainer.method.state_dict().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_a_game_that_went_back_plays_on_as_it_played_before(ring: ImageSet) -> None:
    game = lane(ring)
    for _ in range(25):
        game.play()
    first = weights(game)
    assert game.roll_back(14) == 10
    assert game.step == 10
    for _ in range(15):
        game.play()
    assert same(weights(game), first)


def test_a_branch_shares_the_past_and_leaves_its_parent_alone(ring: ImageSet) -> None:
    game = lane(ring)
    for _ in range(20):
        game.play()
    kept = weights(game)
    made = game.branch("other", 10, {"objective": "least squares"})
    assert made.step == 10
    assert [m.step for m in made.history.moments] == [0, 10]
    for _ in range(10):
        made.play()
    assert not same(weights(made), kept)
    assert same(weights(game), kept)
    assert made.trainer.method.config.objective == "least squares"


def test_a_branch_with_other_networks_is_refused_in_words(ring: ImageSet) -> None:
    game = lane(ring)
    with pytest.raises(ValueError, match="other networks"):
        game.branch("wide", 0, {"width": 16})


def test_one_player_alone_moves_its_own_weights_only(ring: ImageSet) -> None:
    game = lane(ring)
    before = weights(game)
    game.play("discriminator")
    moved = {n.split(".")[0] for n, t in weights(game).items() if not torch.equal(t, before[n])}
    assert moved == {"discriminator"}
    before = weights(game)
    game.play("generator")
    moved = {n.split(".")[0] for n, t in weights(game).items() if not torch.equal(t, before[n])}
    assert moved == {"generator", "averaged"}
    assert game.trainer.method.config.turns == "both"


def test_lanes_take_turns_by_steps_and_by_seconds(ring: ImageSet) -> None:
    games = [lane(ring), lane(ring, discriminator_steps=4)]
    play_until(games, "steps", 6, lambda _: None)
    assert [g.step for g in games] == [6, 6]
    amount = max(g.seconds for g in games) + 0.2
    play_until(games, "seconds", amount, lambda _: None)
    assert games[0].step > games[1].step


def test_a_step_that_fails_stands_still_and_says_why(ring: ImageSet) -> None:
    game = lane(ring, learning_rate=10.0, discriminator_rate=10.0)
    with torch.no_grad():
        for p in game.trainer.method.generator.parameters():
            p.fill_(torch.inf)
    game.play()
    assert game.failed
    step = game.step
    game.play()
    assert game.step == step


def test_a_long_past_is_thinned_evenly_and_finds_the_moment_before() -> None:
    past = History()
    for step in range(3000):
        if past.is_due(step):
            past.keep(Moment(step, step / 10, {}, {}, {}))
    steps = [m.step for m in past.moments]
    assert len(steps) <= MOST
    assert len(set(np.diff(steps))) == 1
    assert past.at(1999).step == max(s for s in steps if s <= 1999)
    assert past.at_seconds(100.0).step <= 1000


def test_a_past_without_moments_says_so() -> None:
    with pytest.raises(LookupError, match="nothing was played"):
        History().at(3)


def test_the_surface_and_the_arrows_are_the_discriminators(ring: ImageSet) -> None:
    game = lane(ring)
    method = game.trainer.method.eval()
    frame = Frame((-2.0, -1.0), (2.0, 1.0))
    real = torch.from_numpy(ring.held_out.images)
    look = look_at(method, frame, real, ring.facts, count=64)
    corner = torch.tensor([[-2.0, 1.0]]).view(1, 2, 1, 1)
    with torch.no_grad():
        assert look.surface[-1, 0] == pytest.approx(float(method.criticise(corner)), rel=1e-4)
    at = torch.tensor(look.arrows[:1, :2]).view(1, 2, 1, 1)
    step = 1e-2
    with torch.no_grad():
        ahead = at + torch.tensor([step, 0.0]).view(1, 2, 1, 1)
        rise = float(method.criticise(ahead) - method.criticise(at)) / step
    assert look.arrows[0, 2] == pytest.approx(rise, abs=0.05)
    assert look.modes is not None
    assert look.modes.count == 8


def test_a_frame_holds_the_points_with_a_margin() -> None:
    points = np.random.default_rng(0).uniform((-1, 3), (1, 4), (5000, 2))
    frame = frame_of(points)
    assert frame.low[0] < -1
    assert frame.high[1] > 4
    assert frame.high[0] - frame.low[0] == pytest.approx(frame.high[1] - frame.low[1])


def test_scores_that_are_all_one_have_a_histogram() -> None:
    found = histogram(np.ones(10), np.ones(5))
    assert found.counts["real"].sum() == pytest.approx(1.0)
    assert found.counts["generated"].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("match", list(MATCHES))
def test_every_match_can_be_played(ring: ImageSet, match: str) -> None:
    for plan in MATCHES[match].lanes:
        game = Lane(plan.title, Experiment("gan", "mixtures", {**SMALL, **plan.options}), ring)
        game.play()
        assert game.failed == ""
        assert game.step == 1
