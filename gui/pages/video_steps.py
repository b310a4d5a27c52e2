"""The column of steps of the page of videos: clip, network, objects, settings, propagate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon
from gui.theme import SPACE
from gui.widgets.text import label, line
from gui.widgets.video.objects import ThingList
from gui.widgets.video.sliders import SettingSliders
from gui.widgets.work_bar import WorkBar

if TYPE_CHECKING:
    from core.data.video.clip import Clip

WIDTH, BAR = 288, 14


def _button(words: str, help: str, symbol: str = "", primary: bool = False) -> QPushButton:
    made = (
        QPushButton(icon(symbol, "accent_text" if primary else "text_secondary"), words)
        if (symbol)
        else QPushButton(words)
    )
    made.setToolTip(help)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the frame
    if primary:
        made.setProperty("kind", "primary")
    return made


def _box(name: str, help: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setToolTip(help)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(8)
    return made


class VideoSteps(QWidget):
    """Parts only; the page connects them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.film = _button("Film…", "A video file: mp4, mov, mkv, webm, gif", "film")
        self.folder = _button(
            "Folder…", "A folder of frames, or a sequence inside a DAVIS folder", "folder"
        )
        self.go_on = _button("", "", "reset")
        self.go_on.hide()
        self.number = QSpinBox(minimum=1, maximum=999)
        self.number.setMaximumWidth(64)
        self.number.setAccessibleName("Number of the embedded clip")
        self.number.setToolTip("Painted clips whose truth is known; each number is another one")
        self.number.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.textures = _box("Textures", "What the shapes of an embedded clip are covered with")
        self.textures.setMinimumContentsLength(7)
        for words, kind in (("patterns", "procedural"), ("photos", "photos")):
            self.textures.addItem(words, kind)
        self.marked = QCheckBox("Mark the first frame by its truth")
        self.marked.setChecked(True)
        self.marked.setToolTip("Where the truth is known; else begin with nothing marked")
        self.marked.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.about = label("", "small", "secondary", wrap=True)
        self.network = _box("Network", "Whose features follow the objects")
        self.second = _box("Second network", "Another one that follows the same marks, beside it")
        self.train = _button("Train video colorization", "Two minutes on the embedded clips")
        self.own = _button(
            "Train on my clip, 20 s", "From these weights on, on the frames of this clip alone"
        )
        self.newer = _button("", "The run that is chosen trains on; follow with what it knows now")
        self.newer.hide()
        self.gain = label("", "small", "success", wrap=True)
        self.things = ThingList()
        self.settings: SettingSliders | None = None
        self.defaults = _button("Defaults", "Every setting back to where it was at first")
        self.backward = _button("Backward", "Follow the marks back in time (Ctrl+Left)")
        self.both = _button("Both ways", "Forward, then back from the first mark (Ctrl+Return)")
        self.forward = _button(
            "Propagate forward", "Follow the marks on in time (Ctrl+Right)", "play", primary=True
        )
        self.work = WorkBar()
        self.said = label("", "small", "secondary", wrap=True)
        self._lay_out()

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setFixedWidth(WIDTH - BAR)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, SPACE.small, 0)
        self._column.setSpacing(SPACE.small)
        self._section("Clip", self._row(self.film, self.folder))
        self._column.addWidget(self.go_on)
        embedded = label("Painted", "small")
        self._column.addLayout(self._row(embedded, self.number, self.textures))
        self._column.addWidget(self.marked)
        self._column.addWidget(self.about)
        self._section("Network", self.network)
        beside = label("Beside", "small")
        self._column.addLayout(self._row(beside, self.second))
        for widget in (self.newer, self.train, self.own, self.gain):
            self._column.addWidget(widget)
        self._section("Objects", self.things)
        self._section("Settings")
        self._place_of_settings = self._column.count()
        self._column.addStretch(1)
        self.gain.hide()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.small)
        column.addWidget(scroll, 1)
        column.addWidget(line())
        column.addWidget(self.forward)
        column.addLayout(self._row(self.backward, self.both))
        column.addWidget(self.said)

    def tell_clip(self, clip: Clip) -> None:
        """What clip is in hand, and how large it is."""
        (high, wide), title = clip.size, clip.title
        self.about.setText(
            f"{title[:1].upper()}{title[1:]}: {len(clip):,} frames of {wide} × {high}, "
            f"{clip.fps:.3g} a second"
        )

    def offer_last(self, film: Path | None) -> None:
        """A film to go on with, where there is one."""
        self.go_on.setVisible(film is not None)
        if film is not None:
            self.go_on.setText(f"Go on with {film.name}")
            self.go_on.setToolTip(f"{film}, with the marks as you left them")

    def offer_newer(self, step: int) -> None:
        """Weights of a later step of the chosen run; -1: there are none."""
        self.newer.setVisible(step >= 0)
        self.newer.setText(f"Newer weights, step {step:,}: use")

    def add_settings(self, settings: type) -> SettingSliders:
        """The sliders, once the settings' class is there (it is of the heavy part)."""
        self.settings = SettingSliders(settings)
        self._column.insertWidget(self._place_of_settings, self.settings)
        self._column.insertWidget(
            self._place_of_settings + 1, self.defaults, 0, Qt.AlignmentFlag.AlignLeft
        )
        self.defaults.clicked.connect(self.settings.reset)
        return self.settings

    def fit_settings(self, size: tuple[int, int]) -> None:
        """Stand at what suits frames (H, W), which is usual from now on."""
        if self.settings is not None:
            from core.following.trackers import fitting

            usual = fitting(size)
            if usual != self.settings.usual:
                self.settings.usual = usual
                self.settings.reset()

    def _section(self, title: str, *parts: QWidget | QHBoxLayout) -> None:
        if self._column.count():
            self._column.addSpacing(SPACE.small)
        self._column.addWidget(label(title, "strong"))
        for part in parts:
            if isinstance(part, QHBoxLayout):
                self._column.addLayout(part)
            else:
                self._column.addWidget(part)

    @staticmethod
    def _row(*widgets: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE.small)
        for widget in widgets:
            row.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
        return row
