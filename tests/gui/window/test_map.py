"""The map of a run in the real window: choose, look, believe, and go through time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.maps.genuine import Verdict
from gui.mapping.film import Film
from gui.mapping.instrument import MapInstrument
from gui.window import Window
from tests.gui.window.acts import LONG, click, press, type_into

COUNT = 450  # held-out digits


@pytest.fixture
def instrument(qtbot: QtBot, at_desk: Window) -> MapInstrument:
    """The map of the finished run, laid out by principal components."""
    desk = at_desk.workbench.desk()
    desk.set_layout("present")
    desk.docks["map"].raise_()
    qtbot.waitUntil(lambda: desk.map.layouter.places is not None, timeout=LONG)
    qtbot.waitUntil(lambda: "Trust" in desk.map.trust.text(), timeout=LONG)
    return desk.map


def film_of(instrument: MapInstrument) -> Film:
    (film,) = instrument.findChildren(Film)
    return film


def drag(widget, *places: tuple[int, int]) -> None:  # type: ignore[no-untyped-def]
    """The left button pressed at the first place, moved over the others, released at the last."""
    first, last = QPoint(*places[0]), QPoint(*places[-1])
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=first)
    for place in places[1:]:
        QTest.mouseMove(widget, QPoint(*place))
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=last)


def test_a_lasso_around_all_points_chooses_them_and_the_strip_offers_them(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument
) -> None:
    canvas = instrument.view.map.canvas
    press(at_desk, "Alt+L")
    assert instrument.tools.buttons["lasso"].isChecked()
    wide, tall = canvas.width() - 2, canvas.height() - 2
    drag(canvas, (1, 1), (wide, 1), (wide, tall), (1, tall), (1, 2))
    assert len(instrument.selection.chosen) == COUNT
    assert instrument.bar.isVisible()
    press(at_desk, "Ctrl+Alt+N")
    assert len(instrument.selection.chosen) == 0


def test_what_is_chosen_is_what_all_panels_look_at(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument
) -> None:
    session = at_desk.workbench.desk().session
    before = list(session.pictures)
    instrument.selection.choose([40, 41, 42])
    assert session.pictures == [40, 41, 42]
    assert at_desk.workbench.desk().strip.selection == [40, 41, 42]
    instrument.selection.clear()
    assert session.pictures == before


def test_a_click_on_a_point_shows_its_nearest_by_features(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument
) -> None:
    canvas = instrument.view.map.canvas
    at = canvas.project(instrument.layouter.places)[7].round().astype(int)
    with qtbot.waitSignal(instrument.picked) as picked:
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(*at.tolist()))
    index = picked.args[0]
    qtbot.waitUntil(lambda: instrument.at == index)
    features = instrument.features()
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    expected = np.argsort(-(unit @ unit[index]))[1:9]
    assert set(instrument.view.map.scene.neighbours) == set(expected.tolist())


def test_a_search_chooses_a_class_and_a_group_keeps_it(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument
) -> None:
    press(at_desk, "Ctrl+F")
    type_into(instrument.controls.search, "3")
    QTest.keyClick(instrument.controls.search, Qt.Key.Key_Return)
    labels = instrument.table.labels
    assert instrument.selection.chosen.tolist() == np.flatnonzero(labels == 3).tolist()
    instrument.selection.name("threes")
    instrument.selection.clear()
    assert instrument.bar.groups.text() == "Groups (1)"


def test_a_search_for_nothing_known_says_so(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument
) -> None:
    with qtbot.waitSignal(instrument.problem) as told:
        instrument.search("zebra")
    assert "zebra" in told.args[0]


def test_isolating_shows_only_what_is_chosen(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument
) -> None:
    instrument.selection.choose([1, 2])
    click(instrument.bar.alone)
    assert instrument.view.map.scene.isolated.sum() == 2
    instrument.selection.clear()
    assert instrument.view.map.scene.isolated is None


def test_whether_a_cluster_is_real_is_asked_of_what_is_chosen_and_said_in_the_tab(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}

    def answer(features, members, metric, progress):  # type: ignore[no-untyped-def]
        asked.update(members=members.tolist(), metric=metric, shape=features.shape)
        return Verdict(True, "A group of its own.", {})

    monkeypatch.setattr("core.maps.genuine.genuine", answer)
    instrument.selection.choose([3, 4, 5, 6])
    click(instrument.bar.real)
    belief = instrument.belief
    qtbot.waitUntil(lambda: "A group of its own" in belief.verdict.text(), timeout=LONG)
    assert asked == {"members": [3, 4, 5, 6], "metric": "cosine",
                     "shape": instrument.features().shape}  # fmt: skip
    assert belief.isVisible()


@pytest.mark.parametrize("way", ["purity", "predicted", "cluster", "lonely", "loss", "moved"])
def test_points_are_coloured_in_every_way(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument, way: str
) -> None:
    instrument.controls.colour_by(way)
    paint = lambda: instrument.view.paint  # noqa: E731
    found = (lambda: paint().labels) if way in ("predicted", "cluster") else lambda: paint().values
    before = instrument.table.labels
    qtbot.waitUntil(lambda: found() is not None and found() is not before, timeout=LONG)
    assert len(found()) == COUNT
    assert len(np.unique(found())) > 1


def test_the_measures_of_the_map_colour_it_too(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument
) -> None:
    instrument.controls.colour_by("preserved")
    qtbot.waitUntil(lambda: instrument.view.paint.values is not None, timeout=LONG)
    mean = f"{np.nanmean(instrument.view.paint.values):.0%} of neighbours kept"
    assert mean in instrument.trust.text()


def test_the_columns_of_a_persons_own_table_colour_the_map(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument, tmp_path: Path
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("index,age\n" + "".join(f"{n},{n % 7}\n" for n in range(COUNT)))
    instrument.add_columns(path)
    qtbot.waitUntil(lambda: instrument.view.paint.values is not None, timeout=LONG)
    assert instrument.view.paint.values[:8].tolist() == [0, 1, 2, 3, 4, 5, 6, 0]
    assert instrument.controls.colour.currentText() == "age"


def test_views_of_a_picture_are_drawn_around_it(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument
) -> None:
    at_desk.workbench.desk().session.picked.emit(5)
    press(at_desk, "Alt+A")
    qtbot.waitUntil(lambda: instrument.view.map.scene.cloud is not None, timeout=LONG)
    assert instrument.view.map.scene.cloud.index == 5
    assert "24 views" in instrument.near.said.text()


def test_the_film_of_all_snapshots_is_what_the_timeline_scrubs_through(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument
) -> None:
    session, film = at_desk.workbench.desk().session, film_of(instrument)
    with qtbot.waitSignal(film.made, timeout=LONG):
        press(at_desk, "Ctrl+Alt+F")
    steps = session.run.snapshots()
    assert film.current.steps.tolist() == steps
    press(at_desk, "Alt+Home")
    qtbot.waitUntil(lambda: np.array_equal(instrument.layouter.places, film.current.places[0]),
                    timeout=LONG)  # fmt: skip
    instrument.selection.choose([1, 2])
    press(at_desk, "Alt+Y")
    press(at_desk, "Alt+End")
    trails = lambda: instrument.view.map.scene.trails  # noqa: E731
    qtbot.waitUntil(lambda: trails() is not None and trails().paths.shape[1] == len(steps),
                    timeout=LONG)  # fmt: skip
    assert trails().indices.tolist() == [1, 2]


def test_a_film_that_was_made_is_read_again(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = film_of(instrument)
    with qtbot.waitSignal(film.made, timeout=LONG):
        film.want("film")
    places = film.current.places
    film._films.clear()
    monkeypatch.setattr("core.maps.film.shoot", lambda *_: pytest.fail("laid out again"))
    with qtbot.waitSignal(film.made, timeout=LONG):
        film.want("film")
    assert np.array_equal(film.current.places, places)


def test_the_film_is_written_for_everybodys_player(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("core.report.map_film.GLIDE", 1)
    monkeypatch.setattr("core.report.map_film.LAST", 2)
    film = film_of(instrument)
    with qtbot.waitSignal(film.made, timeout=LONG):
        film.want("film")
    instrument.exporter.write_film(tmp_path / "map.mp4", film.current)
    qtbot.waitUntil((tmp_path / "map.mp4").exists, timeout=LONG)
    import av

    with av.open(str(tmp_path / "map.mp4")) as file:
        frames = sum(1 for _ in file.decode(video=0))
    assert frames == len(film.current.steps) - 1 + 2


def test_coordinates_features_and_groups_are_exported(
    qtbot: QtBot, at_desk: Window, instrument: MapInstrument, tmp_path: Path
) -> None:
    from core.embeddings import files

    instrument.selection.choose([2, 3])
    instrument.selection.name("pair")
    instrument.exporter.write_table(tmp_path / "map.npz")
    qtbot.waitUntil((tmp_path / "map.npz").exists, timeout=LONG)
    table = files.read(tmp_path / "map.npz")
    assert np.allclose(table.places, instrument.layouter.places)
    assert np.allclose(table.features(), instrument.features())
    assert table.groups["pair"].tolist() == [2, 3]
    assert table.about["layout"] == "pca"
