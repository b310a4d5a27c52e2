"""What a run is made from, as a form: the pictures, the method's options, the seed, the device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.config import ConfigError, option, options_of
from core.data.sources import source, sources
from core.registry import note
from gui.theme import SPACE
from gui.widgets.form import ConfigForm
from gui.widgets.text import Elided, label

if TYPE_CHECKING:
    from core.experiment import Experiment

LEAST_WIDTH = 300


@dataclass(frozen=True)
class RunOptions:
    """What belongs to a run and not to its method."""

    seed: int = option(
        0, "Everything random in the run follows from it.", low=0, high=2**31 - 1, group="Run"
    )
    device: str = option(
        "auto",
        "Where the network is trained; auto takes a GPU if there is one.",
        choices=("auto", "cpu", "cuda", "mps"),
        group="Run",
        advanced=True,
    )
    threads: int = option(
        0,
        "Threads of the CPU; 0 takes half of the cores and leaves the rest to the window.",
        low=0,
        high=256,
        group="Run",
        advanced=True,
    )


class Setup(QScrollArea):
    """The form of an experiment. It needs the method's class, so it is made once torch is there."""

    live_changed = Signal(str, object)  # an option that may change while training
    trial_wanted = Signal(object)  # an Experiment to train beside this one
    how_long = Signal()  # somebody asks how long it would take
    problem = Signal(str)

    def __init__(
        self,
        experiment: Experiment,
        config_class: type,
        recipes: Mapping[str, dict[str, Any]],
        trials: Mapping[str, Mapping[str, Any]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self._title = note(experiment.method).title
        self._recipes, self._trials = recipes, trials
        self._buttons: dict[str, QPushButton] = {}  # of the trials
        self.setWidgetResizable(True)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setHorizontalScrollBarPolicy(self.horizontalScrollBarPolicy().ScrollBarAlwaysOff)
        self._source = QComboBox()
        self._source.setAccessibleName("Pictures to learn from")
        for known in sources():
            self._source.addItem(known.title, known.id)
            self._source.setItemData(self._source.count() - 1, known.sentence, 3)  # tool tip
        self._data_place = QVBoxLayout()
        self._data_form: ConfigForm | None = None
        self.form = ConfigForm(config_class)
        self._run_form = ConfigForm(RunOptions)
        self._lay_out()
        self._source.currentIndexChanged.connect(self._source_chosen)
        self.form.changed.connect(self._option_changed)
        for form in (self.form, self._run_form):
            form.changed.connect(self._forget_times)
        self.show_experiment(experiment)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, SPACE.medium, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(SPACE.large, 0, SPACE.large, 0)
        head.setSpacing(SPACE.small)
        head.addWidget(label("Pictures", "small", "faint"))
        head.addWidget(self._source)
        head.addLayout(self._time_line())
        column.addLayout(head)
        if self._trials:
            column.addLayout(self._trial_buttons())
        column.addLayout(self._data_place)
        column.addWidget(self.form)
        column.addWidget(self._run_form)
        column.addStretch(1)
        self.setWidget(inside)

    def _time_line(self) -> QHBoxLayout:
        """Asks how long the training would take, and is told."""
        line = QHBoxLayout()
        line.setSpacing(SPACE.small)
        ask = QPushButton("How long?")
        ask.setToolTip("Take a few steps of this training, and of each that one may try, "
                       "to see how long they would take here")  # fmt: skip
        ask.clicked.connect(self.how_long)
        self._time = Elided("", "small")
        line.addWidget(ask)
        line.addWidget(self._time, 1)
        return line

    def _trial_buttons(self) -> QVBoxLayout:
        """A button for each thing to try; it trains a new run, and this one stays."""
        column = QVBoxLayout()
        column.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, 0)
        column.setSpacing(SPACE.tight)
        column.addWidget(label("Try", "small", "faint"))
        for title, options in self._trials.items():
            button = QPushButton(title)
            said = ", ".join(f"{name} {value}" for name, value in options.items())
            button.setToolTip(f"Train a new run with {said.replace('_', ' ')}")
            button.clicked.connect(lambda _=False, t=title: self._try(t))
            self._buttons[title] = button
            column.addWidget(button)
        return column

    def _try(self, title: str) -> None:
        """Ask for a run of the form as it stands, but with the options of a trial."""
        try:
            self.trial_wanted.emit(self.experiments()[title])
        except ConfigError as error:
            self.problem.emit(str(error))

    def experiments(self) -> dict[str, Experiment]:
        """That of the form, as "", and those that one may try; raises ConfigError."""
        from dataclasses import replace

        mine = self.experiment()
        return {"": mine} | {
            title: replace(mine, options={**mine.options, **options},
                           title=f"{self._title}: {title}")
            for title, options in self._trials.items()
        }  # fmt: skip

    def say_time(self, title: str, text: str) -> None:
        """How long one of the `experiments` would take; "" while it is not known."""
        if title:
            self._buttons[title].setText(f"{title}  ·  {text}" if text else title)
        else:
            self._time.say(text)

    def _forget_times(self, *_: object) -> None:
        for title in ("", *self._buttons):
            self.say_time(title, "")

    def show_experiment(self, experiment: Experiment) -> None:
        """Show an experiment's values."""
        self._experiment = experiment
        self._source.blockSignals(True)
        self._source.setCurrentIndex(self._source.findData(experiment.data))
        self._source.blockSignals(False)
        self._make_data_form(experiment.data_options)
        defaults = {o.name: o.default for o in options_of(self.form.config())}
        recipe = self._recipes.get(experiment.data, {})
        self.form.set_values({**defaults, **recipe, **experiment.options})
        self._run_form.set_values(
            {"seed": experiment.seed, "device": experiment.device, "threads": experiment.threads}
        )

    def experiment(self) -> Experiment:
        """The experiment as the form stands; raises ConfigError naming what is wrong."""
        from dataclasses import replace

        assert self._data_form is not None
        self._data_form.config()
        run = self._run_form.config()
        self.form.config()
        return replace(
            self._experiment,
            data=self._source.currentData(),
            options=self.form.values(),
            data_options=self._data_form.changes(),
            seed=run.seed,
            device=run.device,
            threads=run.threads,
        )

    def set_running(self, on: bool) -> None:
        """While a run trains, or stands, only its live options can be edited."""
        self._source.setEnabled(not on)
        self.form.set_running(on)
        self._run_form.set_running(on)
        if self._data_form is not None:
            self._data_form.set_running(on)

    def show_live(self, name: str, value: Any) -> None:
        """Show a live option's new value."""
        self.form.set_values({name: value})

    def _source_chosen(self) -> None:
        """Other pictures: their options at the defaults, the method's at the recipe for them."""
        self._forget_times()
        self._make_data_form({})
        defaults = {o.name: o.default for o in options_of(type(self.form.config()))}
        self.form.set_values({**defaults, **self._recipes.get(self._source.currentData(), {})})

    def _make_data_form(self, values: Mapping[str, Any]) -> None:
        if self._data_form is not None:
            self._data_place.removeWidget(self._data_form)
            self._data_form.hide()  # it is still there until the event loop turns
            self._data_form.deleteLater()
        self._data_form = ConfigForm(source(self._source.currentData()).Options)
        self._data_form.set_values(values)
        self._data_form.changed.connect(self._forget_times)
        self._data_place.addWidget(self._data_form)

    def _option_changed(self, name: str, value: Any) -> None:
        if self.form.fields[name].option.live:
            try:
                self.form.config()
            except ConfigError as error:
                self.problem.emit(str(error))
                return
            self.live_changed.emit(name, value)
