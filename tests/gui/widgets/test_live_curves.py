"""Grouping, held-out lines, overlays, and work only while somebody looks."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gui.widgets.curve_card import group_of, line_of
from gui.widgets.live_curves import LiveCurves

ROWS = [
    (step, {"loss": 1.0 / (step + 1), "held-out/loss": 1.1, "accuracy": 0.5, "seconds": step / 10})
    for step in range(50)
]


@pytest.fixture
def curves(qtbot: QtBot) -> LiveCurves:
    made = LiveCurves()
    qtbot.addWidget(made)
    made.resize(700, 500)
    return made


def test_names_are_grouped_by_what_they_measure() -> None:
    assert group_of("held-out/loss") == group_of("loss") == group_of("loss/colour") == "loss"
    assert line_of("held-out/loss") == "held-out"
    assert line_of("loss/colour", "seed 1") == "seed 1: colour"


def test_rows_are_drawn_while_shown_and_not_before(qtbot: QtBot, curves: LiveCurves) -> None:
    curves.extend(ROWS)
    assert not curves.cards()
    assert not curves._timer.isActive()
    curves.show()
    qtbot.waitUntil(lambda: [card.group for card in curves.cards()] == ["loss", "accuracy"])
    curves.extend([(50, {"grad norm": 2.0})])
    qtbot.waitUntil(lambda: len(curves.cards()) == 3)


def test_held_out_is_dashed_in_the_colour_of_its_training_line(
    qtbot: QtBot, curves: LiveCurves
) -> None:
    curves.show()
    curves.extend(ROWS)
    curves.redraw()
    entries = [button.entry for button in curves.cards()[0].legend._buttons.values()]
    assert [(entry.name, entry.dashed) for entry in entries] == [
        ("training", False),
        ("held-out", True),
    ]
    assert entries[0].colour == entries[1].colour


def test_another_run_stands_beside_and_leaves(qtbot: QtBot, curves: LiveCurves) -> None:
    curves.extend(ROWS)
    curves.extend(ROWS, run="seed 1")
    curves.redraw()
    assert len(curves.cards()[0].legend.keys) == 4
    curves.remove_run("seed 1")
    curves.redraw()
    assert len(curves.cards()[0].legend.keys) == 2


def test_the_axis_counts_seconds_when_asked(qtbot: QtBot, curves: LiveCurves) -> None:
    curves.extend(ROWS)
    curves.bar.set_by_seconds(True)
    curves.set_playhead(40)
    curves.redraw()
    plot = curves.cards()[0].plot
    assert plot.box.viewRange()[0][1] == pytest.approx(4.9)
    assert plot._playhead.value() == pytest.approx(4.0)


def test_growing_lines_are_given_room_and_then_fitted(qtbot: QtBot, curves: LiveCurves) -> None:
    curves.set_growing(True)
    curves.extend(ROWS)
    curves.redraw()
    box = curves.cards()[0].plot.box
    curves.extend([(60, {"loss": 0.5})])
    curves.redraw()
    (_, right), _ = roomy = box.viewRange()
    assert right == pytest.approx(60 * 1.25)
    curves.extend([(70, {"loss": 0.5})])
    curves.redraw()
    assert box.viewRange() == roomy
    curves.set_growing(False)
    curves.redraw()
    assert box.viewRange()[0][1] == pytest.approx(70)


def test_the_range_follows_until_someone_zooms(qtbot: QtBot, curves: LiveCurves) -> None:
    curves.extend(ROWS)
    curves.redraw()
    plot = curves.cards()[0].plot
    plot._on_manual()
    plot.box.setRange(xRange=(10, 20), padding=0)
    curves.extend([(99, {"loss": 0.1})])
    curves.redraw()
    assert plot.box.viewRange()[0] == [10, 20]
    curves.show_all()
    assert plot.box.viewRange()[0][1] == 99


def test_every_point_is_in_the_saved_numbers(curves: LiveCurves) -> None:
    curves.extend(ROWS)
    rows = curves.table()
    assert len(rows) == 1 + 3 * len(ROWS)
    assert rows[1] == ("", "loss", 0, 0.0, 1.0)
