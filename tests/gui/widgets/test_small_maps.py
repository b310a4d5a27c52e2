"""Small maps: places for any number of them, one picture ringed in all, saved as one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from gui.widgets.small_maps import SmallMaps, best_columns

DICE = np.random.default_rng(0)


@pytest.fixture
def maps(qtbot: QtBot) -> SmallMaps:
    made = SmallMaps()
    qtbot.addWidget(made)
    made.resize(760, 560)
    made.show()
    made.show_maps(
        {f"m{n}": DICE.normal(size=(30, 2)) for n in range(20)}, np.arange(30) % 3, "abc"
    )
    return made


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (4, 2), (20, 5)])
def test_as_many_columns_as_make_the_maps_largest(count: int, columns: int) -> None:
    assert best_columns(count, 760, 560) == columns


def test_twenty_maps_lie_inside_and_apart(maps: SmallMaps) -> None:
    areas = [canvas.geometry() for canvas in maps.canvases]
    assert all(maps.rect().contains(area) for area in areas)
    assert not any(a.intersects(b) for at, a in enumerate(areas) for b in areas[:at])


def test_what_is_hovered_in_one_is_ringed_in_all(qtbot: QtBot, maps: SmallMaps) -> None:
    with qtbot.waitSignal(maps.hovered) as heard:
        maps.canvases[3]._hover_to(12)
    assert heard.args == [12]
    assert {canvas.scene.hover for canvas in maps.canvases} == {12}


def test_fewer_maps_leave_none_of_the_others(maps: SmallMaps) -> None:
    maps.show_maps({"one": np.zeros((5, 2))}, np.zeros(5, int), "a")
    assert len(maps.canvases) == 1
    assert len(maps.table()) == 6


def test_all_maps_are_saved_as_one_picture(maps: SmallMaps, tmp_path: Path) -> None:
    maps.save(tmp_path / "maps.png")
    assert QImage(str(tmp_path / "maps.png")).width() == 2 * maps.width()
