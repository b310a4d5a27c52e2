"""The command palette and the shortcut sheet."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QMainWindow

from gui.commands import COMMANDS, Commands
from gui.widgets.fuzzy import match
from gui.widgets.palette import CommandPalette
from gui.widgets.shortcut_sheet import ShortcutSheet


@pytest.fixture
def window(qtbot):
    made = QMainWindow()
    made.resize(1280, 800)
    made.setCentralWidget(QLineEdit())
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.centralWidget().setFocus()
    return made


@pytest.fixture
def palette(window):
    QCursor.setPos(0, 0)  # where no row scrolls under it
    commands = Commands(window)
    made = CommandPalette(window, commands)
    made.called = []
    for id in ("go.runs", "go.data", "theme.dark"):
        commands.bind(id, lambda *_, id=id: made.called.append(id))
    made.appear()
    return made


def test_a_few_letters_and_enter_run_the_action(palette, qtbot):
    qtbot.keyClicks(palette.field, "dark")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.called == ["theme.dark"]
    assert not palette.isVisible()


def test_arrows_move_the_choice_and_wrap(palette, qtbot):
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentRow() == palette.list.count() - 1


def test_what_can_be_done_now_stands_on_top_and_the_rest_does_nothing(palette, qtbot):
    qtbot.keyClicks(palette.field, "stop")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.field.clear()
    assert "Runs" in palette.list.item(0).text()


def test_nonsense_finds_nothing_and_enter_is_harmless(palette, qtbot):
    qtbot.keyClicks(palette.field, "zzzzqq")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.list.count() == 0
    assert palette.called == []


def test_escape_hides_it_and_gives_the_focus_back(palette, window, qtbot):
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.centralWidget().hasFocus()


def test_it_hides_when_the_focus_goes_elsewhere(palette, window):
    window.centralWidget().setFocus()
    assert not palette.isVisible()


def test_a_click_beside_it_hides_it(palette, qtbot):
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=palette.rect().bottomLeft())
    assert not palette.isVisible()


@pytest.mark.parametrize("size", [(1280, 800), (700, 420)])
def test_the_sheet_names_every_shortcut_and_fits_the_window(window, size):
    window.resize(*size)
    sheet = ShortcutSheet(window)
    sheet.appear()
    said = {part.text() for part in sheet.findChildren(QLabel)}
    for command in COMMANDS:
        if command.shortcut:
            native = QKeySequence.SequenceFormat.NativeText
            assert QKeySequence(command.shortcut).toString(native) in said
            assert command.title.rstrip("…") in said
    assert sheet.rect().contains(sheet.sheet.geometry())


def test_escape_closes_the_sheet(window, qtbot):
    sheet = ShortcutSheet(window)
    sheet.appear()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_letters_out_of_order_do_not_match():
    assert match("ba", "ab") is None


def test_word_starts_are_better_than_letters_inside_words():
    assert match("rl", "Reset layout").score > match("rl", "curl").score


def test_the_letters_found_spell_what_was_typed():
    found = match("cp tr", "Copy the command line, train")
    assert "".join("Copy the command line, train"[i] for i in found.at).casefold() == "cptr"


def test_typing_nothing_fits_everything():
    assert match("", "anything").at == ()
