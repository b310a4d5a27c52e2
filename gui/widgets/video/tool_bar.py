"""The tools over the frame, the brush's size, and how the frame and its marks are shown."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QSlider,
    QToolButton,
    QWidget,
)

from gui.icons import icon
from gui.theme import SPACE
from gui.widgets.text import label
from gui.widgets.video.layers import MODES

TOOLS = (
    ("look", "attention", "Look: see where a pixel's features come from (A)"),
    ("brush", "brush", "Brush: paint the object; Ctrl erases (B)"),
    ("eraser", "eraser", "Eraser (E)"),
    ("polygon", "polygon", "Polygon: click corners, Return closes (O)"),
    ("grow", "wand", "Grow: click a colour, drag right for more of it (G)"),
    ("fill", "fill", "Fill what hangs together with the object (F)"),
    ("point", "keypoint", "Keypoint: click to place one, drag to move it (T)"),
    ("move", "move", "Move the picture; the wheel zooms (H)"),
)
SWITCHES = (
    ("outline", "outline", "Outlines (U)"),
    ("trails", "trails", "Trails of keypoints (Y)"),
    ("beside", "compare", "Two networks beside each other, or either side of a line (S)"),
)


class VideoTools(QWidget):
    """Buttons and sliders; `mode_chosen` names how the frame is shown."""

    tool_chosen = Signal(str)
    mode_chosen = Signal(str)
    size_changed = Signal(int)
    opacity_changed = Signal(float)
    switched = Signal(str, bool)
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.hair)
        group = QButtonGroup(self)
        for name, symbol, words in TOOLS:
            button = self._button(row, name, symbol, words, checkable=True)
            group.addButton(button)
            button.clicked.connect(lambda _=False, n=name: self.tool_chosen.emit(n))
        self._line(row)
        self.size = self._slider(row, "Brush", 1, 120, 6, "Brush's size in pixels ([ and ])")
        self._line(row)
        undo = self._button(row, "undo", "undo", "Undo (Ctrl+Z)")
        redo = self._button(row, "redo", "redo", "Redo (Ctrl+Shift+Z)")
        undo.clicked.connect(self.undo_wanted)
        redo.clicked.connect(self.redo_wanted)
        row.addStretch(1)
        self.mode = QComboBox()
        self.mode.setAccessibleName("What the frame shows")
        self.mode.setToolTip("What the frame shows (M)")
        self.mode.setMinimumContentsLength(14)
        self.mode.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for id, words in MODES.items():
            self.mode.addItem(words.split(",")[0], id)
        row.addWidget(self.mode)
        row.addSpacing(SPACE.small)
        self.opacity = self._slider(row, "Opacity", 0, 100, 45, "How strongly masks cover it")
        for name, symbol, words in SWITCHES:
            button = self._button(row, name, symbol, words, checkable=True)
            button.setChecked(name != "beside")
            button.toggled.connect(lambda on, n=name: self.switched.emit(n, on))
        self.size.valueChanged.connect(self.size_changed)
        self.opacity.valueChanged.connect(lambda value: self.opacity_changed.emit(value / 100))
        self.mode.activated.connect(lambda _: self.mode_chosen.emit(self.mode.currentData()))

    def _button(
        self, row: QHBoxLayout, name: str, symbol: str, words: str, checkable: bool = False
    ) -> QToolButton:
        button = QToolButton(icon=icon(symbol), toolTip=words, autoRaise=True, checkable=checkable)
        button.setIconSize(QSize(18, 18))
        button.setAccessibleName(words.split(":")[0].split(" (")[0])
        self.buttons[name] = button
        row.addWidget(button)
        return button

    @staticmethod
    def _slider(
        row: QHBoxLayout, words: str, low: int, high: int, usual: int, help: str
    ) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(low, high)
        slider.setValue(usual)
        slider.setFixedWidth(64)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        slider.setAccessibleName(words)
        slider.setToolTip(help)
        row.addWidget(label(words, "small", "secondary"))
        row.addSpacing(SPACE.tight)
        row.addWidget(slider)
        return slider

    @staticmethod
    def _line(row: QHBoxLayout) -> None:
        line = QFrame()
        line.setProperty("kind", "upright")
        row.addSpacing(SPACE.tight)
        row.addWidget(line)
        row.addSpacing(SPACE.tight)

    def show_tool(self, name: str) -> None:
        """Mark the tool in hand, without telling."""
        self.buttons[name].setChecked(True)

    def show_size(self, size: float) -> None:
        """The brush's size, without telling."""
        self.size.blockSignals(True)
        self.size.setValue(round(size))
        self.size.blockSignals(False)

    def next_mode(self) -> None:
        """What the frame shows, the next of the list."""
        self.mode.setCurrentIndex((self.mode.currentIndex() + 1) % self.mode.count())
        self.mode_chosen.emit(self.mode.currentData())
