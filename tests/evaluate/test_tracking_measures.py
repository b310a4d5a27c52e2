"""J, F, decay and PCK against hand-worked cases and slow, obvious implementations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.data.video.clip import Clip
from core.evaluate.tracking.compare import COLUMNS, compare, table
from core.evaluate.tracking.davis import (
    boundary,
    course,
    judged_frames,
    outline,
    region,
    summary,
    tolerance,
)
from core.evaluate.tracking.keypoints import box_sizes, near, pck
from core.progress import Progress
from core.tracking import baselines
from core.tracking.marks import Marks


def box(top: int, left: int, high: int, wide: int, side: int = 20) -> np.ndarray:
    mask = np.zeros((side, side), bool)
    mask[top : top + high, left : left + wide] = True
    return mask


def slow_boundary(found: np.ndarray, truth: np.ndarray, off: int) -> float:
    """Every pixel of one outline against every pixel of the other."""

    def edge(mask: np.ndarray) -> list[tuple[int, int]]:
        height, width = mask.shape
        return [
            (y, x)
            for y in range(height)
            for x in range(width)
            if any(
                mask[min(y + dy, height - 1), min(x + dx, width - 1)] != mask[y, x]
                for dy, dx in ((0, 1), (1, 0), (1, 1))
            )
        ]

    one, other = edge(found), edge(truth)
    if not one or not other:
        return float(not one and not other)

    def met(these: list[tuple[int, int]], those: list[tuple[int, int]]) -> float:
        hits = [any((y - v) ** 2 + (x - u) ** 2 <= off**2 for v, u in those) for y, x in these]
        return sum(hits) / len(hits)

    precision, recall = met(one, other), met(other, one)
    both = precision + recall
    return 2 * precision * recall / both if both else 0.0


def test_j_is_the_intersection_over_the_union() -> None:
    assert region(box(0, 0, 4, 4), box(0, 2, 4, 4)) == pytest.approx(8 / 24)
    assert region(box(0, 0, 4, 4), box(10, 10, 4, 4)) == 0.0
    assert region(np.zeros((4, 4), bool), np.zeros((4, 4), bool)) == 1.0


def test_an_outline_is_where_a_mask_ends() -> None:
    found = outline(box(2, 2, 2, 2, side=6))
    wanted = np.zeros((6, 6), bool)
    wanted[1:4, 1:4] = True
    wanted[2, 2] = False  # all its three neighbours are in the mask
    np.testing.assert_array_equal(found, wanted)


def test_f_is_that_of_a_slow_reference() -> None:
    rng = np.random.default_rng(0)
    for off in (0, 1, 2, 3):
        for _ in range(6):
            y, x, h, w = rng.integers(1, 9, 4)
            found, truth = box(y, x, h, w), box(*rng.integers(1, 9, 4))
            found |= box(*rng.integers(1, 9, 4))
            assert boundary(found, truth, off) == pytest.approx(slow_boundary(found, truth, off))


def test_f_forgives_what_lies_within_the_tolerance() -> None:
    assert boundary(box(5, 5, 8, 8), box(5, 6, 8, 8), 1) == 1.0
    assert boundary(box(5, 5, 8, 8), box(5, 8, 8, 8), 1) < 1.0
    assert boundary(np.zeros((20, 20), bool), box(5, 5, 8, 8)) == 0.0
    assert tolerance((480, 854)) == 8  # ceil(0.008 * 979.6)


def test_recall_and_decay_of_a_known_course() -> None:
    values = np.array([1.0, 1.0, 0.8, 0.8, 0.6, 0.6, 0.4, 0.4, 0.2])
    found = summary(values)
    assert found.mean == pytest.approx(values.mean())
    assert found.recall == pytest.approx(6 / 9)
    # Quarters of frames 0 to 8 end at 2 and begin at 6, the frame at a border in both.
    assert found.decay == pytest.approx((1.0 + 1.0 + 0.8) / 3 - (0.4 + 0.4 + 0.2) / 3)
    assert math.isnan(summary(np.zeros(0)).mean)


def moving(count: int = 5) -> dict[int, Marks]:
    points = np.array([[4.0, 4.0], [15.0, 15.0]], np.float32)
    return {
        n: Marks(box(2, 2 + n, 5, 5).astype(np.uint8), points + np.array([n, 0], np.float32))
        for n in range(count)
    }


def test_the_first_frame_is_not_judged_and_by_davis_neither_is_the_last() -> None:
    truth = moving()
    assert judged_frames(truth, [0], official=False) == [1, 2, 3, 4]
    assert judged_frames(truth, [0], official=True) == [1, 2, 3]


def test_what_stays_while_the_truth_moves_is_lost_in_time() -> None:
    truth = moving(8)
    found = baselines.stay(truth[0], range(8))
    judged = course(found, truth, [0], 0)
    for n, frame in enumerate(judged.frames):
        overlap = 5 * max(0, 5 - frame)
        assert judged.j[n, 0] == pytest.approx(overlap / (50 - overlap))
    assert judged.lost(below=0.2) == {1: 4}  # 5/45 in frame 4
    assert judged.of_regions().decay > 0.3
    assert course(truth, truth, [0]).mean == 1.0


def test_pck_counts_points_within_a_share_of_the_box() -> None:
    truth = moving()
    assert box_sizes(truth[0])[0] == 5  # the point in the object
    assert box_sizes(truth[0])[1] == 12  # on no object: the box of all points
    found = baselines.stay(truth[0], range(5))
    # The first point may be 1 px off (0.2 of 5), not more; the second 2.4 px.
    assert pck(found, truth, [0], 0.2 + 1e-6) == pytest.approx((1 + 2) / 8)
    assert pck(truth, truth, [0], 0.1) == 1.0


def test_points_that_were_not_found_are_missed_and_hidden_ones_not_asked() -> None:
    truth = np.array([[1.0, 1.0], [2.0, 2.0], [np.nan, np.nan]])
    found = np.array([[1.0, 1.0], [np.nan, np.nan], [5.0, 5.0]])
    assert near(found, truth, np.array([10.0, 10.0, 10.0]), 0.1).tolist() == [True, False]


def test_trackers_stand_in_a_table_side_by_side() -> None:
    truth = moving()
    frames = np.zeros((5, 20, 20, 3), np.uint8)
    clip = Clip(frames, 12.0, [str(n) for n in range(5)], "boxes", truth)
    found = compare(
        {
            "perfect": lambda c, p: c.truth,
            "stays": lambda c, p: baselines.stay(c.truth[0], range(len(c))),
        },
        [clip],
        progress=Progress(),
    )
    shown = table(found)
    assert list(shown.columns) == ["tracker", *COLUMNS]
    assert shown.rows[0][:3] == ["perfect", "100.0", "100.0"]
    assert float(shown.rows[1][1]) < 60
