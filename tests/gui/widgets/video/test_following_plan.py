"""Which frames are followed, where a network doubts, and where it loses an object."""

from __future__ import annotations

from gui.video.doubt import next_doubtful
from gui.video.follower import plan
from gui.widgets.video.curves import ScoreLine


def test_forward_begins_at_the_first_mark_and_goes_to_the_end() -> None:
    assert plan([2], [2], 2, 5, "forward", True) == [("forward", [2, 3, 4])]


def test_after_a_correction_forward_begins_there() -> None:
    assert plan([0, 3], [3], 3, 6, "forward", False) == [("forward", [3, 4, 5])]


def test_with_other_settings_all_is_followed_again() -> None:
    assert plan([0, 3], [3], 3, 5, "forward", True) == [("forward", [0, 1, 2, 3, 4])]


def test_both_ways_leave_from_the_first_mark() -> None:
    assert plan([2], [2], 4, 5, "both", True) == [("forward", [2, 3, 4]), ("backward", [2, 1, 0])]


def test_backward_begins_at_the_marked_frame_that_is_looked_at() -> None:
    assert plan([1, 3], [3], 3, 5, "backward", True) == [("backward", [3, 2, 1, 0])]


def test_nothing_marked_is_nothing_to_follow() -> None:
    assert plan([], [], 0, 5, "both", True) == []


def test_doubt_is_the_next_low_of_the_least_sure_object() -> None:
    sure = {1: {1: 0.9, 2: 0.5, 3: 0.9, 4: 0.9, 5: 0.9}, 2: dict.fromkeys(range(1, 6), 0.95)}
    sure[2][4] = 0.3
    assert next_doubtful(sure, 0) == 2
    assert next_doubtful(sure, 2) == 4
    assert next_doubtful(sure, 4) == 2  # around the end
    assert next_doubtful({}, 0) is None


def test_an_object_is_lost_where_its_overlap_stays_low() -> None:
    region = {1: 0.8, 2: 0.2, 3: 0.7, 4: 0.2, 5: 0.1}
    assert ScoreLine(1, region, region).lost == 4
    assert ScoreLine(1, {1: 0.9, 2: 0.4}, {}).lost is None
