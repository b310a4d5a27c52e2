"""What is chosen, and the groups that have names."""

from __future__ import annotations

import numpy as np
import pytest

from gui.selection import Selection


@pytest.fixture
def selection() -> Selection:
    return Selection(10)


def test_points_are_chosen_added_and_taken_away(selection: Selection) -> None:
    selection.choose([5, 3, 3])
    assert selection.chosen.tolist() == [3, 5]
    selection.choose([9], "add")
    selection.choose([3], "subtract")
    assert selection.chosen.tolist() == [5, 9]


def test_numbers_that_no_point_has_are_left_out(selection: Selection) -> None:
    selection.choose([-1, 2, 10])
    assert selection.chosen.tolist() == [2]


def test_what_was_not_chosen_is_chosen_by_inverting(selection: Selection) -> None:
    selection.choose(np.arange(8))
    selection.invert()
    assert selection.chosen.tolist() == [8, 9]


def test_only_a_change_is_told(selection: Selection) -> None:
    told: list[int] = []
    selection.changed.connect(lambda: told.append(len(selection.chosen)))
    for indices in ([1, 2], [2, 1], []):
        selection.choose(indices)
    assert told == [2, 0]


def test_nothing_chosen_is_nothing_isolated(selection: Selection) -> None:
    selection.isolate(True)
    assert not selection.isolated
    selection.choose([4])
    selection.isolate(True)
    assert selection.isolated
    selection.clear()
    assert not selection.isolated


def test_a_group_keeps_its_points_when_others_are_chosen(selection: Selection) -> None:
    selection.choose([1, 2])
    selection.name(" cats ")
    selection.choose([7])
    assert selection.groups["cats"].tolist() == [1, 2]
    selection.forget("cats")
    assert selection.groups == {}


@pytest.mark.parametrize(("chosen", "name"), [([1], "  "), ([], "cats")])
def test_a_group_needs_a_name_and_points(selection: Selection, chosen: list, name: str) -> None:
    selection.choose(chosen)
    with pytest.raises(ValueError, match=r"needs a name|nothing is chosen"):
        selection.name(name)


def test_other_points_begin_with_nothing_chosen_and_as_many_stay(selection: Selection) -> None:
    selection.choose([1])
    selection.name("one")
    selection.reset(10)
    assert selection.chosen.tolist() == [1]
    selection.reset(11)
    assert (selection.chosen.tolist(), selection.groups) == ([], {})
