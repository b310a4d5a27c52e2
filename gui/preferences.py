"""What a person may choose once for all runs: an options dataclass, kept in QSettings."""

from __future__ import annotations

import os
from dataclasses import dataclass

from PySide6.QtCore import QSettings

from core.config import ConfigError, configure, option, options_of, to_dict

PREFIX = "preferences/"


@dataclass(frozen=True)
class Preferences:
    theme: str = option(
        "system",
        "Light, dark, or what the system says.",
        group="Appearance",
        choices=("light", "dark", "system"),
    )
    runs_folder: str = option(
        "",
        "Where new runs are kept. Empty is the usual place of the system.",
        group="Runs",
        path=True,
    )
    autosave: int = option(
        30,
        "Seconds between two saves of the whole state while training.",
        low=5,
        high=3600,
        log=True,
        unit="s",
        group="Runs",
    )
    threads: int = option(
        0,
        "Threads that training may use; 0 lets the program choose.",
        low=0,
        high=max(1, os.cpu_count() or 1),
        group="Machine",
    )


def load(settings: QSettings) -> Preferences:
    """What was kept; the default stands for what was never chosen or is no longer allowed."""
    kept = {}
    for known in options_of(Preferences):
        value = settings.value(PREFIX + known.name)
        if value is None:
            continue
        try:
            kept[known.name] = known.parse(value)
        except ConfigError:
            continue
    return configure(Preferences, kept)


def save(preferences: Preferences, settings: QSettings) -> None:
    """Keep the choices."""
    for name, value in to_dict(preferences).items():
        settings.setValue(PREFIX + name, value)
