"""From one sample to another: straight and along the shell, side by side, with their cost."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QPushButton, QSpinBox, QSplitter, QWidget

from core.pictures import Curve, ImageGrid, Images, Line
from gui.panels.base import Panel
from gui.session import Session
from gui.tasks import Tasks
from gui.theme import SPACE
from gui.views.curve import CurveView
from gui.views.image_grid import ImageGridView
from gui.widgets.flow import FlowLayout
from gui.widgets.latent_tiles import Kept, LatentTiles, row_of
from gui.widgets.text import label
from gui.working import Working

if TYPE_CHECKING:
    from core.generative.asking import Sampled
    from core.observer import Answer
    from core.progress import Progress

STRIP, STRIP_SLOW = 11, 7  # samples of a strip
FILMED = 48  # samples of a film
FPS = 24.0
SIDE = 160  # pixels of a film's pictures, at least
SHELF = 36
HELP = (
    "Drag a sample of the shelf onto an end, or press 1 or 2 over it. Numbers choose seeds instead."
)


class InterpolationPanel(Panel):
    """Two ends, two ways between them."""

    title = "Interpolation"
    ability = "Generates"

    def __init__(self, session: Session, tasks: Tasks, slow: bool = False,
                 parent: QWidget | None = None) -> None:  # fmt: skip
        super().__init__(session, parent)
        self.count = STRIP_SLOW if slow else STRIP
        self.ends = [LatentTiles("", 40, takes=True) for _ in range(2)]
        self.seeds = [QSpinBox(), QSpinBox()]
        self.shelf = LatentTiles("Samples that were kept lie here.", SHELF)
        self.strips, self.curve = ImageGridView(), CurveView()
        self.shown = QComboBox()
        self.measure_button, self.film_button = QPushButton("Measure FD"), QPushButton("Film…")
        self.working = Working(tasks)
        self.said = label(HELP, "small", "secondary", wrap=True)
        self._given: list[Kept | None] = [None, None]
        self._norms: Curve | None = None
        self._distances: Curve | None = None
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        for at, (seed, tile) in enumerate(zip(self.seeds, self.ends)):
            seed.setRange(0, 999_999)
            seed.setValue(at)
            seed.setAccessibleName(f"Seed of the {('first', 'last')[at]} sample")
            tile.columns = 1
            tile.setFixedWidth(48)
        self.shown.addItems(["|z| along the way", "FD along the way"])
        self.shown.setAccessibleName("What the curve shows")
        self.measure_button.setToolTip(
            "Fréchet distance to held-out pictures of what lies between many pairs, by each way"
        )
        self.film_button.setToolTip("Both ways side by side as .mp4 or .gif")
        flow = FlowLayout(gap=SPACE.small)
        flow.addWidget(row_of(label("From", "small"), self.ends[0], self.seeds[0]))
        flow.addWidget(row_of(label("to", "small"), self.ends[1], self.seeds[1]))
        for widget in (self.shown, self.measure_button, self.film_button):
            flow.addWidget(widget)
        self.body.addLayout(flow)
        self.body.addWidget(self.shelf)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.strips)
        split.addWidget(self.curve)
        split.setSizes([300, 200])
        self.body.addWidget(split, 1)
        self.body.addWidget(self.working)
        self.body.addWidget(self.said)

    def _connect(self) -> None:
        for at, (seed, tile) in enumerate(zip(self.seeds, self.ends)):
            seed.valueChanged.connect(partial(self._seeded, at))
            tile.dropped.connect(partial(self.set_end, at))
        self.shelf.sent.connect(lambda kept, n: self.set_end(n - 1, kept) if n in (1, 2) else None)
        self.session.shelf.changed.connect(self._show_shelf)
        self.shown.currentIndexChanged.connect(self._show_curve)
        self.measure_button.clicked.connect(self.measure)
        self.film_button.clicked.connect(self.ask_for_film)
        self.working.failed.connect(self.said.setText)
        for view in (self.strips, self.curve):
            view.problem.connect(self.problem)
        self._show_shelf()

    # --- asking -----------------------------------------------------------------------------------

    def ask(self) -> bool:
        from core.generative.asking import Making, between

        if self.session.probe is None:
            return False
        question = between(*self._spots(), self.count, Making())
        return self.put(question, self._show, indices=[0])

    def _spots(self) -> list[int | np.ndarray]:
        return [seed.value() if given is None else given.latent
                for seed, given in zip(self.seeds, self._given)]  # fmt: skip

    def refused(self, reason: str) -> None:
        self.strips.clear(reason)

    def _show(self, answer: Answer) -> None:
        found: dict[str, Sampled] = answer.value
        first = next(iter(found.values()))
        for at, (tile, place) in enumerate(zip(self.ends, (0, -1))):
            given = self._given[at]
            name = f"seed {self.seeds[at].value()}" if given is None else given.name
            tile.show_items([Kept(first.latents[place], first.images[place], name)])
        t = np.linspace(0, 1, self.count)
        lengths = {way: Line(t, np.linalg.norm(s.latents, axis=1)) for way, s in found.items()}
        usual = Line(t, np.full(self.count, first.latents.shape[1] ** 0.5), dashed=True)
        self._norms = Curve(
            {**lengths, "√Z, where latents lie": usual}, "way from the one to the other", "|z|"
        )
        images = np.concatenate([s.images for s in found.values()])
        names = {"slerp": "Slerp, along the shell", "lerp": "Lerp, the straight line"}
        groups = [(names[way], self.count) for way in found]
        self.strips.show_picture(ImageGrid(images, columns=self.count, groups=groups))
        self.strips.set_stamp(self.stamp(answer.step))
        self.curve.set_stamp(self.stamp(answer.step))
        self._show_curve()

    def _show_curve(self) -> None:
        picture = self._distances if self.shown.currentIndex() else self._norms
        if picture is not None:
            self.curve.show_picture(picture)
        else:
            self.curve.clear("Press Measure FD: it takes half a minute, a classifier is trained.")

    def _show_shelf(self) -> None:
        self.shelf.show_items(self.session.shelf.items)

    # --- what a person does -----------------------------------------------------------------------

    def _seeded(self, at: int) -> None:
        self._given[at] = None
        self.refresh()

    def set_end(self, at: int, kept: Kept) -> None:
        """Begin (0) or end (1) at a sample."""
        self._given[at] = kept
        self.refresh()

    def measure(self) -> None:
        """FD of what lies between pairs of latents, by both ways."""
        run, step = self.session.run, self.session.step
        if run is None:
            self.said.setText("There is no run yet. Start the training first.")
            return

        def work(progress: Progress) -> Curve:
            from core.generative.asking import Making
            from core.generative.measuring import way_distances
            from core.judge import judged_generator

            method, data, judge = judged_generator(run, step, progress)
            return way_distances(method, data, judge, Making(), progress)

        self.working.start("Measuring both ways", work, self._take_distances)

    def _take_distances(self, found: Curve) -> None:
        self._distances = found
        self.shown.setCurrentIndex(1)
        self._show_curve()
        middle = {way: float(line.y[len(line.y) // 2]) for way, line in found.lines.items()}
        self.said.setText(
            f"Halfway FD is {middle['slerp']:.1f} by slerp and {middle['lerp']:.1f} by lerp; real "
            f"pictures, as many, have {middle['real pictures']:.1f}."
        )

    def ask_for_film(self) -> None:
        """Ask for a file and write the film."""
        path, _ = QFileDialog.getSaveFileName(self, "Save the film", "walk.mp4",
                                              "Film (*.mp4 *.gif)")  # fmt: skip
        if path:
            self.write_film(Path(path))

    def write_film(self, path: Path) -> None:
        """Both ways side by side, there and back, as a film."""
        from core.generative.asking import Making, between

        def write(answer: Answer) -> None:
            found: dict[str, Sampled] = answer.value
            frames = _frames([s.images for s in found.values()])

            def work(progress: Progress) -> int:
                from core.videos import write_video

                return write_video(path, frames, FPS, progress)

            self.working.start(
                "Writing the film", work, lambda n: self.said.setText(f"{path}: {n} frames.")
            )

        self.put(between(*self._spots(), FILMED, Making()), write, "film", indices=[0])

    def end(self) -> None:
        self.working.cancel()
        super().end()


def _frames(ways: list[Images]) -> list[np.ndarray]:
    """The pictures of each way beside each other, enlarged by a whole number, there and back."""
    scale = max(1, -(-SIDE // ways[0].shape[1]))
    gap = np.full((ways[0].shape[1], 1, 3), 255, np.uint8)
    shown = [
        np.concatenate([one, gap, other], axis=1).repeat(scale, axis=0).repeat(scale, axis=1)
        for one, other in zip(*ways)
    ]
    return [*shown, *shown[-2:0:-1]]
