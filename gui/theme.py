"""Which set of tokens holds now: light, dark, or what the system says; changed without a restart.

Nothing else in the window names a colour or a size: widgets ask `manager().theme` and repaint on
`manager().changed`.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from gui import fonts, style
from gui.tokens import DARK, LIGHT, RADIUS, RADIUS_LARGE, RADIUS_SMALL, SPACE, TYPE, Theme

__all__ = ["DARK", "LIGHT", "MODES", "RADIUS", "RADIUS_LARGE", "RADIUS_SMALL", "SPACE", "TYPE",
           "Mode", "Theme", "ThemeManager", "manager"]  # fmt: skip

Mode = Literal["light", "dark", "system"]
MODES: tuple[Mode, ...] = ("light", "dark", "system")
SETTINGS_KEY = "theme/mode"


class ThemeManager(QObject):
    """Holds the mode, follows the system where it reports a scheme, and styles the application."""

    changed = Signal(object)  # Theme

    def __init__(self, settings: QSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings: QSettings | None = None
        self._mode: Mode = "system"
        self._app: QApplication | None = None
        self._theme = LIGHT
        if settings is not None:
            self.remember_in(settings)

    @property
    def theme(self) -> Theme:
        return self._theme

    @property
    def mode(self) -> Mode:
        return self._mode

    def remember_in(self, settings: QSettings) -> None:
        """Take the mode that was kept there, if any, and keep later choices there."""
        self._settings = settings
        kept = str(settings.value(SETTINGS_KEY, self._mode))
        self._mode = next((mode for mode in MODES if mode == kept), "system")
        self._refresh()

    def install(self, app: QApplication) -> None:
        """Give the application our fonts, palette and style sheet, now and at every change."""
        self._app = app
        fonts.load()
        app.setStyle("Fusion")
        app.setFont(fonts.text())
        app.styleHints().colorSchemeChanged.connect(self._on_system_scheme)
        self._refresh(force=True)

    def set_mode(self, mode: Mode) -> None:
        """Choose light, dark, or what the system says; raises ValueError for anything else."""
        if mode not in MODES:
            raise ValueError(f"theme {mode!r}: expected one of {', '.join(MODES)}")
        self._mode = mode
        if self._settings is not None:
            self._settings.setValue(SETTINGS_KEY, mode)
        self._refresh()

    def _on_system_scheme(self, _scheme: Qt.ColorScheme) -> None:
        if self._mode == "system":
            self._refresh()

    def _wanted(self) -> Theme:
        if self._mode == "light":
            return LIGHT
        if self._mode == "dark":
            return DARK
        if QGuiApplication.instance() is None:
            return LIGHT
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme == Qt.ColorScheme.Dark else LIGHT

    def _refresh(self, force: bool = False) -> None:
        wanted = self._wanted()
        if wanted is self._theme and not force:
            return
        self._theme = wanted
        if self._app is not None:
            style.dress(self._app, wanted)
        self.changed.emit(wanted)


_manager: ThemeManager | None = None


def manager() -> ThemeManager:
    """The one manager of this process."""
    global _manager
    if _manager is None:
        _manager = ThemeManager()
    return _manager
