"""The table of actions is sound, and everything built from it does what it says."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QMainWindow, QPushButton, QTextEdit, QVBoxLayout, QWidget

from gui.commands import BY_ID, COMMANDS, Commands
from gui.icon_shapes import SHAPES
from gui.widgets.typing_first import TypingFirst


@pytest.fixture
def window(qtbot):
    made = QMainWindow()
    qtbot.addWidget(made)
    return made


def test_no_two_commands_have_one_id_or_one_shortcut(qapp):
    assert len(BY_ID) == len(COMMANDS)
    keys = Counter(QKeySequence(c.shortcut).toString() for c in COMMANDS if c.shortcut)
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.id)
def test_a_command_says_what_it_does(qapp, command):
    assert len(command.tooltip) > 8
    assert command.title
    assert not command.title.endswith((".", "!"))
    assert command.icon in SHAPES
    if command.shortcut:
        assert QKeySequence(command.shortcut).toString(), "Qt cannot read this shortcut"


def test_a_command_nobody_answers_to_is_disabled_whatever_is_said(window):
    commands = Commands(window)
    commands.enable("run.stop", True)
    assert not commands.action("run.stop").isEnabled()


def test_a_bound_command_calls_its_handler_until_it_is_disabled(window):
    commands, called = Commands(window), []
    commands.bind("run.stop", lambda: called.append("stop"))
    commands.action("run.stop").trigger()
    commands.enable("run.stop", False)
    commands.action("run.stop").trigger()
    assert called == ["stop"]


def test_a_checkable_command_tells_its_state_and_can_be_set_silently(window):
    commands, states = Commands(window), []
    commands.bind("view.log", states.append)
    commands.check("view.log", True)
    commands.action("view.log").trigger()
    assert states == [False]


def test_themes_exclude_each_other(window):
    commands = Commands(window)
    commands.check("theme.light", True)
    commands.check("theme.dark", True)
    assert not commands.action("theme.light").isChecked()


def test_an_unknown_command_cannot_be_bound(window):
    with pytest.raises(KeyError, match=r"run\.sotp"):
        Commands(window).bind("run.sotp", print)


def test_the_menus_hold_every_command_once(window):
    commands = Commands(window)
    commands.fill_menu_bar(window.menuBar())

    def ids(menu):
        for action in menu.actions():
            if action.menu():
                yield from ids(action.menu())
            elif not action.isSeparator():
                yield action.objectName()

    assert sorted(ids(window.menuBar())) == sorted(BY_ID)


def test_the_tool_bar_has_a_name_for_every_button(window):
    commands = Commands(window)
    bar = window.addToolBar("Run")
    commands.fill_tool_bar(bar, ["run.toggle", "", "run.stop"])
    buttons = [bar.widgetForAction(a) for a in bar.actions() if not a.isSeparator()]
    assert [b.accessibleName() for b in buttons] == ["Start or pause", "Stop"]


@pytest.fixture
def typing(qapp, qtbot):
    """A window where Space is bound, with a field, a page of text, a button and a plain widget."""
    behavior = TypingFirst(qapp)
    window, inside = QMainWindow(), QWidget()
    column = QVBoxLayout(inside)
    parts = {
        "line": QLineEdit(),
        "page": QTextEdit(),
        "button": QPushButton("b"),
        "plain": QWidget(),
    }
    for part in parts.values():
        part.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column.addWidget(part)
    window.setCentralWidget(inside)
    commands, called = Commands(window), []
    for id in ("run.toggle", "snapshot.next", "run.step"):
        commands.bind(id, lambda id=id: called.append(id))
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield parts, called
    qapp.removeEventFilter(behavior)


@pytest.mark.parametrize("where", ["line", "page"])
def test_keys_typed_into_text_stay_text(typing, qtbot, where):
    parts, called = typing
    parts[where].setFocus()
    qtbot.keyClicks(parts[where], "a ].")
    text = parts[where].text() if where == "line" else parts[where].toPlainText()
    assert text == "a ]."
    assert called == []


def test_space_presses_a_focused_button_and_nothing_else(typing, qtbot):
    parts, called = typing
    pressed = []
    parts["button"].clicked.connect(lambda: pressed.append(1))
    parts["button"].setFocus()
    qtbot.keyClick(parts["button"], Qt.Key.Key_Space)
    assert pressed == [1]
    assert called == []


def test_space_starts_and_pauses_from_anywhere_else(typing, qtbot):
    parts, called = typing
    parts["plain"].setFocus()
    qtbot.keyClick(parts["plain"], Qt.Key.Key_Space)
    assert called == ["run.toggle"]
