"""The map of every snapshot of a run, all lying alike: what the timeline scrubs through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from gui.mapping.instrument import MapInstrument
from gui.session import Session
from gui.tasks import Task, Tasks

if TYPE_CHECKING:
    from core.maps.film import MapFilm
    from core.progress import Progress, Tick

FOLDER = "maps"  # in the run folder
MOST_TRAILS = 150  # points; more would be a tangle


class Film(QObject):
    """Makes the films of one run, keeps them in its folder, and gives the map of a step."""

    problem = Signal(str)
    made = Signal()

    def __init__(self, session: Session, instrument: MapInstrument, tasks: Tasks) -> None:
        super().__init__(instrument)
        self._session, self._instrument, self._tasks = session, instrument, tasks
        self._films: dict[tuple[str, ...], MapFilm] = {}
        self._task: Task | None = None
        self._then = ""  # what was wanted of the film that is being made
        tasks.progress.connect(self._show_progress)
        instrument.work.stopped.connect(self.stop)
        instrument.controls.relaid.connect(self._turn_to_current)

    @property
    def current(self) -> MapFilm | None:
        """The film of the stage, layout and metric that are chosen, where it is made."""
        return self._films.get(self._key())

    def at(self, step: int, asked: int | None) -> tuple[np.ndarray, dict[str, float] | None] | None:
        """The places at a step that was `asked` for, and their measures; None: lay it out."""
        film = self.current
        if film is None or asked is None or step not in film.steps:
            return None
        at = list(film.steps).index(step)
        return film.places[at], film.quality[at]

    def want(self, what: str) -> None:
        """Make the film if it is not there, then show it, its trails, or what can be exported."""
        if what == "trails" and not len(self._instrument.selection.chosen):
            self._instrument.say("Choose some points first: their trails are drawn.")
            return
        film, run = self.current, self._session.run
        if what == "export" or (
            film is not None and run is not None and film.steps.tolist() == list(run.snapshots())
        ):
            self._show(what)
            return
        self._then = what
        self._make()

    def follow(self, step: int) -> None:
        """Draw the trails up to a step."""
        film, instrument = self.current, self._instrument
        chosen = instrument.selection.chosen[:MOST_TRAILS]
        if film is None or not len(chosen) or not instrument.tools.buttons["trails"].isChecked():
            instrument.view.map.set_trails(None, np.zeros(0, np.intp))
            return
        past = film.places[np.asarray(film.steps) <= step][:, chosen]  # (T, K, dims)
        instrument.view.map.set_trails(past.transpose(1, 0, 2), chosen)

    def stop(self) -> None:
        if self._task is not None:
            self._tasks.cancel(self._task)

    def end(self) -> None:
        self.stop()

    # --- making -----------------------------------------------------------------------------------

    def _key(self) -> tuple[str, ...]:
        instrument = self._instrument
        said = sorted(f"{name}={value}" for name, value in instrument.params().items())
        return (instrument.stage, instrument.layout_id, *said)

    def _make(self) -> None:
        run, instrument = self._session.run, self._instrument
        if run is None or instrument.table is None or self._task is not None:
            return
        steps = run.snapshots()
        if len(steps) < 2:
            self.problem.emit("A film needs two snapshots; train a little further.")
            return
        key, stage, layout, params = self._key(), *self._asked()
        path = run.path / FOLDER / f"{name_of_file(key)}.npz"

        def work(progress: Progress) -> MapFilm:
            from core.embeddings.of_run import features_at
            from core.maps import film

            if path.is_file():
                kept = film.load(path)
                if list(kept.steps) == list(steps):
                    return kept
            made = film.shoot(features_at(run, stage), steps, layout, params, progress, stage)
            path.parent.mkdir(exist_ok=True)
            made.save(path)
            return made

        def done(film: MapFilm) -> None:
            self._task = None
            instrument.work.end()
            self._films[key] = film
            if self._key() == key:
                self._show(self._then)
            self.made.emit()

        def failed(why: str) -> None:
            self._task = None
            instrument.work.end()
            instrument.say(why)

        instrument.work.begin("Laying out every snapshot")
        self._task = self._tasks.start("Laying out every snapshot", work, done, failed)

    def _asked(self) -> tuple[str, str, dict[str, Any]]:
        instrument = self._instrument
        return instrument.stage, instrument.layout_id, instrument.params()

    def _show_progress(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self._instrument.work.tell(tick)

    def _turn_to_current(self) -> None:
        """Show the film of what is chosen now; what trains on lies as its last map does."""
        film, step = self.current, self._session.step
        self._instrument.layouter.fixed = None if film is None else film.places[-1]
        found = None if step is None else self.at(step, step)
        if found is not None:
            self._instrument.show_places(*found)
        newest = -1 if film is None else int(film.steps[-1])
        self.follow(newest if step is None else step)

    def _show(self, what: str) -> None:
        film, instrument = self.current, self._instrument
        self._turn_to_current()
        if film is not None:
            instrument.say(
                f"{len(film.steps)} snapshots are laid out alike: drag or play the timeline."
            )
        if what == "export":
            instrument.exporter.ask(film)


def name_of_file(key: tuple[str, ...]) -> str:
    """The key as a file name."""
    plain = "-".join(key)
    return "".join(c if c.isalnum() or c in "-=." else "_" for c in plain)[:120]
