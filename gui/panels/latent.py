"""The latent space under the mouse: a plane, sliders along directions, a sample in hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon
from gui.panels.base import Panel
from gui.session import Session
from gui.tasks import Tasks
from gui.theme import SPACE
from gui.widgets.flow import FlowLayout
from gui.widgets.latent_plane import LatentPlane, grid_of
from gui.widgets.latent_sliders import LatentSliders
from gui.widgets.latent_tiles import Kept, LatentTiles, row_of
from gui.widgets.text import label
from gui.working import Working

if TYPE_CHECKING:
    from core.generative.asking import Making, Plane, Sampled
    from core.generative.measuring import Named
    from core.observer import Answer
    from core.progress import Progress

ACROSS, ACROSS_SLOW = 9, 4  # pictures of a side of the mosaic
DIRECTIONS = 8
SETTLED_MS = 250  # a slider that stood still so long has the mosaic follow it
LARGE = 112  # pixels of the sample in hand
SIDE_WIDTH = 214
HELP = (
    "Drag over the plane, or use the arrows; the wheel zooms. Drag a sample onto a corner to span "
    "the plane by it."
)
KINDS = ("pictures", "first layer", "attributes")
HINTS = (
    "Principal components of what is made (GANSpace)",
    "What the first layer stretches most (SeFa)",
    "Known attributes or classes, each measured by a small classifier",
)


class LatentPanel(Panel):
    """One place of the plane, plus what the sliders add, is the sample in hand."""

    title = "Latent space"
    ability = "Generates"

    def __init__(self, session: Session, tasks: Tasks, slow: bool = False,
                 parent: QWidget | None = None) -> None:  # fmt: skip
        super().__init__(session, parent)
        self.across = ACROSS_SLOW if slow else ACROSS
        self.plane, self.sliders = LatentPlane(), LatentSliders()
        self.plane.setToolTip(HELP)
        self.here = LatentTiles("Nothing is made yet.", LARGE)
        self.here.columns = 1
        self.seeds = [self._seed(n) for n in range(3)]
        self.tiles = [LatentTiles("", 40, takes=True) for _ in range(3)]
        self.kind, self.classes = QComboBox(), QComboBox()
        self.truncation, self.shell = QSlider(Qt.Orientation.Horizontal), QCheckBox("On the shell")
        self.keep, self.again = QPushButton("Keep"), QPushButton("Measure")
        self.reset = QToolButton(icon=icon("reset"), toolTip="Sliders, truncation and plane anew")
        self.said = label("", "small", "secondary", wrap=True)
        self.norm = label("", "small", "secondary")
        self.working = Working(tasks)
        self.shelf = LatentTiles("Samples that were kept lie here: 1, 2, 3 make one a corner.", 32)
        self._given: list[Kept | None] = [None, None, None]  # corners that are no seeds
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._named: list[Named] = []
        self._row = 0
        self._flat = False
        self._lay_out()
        self._connect()

    # --- building ---------------------------------------------------------------------------------

    @staticmethod
    def _seed(number: int) -> QSpinBox:
        made = QSpinBox()
        made.setRange(0, 999_999)
        made.setValue(number)
        made.setAccessibleName(f"Seed of corner {number + 1}")
        made.setToolTip(f"Seed of the latent at corner {number + 1}")
        return made

    def _lay_out(self) -> None:
        self.kind.addItems(["By pictures", "By first layer", "By attributes"])
        for at, hint in enumerate(HINTS):
            self.kind.setItemData(at, hint, Qt.ItemDataRole.ToolTipRole)
        self.kind.setAccessibleName("Directions of the sliders")
        self.classes.addItem("Any class")
        self.classes.setAccessibleName("Class that is asked for")
        self.truncation.setRange(0, 120)
        self.truncation.setValue(100)
        self.truncation.setAccessibleName("Truncation")
        self.truncation.setToolTip(
            "Share of the distance from the centre that is kept: less is more typical, less varied"
        )
        self.shell.setChecked(True)
        self.shell.setToolTip("Bring latents to the radius that drawn ones have")
        self.keep.setToolTip("Put the sample in hand on the shelf, for sums and ways between")
        self.again.setToolTip("Have a classifier of the same data find directions and their effect")
        self.reset.setAccessibleName("Reset the latent space")
        flow = FlowLayout(gap=SPACE.small)
        self.corners = [row_of(tile, seed) for tile, seed in zip(self.tiles, self.seeds)]
        for widget in (*self.corners, self.classes, self.shell, self.reset):
            flow.addWidget(widget)
        for tile in self.tiles:
            tile.columns = 1
            tile.setFixedWidth(48)
        self.classes.hide()
        self.body.addLayout(flow)
        both = QHBoxLayout()
        both.setSpacing(SPACE.small)
        both.addWidget(self.plane, 1)
        both.addWidget(self._side())
        self.body.addLayout(both, 1)
        self.body.addWidget(self.shelf)
        self.body.addWidget(self.working)
        self.body.addWidget(self.said)

    def _side(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, SPACE.tight, 0)
        column.setSpacing(SPACE.tight)
        hand, beside = QHBoxLayout(), QVBoxLayout()
        self.here.setFixedSize(LARGE + 6, LARGE + 6)
        hand.addWidget(self.here)
        for widget in (self.norm, self.keep):
            beside.addWidget(widget)
        beside.addStretch(1)
        hand.addLayout(beside, 1)
        column.addLayout(hand)
        column.addWidget(row_of(label("Truncation", "small"), self.truncation))
        column.addWidget(row_of(self.kind, self.again))
        column.addWidget(self.sliders)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        scroll.setFixedWidth(SIDE_WIDTH)
        return scroll

    def _connect(self) -> None:
        self.plane.moved.connect(self._ask_here)
        self.plane.zoomed.connect(self._settled.start)
        self.plane.problem.connect(self.problem)
        for at, (seed, tile) in enumerate(zip(self.seeds, self.tiles)):
            seed.valueChanged.connect(partial(self._seeded, at))
            tile.dropped.connect(partial(self.set_corner, at))
        self.shelf.sent.connect(lambda kept, n: self.set_corner(n - 1, kept) if 0 < n < 4 else None)
        self.session.shelf.changed.connect(self._show_shelf)
        for box in (self.classes.currentIndexChanged, self.shell.toggled):
            box.connect(self.refresh)
        self.truncation.valueChanged.connect(self._slid)
        self._settled.timeout.connect(self._ask_mosaic)
        self.kind.currentIndexChanged.connect(self._choose_kind)
        self.sliders.changed.connect(self._slid)
        self.keep.clicked.connect(self.keep_sample)
        self.again.clicked.connect(self.measure)
        self.again.hide()
        self.reset.clicked.connect(self.begin_anew)
        self.working.failed.connect(self._say)

    # --- what is asked ----------------------------------------------------------------------------

    def making(self) -> Making:
        """How latents become pictures now."""
        from core.generative.asking import Making

        at = self.classes.currentIndex()
        return Making(at - 1 if at > 0 else None, self.truncation.value() / 100)

    def spanned(self) -> Plane:
        """The plane, with what the sliders add."""
        from core.generative.asking import Plane

        spots = None if self._flat else tuple(
            seed.value() if given is None else given.latent
            for seed, given in zip(self.seeds, self._given)
        )  # fmt: skip
        return Plane(spots, self.sliders.shift(), self.shell.isChecked())  # type: ignore[arg-type]

    def ask(self) -> bool:
        from core.generative import asking

        if self.session.probe is None:
            return False
        spots = [seed.value() if given is None else given.latent
                 for seed, given in zip(self.seeds, self._given)]  # fmt: skip
        question = asking.at_seeds(spots, self.making())
        return self.put(question, self._show_corners, "corners", indices=[0])

    def _show_corners(self, answer: Answer) -> None:
        found: Sampled = answer.value
        self.plane.set_stamp(self.stamp(answer.step))
        for at, tile in enumerate(self.tiles):
            given = self._given[at]
            name = f"seed {self.seeds[at].value()}" if given is None else given.name
            tile.show_items([Kept(found.latents[at], found.images[at], name)])
        if found.classes and self.classes.count() == 1:
            self.classes.addItems(list(found.classes))
            self.classes.show()
        self._set_flat(found.latents.shape[1] == 2)
        self._ask_here()
        self._ask_mosaic()
        if self._flat:
            self._ask_codes()
        if KINDS[self.kind.currentIndex()] != "attributes":
            self._ask_directions()

    def _set_flat(self, flat: bool) -> None:
        if flat != self._flat:
            self._flat = flat
            self.plane.set_flat(flat)
            for widget in (*self.corners, self.shell):
                widget.setVisible(not flat)

    def _ask_here(self, *_: object) -> None:
        """The sample in hand, promptly; a newer place replaces one that waits."""
        from core.generative import asking

        question = asking.on_plane(self.spanned(), np.array([self.plane.place]), self.making())
        self.put(question, self._show_here, "here", indices=[0], prompt=True)

    def _show_here(self, answer: Answer) -> None:
        found: Sampled = answer.value
        x, y = self.plane.place
        kept = Kept(found.latents[0], found.images[0], f"plane {x:.2f}, {y:.2f}")
        self.here.show_items([kept])
        self.here.set_stamp(self.stamp(answer.step))
        self.plane.show_sample(kept.picture)
        size = len(kept.latent)
        self.norm.setText(
            f"|z| {np.linalg.norm(kept.latent):.2f}\n√{size} = {size**0.5:.2f}\n{x:.2f}, {y:.2f}"
        )

    def _ask_mosaic(self) -> None:
        """Row by row, so that a dragged mouse never waits for more than one row."""
        box, places = self.plane.box, grid_of(self.plane.box, self.across)
        plane, making = self.spanned(), self.making()
        self._row += 1
        turn, rows = self._row, []

        def take(answer: Answer) -> None:
            if turn != self._row:
                return  # another mosaic was begun meanwhile
            rows.append(answer.value.images)
            if len(rows) < self.across:
                ask()
            else:
                self.plane.show_mosaic(np.concatenate(rows), self.across, box)

        def ask() -> None:
            from core.generative import asking

            at = places[len(rows) * self.across :][: self.across]
            self.put(asking.on_plane(plane, at, making), take, "mosaic", indices=[0])

        ask()

    def _ask_codes(self) -> None:
        from core.generative import asking

        def take(answer: Answer) -> None:
            self.plane.show_codes(answer.value.xy, answer.value.labels)

        # Where there is no encoder there are no codes, which is no news to anybody.
        self.put(asking.codes, take, "codes", refuse=lambda _: None, everywhere=True)

    def refused(self, reason: str) -> None:
        self._say(reason)

    # --- directions -------------------------------------------------------------------------------

    def _choose_kind(self, at: int) -> None:
        attributes = KINDS[at] == "attributes"
        self.again.setVisible(attributes)
        self.sliders.show_directions(np.zeros((0, 0), np.float32), ())
        if attributes:
            self._show_named()
        else:
            self._ask_directions()

    def _ask_directions(self) -> None:
        """Of the newest weights where none stand there yet, so that sliders stay what they are."""
        from core.generative import asking

        if self.sliders.sliders:
            return
        kind = KINDS[self.kind.currentIndex()]

        def take(answer: Answer) -> None:
            if KINDS[self.kind.currentIndex()] == kind and not self.sliders.sliders:
                names = [str(n) for n in range(1, len(answer.value) + 1)]
                self.sliders.show_directions(answer.value, names)

        question = asking.directions(kind, DIRECTIONS, self.making())
        self.put(question, take, "directions", indices=[0])

    def measure(self) -> None:
        """Find the directions of attributes and measure what each does; takes half a minute."""
        run, step, making = self.session.run, self.session.step, self.making()
        if run is None:
            self._say("There is no run yet. Start the training first.")
            return
        self.kind.setCurrentIndex(KINDS.index("attributes"))

        def work(progress: Progress) -> list[Named]:
            from core.generative import measuring
            from core.judge import judged_generator

            method, _, judge = judged_generator(run, step, progress)
            told = measuring.tell_samples(method, judge, making, progress)
            return measuring.named_directions(method, told, making, progress)

        self.working.start("Measuring directions", work, self._take_named)

    def _take_named(self, found: list[Named]) -> None:
        self._named = found
        self._show_named()

    def _show_named(self) -> None:
        if not self._named:
            self._say("Press Measure: a classifier of the same data finds these directions.")
            return
        notes, hints = [], []
        for named in self._named:
            effect = named.effect
            notes.append(f"{effect.flipped[-1]:.0%} · {effect.kept[-1]:.0%}")
            steps = zip(effect.strengths, effect.flipped, effect.kept)
            each = ", ".join(f"{s:g}: {f:.0%} flip, {k:.0%} of others stay" for s, f, k in steps)
            hints.append(f"{named.name}, by strength: {each}. {effect.lacking} pictures asked; a "
                         f"plane parts {named.separable:.0%} of latents rightly")  # fmt: skip
        vectors = np.stack([n.vector for n in self._named])
        self.sliders.show_directions(vectors, [n.name for n in self._named], notes, hints)
        self._say("Beside each slider, at strength 3: how many pictures get the attribute, and how "
                  "many of their other labels stay.")  # fmt: skip

    # --- what a person does -----------------------------------------------------------------------

    def _seeded(self, at: int) -> None:
        self._given[at] = None
        self.refresh()

    def set_corner(self, at: int, kept: Kept) -> None:
        """Span the plane by a sample instead of a seed."""
        self._given[at] = kept
        self.refresh()

    def _slid(self) -> None:
        self._ask_here()
        self._settled.start()

    def keep_sample(self) -> None:
        """Put the sample in hand on the shelf."""
        if self.here.items:
            self.session.shelf.keep(self.here.items[0])
            self._say(f"{len(self.session.shelf.items)} samples on the shelf.")

    def begin_anew(self) -> None:
        """Sliders in the middle, no truncation, seeds 0, 1 and 2, all of the plane in sight."""
        self._given = [None, None, None]
        self.truncation.setValue(100)
        self.sliders.reset()
        self.plane.reset_view()
        for at, seed in enumerate(self.seeds):
            seed.setValue(at)
        self.refresh()

    def _show_shelf(self) -> None:
        self.shelf.show_items(self.session.shelf.items)

    def _say(self, words: str) -> None:
        self.said.setText(words)

    def end(self) -> None:
        self._settled.stop()
        self.working.cancel()
        super().end()
