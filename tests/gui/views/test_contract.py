"""What holds for every type of picture and its view."""

from __future__ import annotations

import csv
import gc
import io
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.pictures import Picture
from gui.theme import manager
from gui.views import view_for
from gui.views.base import View
from tests.gui.views.pictures import KINDS, SIZES


def shown(qtbot: QtBot, picture: Picture) -> View:
    view = view_for(picture)()
    qtbot.addWidget(view)
    view.resize(420, 320)
    view.show()
    view.show_picture(picture)
    return view


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_size_is_shown_and_saved_as_png_svg_and_csv(
    qtbot: QtBot, tmp_path: Path, size: str, kind: str
) -> None:
    view = shown(qtbot, SIZES[size][kind]())
    view.set_stamp("rotation on digits · step 340 · seed 0")
    view.grab()
    for suffix in ("png", "svg", "csv"):
        view.save(tmp_path / f"picture.{suffix}")
    assert QImage(str(tmp_path / "picture.png")).width() >= 2 * 200
    assert QSvgRenderer(str(tmp_path / "picture.svg")).isValid()
    first = (tmp_path / "picture.csv").read_text().splitlines()[0]
    assert first == "# rotation on digits · step 340 · seed 0"


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_picture_leaves_a_sentence(qtbot: QtBot, kind: str) -> None:
    view = shown(qtbot, SIZES["empty"][kind]())
    assert not view.can_save()
    assert view._empty.isVisible()
    assert view._empty.text().endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_replaces_the_sentence_and_clear_brings_one_back(qtbot: QtBot, kind: str) -> None:
    view = shown(qtbot, SIZES["empty"][kind]())
    view.show_picture(SIZES["tiny"][kind]())
    assert view.can_save()
    view.clear("No run is open.")
    assert view._empty.text() == "No run is open."
    assert not view.can_save()


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_the_table_are_as_long_as_its_titles(qtbot: QtBot, kind: str) -> None:
    rows = shown(qtbot, SIZES["tiny"][kind]()).table()
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize("kind", KINDS)
def test_the_view_follows_the_theme_at_once(qtbot: QtBot, kind: str) -> None:
    view = shown(qtbot, SIZES["tiny"][kind]())
    manager().set_mode("dark")
    corner = view.grab().toImage().pixelColor(1, view.height() - 2)
    assert corner.name() == manager().theme.color("panel").name()


@pytest.mark.parametrize("kind", KINDS)
def test_closing_leaves_no_widget_and_no_timer(qtbot: QtBot, qapp: QApplication, kind: str) -> None:
    def timers() -> int:
        gc.collect()
        found = [o for o in gc.get_objects() if isinstance(o, QTimer) and shiboken6.isValid(o)]
        return sum(timer.isActive() for timer in found)

    before, running = set(qapp.topLevelWidgets()), timers()
    picture = SIZES["tiny"][kind]()
    view = view_for(picture)()
    view.show()
    view.show_picture(picture)
    view.make_menu().close()
    with qtbot.waitSignal(view.destroyed):
        view.close()
        view.deleteLater()
    qtbot.waitUntil(lambda: not set(qapp.topLevelWidgets()) - before)
    assert timers() <= running


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_that_takes_the_focus_has_a_name_to_be_read(qtbot: QtBot, kind: str) -> None:
    view = shown(qtbot, SIZES["tiny"][kind]())
    for part in view.findChildren(View.__mro__[2]):
        if part.focusPolicy() & part.focusPolicy().TabFocus and part.isVisibleTo(view):
            named = part.accessibleName() or getattr(part, "text", str)()
            assert named or part.parent().accessibleName(), part


def test_saving_under_an_unknown_suffix_names_the_known_ones(qtbot: QtBot, tmp_path: Path) -> None:
    view = shown(qtbot, SIZES["tiny"]["Matrix"]())
    with pytest.raises(ValueError, match=r"\.png, \.svg, \.csv"):
        view.save(tmp_path / "picture.bmp")


def test_a_folder_that_is_not_there_is_told_and_nothing_is_left(
    qtbot: QtBot, tmp_path: Path
) -> None:
    view = shown(qtbot, SIZES["tiny"]["Matrix"]())
    with pytest.raises(OSError, match="choose another folder"):
        view.save(tmp_path / "absent" / "picture.png")
    assert not list(tmp_path.iterdir())


def test_the_scale_multiplies_the_pixels(qtbot: QtBot) -> None:
    view = shown(qtbot, SIZES["tiny"]["Curve"]())
    assert view.image(3).width() == 3 * view.image(1).width()


def test_the_stamp_adds_a_band_below_the_picture(qtbot: QtBot) -> None:
    view = shown(qtbot, SIZES["tiny"]["Matrix"]())
    bare = view.image(1)
    view.set_stamp("seed 0")
    assert view.image(1).height() > bare.height()


def test_copying_puts_the_picture_on_the_clipboard(qtbot: QtBot, qapp: QApplication) -> None:
    view = shown(qtbot, SIZES["tiny"]["Matrix"]())
    view.copy()
    assert qapp.clipboard().image().size() == view.image().size()


def test_the_numbers_can_be_read_back(qtbot: QtBot, tmp_path: Path) -> None:
    view = shown(qtbot, SIZES["tiny"]["Histogram"]())
    view.save(tmp_path / "counts.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "counts.csv").read_text())))
    assert rows == [["from", "to", "real"], ["0", "1", "0"]]


def test_a_picture_without_a_view_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="no view for dict"):
        view_for({})
