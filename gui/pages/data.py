"""The pictures themselves: any source, what is wrong with it, what augmentation makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.config import ConfigError, options_of
from core.data.imageset import ImageSet, Pictures
from core.data.sources import load, source, sources
from core.pictures import ImageGrid, Images, Table, as_images
from core.progress import Progress
from core.registry import notes
from gui.pages.augmentations import Augmentations
from gui.pages.scene_preview import ScenePreview
from gui.tasks import Task, Tasks
from gui.theme import SPACE
from gui.views.image_grid import ImageGridView
from gui.views.table import TableView
from gui.widgets.form import ConfigForm
from gui.widgets.numbers import counted, duration
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.progress import Tick

MOST_SHOWN = 10_000
MOST_BYTES = 64 * 1024**2  # of pictures that are laid out at once
FORM_WIDTH = 320
USUAL = "rotation"  # what a click trains on pictures of a person's own
A_SCENE_EACH = ("solid", "boxes")  # truth of pictures whose cameras stand in no common scene
AUGMENTED, LEFT_OUT, CAMERAS = 1, 2, 3  # tabs
OWN_SIDE = 128  # pixels that a picture of the person's own is brought to
CHOOSE = "Choose where the pictures come from, then press Show."


class DataPage(QWidget):
    """Chooses a source, loads it in a thread, shows its pictures by part and class."""

    problem = Signal(str)
    train = Signal(str, str, dict)  # method, source id, its options

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None
        self._data: ImageSet | None = None
        self._seen: tuple[str, dict[str, Any]] | None = None  # source and options of what is shown
        self._shown = np.zeros(0, dtype=np.intp)
        self._own = False  # a picture of the person's own is augmented
        self.source, self.part, self.classes = QComboBox(), QComboBox(), QComboBox()
        self.method = QComboBox()
        for known in sources():
            self.source.addItem(known.title, known.id)
        self.part.addItems(["Training pictures", "Held-out pictures"])
        for each in notes():
            self.method.addItem(each.title, each.id)
            self.method.setItemData(self.method.count() - 1, each.sentence, 3)  # tool tip
        self.method.setCurrentIndex(self.method.findData(USUAL))
        for box, name in ((self.source, "Source"), (self.part, "Part"), (self.classes, "Class"),
                          (self.method, "Method to train")):  # fmt: skip
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.classes.hide()
        self.load_button, self.train_button = QPushButton("Show"), QPushButton("Train on these")
        self.load_button.setProperty("kind", "primary")
        self.train_button.setEnabled(False)
        self.sentence = label("", "small", "secondary", wrap=True)
        self.facts = label("", "small", "secondary", wrap=True)
        self.bar = QProgressBar()
        self.bar.hide()
        self.grid, self.problems = ImageGridView(), TableView()
        self.augmentations = Augmentations()
        self.cameras = ScenePreview()
        self.tabs = QTabWidget()
        self._form_place = QVBoxLayout()
        self.form: ConfigForm | None = None
        self._lay_out()
        self._connect()
        self._source_chosen()

    def _lay_out(self) -> None:
        side = QWidget()
        side_column = QVBoxLayout(side)
        side_column.setContentsMargins(SPACE.wide, SPACE.large, SPACE.small, SPACE.large)
        side_column.setSpacing(SPACE.small)
        side_column.addWidget(label("Data", "heading"))
        side_column.addSpacing(SPACE.small)
        for part in (self.source, self.sentence):
            side_column.addWidget(part)
        inside = QWidget()
        inside.setLayout(self._form_place)
        self._form_place.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(scroll.horizontalScrollBarPolicy().ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        side_column.addWidget(scroll, 1)
        for part in (self.bar, self.facts):
            side_column.addWidget(part)
        learn = QHBoxLayout()
        learn.addWidget(label("Method", "small", "secondary"))
        learn.addWidget(self.method, 1)
        side_column.addLayout(learn)
        buttons = QHBoxLayout()
        buttons.addWidget(self.load_button)
        buttons.addWidget(self.train_button)
        side_column.addLayout(buttons)
        browse = QWidget()
        column = QVBoxLayout(browse)
        column.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
        choose = QHBoxLayout()
        choose.addWidget(self.part)
        choose.addWidget(self.classes)
        choose.addStretch()
        column.addLayout(choose)
        column.addWidget(self.grid, 1)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(browse, "Pictures")
        self.tabs.addTab(self.augmentations, "Augmentations")
        self.tabs.addTab(self.problems, "Left out")
        self.tabs.addTab(self.cameras, "Cameras")
        self.tabs.setTabVisible(CAMERAS, False)
        splitter = QSplitter()
        splitter.addWidget(side)
        splitter.addWidget(self.tabs)
        splitter.setSizes([FORM_WIDTH, 1000])
        splitter.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(splitter)
        self.grid.clear(CHOOSE)
        self.problems.clear("Files that cannot be used are listed here, each with its reason.")

    def _connect(self) -> None:
        self.source.currentIndexChanged.connect(self._source_chosen)
        self.load_button.clicked.connect(self.load_or_cancel)
        self.train_button.clicked.connect(self._train)
        self.part.currentIndexChanged.connect(self._show_grid)
        self.classes.currentIndexChanged.connect(self._show_grid)
        self.grid.picked.connect(self._picked)
        self.cameras.problem.connect(self.problem)
        self._tasks.progress.connect(self._show_progress)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._data is None and self._task is None and self._is_here():
            self.load_or_cancel()

    def show_source(self, id: str, options: dict[str, Any]) -> None:
        """Choose a source with these options and show its pictures."""
        self.source.setCurrentIndex(self.source.findData(id))
        if self.form is not None:
            self.form.set_values(options)
        self._give_up()
        self.load_or_cancel()

    def load_or_cancel(self) -> None:
        """Load the chosen source; while it loads, cancel that."""
        if self._task is not None:
            self._tasks.cancel(self._task)
            return
        assert self.form is not None
        try:
            self.form.config()
        except ConfigError as error:
            self.problem.emit(str(error))
            return
        id, options = self.source.currentData(), self.form.changes()

        def work(progress: Progress) -> ImageSet:
            return load(id, options, progress)

        def loaded(data: ImageSet) -> None:
            if task is self._task:
                self._seen = (id, options)
                self._loaded(data)

        def failed(why: str) -> None:
            if task is self._task:
                self._empty(f"{why} Press Show to load them." if why == "Cancelled." else why)

        self._empty(f"Loading {self.source.currentText()} …")
        self.load_button.setText("Cancel")
        task = self._task = self._tasks.start("Loading pictures", work, loaded, failed)

    def _source_chosen(self) -> None:
        """Show the form of another source, and at once its pictures where they are here already."""
        chosen = source(self.source.currentData())
        self.sentence.setText(chosen.sentence)
        if self.form is not None:
            self._form_place.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form = ConfigForm(chosen.Options)
        self.form.layout().setContentsMargins(0, SPACE.small, SPACE.medium, SPACE.large)
        self._form_place.addWidget(self.form)
        self._give_up()
        self._empty(CHOOSE)
        if self.isVisible() and self._is_here():
            self.load_or_cancel()

    def _is_here(self) -> bool:
        """Whether the chosen source needs nothing of the person: no folder, no download."""
        return not any(o.path for o in options_of(source(self.source.currentData()).Options))

    def _give_up(self) -> None:
        """Cancel what is loading, and forget it whatever comes of it."""
        if self._task is not None:
            self._tasks.cancel(self._task)
            self._task = None

    def _show_progress(self, task: Task, tick: Tick) -> None:
        if task is not self._task:
            return
        self.bar.show()
        self.bar.setRange(0, tick.total)
        self.bar.setValue(tick.done)
        left = f", {duration(tick.remaining)} left" if tick.remaining is not None else ""
        self.facts.setText(f"{tick.what}: {tick.done:,} {tick.unit}{left}")

    def _idle(self) -> None:
        self._task = None
        self.bar.hide()
        self.load_button.setText("Show")

    def _empty(self, why: str) -> None:
        """Nothing is shown, and a sentence says why."""
        self._idle()
        self._data = self._seen = None
        self.train_button.setEnabled(False)
        self.classes.hide()
        self.facts.clear()
        self.grid.clear(why)
        if self.tabs.currentIndex() == CAMERAS:
            self.tabs.setCurrentIndex(0)  # where it is said why
        self.tabs.setTabVisible(CAMERAS, False)
        self.tabs.setTabText(LEFT_OUT, "Left out")
        self.problems.clear("Files that cannot be used are listed here, each with its reason.")

    def _loaded(self, data: ImageSet) -> None:
        self._idle()
        self._data = data
        self.train_button.setEnabled(True)
        kinds = (
            f", {counted(len(data.classes), 'class', 'classes')}" if data.classes else ", no labels"
        )
        self.facts.setText(
            f"{len(data.train):,} to learn from, {len(data.held_out):,} held out, "
            f"{'points in the plane' if data.points else f'{data.side} px'}{kinds}."
        )
        self.classes.blockSignals(True)
        self.classes.clear()
        self.classes.addItem("Every class", -1)
        for label_, name in enumerate(data.classes):
            self.classes.addItem(name, label_)
        self.classes.setVisible(bool(data.classes))
        self.classes.blockSignals(False)
        self._show_problems(data)
        self._show_grid()
        if data.train.cameras is not None:
            self._choose_fitting(data)
            if data.truth not in A_SCENE_EACH:
                self._show_cameras(data)
        if not self._own:
            self.augmentations.show_picture(as_images(data.train.images[:1]))

    def _show_cameras(self, data: ImageSet) -> None:
        """The cameras in space."""
        self.cameras.show_scene(data)
        self.tabs.setTabVisible(CAMERAS, True)
        self.tabs.setCurrentIndex(CAMERAS)

    def _choose_fitting(self, data: ImageSet) -> None:
        """A method that learns from such pictures."""
        known = {n.id: n.data == data.source for n in notes()}
        if not known.get(self.method.currentData()):
            first = next((id for id, fits in known.items() if fits), USUAL)
            self.method.setCurrentIndex(self.method.findData(first))

    def _show_problems(self, data: ImageSet) -> None:
        count = len(data.problems)
        self.tabs.setTabText(LEFT_OUT, f"Left out ({count:,})" if count else "Left out")
        if count:
            self.problems.show_picture(
                Table(("file", "reason"), [(p.name, p.reason) for p in data.problems])
            )
        else:
            self.problems.clear("Every picture could be used.")

    def _pictures(self) -> Pictures | None:
        if self._data is None:
            return None
        return self._data.train if self.part.currentIndex() == 0 else self._data.held_out

    def _show_grid(self) -> None:
        pictures, data = self._pictures(), self._data
        if pictures is None or data is None:
            return
        wanted = self.classes.currentData()
        every = wanted is None or wanted < 0
        self._shown = (
            np.arange(len(pictures)) if every else np.flatnonzero(pictures.labels == wanted)
        )
        self._shown = self._shown[: min(MOST_SHOWN, MOST_BYTES // pictures.images[:1].nbytes)]
        if not len(self._shown):
            self.grid.clear("There is no picture of this class in this part.")
            return
        captions = [
            data.classes[i] if 0 <= i < len(data.classes) else ""
            for i in pictures.labels[self._shown]
        ]
        self.grid.show_picture(
            ImageGrid(as_images(pictures.images[self._shown]), captions, 0, self._shown)
        )

    def _picked(self, index: int) -> None:
        pictures = self._pictures()
        if pictures is not None and 0 <= index < len(pictures):
            self._own = False
            self.augmentations.show_picture(as_images(pictures.images[index : index + 1]))
            self.tabs.setCurrentIndex(AUGMENTED)

    def augment_own(self, path: Path) -> None:
        """Show what the augmentations make of a picture file."""

        def read(_: Progress) -> Images:
            from core.data.own import picture_at

            return picture_at(path, OWN_SIDE)

        self._own = True
        self.tabs.setCurrentIndex(AUGMENTED)
        self._tasks.start(
            f"Reading {path.name}", read, self.augmentations.show_picture, self.problem.emit
        )

    def _train(self) -> None:
        """Train on what is seen, whatever the form has become since."""
        if self._seen is not None:
            self.train.emit(self.method.currentData(), *self._seen)
