"""Every command of the table does what it says: none is dead, none fails."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.actions import NEEDS_DESK
from gui.behaviors.arena import NEEDS as NEEDS_ARENA
from gui.behaviors.denoise import NEEDS as NEEDS_DENOISE
from gui.behaviors.histories import COMMAND as SHIPS
from gui.behaviors.latent import NEEDS as NEEDS_LATENT
from gui.behaviors.mapping import NEEDS as NEEDS_MAP
from gui.behaviors.samples import NEEDS as NEEDS_SAMPLES
from gui.behaviors.scene import NEEDS as NEEDS_SCENE
from gui.behaviors.scene_out import NEEDS as NEEDS_OUT
from gui.behaviors.scenes import NEEDS as NEEDS_SCENES
from gui.behaviors.video import NEEDS as NEEDS_VIDEO
from gui.command_table import COMMANDS
from gui.theme import manager
from gui.window import Window
from tests.gui.window.acts import LONG, desk_in, key, press, said, train_small, type_into
from tests.gui.window.acts import wait_for_notice as wait_for

# Of other pages, of methods that generate, of runs that ship.
ELSEWHERE = {
    *NEEDS_VIDEO,
    *NEEDS_ARENA,
    *NEEDS_SCENES,
    *NEEDS_SAMPLES,
    *NEEDS_OUT,
    *NEEDS_LATENT,
    *NEEDS_DENOISE,
    *NEEDS_SCENE,
    SHIPS,
}


def dialogs() -> list[QDialog]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]


def run_command(window: Window, id: str) -> None:
    window.commands.action(id).trigger()


def test_every_command_is_bound_and_enabled_while_a_run_trains(
    qtbot: QtBot, window: Window
) -> None:
    train_small(window)
    desk_in(qtbot, window, "training")
    off = [c.id for c in COMMANDS if not window.commands.action(c.id).isEnabled()]
    assert off == [id for id in off if id in ELSEWHERE]


def test_without_a_run_just_the_commands_of_a_run_are_off(window: Window) -> None:
    off = {c.id for c in COMMANDS if not window.commands.action(c.id).isEnabled()}
    assert off == {*NEEDS_DESK, *NEEDS_MAP, *ELSEWHERE}


def test_the_palette_finds_a_command_by_letters_and_runs_it(at_desk: Window) -> None:
    press(at_desk, "Ctrl+Shift+P")
    assert at_desk.palette_of_commands.isVisible()
    type_into(at_desk.palette_of_commands.field, "runs")
    key(at_desk.palette_of_commands.field, Qt.Key.Key_Return)
    assert at_desk.page == "runs"
    assert not at_desk.palette_of_commands.isVisible()


def test_pages_and_the_log_are_a_key_away(window: Window) -> None:
    for at, page in ((2, "workbench"), (3, "runs"), (4, "data"), (1, "gallery")):
        press(window, f"Ctrl+{at}")
        assert window.page == page
        assert window.commands.action(f"go.{page}").isChecked()
    for on in (True, False):
        press(window, "Ctrl+Shift+L")
        assert window.log.isVisible() == on


def test_the_shortcut_sheet_takes_the_place_of_the_palette(window: Window) -> None:
    run_command(window, "view.palette")
    run_command(window, "help.shortcuts")
    assert window.shortcuts.isVisible()
    assert not window.palette_of_commands.isVisible()
    key(window.shortcuts, Qt.Key.Key_Escape)
    assert not window.shortcuts.isVisible()


def test_the_tour_visits_the_pages_and_ends(window: Window) -> None:
    press(window, "Shift+F1")
    seen = [window.page]
    while window.tour._sheet.isVisible():
        window.tour._sheet.next.click()
        seen.append(window.page)
    assert seen[:4] == ["gallery", "workbench", "runs", "data"]


def test_dialogs_open_and_nothing_waits_for_them(window: Window) -> None:
    for id in ("help.about", "settings"):
        run_command(window, id)
        (dialog,) = dialogs()
        dialog.reject()
        assert dialogs() == []


def test_settings_begin_with_the_theme_that_is_on(window: Window) -> None:
    run_command(window, "theme.dark")
    run_command(window, "settings")
    (dialog,) = dialogs()
    assert dialog.form.values()["theme"] == "dark"
    dialog.accept()
    assert manager().mode == "dark"


def test_the_window_is_saved_as_a_picture(window: Window, tmp_path: Path) -> None:
    path = tmp_path / "window.png"
    window.actions_of_window.choosers.new_file = lambda *_: str(path)
    press(window, "F12")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_the_active_figure_is_saved_and_copied(at_desk: Window, tmp_path: Path) -> None:
    for suffix in ("png", "svg", "csv"):
        path = tmp_path / f"curves.{suffix}"
        at_desk.actions_of_window.choosers.new_file = lambda *_, path=path: str(path)
        run_command(at_desk, f"figure.{suffix}")
        assert path.stat().st_size > 100
    QGuiApplication.clipboard().clear()
    run_command(at_desk, "figure.copy")
    assert not QGuiApplication.clipboard().image().isNull()


def test_command_line_options_and_folder_of_a_run_are_handed_out(at_desk: Window) -> None:
    press(at_desk, "Ctrl+Shift+C")
    assert QGuiApplication.clipboard().text().startswith("python main.py train rotation")
    press(at_desk, "Ctrl+Alt+C")
    assert json.loads(QGuiApplication.clipboard().text())["options"]["steps"] == 24
    opened: list[QUrl] = []
    at_desk.actions_of_window.open_url = opened.append
    press(at_desk, "Ctrl+Shift+R")
    assert Path(opened[0].toLocalFile()) == at_desk.workbench.desk().session.run.path


def test_a_run_is_exported_and_its_report_is_opened(
    qtbot: QtBot, at_desk: Window, tmp_path: Path
) -> None:
    opened: list[QUrl] = []
    at_desk.actions_of_window.open_url = opened.append
    at_desk.actions_of_window.choosers.folder = lambda *_: str(tmp_path / "out")
    press(at_desk, "Ctrl+E")
    wait_for(qtbot, at_desk, "Exported to")
    assert (tmp_path / "out" / "weights.safetensors").is_file()
    press(at_desk, "Ctrl+Shift+E")
    qtbot.waitUntil(lambda: bool(opened), timeout=LONG)
    assert "<html" in Path(opened[0].toLocalFile()).read_text(encoding="utf-8")[:500]


def test_a_run_from_elsewhere_is_opened(
    qtbot: QtBot, window: Window, trained: Path, tmp_path: Path
) -> None:
    elsewhere = RunStore(trained).list()[0].path
    window.actions_of_window.choosers.folder = lambda *_: str(elsewhere)
    press(window, "Ctrl+I")
    assert desk_in(qtbot, window, "finished").session.run.path == elsewhere


def test_a_folder_that_is_no_run_is_refused_in_words(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    window.actions_of_window.choosers.folder = lambda *_: str(tmp_path)
    press(window, "Ctrl+I")
    wait_for(qtbot, window, "run.json")
    assert window.workbench.desk() is None


def test_layouts_note_and_live_options_are_a_key_away(at_desk: Window) -> None:
    desk = at_desk.workbench.desk()
    for keys in ("Alt+3", "Alt+2", "Alt+1"):
        press(at_desk, keys)
    desk.toggle("note", False)
    assert not at_desk.commands.action("view.note").isChecked()
    press(at_desk, "Ctrl+Shift+N")
    assert desk.note.isVisible()
    assert at_desk.commands.action("view.note").isChecked()
    press(at_desk, "Ctrl+L")
    assert desk.setup.form.fields["steps"].editor.hasFocus()


def test_a_new_run_begins_from_the_options(qtbot: QtBot, at_desk: Window) -> None:
    first = at_desk.workbench.desk()
    press(at_desk, "Ctrl+N")
    qtbot.waitUntil(lambda: at_desk.workbench.desk() is not first, timeout=LONG)
    desk_in(qtbot, at_desk, "finished")
    assert len(at_desk.laboratory.store.list()) == 2
    assert said(at_desk, "went wrong") is None


def test_quit_closes_the_window(window: Window) -> None:
    press(window, "Ctrl+Q")
    assert not window.isVisible()
