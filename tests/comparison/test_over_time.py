"""Accuracy against seconds: which snapshots, which stage, which half, and the mean over seeds."""

from __future__ import annotations

import numpy as np
import pytest

from core.comparison.book import Comparison
from core.comparison.over_time import (
    NAME,
    RAW,
    Track,
    best_stage,
    chosen_steps,
    curve,
    line,
    table,
    tracks_of,
)
from core.comparison.plan import RANDOM
from core.report.judged import kept_pictures
from core.runs import RunError, RunStore


def track(seed: int, seconds: float, early: list[float], late: list[float]) -> Track:
    """Two snapshots, at half of the training and at its end; the halves are told apart by 0.1."""
    choosing = {"early": [a - 0.1 for a in early], "late": [a - 0.1 for a in late]}
    return Track(seed, [50, 100], seconds, choosing, {"early": early, "late": late})


def test_the_snapshots_nearest_to_the_shares_are_judged() -> None:
    there = [0, 1, 2, 3, 5, 7, 10, 15, 22, 32, 46, 68, 100, 150]
    assert chosen_steps(there) == [7, 15, 32, 46, 68, 100, 150]
    assert chosen_steps([0, 3]) == [0, 3]
    with pytest.raises(RunError, match="no snapshot"):
        chosen_steps([])


def test_the_stage_is_the_one_that_ended_best_on_the_half_to_choose_by() -> None:
    found = [track(0, 1.0, [0.9, 0.5], [0.3, 0.7]), track(1, 1.0, [0.9, 0.6], [0.3, 0.5])]
    assert best_stage(found) == "late"  # 0.55 and 0.5 at the end, whatever was best before
    misleading = Track(0, [1], 1.0, {"a": [0.8], "b": [0.7]}, {"a": [0.2], "b": [0.9]})
    assert best_stage([misleading]) == "a"


def test_seeds_are_averaged_at_equal_shares_of_their_trainings() -> None:
    one = Track(0, [50, 100], 10.0, {"s": [0, 1]}, {"s": [0.4, 0.6]})
    # Between its snapshots at a quarter and the end: at half of the way a third of the rise.
    other = Track(1, [50, 200], 20.0, {"s": [0, 1]}, {"s": [0.2, 0.8]})
    found = line([one, other])
    assert found.x == pytest.approx([7.5, 15.0])  # shares of 15 seconds, the mean of both
    assert found.y == pytest.approx([40.0, 70.0])
    assert found.spread == pytest.approx([0.0, 100 * np.std([0.6, 0.8], ddof=1)])


def test_references_run_from_end_to_end() -> None:
    random = Track(0, [16], 0.0, {"s": [0.3]}, {"s": [0.25]}, pixels=0.4)
    found = curve({"rotation": [track(0, 8.0, [0.1, 0.2], [0.5, 0.6])], RANDOM: [random]})
    assert found is not None
    level, pixels = found.lines["Random network"], found.lines[RAW]
    assert level.dashed
    assert level.x.tolist() == [0.0, 8.0]
    assert level.y.tolist() == [25.0, 25.0]
    assert pixels.y.tolist() == [40.0, 40.0]
    assert not found.lines["Rotation prediction"].dashed
    assert curve({RANDOM: [random]}) is None


def test_every_training_keeps_its_track(compared: tuple[RunStore, Comparison]) -> None:
    store, comparison = compared
    tracks = tracks_of(comparison, store)
    assert {m: [t.seed for t in found] for m, found in tracks.items()} == {
        "rotation": [0, 1],
        RANDOM: [0, 1],
    }
    first = tracks["rotation"][0]
    assert first.steps[-1] == 6
    assert first.seconds > 0.0
    assert all(
        0.0 <= a <= 1.0
        for half in (first.choosing, first.tested)
        for a in half[best_stage([first])]
    )
    assert [t.pixels is None for t in tracks["rotation"]] == [False, True]
    assert len(tracks[RANDOM][0].steps) == 1
    rows = table(tracks).rows
    assert len(rows) == sum(len(t.steps) for found in tracks.values() for t in found)


def test_a_kept_track_is_a_picture_of_its_run(compared: tuple[RunStore, Comparison]) -> None:
    store, comparison = compared
    kept = store.open(comparison.entries[0].run).evaluations()[NAME]
    [(title, picture)] = kept_pictures(kept)
    assert "while it trained" in title
    assert picture.lines  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="over time 0"):
        Track.from_dict({**kept, "format": "over time 0"})
