"""What one thing that can be done is called, and where it stands. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One thing that can be done, as every place in the window shows it."""

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
    return Command(id, title, menu, shortcut, icon, tooltip, check or bool(group), section, group)
