"""The page of maps: features of anyone's, and two maps that are compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.pages.maps import MapsPage
from gui.window import Window
from tests.gui.window.acts import LONG, click, press, wait_for_notice
from tests.gui.window.conftest import OpenWindow


@pytest.fixture
def page(qtbot: QtBot, store_with_run: RunStore, open_window: OpenWindow) -> MapsPage:
    window = open_window()
    press(window, "Ctrl+6")
    assert window.page == "maps"
    return window.rooms.maps()


def mapped(qtbot: QtBot, page: MapsPage, seat: int) -> None:
    """Until a seat shows the final map of its features."""
    instrument = page.seats[seat].instrument
    qtbot.waitUntil(lambda: instrument.table is not None, timeout=LONG)
    qtbot.waitUntil(lambda: "Trust" in instrument.trust.text(), timeout=LONG)


def two_maps(qtbot: QtBot, page: MapsPage, store: RunStore) -> None:
    """The run at its end beside itself before any training."""
    id = store.list()[0].id
    page.show_run(id)
    mapped(qtbot, page, 0)
    click(page.compare)
    page.seats[1].show_run(id, 0)
    mapped(qtbot, page, 1)


def test_features_of_another_program_are_mapped(
    qtbot: QtBot, page: MapsPage, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(60, 8)).astype(np.float32)
    np.savez(tmp_path / "theirs.npz", features=features, labels=np.arange(60) % 3)
    page.show_file(tmp_path / "theirs.npz")
    mapped(qtbot, page, 0)
    assert np.allclose(page.instrument.features(), features)
    assert page.instrument.view.map.scene.count == 60


def test_a_file_that_holds_no_features_is_refused_in_words(
    qtbot: QtBot, page: MapsPage, tmp_path: Path
) -> None:
    path = tmp_path / "letter.npy"
    path.write_bytes(b"Dear reader")
    page.show_file(path)
    notice = wait_for_notice(qtbot, page.window(), "letter.npy")
    assert notice.level == "warning"


def test_two_maps_of_the_same_points_lie_alike_and_share_what_is_chosen(
    qtbot: QtBot, page: MapsPage, store: RunStore
) -> None:
    two_maps(qtbot, page, store)
    assert page.related
    page.seats[0].selection.choose([4, 5])
    assert page.seats[1].selection.chosen.tolist() == [4, 5]
    page.seats[1].selection.clear()
    assert len(page.seats[0].selection.chosen) == 0
    page.seats[1].instrument.view.map.picked.emit(9)
    assert [seat.instrument.at for seat in page.seats] == [9, 9]


def test_what_changed_between_them_colours_the_points_and_can_be_chosen(
    qtbot: QtBot, page: MapsPage, store: RunStore
) -> None:
    from core.maps.change import jaccard
    from core.maps.neighbours import nearest

    two_maps(qtbot, page, store)
    first, second = (seat.instrument for seat in page.seats)
    first.controls.colour_by("changed")
    qtbot.waitUntil(lambda: first.view.paint.values is not None, timeout=LONG)
    expected = jaccard(*(nearest(one.features(), 10, "cosine") for one in (first, second)))
    assert np.allclose(first.view.paint.values, expected)
    click(page.most)
    chosen = page.seats[0].selection
    qtbot.waitUntil(lambda: len(chosen.chosen) == 24, timeout=LONG)
    assert expected[chosen.chosen].min() >= np.sort(expected)[-24]


def test_maps_of_different_points_stand_for_themselves(
    qtbot: QtBot, page: MapsPage, store: RunStore, tmp_path: Path
) -> None:
    np.save(tmp_path / "other.npy", np.random.default_rng(0).normal(size=(30, 4)).astype("f4"))
    page.show_run(store.list()[0].id)
    mapped(qtbot, page, 0)
    click(page.compare)
    page.seats[1].show_file(tmp_path / "other.npy")
    mapped(qtbot, page, 1)
    assert not page.related
    assert "different points" in page.said.text()
    page.seats[0].selection.choose([1])
    assert len(page.seats[1].selection.chosen) == 0


def test_the_run_in_front_opens_here_at_the_step_of_the_timeline(
    qtbot: QtBot, at_desk: Window
) -> None:
    at_desk.workbench.desk().session.go_to(0)
    press(at_desk, "Ctrl+M")
    page = at_desk.rooms.maps()
    mapped(qtbot, page, 0)
    assert page.seats[0].step.currentData() == 0
