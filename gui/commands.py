"""The actions made of the table in `gui/command_table.py`, and who answers to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from gui.command_entry import Command
from gui.command_table import BY_ID, COMMANDS
from gui.icons import icon

__all__ = ["BY_ID", "COMMANDS", "Command", "Commands"]


class Commands(QObject):
    """One QAction a command, added to the window so that its shortcut works everywhere in it.

    An action that nobody is bound to is disabled: it can be seen, and does nothing.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._actions = {command.id: self._action(command) for command in COMMANDS}
        self._handlers: dict[str, Callable[..., object]] = {}
        self._group()
        window.addActions(list(self._actions.values()))

    def action(self, id: str) -> QAction:
        """The action of that command; raises KeyError for an id that is not in the table."""
        return self._actions[id]

    def bind(self, id: str, handler: Callable[..., object]) -> None:
        """Have `handler` answer to the command, in place of who did before; it becomes enabled.

        A checkable command calls it with its new state, any other without arguments.
        """
        if id not in BY_ID:
            raise KeyError(f"there is no command {id!r}; see gui/command_table.py")
        self._handlers[id] = handler
        self._actions[id].setEnabled(True)

    def enable(self, id: str, on: bool) -> None:
        """Allow or forbid a command; one that nobody is bound to stays disabled."""
        self._actions[id].setEnabled(on and id in self._handlers)

    def check(self, id: str, on: bool) -> None:
        """Show a checkable command as on or off without calling its handler."""
        self._actions[id].setChecked(on)

    def rename(self, id: str, title: str, icon_name: str) -> None:
        """Let a command that does one of two things say which: "Start", then "Pause"."""
        action = self._actions[id]
        action.setText(title)
        action.setIcon(icon(icon_name))
        action.setToolTip(self._hint(title, BY_ID[id]))

    def fill_menu_bar(self, bar: QMenuBar) -> None:
        """All commands in the menus that the table names, in its order."""
        menus: dict[str, QMenu] = {}
        sections: dict[str, int] = {}
        for command in COMMANDS:
            menu = self._menu(bar, menus, command.menu)
            if sections.get(command.menu, command.section) != command.section:
                menu.addSeparator()
            sections[command.menu] = command.section
            menu.addAction(self._actions[command.id])

    def fill_tool_bar(self, bar: QToolBar, ids: Sequence[str]) -> None:
        """Some commands as buttons; "" between two ids is a line between them."""
        bar.setIconSize(QSize(18, 18))
        for id in ids:
            if id:
                bar.addAction(self._actions[id])
                bar.widgetForAction(self._actions[id]).setAccessibleName(BY_ID[id].title)
            else:
                bar.addSeparator()

    def _menu(self, bar: QMenuBar, menus: dict[str, QMenu], path: str) -> QMenu:
        if path not in menus:
            above, _, title = path.rpartition("/")
            parent = self._menu(bar, menus, above) if above else bar
            menus[path] = parent.addMenu(title)
        return menus[path]

    def _action(self, command: Command) -> QAction:
        action = QAction(icon(command.icon), command.title, self)
        action.setObjectName(command.id)
        action.setCheckable(command.checkable)
        action.setShortcut(QKeySequence(command.shortcut))
        action.setToolTip(self._hint(command.title, command))
        action.setStatusTip(command.tooltip)
        action.setEnabled(False)
        action.triggered.connect(lambda checked: self._run(command, checked))
        return action

    def _group(self) -> None:
        groups: dict[str, QActionGroup] = {}
        for command in COMMANDS:
            if command.group:
                group = groups.setdefault(command.group, QActionGroup(self))
                group.addAction(self._actions[command.id])

    @staticmethod
    def _hint(title: str, command: Command) -> str:
        keys = QKeySequence(command.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        return f"{title.rstrip('…')}{f' ({keys})' if keys else ''}\n{command.tooltip}"

    def _run(self, command: Command, checked: bool) -> None:
        handler = self._handlers.get(command.id)
        if handler is not None:
            handler(checked) if command.checkable else handler()
