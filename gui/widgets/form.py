"""A form made of a config class: its options in groups, the advanced ones folded away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from core.config import Option, Value, configure, options_of
from gui.icons import icon
from gui.tokens import SPACE
from gui.widgets.field import Field
from gui.widgets.text import label


class ConfigForm(QWidget):
    """Edits one config. While a run trains, only the live options can be edited."""

    changed = Signal(str, object)  # name, value: somebody gave a right value by hand
    validity_changed = Signal(bool)

    def __init__(self, config: type, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config = config
        self._running = False
        self._valid = True
        self.fields: dict[str, Field] = {}
        groups: dict[str, list[Option]] = {}
        for option in options_of(config):
            groups.setdefault(option.group, []).append(option)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.large)
        column.setSpacing(SPACE.small)
        for title, options in groups.items():
            if column.count():
                column.addSpacing(SPACE.medium)
            column.addWidget(label(title, "strong", "secondary"))
            self._add_group(title, options, column)
        column.addStretch(1)

    def values(self) -> dict[str, Any]:
        """Every value in its option's type; what is wrong stands as it was typed."""
        return {n: f.editor.value() if f.error else f.value() for n, f in self.fields.items()}

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Show these values; the others stay. Nothing is emitted. Unknown names raise KeyError."""
        for name, value in values.items():
            self.fields[name].set_value(value)
        self._check()

    def config(self) -> Any:
        """The config as it stands; raises ConfigError naming the first option that is wrong."""
        return configure(self._config, self.values())

    def errors(self) -> dict[str, str]:
        """What is wrong, by option."""
        return {name: field.error for name, field in self.fields.items() if field.error}

    def changes(self) -> dict[str, Any]:
        """The values that differ from their defaults."""
        return {n: v for n, v in self.values().items() if not self.fields[n].is_default}

    def reset(self) -> None:
        """Every option that can be edited now back to its default."""
        for field in self.fields.values():
            if field.editor.isEnabled() and not field.is_default:
                field.reset()

    def set_running(self, on: bool) -> None:
        """While a run trains only live options can be edited."""
        self._running = on
        for field in self.fields.values():
            field.set_editable(field.option.live or not on)

    def focus_live(self) -> None:
        """Put the cursor into the first live option."""
        for field in self.fields.values():
            if field.option.live:
                field.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def _add_group(self, title: str, options: list[Option], column: QVBoxLayout) -> None:
        for option in options:
            if not option.advanced:
                column.addWidget(self._field(option))
        advanced = [option for option in options if option.advanced]
        if advanced:
            fold = Fold(f"Advanced: {title.lower()}", self)
            for option in advanced:
                fold.add(self._field(option))
            column.addWidget(fold)

    def _field(self, option: Option) -> Field:
        field = self.fields[option.name] = Field(option, self)
        field.changed.connect(self.changed)
        field.editor.edited.connect(self._check)
        return field

    def _check(self) -> None:
        valid = not self.errors()
        if valid != self._valid:
            self._valid = valid
            self.validity_changed.emit(valid)


class Fold(QWidget):
    """A title that shows and hides what is under it."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._button = QToolButton(self)
        self._button.setText(title)
        self._button.setProperty("kind", "fold")
        self._button.setCheckable(True)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._inside = QWidget(self)
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE.small)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.small)
        column.addWidget(self._button)
        column.addWidget(self._inside)
        self._button.toggled.connect(self.set_open)
        self.set_open(False)

    def add(self, widget: QWidget) -> None:
        self._column.addWidget(widget)

    def set_title(self, title: str) -> None:
        self._button.setText(title)

    def set_open(self, on: bool) -> None:
        self._button.setChecked(on)
        self._button.setIcon(icon("chevron-down" if on else "chevron-right"))
        self._inside.setVisible(on)
