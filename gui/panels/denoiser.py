"""From noise to pictures: the way there, many samples, one's own picture, what guidance costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import (
    QComboBox,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from core.generative.wishes import EACH, Wish
from gui.icons import icon
from gui.panels.base import PicturePanel
from gui.session import Session
from gui.tasks import Task, Tasks
from gui.theme import SPACE
from gui.views.curve import CurveView
from gui.views.image_grid import ImageGridView
from gui.widgets.choice_row import ChoiceRow
from gui.widgets.class_choice import ClassChoice
from gui.widgets.dial import Dial
from gui.widgets.flow import FlowLayout
from gui.widgets.text import label
from gui.widgets.work_bar import WorkBar

if TYPE_CHECKING:
    from core.generative.guidance import Guidance
    from core.observer import Answer
    from core.progress import Progress, Tick

WEIGHTS = (-1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
STEPS = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100)
TIMES = tuple(round(0.05 * at, 2) for at in range(1, 21))
MOST_PICTURES = 12
MODES = {
    "way": ("Way", "From noise to pictures: above what there is, below what it is taken for"),
    "samples": ("Samples", "Several pictures of every class"),
    "there": ("From a picture", "A picture put under noise, and denoised from there"),
    "guidance": ("Guidance", "How right and how varied samples are at each weight"),
}
CLICK = "Click a moment and choose a class to go on from it with another one."
UNMEASURED = (
    "Not measured at this step. Measuring samples pictures at several weights and has a small "
    "classifier of the same data say how often it sees the class that was asked for."
)


class DenoiserPanel(PicturePanel):
    """Sliders for guidance, steps and class; every turn of one asks again."""

    title = "Denoise"
    ability = "Denoises"

    def __init__(self, session: Session, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._tasks, self._task = tasks, None  # type: Tasks, Task | None
        self.mode = ChoiceRow(MODES)
        self.classes, self.branch = ClassChoice(), QComboBox()
        self.weight = Dial("Guidance", "Weight of guidance: 0 is the conditional model", WEIGHTS)
        self.steps = Dial("Steps", "Steps from noise to a picture", STEPS)
        self.time = Dial(
            "Noise", "How far the picture is put under noise", TIMES, "t {:.2f}".format
        )
        self.count = QSpinBox()
        self.random = QToolButton(text="Random steps", checkable=True)
        self.another = QPushButton("Another noise")
        self.measure = QPushButton("Measure")
        self.grid, self.curve = ImageGridView(), CurveView()
        self.work = WorkBar()
        self.said = label("", "small", "secondary", wrap=True)
        self._seed = 0
        self._then: float | None = None  # the time of the moment that was clicked
        self._times: list[float] = []
        self._measured: Guidance | None = None
        self._prepare()
        self._lay_out()
        self._connect()

    def _prepare(self) -> None:
        options = self.session.experiment.options
        self.weight.set_value(float(options.get("guidance", 1.0)))
        self.steps.set_value(float(options.get("sampling_steps", 20)))
        self.time.set_value(0.6)
        self.count.setRange(1, MOST_PICTURES)
        self.count.setValue(3)
        self.count.setToolTip("Pictures, or pictures of each class")
        self.count.setAccessibleName("Pictures, or pictures of each class")
        self.random.setToolTip("Noise is added at every step, as of DDPM, instead of none (DDIM)")
        self.another.setIcon(icon("reset"))
        self.another.setToolTip("The same from other noise")
        self.measure.setProperty("kind", "primary")
        self.branch.setToolTip("Go on from the moment that was clicked with this class")
        self.branch.setAccessibleName("Class from the chosen moment on")
        for box in (self.classes, self.branch):  # the words change with what the data knows
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def _lay_out(self) -> None:
        self.body.insertWidget(0, self.mode)
        flow = FlowLayout(gap=SPACE.medium)
        self._groups: dict[str, QWidget] = {}
        for name, parts in {
            "class": (label("Class", "small"), self.classes),
            "weight": (self.weight,),
            "steps": (self.steps,),
            "count": (label("Pictures", "small"), self.count),
            "time": (self.time, self.turner),
            "another": (self.another, self.random),
            "branch": (label("Then", "small"), self.branch),
            "measure": (self.measure,),
        }.items():
            self._groups[name] = flow.add_group(*parts)
        self.body.addLayout(flow)
        self._views = QStackedWidget()
        self._views.addWidget(self.grid)
        self._views.addWidget(self.curve)
        self.body.addWidget(self._views, 1)
        self.body.addWidget(self.work)
        self.body.addWidget(self.said)
        self._show_controls()

    def _connect(self) -> None:
        self.mode.chosen.connect(self._turn_to)
        for dial in (self.weight, self.steps, self.time):
            dial.turned.connect(self.refresh)
        self.count.valueChanged.connect(self.refresh)
        self.classes.activated.connect(self.refresh)
        self.branch.activated.connect(self.refresh)
        self.random.toggled.connect(self.refresh)
        self.another.clicked.connect(self.draw_anew)
        self.measure.clicked.connect(self.measure_guidance)
        self.work.stopped.connect(self._cancel)
        self.grid.picked.connect(self._pick)
        self._tasks.progress.connect(self._tell)
        for view in (self.grid, self.curve):
            view.problem.connect(self.problem)

    # --- what a person asks -----------------------------------------------------------------------

    def draw_anew(self) -> None:
        """Begin from other noise."""
        self._seed += 1
        self.refresh()

    def _turn_to(self, _: str) -> None:
        self._show_controls()
        self.refresh()

    def _show_controls(self) -> None:
        """Those that have a meaning for what is shown."""
        mode = self.mode.key
        shown = {
            "way": ("class", "weight", "steps", "count", "another", "branch"),
            "samples": ("class", "weight", "steps", "count", "another"),
            "there": ("class", "weight", "steps", "count", "another", "time"),
            "guidance": ("weight", "steps", "measure"),
        }[mode]
        for name, group in self._groups.items():
            group.setVisible(name in shown)
        self._views.setCurrentWidget(self.curve if mode == "guidance" else self.grid)

    def _pick(self, moment: int) -> None:
        """A moment of the way: from it on another class may be asked for."""
        if self.mode.key == "way" and 0 <= moment < len(self._times):
            self._then = self._times[moment]
            if self.branch.currentData() is None and self.branch.count() > 1:
                self.branch.setFocus()
            self.refresh()

    def wish(self) -> Wish:
        """What is asked for now."""
        chosen = self.classes.currentData()
        return Wish(
            label=EACH if chosen is None else chosen,
            count=self.count.value(),
            weight=self.weight.value,
            steps=int(self.steps.value),
            seed=self._seed,
            random=self.random.isChecked(),
        )

    # --- asking -----------------------------------------------------------------------------------

    def ask(self) -> bool:
        if self.session.probe is None:
            return False
        self._list_classes()
        mode, wish = self.mode.key, self.wish()
        if mode == "guidance":
            self._show_measured()
            return self.session.run is not None
        from core.generative import denoising

        if mode == "samples":
            return self.put(denoising.samples(wish, self.count.value()), self._show_samples)
        if mode == "there":
            if not self.follow_pictures():
                self.grid.clear("Choose a picture in the strip below, or open one of your own.")
                return True
            question = denoising.there_and_back(wish, self.time.value, self.turner.at)
            return self.put(question, self._show_there)
        other = self.branch.currentData()
        if other is not None:
            at = self._then if self._then is not None else 0.5
            wish = replace(wish, then=(at, other))
        return self.put(denoising.strip(wish), self._show_way)

    def _list_classes(self) -> None:
        """Offer the classes of the run, once."""
        assert self.session.probe is not None
        told = self.session.experiment.options.get("use_labels", True)
        names = self.session.probe.classes if told else ()
        if not self.classes.offer(names):
            return
        self.branch.clear()
        self.branch.addItem("the same class", None)
        for at, name in enumerate(names):
            self.branch.addItem(name, at)
        self.branch.setEnabled(bool(names))
        self.weight.setEnabled(bool(names))

    def refused(self, reason: str) -> None:
        (self.curve if self.mode.key == "guidance" else self.grid).clear(reason)
        self.said.setText("")

    # --- showing ----------------------------------------------------------------------------------

    def _show_way(self, answer: Answer) -> None:
        if self.mode.key != "way":
            return
        found = answer.value
        self._times = found.way.times.tolist()
        self._show_grid(answer, found.grid())
        self.grid.select([])
        if self._then is not None:
            nearest = min(range(len(self._times)), key=lambda m: abs(self._times[m] - self._then))
            self.grid.select([nearest])
        at = "" if self._then is None else f"The moment t {self._then:.2f} is chosen. "
        self.said.setText(at + CLICK if self.branch.isEnabled() else "")

    def _show_samples(self, answer: Answer) -> None:
        if self.mode.key == "samples":
            self._show_grid(answer, answer.value)
            self.said.setText("")

    def _show_there(self, answer: Answer) -> None:
        if self.mode.key == "there":
            self._show_grid(answer, answer.value.grid())
            self.said.setText(
                "Above the picture on its way under noise; below, what it is taken for on the way "
                "back. The more noise, the less of the picture is kept."
            )

    def _show_grid(self, answer: Answer, grid: Any) -> None:
        self.grid.set_stamp(self.stamp(answer.step))
        self.grid.keep_in_sight(len(grid.images) // grid.columns if grid.columns else 0)
        self.grid.show_picture(grid)
        if self.mode.key != "way":
            self.grid.select([])

    # --- guidance ---------------------------------------------------------------------------------

    def measure_guidance(self) -> None:
        """Sample at several weights, in a thread; the curve is kept while the panel is there."""
        run, step, steps = self.session.run, self.session.step, int(self.steps.value)
        if run is None or self._task is not None:
            return

        def work(progress: Progress) -> Guidance:
            from core import experiment as experiments
            from core.evaluate.generative.classifier import judge_of
            from core.generative.guidance import guidance
            from core.judge import method_of

            method, at = method_of(run, step)
            data = experiments.load_data(experiments.from_run(run), progress)
            judge = judge_of(data, progress)
            return replace(guidance(method, data, judge, steps=steps, progress=progress), step=at)

        self.mode.choose("guidance")
        self.measure.setEnabled(False)
        self.work.begin("Measuring guidance")
        self._task = self._tasks.start("Measuring guidance", work, self._take, self._fail)

    def _cancel(self) -> None:
        if self._task is not None:
            self._tasks.cancel(self._task)

    def _tell(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self.work.tell(tick)

    def _take(self, found: Guidance) -> None:
        self._measured = found
        self._idle()
        self._show_measured()

    def _fail(self, why: str) -> None:
        self._idle()
        self.said.setText(why[:1].upper() + why[1:])

    def _idle(self) -> None:
        self._task = None
        self.measure.setEnabled(True)
        self.work.end()

    def _show_measured(self) -> None:
        """The curve, and where on it the slider stands."""
        found = self._measured
        if found is None:
            self.curve.clear(UNMEASURED)
            return
        self.curve.set_stamp(self.stamp(found.step))
        self.curve.show_picture(found.curve(self.weight.value))
        self.said.setText(
            f"{found.count} samples of {found.steps} steps at each weight, of step "
            f"{found.step:,}; judged by {found.judge}."
        )

    def end(self) -> None:
        """Cancel what is still being measured."""
        super().end()
        self._cancel()
