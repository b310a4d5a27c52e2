"""The arena: two networks fight over points in the plane, under several losses side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from core.arena.matches import MATCHES, MOST_LANES, LanePlan
from gui.arena.card import LaneCard
from gui.arena.cards import CardRow
from gui.arena.course import Course
from gui.arena.games import DATA, METHOD, Games
from gui.arena.lane_dialog import LaneDialog
from gui.arena.settings import ArenaSettings
from gui.arena.transport import PastBar, TransportBar
from gui.tasks import Tasks
from gui.theme import SPACE
from gui.widgets.arena.drawing import DrawingDialog
from gui.widgets.claiming import Claiming, combination

if TYPE_CHECKING:
    from core.experiment import Experiment
    from gui.laboratory import Laboratory

SLOW = 1.0  # seconds of rest a step in slow motion
NONE = Qt.KeyboardModifier.NoModifier
KEYS = {
    NONE | Qt.Key.Key_Space: "play",
    NONE | Qt.Key.Key_Period: "step",
    NONE | Qt.Key.Key_D: "discriminator",
    NONE | Qt.Key.Key_G: "generator",
    NONE | Qt.Key.Key_End: "now",
}


class ArenaPage(Claiming):
    """Settings at the left, the games in a row, below them their course and their past."""

    problem = Signal(str)
    train_wanted = Signal(object)  # an Experiment
    claimed = frozenset(KEYS)

    def __init__(self, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laboratory = laboratory
        self.games = Games(tasks, self)
        self.settings, self.transport, self.past = ArenaSettings(), TransportBar(), PastBar()
        self.row, self.course = CardRow(), Course()
        self.cards: list[LaneCard] = []
        self.plans: list[LanePlan] = []
        self._match, self._kind, self._file = "losses", "ring", ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lay_out()
        self._connect()
        self.transport.allow(False)
        laboratory.when_warm(lambda: self.play_match(self._match))

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(SPACE.small)
        right.addWidget(self.transport)
        right.addWidget(self.row, 1)
        right.addWidget(self.past)
        right.addWidget(self.course)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.medium)
        row.setSpacing(SPACE.large)
        row.addWidget(self.settings)
        row.addLayout(right, 1)

    def _connect(self) -> None:
        games, settings = self.games, self.settings
        games.begun.connect(self._show_lanes)
        games.moved.connect(self._show_state)
        games.problem.connect(self.problem)
        self.course.problem.connect(self.problem)
        settings.match_chosen.connect(self.play_match)
        settings.points_chosen.connect(self.choose_points)
        settings.seed_changed.connect(lambda _: self.begin())
        settings.again.clicked.connect(lambda: self.begin())
        settings.clock_chosen.connect(self._choose_clock)
        settings.layer_switched.connect(self._switch_layer)
        settings.raw_switched.connect(self._switch_raw)
        settings.slow_switched.connect(self._switch_slow)
        self.transport.play_wanted.connect(self.play)
        self.transport.step_wanted.connect(games.step_once)
        self.transport.add_wanted.connect(self.ask_to_add)
        self.past.looked.connect(self._look)
        self.past.back_wanted.connect(games.roll_back)

    # --- the match --------------------------------------------------------------------------------

    def play_match(self, id: str) -> None:
        """Set up one of the matches; it stands at its first step."""
        self._match = id
        self.settings.show_match(id, MATCHES[id].sentence)
        self.plans = list(MATCHES[id].lanes)
        self.begin()

    def choose_points(self, kind: str) -> None:
        """Learn other points; for those drawn by hand a board appears."""
        if kind == "own":
            self.draw_points()
            return
        self._kind, self._file = kind, ""
        self.begin()

    def draw_points(self) -> None:
        """Let the person draw what is to be learned."""
        dialog = DrawingDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.drawn.connect(self.learn_drawn)
        dialog.rejected.connect(self._show_points)
        dialog.open()

    def learn_drawn(self, points: np.ndarray) -> None:
        """Learn these points (N, 2); they are kept as a file, so that a run can be made of them."""
        from core.runs import home
        from core.runs.atomic import write_file

        path = home() / "points" / "drawn.csv"
        lines = "\n".join(f"{x:.5f},{y:.5f}" for x, y in points)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, f"x,y\n{lines}\n".encode())
        except OSError as error:
            self.problem.emit(f"The points could not be kept in {path}: {error.strerror}")
            self._show_points()
            return
        self._kind, self._file = "own", str(path)
        self._show_points()
        self.begin()

    def _show_points(self) -> None:
        self.settings.points.setCurrentIndex(self.settings.points.findData(self._kind))

    def begin(self, play: bool = False) -> None:
        """The games from their first step."""
        self.transport.allow(False)
        self.transport.said.setText("Preparing…")
        self.past.line.at = None
        self.games.start(self.plans, self._kind, self._file, self.settings.seed.value(), play)

    def _show_lanes(self) -> None:
        arena = self.games.arena
        assert arena is not None
        arena.raw, arena.pace = self.settings.raw.isChecked(), self._pace()
        self.transport.allow(True)
        self.transport.said.setText("")
        self.course.clear()
        self._match_cards()
        self._show_state()

    def _match_cards(self) -> None:
        """As many cards as there are games."""
        arena = self.games.arena
        assert arena is not None
        lanes = arena.lanes
        while len(self.cards) < len(lanes):
            card = LaneCard()
            card.wanted.connect(lambda what, c=card: self._want(c, what))
            card.problem.connect(self.problem)
            for name, box in self.settings.layers.items():
                card.plane.show_layer(name, box.isChecked())
            self.cards.append(card)
        while len(self.cards) > len(lanes):
            gone = self.cards.pop()
            gone.hide()
            gone.deleteLater()
        for card, lane in zip(self.cards, lanes):
            real = np.asarray(lane.data.held_out.images)[:, :, 0, 0]
            card.set_data(lane.title, arena.frame, real)
        self.row.set_cards(self.cards)

    def _show_state(self) -> None:
        arena = self.games.arena
        if arena is None or not self.isVisible():
            return
        if len(arena.lanes) != len(self.cards):
            self._match_cards()
        states, looks = arena.states(), arena.looks()
        for card, state, look in zip(self.cards, states, looks):
            card.show_state(state, look)
        self.transport.show_playing(arena.playing)
        self.past.show_reached(arena.reached(), arena.clock)
        self.course.follow([s.title for s in states], [s.step for s in states], looks,
                           self.past.line.at, arena.clock)  # fmt: skip

    # --- what is asked ----------------------------------------------------------------------------

    def play(self, on: bool) -> None:
        """Let the games go on, from now, or stand still."""
        if on and self.past.line.at is not None:
            self.past.line.go(None)
        self.games.play(on)
        self.transport.show_playing(self.games.playing)

    def _look(self, at: float | None) -> None:
        if self.games.arena is not None:
            self.games.arena.look(at)

    def _choose_clock(self, clock: str) -> None:
        self.past.line.at = None
        self.games.set_clock(clock)
        self.course.clear()

    def _switch_layer(self, name: str, on: bool) -> None:
        for card in self.cards:
            card.plane.show_layer(name, on)

    def _switch_raw(self, on: bool) -> None:
        if self.games.arena is not None:
            self.games.arena.raw = on

    def _pace(self) -> float:
        return SLOW if self.settings.slow.isChecked() else 0.0

    def _switch_slow(self, _on: bool) -> None:
        if self.games.arena is not None:
            self.games.arena.pace = self._pace()

    def _want(self, card: LaneCard, what: str) -> None:
        at = self.cards.index(card)
        arena = self.games.arena
        if arena is None:
            return
        if what == "remove":
            if len(arena.lanes) > 1:
                arena.remove(at)
                self.plans = self.plans[:at] + self.plans[at + 1 :]
        elif what == "run":
            self.train_wanted.emit(self.experiment_of(at))
        else:
            self._ask(at, branch=what == "branch")

    def experiment_of(self, lane: int) -> Experiment:
        """The run that trains as a lane does."""
        arena = self.games.arena
        assert arena is not None
        game = arena.lanes[lane]
        return replace(game.experiment, title=game.title)

    def _usual(self) -> dict[str, Any]:
        from core.config import to_dict
        from core.experiment import Experiment

        return to_dict(Experiment(METHOD, DATA).config())

    def _ask(self, lane: int, branch: bool) -> None:
        arena = self.games.arena
        assert arena is not None
        game, where = arena.lanes[lane], self.past.line.said()
        title = "Branch" if branch else "Begin anew"
        sentence = (
            f"One more game that shares the past of «{game.title}» until {where} and then goes its "
            "own way. Options that make other networks need a new game."
            if branch
            else "All games begin anew, this one with these options."
        )
        self._open(title, sentence, game.title + (", branch" if branch else ""),
                   game.experiment.options,
                   lambda name, options: self._branch(lane, name, options)
                   if branch else self._change(lane, name, options))  # fmt: skip

    def ask_to_branch(self) -> None:
        """One more game out of the first one's past, from where one looks."""
        if self.games.arena is not None:
            self._ask(0, branch=True)

    def ask_to_add(self) -> None:
        """One more game of the person's own making; all begin anew."""
        if len(self.plans) >= MOST_LANES:
            self.problem.emit(f"There are {MOST_LANES} games already; remove one first.")
            return
        sentence = "All games begin anew, with one more beside them."
        self._open("Add", sentence, f"Game {len(self.plans) + 1}", {}, self._add)

    def _open(self, title: str, sentence: str, name: str, options: Mapping[str, Any],
              take: Any) -> QDialog:  # fmt: skip
        dialog = LaneDialog(title, sentence, name, self._usual(), options, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(take)
        dialog.open()
        return dialog

    def _branch(self, lane: int, name: str, options: Mapping[str, Any]) -> None:
        at = self.past.line.at
        self.games.branch(lane, name, self.past.line.reached if at is None else at, options)
        self.past.line.go(None)

    def _change(self, lane: int, name: str, options: Mapping[str, Any]) -> None:
        self.plans[lane] = LanePlan(name, options)
        self.begin()

    def _add(self, name: str, options: Mapping[str, Any]) -> None:
        self.plans.append(LanePlan(name, options))
        self.begin()

    # --- the keys and the end ---------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = KEYS.get(combination(event))
        if act is None:
            super().keyPressEvent(event)
        elif act == "play":
            self.play(not self.games.playing)
        elif act == "now":
            self.past.line.go(None)
        else:
            self.games.step_once("" if act == "step" else act)

    def hideEvent(self, event: QHideEvent) -> None:
        self.games.play(False)  # nobody plays for an empty room
        super().hideEvent(event)

    def end(self) -> None:
        """Stop what is on."""
        self.games.end()
