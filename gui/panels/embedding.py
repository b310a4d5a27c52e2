"""The map of the embedding, tied to the run: it moves as the features move, and through time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QComboBox, QWidget

from core.pictures import as_images
from gui.mapping.clouds import show_cloud
from gui.mapping.colouring import Way
from gui.mapping.film import Film
from gui.mapping.instrument import MapInstrument
from gui.panels.base import Panel
from gui.session import Session
from gui.tasks import Tasks

if TYPE_CHECKING:
    from core.observer import Answer
    from core.probe import Probe
    from core.questions import Embedding, Views

VIEWS = 24  # of a picture, for its cloud
NEAREST = 10  # neighbours that may change
LOSS = Way("loss", "Loss", "How wrong the method is about each picture")
MOVED = Way("moved", "Movement", "How much of its neighbourhood changed since the snapshot before")
OTHERS = "Nearest by another run…"


class EmbeddingPanel(Panel):
    """The instrument on the run's fixed pictures; what is chosen on it all panels look at."""

    title = "Map"
    ability = "Encodes"
    patience = 12  # the layout is work in another process, which a training feels too

    def __init__(self, session: Session, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.instrument = MapInstrument(session.selection, tasks, open=False)
        self.film = Film(session, self.instrument, tasks)
        self.beside = QComboBox()
        self.beside.setAccessibleName("Nearest by another run")
        self.beside.setToolTip("Show what another run on the same pictures finds near")
        self.beside.hide()
        self.instrument.near.column.addWidget(self.beside)
        self.body.setSpacing(0)
        self.body.addWidget(self.instrument, 1)
        self._images: np.ndarray | None = None
        self._pictured: Probe | None = None
        self._features: dict[str, np.ndarray] = {}
        self._shown = -1  # the step of the features
        instrument = self.instrument
        for way in (LOSS, MOVED):
            instrument.colours.add_way(way)
        instrument.picked.connect(session.picked)
        instrument.hovered.connect(session.hovered)
        instrument.problem.connect(self.problem)
        instrument.wanted.connect(self._want)
        instrument.layouter.rested.connect(self._come_back)
        session.picked.connect(self._pick)
        session.pictures_changed.connect(self._mark)
        self.film.problem.connect(self.problem)
        self.beside.activated.connect(self._ask_beside)

    def ask(self) -> bool:
        from core import questions

        return self.put(questions.spaces, self._show, everywhere=True)

    def refused(self, reason: str) -> None:
        self.instrument.clear(reason)

    def _come_back(self) -> None:
        """Look again when the map of this look is there: its layout is work as the answer is."""
        if not self.instrument.layouter.busy:
            super()._come_back()

    # --- the map ----------------------------------------------------------------------------------

    def _show(self, answer: Answer) -> None:
        from core.embeddings.table import EmbeddingError, Table

        probe, found = self.session.probe, answer.value
        if probe is None:
            return
        if self._pictured is not probe:
            self._pictured, self._images = probe, as_images(probe.images)
        self._features, self._shown = found.stages, answer.step
        run = self.session.run
        about = {"run": run.id if run else "", "step": str(answer.step)}
        try:
            table = Table(
                found.stages,
                probe.labels if probe.classes else None,
                tuple(probe.classes),
                self._images,
                tuple(probe.names),
                self.instrument.columns,
                title=f"{run.info.title if run else ''}, step {answer.step:,}",
                about=about,
            )
        except EmbeddingError:
            self.instrument.clear(
                "The features are not finite at this step, so there is no map of them."
            )
            return
        filmed = self.film.at(answer.step, self.session.step)
        self.instrument.show_table(table, self.stamp(answer.step), lay=filmed is None)
        if filmed is not None:
            self.instrument.show_places(*filmed)
        self.film.follow(answer.step)

    def _mark(self) -> None:
        self.instrument.view.map.mark(self.session.pictures)

    def _pick(self, index: int) -> None:
        self.instrument.pick(index)
        if index >= 0:
            self._offer_beside()

    # --- what the instrument asks for -------------------------------------------------------------

    def _want(self, what: str) -> None:
        if what == LOSS.id:
            self._ask_losses()
        elif what == MOVED.id:
            self._ask_before()
        elif what == "cloud":
            self._ask_views()
        elif what in ("film", "trails", "export"):
            self.film.want(what)
        elif what == "chosen":
            self.film.follow(self._shown)

    def _ask_losses(self) -> None:
        from core import questions

        def show(answer: Answer) -> None:
            self.instrument.colours.give(LOSS.id, answer.value, f"loss at step {answer.step:,}")

        self.put(questions.losses, show, "losses", refuse=self.problem.emit, everywhere=True)

    def _ask_before(self) -> None:
        """Ask for the features of the snapshot before the one that is shown."""
        from core import questions

        run = self.session.run
        before = [s for s in run.snapshots() if s < self._shown] if run is not None else []
        if not before:
            self.problem.emit("There is no snapshot before this one to have moved from.")
            return
        stage, metric, now = self.instrument.stage, self.instrument.metric, self._features

        def show(answer: Answer) -> None:
            from core.maps.change import jaccard
            from core.maps.neighbours import nearest

            then: Embedding = answer.value
            if stage not in now or len(then.labels) != len(now[stage]):
                return
            pair = (nearest(each[stage], NEAREST, metric) for each in (then.stages, now))
            changed = jaccard(*pair)
            self.instrument.colours.give(
                MOVED.id, changed, f"neighbours changed since step {answer.step:,}"
            )

        self.put(questions.spaces, show, "before", refuse=self.problem.emit, everywhere=True,
                 step=before[-1])  # fmt: skip

    def _ask_views(self) -> None:
        """Ask for views of the picked picture, to draw them around it."""
        from core import questions

        at = self.instrument.at
        if at < 0:
            self.problem.emit("Click a point first: its views are drawn around it.")
            return

        def show(answer: Answer) -> None:
            found: Views = answer.value
            show_cloud(self.instrument, at, found.stages, found.images)

        self.put(questions.views(VIEWS), show, "views", refuse=self.problem.emit, indices=[at])

    # --- another run's neighbours -----------------------------------------------------------------

    def _offer_beside(self) -> None:
        if self.beside.count():
            return
        self.beside.addItem(OTHERS, "")
        for id, title in self.session.comparable("Encodes"):
            self.beside.addItem(title, id)
        self.beside.setVisible(self.beside.count() > 1)

    def _ask_beside(self) -> None:
        from core import questions

        chosen, title = self.beside.currentData(), self.beside.currentText()
        try:
            others = self.session.put_beside(self.key, [chosen] if chosen else [])
        except ValueError as error:
            self.problem.emit(str(error))
            return
        self.instrument.set_others({})

        def show(answer: Answer) -> None:
            if answer.error:
                self.problem.emit(answer.error)
                return
            stages = list(answer.value.stages.items())
            name, features = stages[-1]
            said = f"Nearest by {title}, {name}"
            self.instrument.set_others({said: features})

        for other in others:
            other.ask(self.key, questions.embedding, show, everywhere=True)

    def end(self) -> None:
        """End the map's process too."""
        super().end()
        self.film.end()
        self.instrument.end()
