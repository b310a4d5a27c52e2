"""One thing that can be done, as every place in the window shows it. No Qt here.

A shortcut is written as Qt reads it; "" is none. `menu` is a path ("View/Theme"); commands of one
menu with different `section` are parted by a line. Commands of one `group` exclude each other.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """An entry of the tables of commands."""

    id: str
    title: str
    menu: str
    shortcut: str
    icon: str
    tooltip: str
    checkable: bool = False
    section: int = 0
    group: str = ""


def command(id: str, title: str, menu: str, shortcut: str, icon: str, tooltip: str, *,
            section: int = 0, check: bool = False, group: str = "") -> Command:  # fmt: skip
    """Write one in a line or two."""
    return Command(id, title, menu, shortcut, icon, tooltip, check or bool(group), section, group)
