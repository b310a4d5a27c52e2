"""The arena plays in a thread, is looked at from another, and does what is asked between steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from core.arena.arena import Arena
from core.arena.lane import Lane
from core.data.imageset import ImageSet
from core.data.sources import load
from core.experiment import Experiment

SMALL = {"width": 4, "batch_size": 16}
PATIENCE = 60.0


@pytest.fixture(scope="module")
def ring() -> ImageSet:
    return load("mixtures", {"kind": "ring", "count": 400, "held_out": 100})


@pytest.fixture
def arena(ring: ImageSet) -> Iterator[Arena]:
    plans = ("non-saturating", "least squares")
    made = Arena(
        [Lane(p, Experiment("gan", "mixtures", {**SMALL, "objective": p}), ring) for p in plans]
    )
    yield made
    made.close()


def happens(true: Callable[[], bool]) -> bool:
    """Whether it becomes true before patience ends."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() >= end:
            return False
        time.sleep(0.005)
    return True


def steps(arena: Arena) -> list[int]:
    return [state.step for state in arena.states()]


def test_it_plays_stands_still_and_is_seen(arena: Arena) -> None:
    assert happens(lambda: all(look is not None for look in arena.looks()))
    arena.play()
    assert happens(lambda: min(steps(arena)) >= 12)
    arena.play(False)
    assert happens(lambda: not arena.playing)
    assert happens(lambda: all(look is not None and look.step > 0 for look in arena.looks()))
    assert abs(steps(arena)[0] - steps(arena)[1]) <= 1
    assert arena.error == ""


def test_one_step_of_one_player_moves_all_lanes_by_one(arena: Arena) -> None:
    arena.step_once("discriminator")
    assert happens(lambda: steps(arena) == [1, 1])
    arena.step_once()
    assert happens(lambda: steps(arena) == [2, 2])


def test_it_is_seen_as_it_was_and_rolled_back(arena: Arena) -> None:
    arena.play()
    assert happens(lambda: min(steps(arena)) >= 25)
    arena.play(False)
    arena.look(10)
    assert happens(lambda: [look.step for look in arena.looks() if look is not None] == [10, 10])
    arena.roll_back(10)
    assert happens(lambda: steps(arena) == [10, 10])
    assert happens(lambda: [state.moments for state in arena.states()] == [(0, 10)] * 2)


def test_a_branch_is_one_lane_more_and_a_lane_can_go(arena: Arena) -> None:
    arena.play()
    assert happens(lambda: min(steps(arena)) >= 12)
    arena.play(False)
    arena.branch(0, "hinge", 10, {"objective": "hinge"})
    assert happens(lambda: len(arena.lanes) == 3)
    assert arena.states()[2].title == "hinge"
    assert happens(lambda: arena.looks()[2] is not None)
    arena.remove(0)
    assert happens(lambda: [lane.title for lane in arena.lanes] == ["least squares", "hinge"])


def test_what_cannot_be_done_is_said_and_the_games_go_on(arena: Arena) -> None:
    arena.branch(0, "wide", 0, {"width": 16})
    assert happens(lambda: "other networks" in arena.error)
    arena.step_once()
    assert happens(lambda: steps(arena) == [1, 1])
