"""Which pictures are used, and what folders mean."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.choose import evenly, share
from core.data.layout import read_layout


def test_every_class_gives_as_many_until_it_has_no_more() -> None:
    labels = np.repeat([0, 1, 2], [100, 3, 50])
    assert np.bincount(labels[evenly(labels, 43, 0)]).tolist() == [20, 3, 20]


def test_a_choice_is_ascending_and_without_repeats() -> None:
    chosen = evenly(np.zeros(50, dtype=np.int64), 20, 3)
    assert (np.diff(chosen) > 0).all()


@pytest.mark.parametrize("count", [0, 5, 9])
def test_all_are_chosen_where_the_count_allows(count: int) -> None:
    assert evenly(np.array([0, 1, -1, 1, 0]), count, 0).tolist() == [0, 1, 2, 3, 4]


def test_a_smaller_choice_is_part_of_a_larger_one() -> None:
    labels = np.random.default_rng(0).integers(0, 5, 200)
    assert set(evenly(labels, 20, 1)) <= set(evenly(labels, 60, 1))


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, (50, 10)), (12, (10, 2)), (99, (50, 10)), (2, (1, 1)), (6, (5, 1))],
)
def test_a_count_is_shared_as_the_parts_are(count: int, expected: tuple[int, int]) -> None:
    assert share(count, 50, 10) == expected


def test_the_first_folder_names_the_class_however_deep_the_picture() -> None:
    layout = read_layout(["b/x/1.png", "a/2.png", "3.png"])
    assert layout.classes == ("a", "b")
    assert layout.labels.tolist() == [1, 0, -1]
    assert layout.held_out is None


def test_a_folder_around_everything_is_looked_through() -> None:
    layout = read_layout(["set/v2/a/1.png", "set/v2/b/2.png"])
    assert layout.classes == ("a", "b")


def test_one_class_is_no_class() -> None:
    layout = read_layout(["cats/1.png", "cats/2.png"])
    assert layout.classes == ()
    assert layout.labels.tolist() == [-1, -1]


@pytest.mark.parametrize("part", ["test", "val", "Validation", "VALID"])
def test_a_second_part_is_held_out_by_any_of_its_names(part: str) -> None:
    layout = read_layout(["Train/a/1.png", "Train/b/2.png", f"{part}/a/3.png", "more/4.png"])
    assert layout.held_out is not None
    assert layout.held_out.tolist() == [False, False, True, False]
    assert layout.used.tolist() == [True, True, True, False]
    assert layout.labels.tolist()[:3] == [0, 1, 0]


def test_test_alone_is_a_class_like_any_other() -> None:
    layout = read_layout(["test/1.png", "other/2.png"])
    assert layout.held_out is None
    assert layout.classes == ("other", "test")
