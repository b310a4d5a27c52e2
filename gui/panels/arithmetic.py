"""The arithmetic board: this minus that plus that, what comes of it, and how often it works."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSlider,
    QSpinBox,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.pictures import HeatMaps
from gui.panels.base import Panel
from gui.session import Session
from gui.tasks import Tasks
from gui.theme import SPACE
from gui.views.curve import CurveView
from gui.views.heat_maps import HeatMapsView
from gui.widgets.flow import FlowLayout
from gui.widgets.latent_tiles import Kept, LatentTiles, row_of
from gui.widgets.latent_trays import TITLES, Tray
from gui.widgets.text import label, restyle
from gui.working import Working

if TYPE_CHECKING:
    from core.generative.arithmetic import Success, Sum
    from core.generative.asking import Sampled
    from core.generative.measuring import Side, Told
    from core.observer import Answer
    from core.progress import Progress

POOL = 24  # fresh samples to choose from
POOL_SLOW = 8
TOLD_SLOW = 200  # samples that a judge looks at where each takes many steps
RESULT = 62  # pixels of one of the nine
EXEMPLARS = 3  # as in the DCGAN paper
TRIALS = 200  # sums of each number of exemplars
WORKS = 0.7  # share of sums from which on it is said to work
HELP = (
    "Drag samples into the trays, or press 1, 2 or 3 over one. The middle one of the nine is the "
    "sum, the others lie around it. Or choose an example: a classifier fills the trays."
)


class ArithmeticPanel(Panel):
    """Trays at the left, the nine results at the right; below, what was measured."""

    title = "Arithmetic"
    ability = "Generates"

    def __init__(self, session: Session, tasks: Tasks, slow: bool = False,
                 parent: QWidget | None = None) -> None:  # fmt: skip
        super().__init__(session, parent)
        self.slow = slow
        self.trays = [Tray(title, n) for n, title in enumerate(TITLES, 1)]
        self.pool = LatentTiles("Samples come here.", 36)
        self.results = LatentTiles("The sum comes here.", RESULT)
        self.example, self.exemplars = QComboBox(), QSpinBox()
        self.gain, self.shell = QSlider(Qt.Orientation.Horizontal), QCheckBox("Shell")
        self.gained = label("gain 1.00", "small", "secondary")
        self.fresh, self.score = QPushButton("Other samples"), QPushButton("Score")
        self.curve, self.heat = CurveView(), HeatMapsView()
        self.tabs = QTabWidget()
        self.working = Working(tasks)
        self.said = label(HELP, "small", "secondary", wrap=True)
        self._sums: list[Sum] = []
        self._told: Told | None = None  # by `_method`, with the weights of step `_told_at`
        self._told_at = -1
        self._method: Any = None
        self.trials = TRIALS
        self._batch = 0
        self._pooled: list[Kept] = []
        self._lay_out()
        self._connect()

    # --- building ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        from core.generative.arithmetic import EXAMPLES

        self._sums = list(EXAMPLES)
        self.example.addItem("Example…")
        for asked in EXAMPLES:
            self.example.addItem(f"{asked.title}{' (fails)' if asked.fails else ''}")
        self.example.setAccessibleName("Example")
        self.example.setMinimumContentsLength(12)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.example.setSizeAdjustPolicy(policy)
        self.exemplars.setRange(1, 100)
        self.exemplars.setValue(EXEMPLARS)
        self.exemplars.setSuffix(" each")
        self.exemplars.setAccessibleName("Exemplars a tray")
        self.exemplars.setToolTip("Samples that are averaged in each tray filled by attributes")
        self.gain.setRange(0, 300)
        self.gain.setValue(100)
        self.gain.setFixedWidth(90)
        self.gain.setAccessibleName("Gain")
        self.gain.setToolTip("How much of «this minus that» is added")
        self.shell.setChecked(True)
        self.shell.setToolTip("Bring the sum to the radius that latents have")
        self.score.setProperty("kind", "primary")
        self.score.setToolTip("How often the sum works, by number of exemplars, against chance")
        flow = FlowLayout(gap=SPACE.small)
        for widget in (self.example, self.exemplars, row_of(self.gained, self.gain), self.shell,
                       self.score, self.fresh):  # fmt: skip
            flow.addWidget(widget)
        self.body.addLayout(flow)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self._board())
        split.addWidget(self.tabs)
        split.setSizes([220, 200])
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.pool)
        self.tabs.addTab(scroll, "Samples")
        self.tabs.addTab(self.curve, "Success")
        self.tabs.addTab(self.heat, "What else changed")
        self.curve.clear("Choose an example, or fill the trays by attributes, and press Score.")
        self.heat.clear("Fill the trays by attributes: what else a sum changes is shown here.")
        self.heat.set_side(40, 64)
        self.body.addWidget(split, 1)
        self.body.addWidget(self.working)
        self.body.addWidget(self.said)

    def _board(self) -> QWidget:
        made, trays = QWidget(), QVBoxLayout()
        trays.setSpacing(SPACE.tight)
        for tray in self.trays:
            trays.addWidget(tray, 1)
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.small)
        row.addLayout(trays, 1)
        self.results.columns = 3
        self.results.setFixedSize(3 * (RESULT + 4) + 4, 3 * (RESULT + 4) + 4)
        row.addWidget(self.results, 0, Qt.AlignmentFlag.AlignTop)
        return made

    def _connect(self) -> None:
        for tray in self.trays:
            tray.changed.connect(self._sum)
            tray.fill_wanted.connect(self.fill)
        for tiles in (self.pool, self.results):
            tiles.sent.connect(self.send)
            tiles.problem.connect(self.problem)
        self.session.shelf.changed.connect(self._show_pool)
        self.example.activated.connect(self._choose_example)
        self.exemplars.editingFinished.connect(self._refill)
        self.gain.valueChanged.connect(self._sum)
        self.gain.sliderReleased.connect(self._show_side)
        self.shell.toggled.connect(self._sum)
        self.fresh.clicked.connect(self.draw_anew)
        self.score.clicked.connect(self.measure)
        self.working.failed.connect(self._say)
        for view in (self.curve, self.heat):
            view.problem.connect(self.problem)

    # --- samples to choose from -------------------------------------------------------------------

    def ask(self) -> bool:
        from core.generative.asking import Making, at_seeds

        if self.session.probe is None:
            return False
        count = POOL_SLOW if self.slow else POOL
        seeds = list(range(self._batch * count, (self._batch + 1) * count))
        return self.put(at_seeds(seeds, Making()), self._take_pool, "pool", indices=[0])

    def _take_pool(self, answer: Answer) -> None:
        found: Sampled = answer.value
        self._pooled = [Kept(*one) for one in zip(found.latents, found.images, found.names)]
        for tiles in (self.pool, self.results):
            tiles.set_stamp(self.stamp(answer.step))
        self._show_pool()
        self._sum()

    def _show_pool(self) -> None:
        self.pool.show_items([*self.session.shelf.items, *self._pooled])

    def refused(self, reason: str) -> None:
        self._say(reason)

    def draw_anew(self) -> None:
        """Other samples to choose from."""
        self._batch += 1
        self.refresh()

    def send(self, kept: Kept, number: int) -> None:
        """Put a sample into the tray of that number, from 1."""
        if 1 <= number <= len(self.trays):
            self.trays[number - 1].add(kept)

    # --- the sum ----------------------------------------------------------------------------------

    def _sum(self, *_: object) -> None:
        from core.generative.asking import Making, summed

        self.gained.setText(f"gain {self.gain.value() / 100:.2f}")
        if not all(tray.items for tray in self.trays):
            self.results.show_items([])
            return
        spots = [[kept.latent for kept in tray.items] for tray in self.trays]
        question = summed(spots, self.gain.value() / 100, self.shell.isChecked(), Making())
        self.put(question, self._show_sum, "sum", indices=[0], prompt=True)

    def _show_sum(self, answer: Answer) -> None:
        found: Sampled = answer.value
        names = ["beside the sum"] * 9
        names[4] = "the sum"
        self.results.show_items([Kept(*k) for k in zip(found.latents, found.images, names)])
        self.results.at = 4

    # --- filling by attributes --------------------------------------------------------------------

    def _choose_example(self, at: int) -> None:
        if at > 0:
            self.choose(self._sums[at - 1])

    def choose(self, asked: Sum) -> None:
        """Ask for what an example asks for, and fill the trays."""
        for tray, wanted in zip(self.trays, (asked.plus, asked.minus, asked.then)):
            tray.wanted = dict(wanted)
        if asked in self._sums:
            self.example.setCurrentIndex(self._sums.index(asked) + 1)
        self.fill()

    def _refill(self) -> None:
        if self._told is not None and all(tray.wanted for tray in self.trays):
            self._fill_now()

    def fill(self) -> None:
        """Fill the trays that attributes are asked for; the first time samples are judged."""
        self._with_told(self._fill_now)

    def _with_told(self, then: Callable[[], None]) -> None:
        """Do something as soon as samples are judged at the step that is looked at."""
        run, step, few = self.session.run, self.session.step, self.slow
        if run is None:
            self._say("There is no run yet. Start the training first.")
            return
        at = self._newest() if step is None else step
        if self._told is not None and self._told_at == at:
            then()
            return

        def work(progress: Progress) -> tuple[int, Any, Told]:
            from core.generative import measuring
            from core.generative.asking import Making
            from core.judge import judged_generator

            method, _, judge = judged_generator(run, at, progress)
            count = TOLD_SLOW if few else measuring.DRAWN
            return at, method, measuring.tell_samples(method, judge, Making(), progress, count)

        def take(found: tuple[int, Any, Told]) -> None:
            self._told_at, self._method, self._told = found
            for tray in self.trays:
                tray.offer(self._told.names)
            then()

        self.working.start("Judging samples", work, take)

    def _newest(self) -> int:
        """The last snapshot's step: what is measured, is measured of weights that are kept."""
        assert self.session.run is not None
        return max(self.session.run.snapshots(), default=0)

    def _fill_now(self) -> None:
        from core.generative.asking import Making, made
        from core.generative.measuring import exemplars

        told = self._told
        assert told is not None
        for draw, tray in enumerate(self.trays):
            if not tray.wanted:
                continue
            wanted = dict(tray.wanted)
            try:
                latents = exemplars(told, wanted, self.exemplars.value(), draw)
            except ValueError as error:
                self._say(f"{str(error).capitalize()}; train longer, or ask for less.", "warning")
                return
            found = made(self._method, latents, Making())
            items = [Kept(z, p, "exemplar") for z, p in zip(found.latents, found.images)]
            tray.fill(items, wanted)
            tray.offer(told.names)
        self._say(self._words())
        self._show_side()

    def _asked(self) -> Sum | None:
        """The sum that the trays stand for, where attributes tell what must come out."""
        from core.generative.arithmetic import Sum
        from core.generative.measuring import expected

        wanted = [dict(tray.wanted) for tray in self.trays]
        for asked in self._sums:
            if wanted == [dict(asked.plus), dict(asked.minus), dict(asked.then)]:
                return asked
        result = expected(*wanted) if all(wanted) else {}
        return Sum("Own", wanted[0], wanted[1], wanted[2], result) if result else None

    def _words(self) -> str:
        from core.generative.measuring import in_words

        asked = self._asked()
        if asked is None:
            return HELP
        warned = " This one is likely to fail; Score tells why." if asked.fails else ""
        return f"Expected: {in_words(asked.result)}.{warned}"

    # --- measuring --------------------------------------------------------------------------------

    def measure(self) -> None:
        """Score the sum by the number of exemplars; where no attributes are asked for, say so."""
        asked = self._asked()
        if asked is None:
            self._say("A score needs to know what must come out: fill all three trays by "
                      "attributes, or choose an example.", "warning")  # fmt: skip
            return
        self._with_told(partial(self._score, asked))

    def _score(self, asked: Sum) -> None:
        told, method = self._told, self._method
        assert told is not None
        gain, shell, trials = self.gain.value() / 100, self.shell.isChecked(), self.trials

        def work(progress: Progress) -> dict[int, Success]:
            from core.generative.asking import Making
            from core.generative.measuring import success_curve

            return success_curve(
                method, told, asked, Making(), gain, shell, progress, trials=trials
            )

        self.working.start("Scoring the sum", work, partial(self._take_score, asked))

    def _take_score(self, asked: Sum, found: dict[int, Success]) -> None:
        from core.generative.measuring import drawn

        self.curve.set_stamp(self.stamp(self._told_at))
        self.curve.show_picture(drawn(found))
        self.tabs.setCurrentWidget(self.curve)
        parts = ", ".join(f"{n}: {s.share:.0%}" for n, s in found.items())
        chance = next(iter(found.values())).chance
        works = max(s.share for s in found.values()) > WORKS
        why, tone = ("", "success") if works else (f" {asked.fails}", "warning")
        self._say(f"Success by exemplars {parts}; chance {chance:.0%}.{why}", tone)

    def _show_side(self) -> None:
        """What else the sum changed, of exemplars of the third tray."""
        told = self._told
        if told is None or not all(tray.items for tray in self.trays):
            return
        import torch

        from core.generative.asking import Making, generate_by
        from core.generative.measuring import side_effects

        trays = [torch.from_numpy(np.stack([k.latent for k in t.items])) for t in self.trays]
        method = self._method
        gain, shell = self.gain.value() / 100, self.shell.isChecked()

        def work(_: Progress) -> Side:
            generate = generate_by(method, Making())
            return side_effects(generate, told, (trays[0], trays[1], trays[2]), gain, shell)

        self.working.start("Looking at what changed", work, self._take_side)

    def _take_side(self, side: Side) -> None:
        captions = [
            " ".join([*(f"+{n}" for n in more), *(f"−{n}" for n in less)]) or "no label"
            for more, less in zip(side.gained, side.lost)
        ]
        picture = HeatMaps(side.after, side.heat[:, None], ["where it changed"], captions)
        self.heat.set_stamp(self.stamp(self._told_at))
        self.heat.show_picture(picture)

    def _say(self, words: str, tone: str = "secondary") -> None:
        self.said.setText(words)
        restyle(self.said, tone=tone)

    def end(self) -> None:
        self.working.cancel()
        super().end()
