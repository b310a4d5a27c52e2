"""What can be written of a map: numbers, features and groups, a picture, a film."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from gui.tasks import Task, Tasks

if TYPE_CHECKING:
    from core.embeddings.table import Column
    from core.maps.film import MapFilm
    from core.progress import Progress, Tick
    from gui.mapping.colouring import Paint
    from gui.mapping.instrument import MapInstrument

TABLES = "Parquet (*.parquet);;CSV (*.csv);;NumPy (*.npz);;TensorBoard projector (*.tsv)"
FILMS = "Film (*.mp4);;Animation (*.gif)"


class Exporter(QObject):
    """Asks what and where, then writes beside the window."""

    def __init__(self, instrument: MapInstrument, tasks: Tasks) -> None:
        super().__init__(instrument)
        self._instrument, self._tasks = instrument, tasks
        self._task: Task | None = None
        self.ask_path = _ask_path  # tests answer in its place
        tasks.progress.connect(self._show_progress)

    def ask(self, film: MapFilm | None) -> None:
        """Offer what there is."""
        menu = QMenu(self._instrument)
        menu.addAction("Coordinates, features and groups…", self.save_table)
        menu.addAction("Picture of the map…", self._instrument.view.ask_and_save)
        made = menu.addAction("Film of the snapshots…", lambda: self.save_film(film))
        made.setEnabled(film is not None)
        if film is None:
            made.setText("Film of the snapshots (lay them out first)")
        menu.popup(QCursor.pos())

    def save_table(self) -> None:
        """Coordinates, features, labels, columns and groups, for other programs."""
        path = self.ask_path(self._instrument, "Export the map", TABLES)
        if path:
            self.write_table(Path(path))

    def write_table(self, path: Path) -> None:
        instrument = self._instrument
        table, places = instrument.table, instrument.layouter.places
        if table is None:
            return
        for name, rows in instrument.selection.groups.items():
            table = table.with_group(name, rows)
        settings = {name: str(value) for name, value in instrument.params().items()}
        settings |= {"layout": instrument.layout_id, "stage": instrument.stage}
        about, stage = {**table.about, **settings}, instrument.stage

        def work(progress: Progress) -> Path:
            from core.embeddings.writing import write

            write(path, replace(table, about=about), places, stage=stage, progress=progress)
            return path

        self._start(f"Writing {path.name}", work)

    def save_film(self, film: MapFilm | None) -> None:
        """The maps of all snapshots as a film, points moving smoothly between them."""
        if film is None:
            self._instrument.say("Lay out all snapshots first: the film is made of them.")
            return
        path = self.ask_path(self._instrument, "Export the film", FILMS)
        if path:
            self.write_film(Path(path), film)

    def write_film(self, path: Path, film: MapFilm) -> None:
        instrument = self._instrument
        table = instrument.table
        if table is None:
            return
        paint, title = instrument.view.paint, table.title.rpartition(", step")[0]

        def work(progress: Progress) -> Path:
            from core import videos
            from core.report import map_film

            said = [[_measured(quality)] for quality in film.quality]
            shown = map_film.frames(
                film.steps.tolist(), list(film.places), _column(paint), title, paint.title, said
            )
            total = map_film.count(len(film.steps))
            videos.write_video(path, shown, map_film.FPS, progress, total)
            return path

        self._start(f"Writing {path.name}", work)

    def _start(self, title: str, work) -> None:  # type: ignore[no-untyped-def]
        instrument = self._instrument

        def done(path: Path) -> None:
            self._task = None
            instrument.work.end()
            instrument.say(f"{path.name} is written.")

        def failed(why: str) -> None:
            self._task = None
            instrument.work.end()
            instrument.problem.emit(why)

        instrument.work.begin(title)
        self._task = self._tasks.start(title, work, done, failed)
        instrument.work.stopped.connect(self.stop)

    def stop(self) -> None:
        if self._task is not None:
            self._tasks.cancel(self._task)

    def _show_progress(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self._instrument.work.tell(tick)


def _column(paint: Paint) -> Column | None:
    """The colours of the map as those of a drawing."""
    from core.embeddings.table import Column

    if paint.values is not None:
        return Column(np.asarray(paint.values, np.float32))
    if paint.labels is None:
        return None
    count = int(paint.labels.max(initial=-1)) + 1
    names = tuple(paint.names) or tuple(f"class {number}" for number in range(count))
    return Column(np.asarray(paint.labels, np.int64), names)


def _measured(quality: dict[str, float]) -> str:
    return (
        f"Trust {quality['trust']:.2f}, continuity {quality['continuity']:.2f}, "
        f"{quality['preserved']:.0%} of neighbours kept"
    )


def _ask_path(parent: QWidget, title: str, kinds: str) -> str:
    """The path of a file to write, with an ending; empty where nothing was chosen."""
    path, kind = QFileDialog.getSaveFileName(parent, title, "", kinds)
    if path and not Path(path).suffix:
        path += kind.split("*")[-1].rstrip(")")
    return path
