"""The desk of one run: its form, its curves, its timeline, a dock for each thing it can show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QVBoxLayout, QWidget

from core.config import ConfigError
from core.histories import history_of
from core.mailbox import Event, Row
from core.progress import Progress, Tick
from core.runs import RunError
from gui.laboratory import Laboratory
from gui.machine import resident_bytes
from gui.mapping.instrument import MapInstrument
from gui.pages.alarm import CollapseAlarm
from gui.pages.columns import rows_of
from gui.pages.companion import companion_of
from gui.pages.forecasts import Forecasts
from gui.pages.layouts import apply_layout, show_tab_names
from gui.pages.makers import panels_of_makers
from gui.pages.pictures import Pictures
from gui.pages.setup import Setup
from gui.panels.attention import AttentionPanel
from gui.panels.base import Panel
from gui.panels.boxes import BoxesPanel
from gui.panels.clusters import ClustersPanel
from gui.panels.colour_hints import ColourHintsPanel
from gui.panels.embedding import EmbeddingPanel
from gui.panels.evaluation import EvaluationPanel
from gui.panels.figures import FiguresPanel
from gui.panels.fill import FillPanel
from gui.panels.guess import GuessPanel
from gui.panels.labelling import LabellingPanel
from gui.panels.order import OrderPanel
from gui.panels.reconstruct import ReconstructPanel
from gui.panels.scene import ScenePanel
from gui.panels.translate import TranslatePanel
from gui.session import Session
from gui.tasks import Tasks
from gui.widgets.live_curves import LiveCurves
from gui.widgets.note_view import NoteView
from gui.widgets.numbers import counted
from gui.widgets.rate import Rate
from gui.widgets.run_bar import RunBar
from gui.widgets.strip import Strip
from gui.widgets.timeline import Timeline

MEMORY_MS = 2000
ENDED = ("finished", "stopped", "failed", "interrupted")
LAYOUT_VERSION = 1


class Desk(QWidget):
    """Everything about one session. Panels appear for the abilities its method has."""

    title_changed = Signal(str)
    problem = Signal(str)
    wants = Signal(str)  # a command of the window
    furnished = Signal()  # the docks are there
    again = Signal(object)  # an Experiment to train anew
    files_dropped = Signal(list)  # on the strip of pictures

    def __init__(
        self, session: Session, laboratory: Laboratory, tasks: Tasks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session, self.laboratory, self.tasks = session, laboratory, tasks
        self.companions: list[str] = []
        self.bar, self.timeline, self.curves = RunBar(), Timeline(), LiveCurves()
        self.strip = Strip()
        self.pictures = Pictures(session, self.strip)
        self.note = NoteView()
        self.area = QMainWindow()
        self.docks: dict[str, QDockWidget] = {}
        self.panels: list[Panel] = []
        self.setup: Setup | None = None
        self.map: MapInstrument | None = None  # of a method that encodes
        self._steps = 0
        self._rate, self._alarm = Rate(), CollapseAlarm()
        self._machine = ""
        self._memory = QTimer(self, interval=MEMORY_MS)
        self._memory.timeout.connect(self._show_memory)
        self._lay_out()
        self._connect()

    # --- building ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.area, 1)
        column.addWidget(self.strip)
        column.addWidget(self.timeline)
        self.area.setWindowFlags(Qt.WindowType.Widget)
        self.area.setDockNestingEnabled(True)
        self.area.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.area.setCentralWidget(self.curves)
        self.note.set_note(self.session.note.body, self.session.note.path.parent)

    def _connect(self) -> None:
        session = self.session
        self.bar.start_pause.connect(self.start_or_pause)
        self.bar.step_once.connect(self.step_once)
        self.bar.stop.connect(self.stop)
        self.curves.problem.connect(self.problem)
        self.bar.restart.connect(self.restart)
        self.bar.see_learned.connect(lambda: self.wants.emit("run.learned"))
        self.bar.offer_learned(history_of(self.session.experiment.method) is not None)
        self.timeline.step_changed.connect(session.go_to)
        self.strip.files_dropped.connect(self.files_dropped)
        session.rows.connect(self._take_rows)
        session.progress.connect(self._show_preparing)
        session.state_changed.connect(self._show_state)
        session.snapshot_added.connect(self.timeline.append)
        session.step_changed.connect(self._show_step)
        session.run_ready.connect(self._run_ready)
        session.happened.connect(self._take_event)

    def furnish_when_warm(self) -> None:
        """Make the form and the panels as soon as torch is there."""
        self.laboratory.when_warm(self._furnish)

    def _furnish(self) -> None:
        """Make the form and the panels: torch is there, so the method's class can be asked."""
        from core import abilities, registry

        cls = registry.method_class(self.session.experiment.method)
        self.setup = Setup(self.session.experiment, cls.Config, cls.recipes, cls.trials)
        self.setup.trial_wanted.connect(self.again)
        self.setup.live_changed.connect(self._change_live)
        self.setup.problem.connect(self.problem)
        self.forecasts = Forecasts(self.setup, self.tasks)
        self.forecasts.problem.connect(self.problem)
        self._dock("setup", "Options", self.setup)
        self._dock("note", "About this method", self.note)
        able = abilities.abilities_of(cls)
        for panel in (ScenePanel, BoxesPanel, TranslatePanel, GuessPanel, ReconstructPanel,
                      FillPanel, ColourHintsPanel, OrderPanel, AttentionPanel,
                      ClustersPanel):  # fmt: skip
            if panel.ability in able:
                self._add_panel(panel.title.lower(), panel(self.session))
        for name, made in panels_of_makers(self.session, self.tasks, able, self):
            self._add_panel(name, made)
        if EmbeddingPanel.ability in able:
            panel_of_map = EmbeddingPanel(self.session, self.tasks)
            self.map = panel_of_map.instrument
            self._add_panel("map", panel_of_map)
        if cls.figures():
            self._add_panel("figures", FiguresPanel(self.session, cls.figures()))
        if "Encodes" in able:
            self._add_panel("labelling", LabellingPanel(self.session))
            self._add_panel("evaluation", EvaluationPanel(self.session, self.tasks))
        self.companions = list(cls.companions)
        self.furnished.emit()
        self._show_state(self.session.state, self.session.message)
        if self.session.run is not None:
            self._run_ready()

    def _add_panel(self, name: str, panel: Panel) -> None:
        self.panels.append(panel)
        panel.problem.connect(self.problem)
        panel.wants.connect(self.wants)
        self._dock(name, panel.title, panel)
        # Qt says so before the tab's widget has its place.
        shown = self.docks[name].visibilityChanged
        shown.connect(lambda _: QTimer.singleShot(0, panel, panel.come_into_sight))

    def _dock(self, name: str, title: str, widget: QWidget) -> None:
        dock = QDockWidget(title)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.docks[name] = dock
        self.area.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)

    def set_layout(self, name: str) -> None:
        """One of the named arrangements of the docks."""
        apply_layout(name, self.area, self.docks)

    def save_layout(self) -> QByteArray:
        return self.area.saveState(LAYOUT_VERSION)

    def restore_layout(self, state: QByteArray) -> None:
        """Put the docks where they were; a state of another version changes nothing."""
        self.area.restoreState(state, LAYOUT_VERSION)
        show_tab_names(self.area)

    # --- what a person asks -----------------------------------------------------------------------

    def start_or_pause(self) -> None:
        """Start, pause or go on, whichever the state allows."""
        session = self.session
        if session.engine is not None and session.training:
            if session.state == "paused":
                session.engine.resume()
            else:
                session.engine.pause()
        elif session.run is None:
            self._start()
        else:
            self.go_on()

    def _start(self, paused: bool = False) -> None:
        if self.setup is None:
            return
        try:
            self.session.experiment = self.setup.experiment()
        except ConfigError as error:
            self.problem.emit(str(error))
            return
        self.session.train(paused=paused)

    def go_on(self, more: dict[str, Any] | None = None) -> None:
        """Continue a run that ended, from its last checkpoint."""
        session = self.session
        if session.run is None or session.training:
            return
        if self.setup is not None and more is None:
            steps = self.setup.form.values().get("steps")
            state = session.run.state
            if state.status == "finished":
                if not isinstance(steps, int) or steps <= state.step:
                    self.problem.emit(
                        f'This run has taken all its {state.step:,} steps. Raise "Steps" '
                        "in the options to train on, or begin a new run."
                    )
                    return
                more = {"steps": steps}
        try:
            self.laboratory.resume(session, more)
        except RunError as error:
            self.problem.emit(str(error))

    def step_once(self) -> None:
        if self.session.engine is not None and self.session.training:
            self.session.engine.step_once()
        elif self.session.run is None:
            self._start(paused=True)

    def stop(self) -> None:
        if self.session.engine is not None:
            self.session.engine.stop()

    def restart(self) -> None:
        """Begin again from the options as they stand, in a new run."""
        if self.setup is None:
            return
        try:
            self.again.emit(self.setup.experiment())
        except ConfigError as error:
            self.problem.emit(str(error))

    def _change_live(self, name: str, value: Any) -> None:
        if self.session.training and self.session.engine is not None:
            self.session.engine.change(name, value)

    # --- what the session tells -------------------------------------------------------------------

    def _run_ready(self) -> None:
        session = self.session
        if session.run is None or session.probe is None:
            return
        self.title_changed.emit(session.run.info.title)
        self.pictures.fill()
        self.timeline.set_steps(session.run.snapshots())
        self.curves.set_stamp(f"{session.run.id}, seed {session.run.info.seed}")
        self._machine = f"{session.run.info.device}, {counted(session.run.info.threads, 'thread')}"
        self.reload_curves()
        if self.setup is not None:
            self.setup.show_experiment(session.experiment)
            self.setup.set_running(True)
        state = session.run.state
        self._steps = state.steps or int(session.experiment.options.get("steps", 0))
        self._show_progress(state.step)

    def reload_curves(self) -> None:
        """Draw the curves from the run folder: all but what a resume undid."""
        assert self.session.run is not None
        self.curves.clear()
        self.curves.extend(rows_of(self.session.run.metrics()))
        for event in self.session.run.events():
            if event.get("event") == "live":
                self.curves.add_mark(event["step"], f"{event['name']} {event['now']:g}")

    def _take_rows(self, rows: list[Row]) -> None:
        self.curves.extend([(row.step, {**row.scalars, "seconds": row.seconds}) for row in rows])
        self._rate.count(rows[-1].step)
        self._show_progress(rows[-1].step)
        if (collapsed := self._alarm.heed(rows)) is not None:
            self.problem.emit(collapsed)

    def _show_progress(self, step: int) -> None:
        trainer = self.session.engine.trainer if self.session.engine else None
        if trainer is not None:
            self._steps = trainer.steps
        rate = self._rate.per_second if self.session.state == "training" else 0.0
        remaining = (self._steps - step) / rate if rate > 0 else None
        self.bar.set_progress(step, self._steps, rate, remaining)

    def _show_preparing(self, tick: Tick) -> None:
        self.bar.set_progress(tick.done, tick.total, None, tick.remaining, tick.what)

    def _show_memory(self) -> None:
        if self._machine:
            self.bar.set_machine(self._machine, resident_bytes())

    def _show_state(self, state: str, message: str) -> None:
        self.bar.set_state(state, message)
        self.curves.set_growing(state == "training")
        if self.session.training:
            self._memory.start()
        else:
            self._memory.stop()
        if state == "training":
            self._rate.clear()
        if self.setup is not None:
            self.setup.set_running(self.session.run is not None or state == "preparing")

    def _show_step(self, step: int | None) -> None:
        self.timeline.go_to(step)
        self.curves.set_playhead(step)

    def _take_event(self, event: Event) -> None:
        facts = event.facts
        if event.kind == "device":
            self._machine = f"{facts['name']}, {counted(facts['threads'], 'thread')}"
            self._show_memory()
        elif event.kind == "live":
            self.curves.add_mark(facts["step"], f"{facts['name']} {facts['now']:g}")
        elif event.kind in ("full", "warning", "nonfinite", "failed"):
            if event.kind == "nonfinite" and self.session.run is not None:
                self.reload_curves()
                self.timeline.set_steps(self.session.run.snapshots())
            self.problem.emit(facts["text"])
        elif event.kind == "problems" and facts["problems"]:
            name, reason = facts["problems"][0]
            count = len(facts["problems"])
            self.problem.emit(
                f"{count:,} files could not be used and were left out; the first: {name}: "
                f"{reason}. The data page lists them all."
            )

    # --- ending -----------------------------------------------------------------------------------

    def add_own_picture(self, path: Path) -> None:
        """Put a picture of the person's own in front of the chosen ones."""

        assert self.session.probe is not None
        _, channels, side, _ = self.session.probe.images.shape

        def read(_: Progress) -> np.ndarray:
            from core.data.own import own_picture

            return own_picture(path, channels, side)

        def look(pixels: np.ndarray) -> None:
            self.session.look_at(self.session.pictures, pixels)

        self.tasks.start(f"Reading {path.name}", read, look, self.problem.emit)

    def focus_live(self) -> None:
        """Go to the options that may change while training."""
        if self.setup is not None:
            self.docks["setup"].show()
            self.docks["setup"].raise_()
            self.setup.form.focus_live()

    def evaluate(self) -> None:
        """Begin to evaluate, and show it."""
        self.toggle("evaluation", True)
        for panel in self.panels:
            if isinstance(panel, EvaluationPanel):
                panel.start_or_cancel()

    def toggle(self, dock: str, on: bool | None = None) -> None:
        """Show a dock in front, or put it away."""
        found = self.docks.get(dock)
        if found is not None:
            found.setVisible(not found.isVisible() if on is None else on)
            found.raise_()

    def train_companion(self) -> None:
        """Train the method that this one's paper compares with, on the same pictures."""
        if not self.companions:
            self.problem.emit(f"The note of {self.session.note.title} names no companion to train.")
            return
        self.again.emit(companion_of(self.session.experiment, self.companions[0]))

    def end(self) -> None:
        """End what the panels hold (processes, other runs' threads) before the desk goes."""
        self._memory.stop()
        for panel in self.panels:
            panel.end()
