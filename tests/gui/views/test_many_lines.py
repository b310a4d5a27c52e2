"""Curves of many lines: names in a column beside the plot, and one line that stands out."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.pictures import Curve, Line
from gui.views.curve import MANY, CurveView

X = np.array([1.0, 2.0, 3.0])


def curve(count: int) -> Curve:
    """Level lines, the first the lowest."""
    return Curve({f"method {n}": Line(X, np.full(3, float(n)), np.ones(3)) for n in range(count)})


@pytest.fixture
def view(qtbot: QtBot) -> CurveView:
    made = CurveView()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


def test_many_names_stand_beside_the_plot_best_first(view: CurveView) -> None:
    view.show_picture(curve(19))
    assert view.legend.keys == [f"method {n}" for n in reversed(range(19))]
    assert view.plot.height() > 560  # the names take no room above it
    view.show_picture(curve(MANY))
    assert view.legend.keys == [f"method {n}" for n in range(MANY)]
    assert not view._beside.isVisible()


def test_the_line_under_the_mouse_stands_out(qtbot: QtBot, view: CurveView) -> None:
    view.show_picture(curve(19))
    plot = view.plot
    qtbot.waitUntil(lambda: plot.viewport().width() > 300)
    scene = plot.box.mapViewToScene(plot.box.viewRect().center())
    x = scene.x()
    y = plot.mapFromScene(plot.box.mapViewToScene(type(scene)(2.0, 7.0))).y()
    QTest.mouseMove(plot.viewport(), QPoint(round(x), y))
    qtbot.waitUntil(lambda: plot._lines["method 7"].out)
    assert plot._lines["method 8"].behind
    assert plot._bands["method 8"].item.opacity() == 0.0
    view._stand_out("")
    assert not any(line.behind or line.out for line in plot._lines.values())


def test_a_name_under_the_mouse_makes_its_line_stand_out(view: CurveView) -> None:
    view.show_picture(curve(19))
    view.legend.pointed.emit("method 3")
    assert view.plot._lines["method 3"].out


def test_references_and_repeated_colours_are_dashed(view: CurveView) -> None:
    lines = {"one": Line(X, X), "level": Line(X, X, dashed=True)}
    lines |= {f"{n}": Line(X, X) for n in range(12)}
    view.show_picture(Curve(lines))
    dashed = [name for name, line in view.plot._lines.items() if line.style.dashed]
    assert dashed == ["level", "10", "11"]
