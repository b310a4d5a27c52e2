"""Are the features any good? The one fair protocol, run on demand, and its earlier results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.evaluate.protocols import PROTOCOLS
from core.pictures import Curve, ImageGrid, Matrix, Picture
from gui.panels.base import Panel
from gui.session import Session
from gui.tasks import Task, Tasks
from gui.theme import SPACE
from gui.views import view_for
from gui.widgets.flow import FlowLayout
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.progress import Tick

HEIGHTS = {Curve: 300, Matrix: 320}
TILES = 120  # a row of pictures with their captions
NOT_YET = (
    "Not judged yet. Every number will stand beside raw pixels and an untrained network of the "
    "same shape."
)
UNLABELLED = (
    "These pictures have no labels to judge by. Put them into one folder a class, or name a few "
    "under “Label by hand”: a linear probe then names the others."
)


class EvaluationPanel(Panel):
    """Chooses protocols, runs them beside the training, shows what they found."""

    title = "Evaluation"
    evaluated = Signal()

    def __init__(self, session: Session, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._tasks = tasks
        self._task: Task | None = None
        self.boxes = {id: QCheckBox(each.title) for id, each in PROTOCOLS.items()}
        for id, each in PROTOCOLS.items():
            self.boxes[id].setToolTip(each.help)
            self.boxes[id].setChecked(each.usual)
        self.seeds = QSpinBox(minimum=1, maximum=20, value=3)
        self.seeds.setToolTip(
            "How many label draws and fresh networks the mean and spread are over"
        )
        self.seeds.setAccessibleName("Seeds")
        self.beside = QComboBox()
        self.beside.setAccessibleName("Supervised run to compare with")
        self.beside.setToolTip("A run trained with labels on the same pictures, shown beside")
        self.start = QPushButton("Evaluate")
        self.start.setProperty("kind", "primary")
        self.bar = QProgressBar()
        self.bar.hide()
        self.what = label("", "small", "secondary")
        self.what.setWordWrap(True)
        self.earlier = QComboBox()
        self.earlier.setAccessibleName("Earlier results")
        for box in (self.beside, self.earlier):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(8)
        self._lay_out()
        self.start.clicked.connect(self.start_or_cancel)
        self.earlier.activated.connect(self._show_earlier)
        tasks.progress.connect(self._show_progress)

    def _lay_out(self) -> None:
        boxes = FlowLayout(gap=SPACE.medium)
        for box in self.boxes.values():
            boxes.addWidget(box)
        self.controls.addWidget(QLabel("Seeds"))
        self.controls.addWidget(self.seeds)
        self.controls.addWidget(self.beside, 1)
        self.controls.addWidget(self.start)
        self.body.insertLayout(0, boxes)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.what)
        self.body.addWidget(self.earlier)
        self._results = QVBoxLayout()
        self._results.setSpacing(SPACE.small)
        inside = QWidget()
        inside.setLayout(self._results)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(scroll, 1)

    def ask(self) -> bool:
        """What was found before is in the run folder; nothing is asked of the observer."""
        run = self.session.run
        if run is None:
            return False
        self._list_earlier()
        self._list_supervised()
        if self._task is None:
            self.start.setEnabled(self._labelled())
        return True

    def _labelled(self) -> bool:
        """Whether there is anything to judge by."""
        probe = self.session.probe
        return probe is not None and bool(probe.classes) and bool((probe.labels >= 0).any())

    def refused(self, reason: str) -> None:
        self.what.setText(reason)

    def start_or_cancel(self) -> None:
        """Begin to evaluate the timeline's step; while it goes on, cancel it."""
        if self._task is not None:
            self._tasks.cancel(self._task)
            return
        run, chosen = self.session.run, [id for id, box in self.boxes.items() if box.isChecked()]
        if run is None or not chosen:
            self.what.setText(
                "Choose at least one protocol." if run else "There is no run to judge yet."
            )
            return
        store, seeds, step = self.session.store, self.seeds.value(), self.session.step
        other = self.beside.currentData()

        def work(progress):  # type: ignore[no-untyped-def]
            from core.judge import judge

            supervised = store.open(other) if other else None
            return judge(store, run, chosen, seeds, step, supervised, progress)

        self.start.setText("Cancel")
        self.what.setText("")
        self._task = self._tasks.start("Evaluating", work, self._found, self._failed)

    def _show_progress(self, task: Task, tick: Tick) -> None:
        if task is not self._task:
            return
        self.bar.show()
        self.bar.setRange(0, tick.total)
        self.bar.setValue(tick.done)
        left = f", {tick.remaining:.0f} s left" if tick.remaining is not None else ""
        self.what.setText(f"{tick.what}: {tick.done:,} of {tick.total:,}{left}")

    def _found(self, report: object) -> None:
        from core.report.judged import pictures_of

        self._idle("")
        self._show_pictures(pictures_of(report))  # type: ignore[arg-type]
        self._list_earlier()
        self.evaluated.emit()

    def _failed(self, why: str) -> None:
        self._idle(why)

    def _idle(self, text: str) -> None:
        self._task = None
        self.bar.hide()
        self.start.setText("Evaluate")
        self.what.setText(text)

    def _list_earlier(self) -> None:
        assert self.session.run is not None
        found = self.session.run.evaluations()
        before = self.earlier.count()
        self.earlier.clear()
        for name in sorted(found, reverse=True):
            step, _, protocols = name.removeprefix("step-").partition("-")
            shown = f"step {int(step):,}: {protocols.replace('_', ' ')}" if step.isdigit() else name
            self.earlier.addItem(shown, name)
        self.earlier.setVisible(bool(found))
        if found and before == 0 and self._results.count() == 0 and self._task is None:
            self._show_earlier()
        elif not found and self._task is None:
            self.what.setText(NOT_YET if self._labelled() else UNLABELLED)

    def _list_supervised(self) -> None:
        """Runs with labels on the same pictures may stand beside."""
        chosen = self.beside.currentData()
        self.beside.clear()
        self.beside.addItem("no supervised run", None)
        mine = self.session.run
        for run in self.session.store.list():
            if (
                run.info
                and mine
                and run.info.method == "supervised"
                and run.status in ("finished", "stopped")
                and run.info.fingerprint == mine.info.fingerprint
                and run.id != mine.id
            ):
                self.beside.addItem(f"{run.info.title} ({run.id[:15]})", run.id)
        at = self.beside.findData(chosen)
        self.beside.setCurrentIndex(at if at >= 0 else min(1, self.beside.count() - 1))

    def _show_earlier(self) -> None:
        from core.report.judged import kept_pictures

        assert self.session.run is not None
        kept = self.session.run.evaluations().get(self.earlier.currentData())
        if kept is None:
            return
        try:
            self._show_pictures(kept_pictures(kept))
            self.what.setText("")
        except ValueError as error:
            self.what.setText(str(error))

    def _show_pictures(self, pictures: list[tuple[str, Picture]]) -> None:
        while self._results.count():
            item = self._results.takeAt(0)
            if item.widget() is not None:
                item.widget().deleteLater()
        for title, picture in pictures:
            self._results.addWidget(label(title, "lead", "primary"))
            view = view_for(picture)()
            view.set_stamp(self.session.run.id if self.session.run else "")
            view.problem.connect(self.problem)
            view.show_picture(picture)
            view.setMinimumHeight(_height(picture))
            self._results.addWidget(view)
        self._results.addStretch(1)

    def end(self) -> None:
        """Cancel what is still being judged."""
        super().end()
        if self._task is not None:
            self._tasks.cancel(self._task)


def _height(picture: Picture) -> int:
    """Pixels in which a picture is readable; a grid is seen whole, for the panel scrolls."""
    if isinstance(picture, ImageGrid):
        return TILES * -(-len(picture.images) // max(1, picture.columns))
    rows = len(picture.rows) if hasattr(picture, "rows") else 0
    return HEIGHTS.get(type(picture), min(480, 96 + 26 * rows))
