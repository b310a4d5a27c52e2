"""The camera's way as a line of keyframes: laid, ordered, played, kept as a file, filmed."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QToolButton,
    QWidget,
)

from core.render.camera_path import LONGEST, SHORTEST, CameraPath, PathError, read_path
from core.render.viewpoint import Viewpoint
from core.runs.atomic import write_file
from gui.icons import icon
from gui.theme import SPACE
from gui.widgets.text import label

FACE = QSize(44, 33)  # of a keyframe's picture
SECONDS_WIDTH = 84  # pixels
FRAME_MS = 33
FILES = "Camera path (*.json)"


class PathBar(QWidget):
    """Holds a `CameraPath`; knows nothing of who renders."""

    changed = Signal()
    add_wanted = Signal()
    gone_to = Signal(object)  # Viewpoint: look from that keyframe
    played = Signal(object)  # Viewpoint: the next step of the way
    picture_wanted = Signal(object)  # Viewpoint of a keyframe that has none yet
    film_wanted = Signal()
    problem = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = CameraPath()
        self._pictures: dict[Viewpoint, QIcon] = {}
        self._way: list[Viewpoint] = []
        self._began = 0.0
        self.keys = QListWidget()
        self.add = self._button("Add", "camera", "Add keyframe: keep the view as it is now")
        self.remove = self._button("", "close", "Take the chosen keyframe away")
        self.earlier = self._button("", "chevron-left", "Move the chosen keyframe to the front")
        self.later = self._button("", "chevron-right", "Move the chosen keyframe to the back")
        self.loop = QCheckBox("Loop", toolTip="Go on to the first keyframe again")
        self.seconds = QDoubleSpinBox(minimum=SHORTEST, maximum=LONGEST, value=self.path.seconds,
                                      decimals=1, suffix=" s")  # fmt: skip
        self.play = self._button("", "play", "Go along the way, at constant speed")
        self.film = self._button("", "film", "Write a film along the way")
        self.more = self._button("", "more", "The way as a file")
        self.open, self.keep, self.clear = (
            QAction(words, self) for words in ("Open…", "Save…", "Clear")
        )
        self._clock = QTimer(self, interval=FRAME_MS)
        self._lay_out()
        self._connect()
        self._show()

    # --- building ---------------------------------------------------------------------------------

    @staticmethod
    def _button(words: str, name: str, hint: str) -> QToolButton:
        made = QToolButton(text=words, toolTip=hint)
        made.setAccessibleName(hint)
        if name:
            made.setIcon(icon(name))
        if name and words:
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return made

    def _lay_out(self) -> None:
        self.keys.setFlow(QListView.Flow.LeftToRight)
        self.keys.setViewMode(QListView.ViewMode.ListMode)
        self.keys.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        self.keys.setIconSize(FACE)
        self.keys.setFixedHeight(FACE.height() + 14)
        self.keys.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.keys.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.keys.setAccessibleName("Keyframes of the camera's way")
        self.seconds.setAccessibleName("Seconds that the way takes")
        self.seconds.setMaximumWidth(SECONDS_WIDTH)
        self.seconds.setToolTip("How long the way takes")
        self.play.setCheckable(True)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(QMenu(self.more))
        self.more.menu().addActions([self.open, self.keep, self.clear])
        self.hint = label("Turn the scene and add keyframes; drag them into another order.",
                          "caption", "faint", wrap=True)  # fmt: skip
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.tight)
        row.addWidget(self.add)
        row.addWidget(self.keys, 1)
        row.addWidget(self.hint, 1)
        for part in (self.earlier, self.later, self.remove, self.seconds, self.loop, self.play,
                     self.film, self.more):  # fmt: skip
            row.addWidget(part)

    def _connect(self) -> None:
        self.add.clicked.connect(self.add_wanted)
        self.remove.clicked.connect(self.remove_chosen)
        self.earlier.clicked.connect(lambda: self.move_chosen(-1))
        self.later.clicked.connect(lambda: self.move_chosen(1))
        self.clear.triggered.connect(lambda: self.set_path(self._with(keys=())))
        self.loop.toggled.connect(lambda on: self._take(self._with(closed=on)))
        self.seconds.valueChanged.connect(lambda s: self._take(self._with(seconds=s)))
        self.play.toggled.connect(self._play_or_stop)
        self.open.triggered.connect(self._ask_what)
        self.keep.triggered.connect(self._ask_where)
        self.film.clicked.connect(self.film_wanted)
        self.keys.itemActivated.connect(lambda item: self._go(self.keys.row(item)))
        self.keys.itemClicked.connect(lambda item: self._go(self.keys.row(item)))
        self.keys.currentRowChanged.connect(lambda _: self._allow())
        self.keys.model().rowsMoved.connect(lambda *_: self._reordered())
        self._clock.timeout.connect(self._step)

    # --- the keyframes ----------------------------------------------------------------------------

    def _with(self, **changes: object) -> CameraPath:
        from dataclasses import replace

        return replace(self.path, **changes)  # type: ignore[arg-type]

    def set_path(self, path: CameraPath, chosen: int = -1) -> None:
        """Show another way, one of its keyframes chosen."""
        self.play.setChecked(False)
        self.path = path
        for part, value in ((self.seconds, path.seconds), (self.loop, path.closed)):
            part.blockSignals(True)
            part.setValue(value) if part is self.seconds else part.setChecked(bool(value))
            part.blockSignals(False)
        self._show(chosen)
        self.changed.emit()

    def add_view(self, view: Viewpoint) -> None:
        """One more keyframe at the end."""
        self.set_path(self.path.added(view), len(self.path.keys))

    def remove_chosen(self) -> None:
        """Take the chosen keyframe away."""
        at = self.keys.currentRow()
        if at >= 0:
            self.set_path(self.path.without(at), min(at, len(self.path.keys) - 2))

    def move_chosen(self, by: int) -> None:
        """The chosen keyframe towards the front or the back."""
        at, order = self.keys.currentRow(), list(range(len(self.path.keys)))
        if 0 <= at < len(order) and 0 <= at + by < len(order):
            order[at], order[at + by] = order[at + by], order[at]
            self.set_path(self.path.ordered(order), at + by)

    def set_picture(self, view: Viewpoint, picture: QPixmap) -> None:
        """What is seen from a keyframe."""
        face = QIcon(picture)
        face.addPixmap(picture, QIcon.Mode.Selected)  # in its own colours
        self._pictures[view] = face
        for at, key in enumerate(self.path.keys):
            if key == view and at < self.keys.count():
                self.keys.item(at).setIcon(self._pictures[view])

    def _take(self, path: CameraPath) -> None:
        self.play.setChecked(False)
        self.path = path
        self.changed.emit()

    def _reordered(self) -> None:
        """Somebody has dragged a keyframe."""
        order = [self.keys.item(at).data(Qt.ItemDataRole.UserRole) for at in range(len(self.keys))]
        if sorted(order) == list(range(len(self.path.keys))):
            row = self.keys.currentRow()
            # The list is in the middle of its move: it is made anew when that is over.
            QTimer.singleShot(0, self, lambda: self.set_path(self.path.ordered(order), row))

    def _show(self, chosen: int = -1) -> None:
        self.keys.clear()
        blank = QPixmap(FACE)
        blank.fill(Qt.GlobalColor.transparent)
        for at, key in enumerate(self.path.keys):
            item = QListWidgetItem(self._pictures.get(key, QIcon(blank)), str(at + 1))
            item.setData(Qt.ItemDataRole.UserRole, at)
            self.keys.addItem(item)
            if key not in self._pictures:
                self.picture_wanted.emit(key)
        self.keys.setCurrentRow(chosen)
        self._allow()

    def _allow(self) -> None:
        count, at = len(self.path.keys), self.keys.currentRow()
        self.keys.setVisible(count > 0)
        self.hint.setVisible(count < 2)
        for part in (self.play, self.film):
            part.setEnabled(count > 1)
        for part in (self.clear, self.keep):
            part.setEnabled(count > 0)
        self.remove.setEnabled(at >= 0)
        self.earlier.setEnabled(at > 0)
        self.later.setEnabled(0 <= at < count - 1)

    def _go(self, at: int) -> None:
        if 0 <= at < len(self.path.keys):
            self.play.setChecked(False)
            self.gone_to.emit(self.path.keys[at])

    # --- playing ----------------------------------------------------------------------------------

    def _play_or_stop(self, on: bool) -> None:
        self.play.setIcon(icon("stop" if on else "play"))
        if not on:
            self._clock.stop()
            return
        try:
            self._way = self.path.views(max(2, round(self.path.seconds * 1000 / FRAME_MS)))
        except PathError as error:
            self.play.setChecked(False)
            self.problem.emit(str(error))
            return
        self._began = time.monotonic()
        self._clock.start()

    def _step(self) -> None:
        share = (time.monotonic() - self._began) / self.path.seconds
        at = int(share * len(self._way))
        if at >= len(self._way) and not self.path.closed:
            self.played.emit(self._way[-1])
            self.play.setChecked(False)
        else:
            self.played.emit(self._way[at % len(self._way)])

    def hideEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        self.play.setChecked(False)
        super().hideEvent(event)

    # --- files ------------------------------------------------------------------------------------

    def _ask_what(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a camera path", "", FILES)
        if name:
            self.read(Path(name))

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the camera path", "path.json", FILES)
        if name:
            self.write(Path(name))

    def read(self, file: Path) -> None:
        """Take the way that a file holds."""
        try:
            self.set_path(read_path(file))
        except (PathError, OSError) as error:
            self.problem.emit(str(error))

    def write(self, file: Path) -> None:
        """Write the way, whole or not at all."""
        try:
            write_file(file.with_suffix(file.suffix or ".json"), self.path.text().encode())
        except OSError as error:
            self.problem.emit(str(error))
