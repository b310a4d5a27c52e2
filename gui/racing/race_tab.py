"""The race: lanes in a row seen from one place, below them how it goes and what each occupies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.racing.plan import SECONDS, LanePlan
from core.render.viewpoint import Viewpoint
from gui.icons import icon
from gui.racing.card import LaneCard
from gui.racing.cards import LaneRow
from gui.racing.lane_dialog import LaneDialog
from gui.racing.plot import MemoryBars, RacePlot
from gui.racing.races import Races
from gui.tasks import Tasks
from gui.theme import SPACE
from gui.widgets.readout import Readout
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.experiment import Experiment
    from core.runs import RunStore

FIRST = (LanePlan("voxels"), LanePlan("nerf"))
WHILE_RACING, WHILE_STILL = 20_000, 90_000  # pixels of a lane's picture, at the most
FOOT = 230  # pixels of the plot


class RaceTab(QWidget):
    """Holds one race; a new one begins with every other scene."""

    problem = Signal(str)
    done = Signal(str)
    train_wanted = Signal(object)  # an Experiment

    def __init__(self, tasks: Tasks, store: Callable[[], RunStore],
                 parent: QWidget | None = None) -> None:  # fmt: skip
        super().__init__(parent)
        self._store = store
        self.races = Races(tasks, self)
        self.plans: list[LanePlan] = []
        for plan in FIRST:
            self.plans.append(plan.named([p.title for p in self.plans]))
        self.view = Viewpoint()
        self.play_button = QPushButton(icon("play", "accent_text"), "Start")
        self.play_button.setProperty("kind", "primary")
        self.play_button.setToolTip("Let the lanes learn in turns, or stand still (Shift+F5)")
        self.again = QPushButton(icon("reset"), "Reset")
        self.again.setToolTip("All lanes from their first step (Shift+F6)")
        self.add_button = QPushButton(icon("compare"), "Add a lane…")
        self.add_button.setToolTip("One more way of learning the same scene (Shift+F7)")
        self.seconds = QDoubleSpinBox(minimum=1, maximum=3600, decimals=0, suffix=" s")
        self.seconds.setValue(SECONDS)
        self.seconds.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.seconds.setAccessibleName("Seconds of work of each lane")
        self.seconds.setToolTip("How long each lane learns, in seconds of work of one processor")
        self.clocks = {name: QToolButton(text=name.capitalize(), checkable=True)
                       for name in ("seconds", "steps")}  # fmt: skip
        self.output = QComboBox()
        self.output.setAccessibleName("What the lanes show")
        self.output.setToolTip("What the pictures of all lanes show (Shift+F12)")
        self.said = Readout()
        self.row, self.plot, self.memory = LaneRow(), RacePlot(), MemoryBars()
        self._playing = False
        self._wish: tuple[Viewpoint, tuple[int, int], str] | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._look)
        self._lay_out()
        self._connect()
        self._allow(False)

    @property
    def cards(self) -> list[LaneCard]:
        """One a lane."""
        return self.row.cards

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE.small)
        for part in (self.play_button, self.again, label("Length", "small", "secondary"),
                     self.seconds):  # fmt: skip
            top.addWidget(part)
        top.addSpacing(SPACE.small)
        top.addWidget(self.said, 1)
        top.addWidget(label("Show", "small", "secondary"))
        top.addWidget(self.output)
        group = QButtonGroup(self)
        top.addWidget(label("Plot over", "small", "secondary"))
        for name, button in self.clocks.items():
            button.setChecked(name == "seconds")
            button.setToolTip(f"Held-out PSNR over {name}")
            group.addButton(button)
            top.addWidget(button)
        top.addWidget(self.add_button)
        foot = QHBoxLayout()
        self.plot.setFixedHeight(FOOT)
        foot.addWidget(self.plot, 3)
        foot.addWidget(self.memory, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE.small, 0, 0)
        column.setSpacing(SPACE.small)
        column.addLayout(top)
        column.addWidget(self.row, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        races = self.races
        races.begun.connect(self._show_lanes)
        races.moved.connect(self._show_state)
        races.told.connect(self.said.setText)
        races.problem.connect(self._tell_problem)
        races.kept.connect(lambda id: self.done.emit(f"Kept as the run {id}"))
        self.plot.problem.connect(self.problem)
        self.memory.problem.connect(self.problem)
        self.row.problem.connect(self.problem)
        self.play_button.clicked.connect(lambda: self.play(not self.races.playing))
        self.again.clicked.connect(self.reset)
        self.add_button.clicked.connect(self.ask_to_add)
        self.output.currentIndexChanged.connect(lambda _: self._soon.start())
        self.seconds.valueChanged.connect(self._lengthen)
        for name, button in self.clocks.items():
            button.clicked.connect(lambda _=False, n=name: self.choose_clock(n))

    # --- the race ---------------------------------------------------------------------------------

    def begin(self, data_options: dict[str, Any]) -> None:
        """The lanes on a scene, at their first step."""
        self._allow(False)
        self.said.setText("Preparing…")
        self.races.start(self.plans, data_options, self.seconds.value())

    def _allow(self, on: bool) -> None:
        for button in (self.play_button, self.again, self.add_button):
            button.setEnabled(on)

    def _tell_problem(self, why: str) -> None:
        self.problem.emit(why)
        if self.races.race is None:
            self.said.setText(why)

    def _show_lanes(self) -> None:
        self._allow(True)
        self._fill_outputs()
        self.said.setText("Drag in one picture to turn all.")
        self._match_cards()
        self._wish = None
        self._look()
        self._show_state()

    def _fill_outputs(self) -> None:
        """Once torch is there: all but what needs the photograph of a view."""
        from core.render.outputs import OUTPUTS

        for key, (words, hint) in OUTPUTS.items():
            if key != "error" and self.output.findData(key) < 0:
                self.output.addItem(words, key)
                self.output.setItemData(self.output.count() - 1, hint, Qt.ItemDataRole.ToolTipRole)

    def show_next_output(self) -> None:
        """What comes after what the lanes show now: colour, depth, opacity, normals, samples."""
        self.output.setCurrentIndex((self.output.currentIndex() + 1) % max(1, self.output.count()))

    def _match_cards(self) -> None:
        """As many cards as there are lanes."""
        race = self.races.race
        assert race is not None
        cards, lanes = list(self.cards), race.lanes
        while len(cards) < len(lanes):
            card = LaneCard(len(cards))
            card.wanted.connect(lambda what, c=card: self._want(c, what))
            card.problem.connect(self.problem)
            card.stage.moved.connect(self.turn)
            card.stage.settled.connect(self._soon.start)
            card.stage.resized.connect(self._soon.start)
            card.stage.set_viewpoint(self.view)
            cards.append(card)
        while len(cards) > len(lanes):
            gone = cards.pop()
            gone.hide()
            gone.deleteLater()
        self.row.set_cards(cards)
        self._soon.start()

    def _show_state(self) -> None:
        race = self.races.race
        if race is None or not self.isVisible():
            return
        states = race.states()
        if len(race.lanes) != len(self.cards):
            self._match_cards()
        for card, state, shot in zip(self.cards, states, race.shots()):
            card.show_state(state, shot)
        self.plot.follow(states)
        self.memory.follow(states)
        if race.playing != self._playing:
            self._playing = race.playing
            self.play_button.setText("Pause" if race.playing else "Go on")
            self.play_button.setIcon(icon("pause" if race.playing else "play", "accent_text"))
            self._soon.start()  # what stands still is seen finer
            if race.finished:
                self.said.setText("All are done; a greater length lets them go on.")
            elif race.playing:
                self.said.setText("Drag in one picture to turn all.")

    def play(self, on: bool) -> None:
        """Let the lanes go on, or stand still."""
        self.races.play(on)

    def toggle(self) -> None:
        """Start or pause."""
        self.play(not self.races.playing)

    def reset(self) -> None:
        """All lanes from their first step."""
        if self.races.race is not None:
            self.races.race.reset()

    def _lengthen(self, seconds: float) -> None:
        if self.races.race is not None:
            self.races.race.lengthen(seconds)

    def choose_clock(self, name: str) -> None:
        """Draw PSNR over seconds of work or over steps."""
        self.clocks[name].setChecked(True)
        self.plot.clock = name
        self._show_state()

    def switch_clock(self) -> None:
        """The other of the two."""
        self.choose_clock("steps" if self.plot.clock == "seconds" else "seconds")

    # --- the camera -------------------------------------------------------------------------------

    def turn(self, view: Viewpoint) -> None:
        """See every lane from there."""
        self.view = view
        for card in self.cards:
            card.stage.set_viewpoint(view)
        self._look()

    def _look(self) -> None:
        """Ask for pictures of the size of the stages, as fine as can be afforded."""
        race = self.races.race
        if race is None or not self.isVisible() or not self.cards:
            return
        stage = self.cards[0].stage
        wide, high = max(1, stage.width()), max(1, stage.height())
        most = WHILE_RACING if race.playing else WHILE_STILL
        scale = min(1.0, (most / (wide * high)) ** 0.5)
        size = max(1, round(wide * scale)), max(1, round(high * scale))
        wish = self.view, size, self.output.currentData()
        if wish != self._wish:
            self._wish = wish
            race.look(self.view.camera(*size), self.output.currentData())

    # --- what is asked of a lane ------------------------------------------------------------------

    def _want(self, card: LaneCard, what: str) -> None:
        at, race = self.cards.index(card), self.races.race
        if race is None:
            return
        if what == "remove":
            self.remove(at)
        elif what == "keep":
            self.keep(at)
        else:
            self.train_wanted.emit(self.experiment_of(at))

    def remove(self, lane: int) -> None:
        """Take a lane away; the last one stays."""
        race = self.races.race
        if race is not None and len(race.lanes) > 1:
            race.remove(lane)
            self.plans = self.plans[:lane] + self.plans[lane + 1 :]

    def keep(self, lane: int) -> None:
        """Keep a lane as a run."""
        self.races.keep(lane, self._store())

    def experiment_of(self, lane: int) -> Experiment:
        """The run that trains as a lane does."""
        assert self.races.race is not None
        return self.races.race.lanes[lane].experiment

    def ask_to_add(self) -> None:
        """Choose one more lane."""
        if self.races.race is None:
            return
        dialog = LaneDialog(self)
        dialog.chosen.connect(self.add)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def add(self, plan: LanePlan) -> None:
        """One more lane, which catches up."""
        named = plan.named([p.title for p in self.plans])
        self.plans.append(named)
        self.races.add(named, self.seconds.value())

    # --- coming and going -------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._wish = None
        self._soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self.races.play(False)  # nobody races for an empty room
        if self.races.race is not None:
            self.races.race.look_away()
        super().hideEvent(event)

    def end(self) -> None:
        """Stop what is on."""
        self.races.end()
