"""How far a map may be believed: its measures, the spectrum of the features, and the verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from gui.theme import SPACE
from gui.views.curve import CurveView
from gui.widgets.text import label
from gui.widgets.work_bar import WorkBar

if TYPE_CHECKING:
    from core.evaluate.spectrum import Spectrum
    from core.maps.genuine import Verdict

WHAT = (
    "A map in two dimensions cannot keep all neighbourhoods. Trust falls where it shows neighbours "
    "that are none, continuity where it tears true ones apart; kept is the share of each point's "
    "nearest by features that are also nearest on the map."
)
ASK = "Draw around a cluster and ask whether it is real."


class Belief(QScrollArea):
    """Words, a spectrum, and what was said of clusters, the newest first."""

    cancelled = Signal()
    problem = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.measures = label("", "small", wrap=True, selectable=True)
        self.rank = label("", "small", wrap=True, selectable=True)
        self.verdict = label(ASK, "small", "faint", wrap=True, selectable=True)
        self.work = WorkBar()
        self.work.stopped.connect(self.cancelled)
        self.spectrum = CurveView()
        self.spectrum.setMinimumHeight(150)
        self.spectrum.problem.connect(self.problem)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
        column.setSpacing(SPACE.small)
        for widget in (self.verdict, self.work, self.measures, self.rank):
            column.addWidget(widget)
        column.addWidget(self.spectrum, 1)
        column.addWidget(label(WHAT, "small", "faint", wrap=True))
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)

    def show_measures(self, quality: Mapping[str, float]) -> None:
        """Of the map as it is now; see `Reliability.summary`."""
        self.measures.setText(
            f"Trust {quality['trust']:.3f}, continuity {quality['continuity']:.3f}, "
            f"{quality['preserved']:.0%} of the {quality['k']:.0f} nearest kept."
        )

    def show_spectrum(self, spectrum: Spectrum, stamp: str) -> None:
        """Of the features that are mapped."""
        most = len(spectrum.variances)
        self.rank.setText(
            f"Effective rank {spectrum.effective_rank:.1f} of {most}; "
            f"std x sqrt(d) {spectrum.deviation:.2f}: 0 is collapse, 1 is even."
        )
        self.spectrum.set_stamp(stamp)
        self.spectrum.show_picture(spectrum.curve())

    def begin_asking(self) -> None:
        self.verdict.setText("Looking whether what is chosen is a cluster…")
        self.work.begin("Is this cluster real?")

    def show_verdict(self, verdict: Verdict, of: str) -> None:
        self.verdict.setText(f"{of}: {verdict.sentence}")
        self.work.end()

    def say(self, words: str) -> None:
        """In place of a verdict."""
        self.verdict.setText(words)
        self.work.end()
