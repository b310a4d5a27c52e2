"""Which point is hit, which lie inside an outline, which get a thumbnail."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QPolygonF

from gui.widgets.points import picking
from gui.widgets.points.picking import Picker, nearest
from gui.widgets.points.thumbs import representatives
from gui.widgets.points.tools import inside

DICE = np.random.default_rng(3)


@pytest.mark.parametrize("allowed_share", [1.0, 0.5, 0.01])
def test_the_tree_hits_what_brute_force_hits(
    monkeypatch: pytest.MonkeyPatch, allowed_share: float
) -> None:
    monkeypatch.setattr(picking, "FEW", 100)
    xy = DICE.normal(size=(4_000, 2)).astype(np.float32)
    allowed = None if allowed_share == 1 else DICE.random(len(xy)) < allowed_share
    picker = Picker()
    picker.rest(xy)
    assert picker.wait(10)
    for at in DICE.normal(size=(200, 2)):
        place = float(at[0]), float(at[1])
        found = picker.nearest(place, 0.2, allowed)
        away = np.hypot(*(xy - np.float32(at)).T)
        if allowed is not None:
            away[~allowed] = np.inf
        expected = int(away.argmin()) if away.min() <= 0.2 else -1
        assert found == nearest(xy, place, 0.2, allowed)
        assert found == expected


def test_points_on_their_way_are_hit_where_they_are_now() -> None:
    picker = Picker()
    picker.rest(np.zeros((3, 2), np.float32))
    picker.move(np.array([[5, 5], [6, 6], [7, 7]], np.float32))
    assert picker.nearest((6.1, 6.0), 0.5, None) == 1


def test_inside_an_outline_is_what_the_winding_of_its_edges_says() -> None:
    corners = DICE.uniform(20, 280, size=(7, 2))
    polygon = QPolygonF([QPointF(*corner) for corner in corners.tolist()])
    places = DICE.uniform(-20, 320, size=(3_000, 2))
    found = inside(places, polygon, QRect(0, 0, 300, 300))
    a, b = corners, np.roll(corners, -1, axis=0)
    rel = [(end[None] - places[:, None]) @ np.array([1, 1j]) for end in (a, b)]
    turns = np.angle(rel[1] / rel[0]).sum(axis=1) / (2 * np.pi)
    expected = np.flatnonzero(abs(turns) > 0.5)
    assert len(np.setxor1d(found, expected)) < 0.01 * len(places)


def test_thumbnails_do_not_overlap_and_leave_no_room_for_another() -> None:
    xy = DICE.normal(size=(2_000, 2))
    order = DICE.permutation(len(xy))
    side = 0.2
    chosen = representatives(xy, order, 0.21, side)
    apart = np.abs(xy[chosen][:, None] - xy[chosen]).max(axis=-1)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() >= side
    free = np.abs(xy[:, None] - xy[chosen]).max(axis=-1).min(axis=1) >= side
    assert free.mean() < 0.02


def test_thumbnails_stay_as_the_part_that_is_seen_moves() -> None:
    xy = DICE.uniform(size=(3_000, 2))
    order = DICE.permutation(len(xy))
    left, right = order[xy[order, 0] < 0.8], order[xy[order, 0] > 0.2]
    one, other = (set(representatives(xy, part, 0.02, 0.018).tolist()) for part in (left, right))
    middle = {i for i in range(len(xy)) if 0.35 < xy[i, 0] < 0.65}
    assert one & middle == other & middle
