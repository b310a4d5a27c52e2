"""One row of a form: the option's title with its marks, its editor, and what there is to say."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from core.config import ConfigError, Option, Value
from gui.icons import icon, pixmap
from gui.theme import manager
from gui.tokens import SPACE
from gui.widgets.choice_edit import ComboEdit, SegmentEdit, choice_edit
from gui.widgets.number_edit import NumberEdit, written
from gui.widgets.path_edit import PathEdit, TextEdit
from gui.widgets.switch import Switch
from gui.widgets.text import label, restyle

Editor = NumberEdit | Switch | SegmentEdit | ComboEdit | PathEdit | TextEdit
NARROW = 124  # width of an editor that stands beside its title


def editor_for(option: Option, parent: QWidget) -> Editor:
    """The editor that suits an option's type and choices."""
    if option.type is bool:
        return Switch(option, parent)
    if option.choices:
        return choice_edit(option, parent)
    if option.type is str:
        return PathEdit(option, parent) if option.path else TextEdit(option, parent)
    return NumberEdit(option, parent)


class Field(QWidget):
    """Holds what was typed, right or wrong, and says which."""

    changed = Signal(str, object)  # name, parsed value; only when it is right

    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.option = option
        self.error = ""
        self.editor = editor_for(option, self)
        self._title = label(option.title, wrap=True, parent=self)
        self._unit = label(option.unit, "small", "faint", parent=self)
        self._live = QLabel(self)
        self._reset = QToolButton(self)
        self._below = label("", "small", "secondary", wrap=True, parent=self)
        self._focused = False
        self._dress()
        self._lay_out()
        self.editor.edited.connect(self._on_edited)
        self._reset.clicked.connect(self.reset)
        manager().changed.connect(self._draw_live)
        for part in [self.editor, *self.editor.findChildren(QWidget)]:
            part.installEventFilter(self)
        self._judge()

    def value(self) -> Value:
        """The value in the option's type; raises ConfigError saying what would be accepted."""
        return self.option.parse(self.editor.value())

    def set_value(self, value: Value) -> None:
        """Show a value. Nothing is emitted."""
        self.editor.set_value(value)
        self._judge()

    def reset(self) -> None:
        """Back to the default, as if it had been typed."""
        self.editor.set_value(self.option.default)
        self._on_edited()

    @property
    def is_default(self) -> bool:
        return not self.error and self.value() == self.option.default

    def set_editable(self, on: bool) -> None:
        self.editor.setEnabled(on)
        self._reset.setEnabled(on)
        restyle(self._title, tone="" if on else "faint")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._focused = event.type() == QEvent.Type.FocusIn
            self._say()
        return False

    def _dress(self) -> None:
        option = self.option
        for part in (self, self.editor, self._title):
            part.setToolTip(option.help)
        self.editor.setAccessibleName(option.title)
        self.editor.setAccessibleDescription(option.help)
        self._title.setBuddy(self.editor)
        self._live.setToolTip("May be changed while training")
        self._live.setAccessibleName("May be changed while training")
        self._live.setVisible(option.live)
        self._draw_live()
        default = (
            option.default if isinstance(option.default, bool | str) else written(option.default)
        )
        self._reset.setIcon(icon("undo", "accent"))
        self._reset.setProperty("kind", "small")
        self._reset.setToolTip(f"Changed. Back to the default, {default}")
        self._reset.setAccessibleName(f"{option.title}: back to the default")
        keep_place = self._reset.sizePolicy()
        keep_place.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(keep_place)
        self._unit.setVisible(bool(option.unit))
        self._below.hide()

    def _lay_out(self) -> None:
        heading = QHBoxLayout()
        heading.setSpacing(SPACE.tight)
        for part in (self._title, self._unit, self._live):
            heading.addWidget(part)
        heading.addStretch(1)
        heading.addWidget(self._reset)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE.tight)
        grid.setVerticalSpacing(SPACE.hair)
        grid.addLayout(heading, 0, 0)
        if isinstance(self.editor, PathEdit | TextEdit | SegmentEdit):
            grid.addWidget(self.editor, 1, 0, 1, 2)
        else:
            if not isinstance(self.editor, Switch):
                self.editor.setFixedWidth(NARROW)
            grid.addWidget(self.editor, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._below, 2, 0, 1, 2)
        grid.setColumnStretch(0, 1)

    def _draw_live(self) -> None:
        self._live.setPixmap(pixmap("live", 12, "accent", self.devicePixelRatioF()))

    def _on_edited(self) -> None:
        self._judge()
        if not self.error:
            self.changed.emit(self.option.name, self.value())

    def _judge(self) -> None:
        try:
            self.value()
            self.error = ""
        except ConfigError as error:
            self.error = str(error).removeprefix(f"{self.option.name}: ") + _bounds(self.option)
        self._reset.setVisible(not self.is_default)
        self._say()

    def _say(self) -> None:
        line = self.editor.line if isinstance(self.editor, PathEdit) else self.editor
        if isinstance(line, QLineEdit):
            restyle(line, wrong=bool(self.error))
        text = self.error or (self.option.help if self._focused else "")
        if self.error:
            text = text[0].upper() + text[1:]
        self._below.setText(text)
        restyle(self._below, tone="danger" if self.error else "secondary")
        self._below.setVisible(bool(text))


def _bounds(option: Option) -> str:
    low, high = option.low, option.high
    if low is not None and high is not None:
        return f". Give {written(low)} to {written(high)}"
    if low is not None:
        return f". Give {written(low)} or more"
    if high is not None:
        return f". Give {written(high)} or less"
    return ""
