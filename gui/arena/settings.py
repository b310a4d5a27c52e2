"""What the games are about: the match, the points, the seed, the clock, and what is drawn."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.arena.matches import KINDS, MATCHES
from gui.theme import SPACE
from gui.widgets.text import label

WIDTH = 216
LAYERS = (
    ("surface", "Discriminator's surface", "Blue where it takes points for generated, orange real"),
    ("real", "Real points", "What is to be learned"),
    ("samples", "Samples", "What the generator makes"),
    ("arrows", "Gradients", "Up the discriminator's score: where each sample is pulled"),
    ("warp", "Latent grid", "A square grid of latents as the generator lays it"),
)


class ArenaSettings(QWidget):
    """Tells of every choice."""

    match_chosen = Signal(str)
    points_chosen = Signal(str)
    seed_changed = Signal(int)
    clock_chosen = Signal(str)
    layer_switched = Signal(str, bool)
    raw_switched = Signal(bool)
    slow_switched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.match, self.points = QComboBox(), QComboBox()
        self.match.setAccessibleName("Match")
        for id, match in MATCHES.items():
            self.match.addItem(match.title, id)
        self.points.setAccessibleName("Points")
        for id, title in KINDS.items():
            self.points.addItem(title, id)
        self.seed = QSpinBox(minimum=0, maximum=2**31 - 1)
        self.seed.setAccessibleName("Seed")
        self.seed.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.seed.setToolTip("Of the networks, the latents and the order of the points")
        self.again = QPushButton("Begin anew")
        self.again.setToolTip("The same match from the first step")
        self.about = label("", "small", "secondary", wrap=True)
        self.clocks = {"steps": QRadioButton("Steps"), "seconds": QRadioButton("Seconds of work")}
        self.raw = QCheckBox("Raw generator")
        self.raw.setToolTip("Without the running average over its steps, which shows how it swings")
        self.slow = QCheckBox("Slow motion")
        self.layers = {name: QCheckBox(title) for name, title, _ in LAYERS}
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.small)
        column.addWidget(label("Match", "strong"))
        column.addWidget(self.match)
        column.addWidget(self.about)
        column.addSpacing(SPACE.small)
        column.addWidget(label("Points", "strong"))
        column.addWidget(self.points)
        row = QHBoxLayout()
        row.addWidget(label("Seed", "small", "secondary"))
        row.addWidget(self.seed, 1)
        column.addLayout(row)
        column.addWidget(self.again)
        column.addSpacing(SPACE.small)
        column.addWidget(label("Clock", "strong"))
        group = QButtonGroup(self)
        for name, button in self.clocks.items():
            group.addButton(button)
            column.addWidget(button)
            button.setChecked(name == "steps")
        column.addWidget(self.slow)
        column.addSpacing(SPACE.small)
        column.addWidget(label("Drawn", "strong"))
        for name, _, help in LAYERS:
            box = self.layers[name]
            box.setChecked(name != "warp")
            box.setToolTip(help)
            column.addWidget(box)
        column.addWidget(self.raw)
        column.addStretch(1)

    def _connect(self) -> None:
        self.match.activated.connect(lambda _: self.match_chosen.emit(self.match.currentData()))
        self.points.activated.connect(lambda _: self.points_chosen.emit(self.points.currentData()))
        self.seed.valueChanged.connect(self.seed_changed)
        for name, button in self.clocks.items():
            button.clicked.connect(lambda _=False, n=name: self.clock_chosen.emit(n))
        for name, box in self.layers.items():
            box.toggled.connect(lambda on, n=name: self.layer_switched.emit(n, on))
        self.raw.toggled.connect(self.raw_switched)
        self.slow.toggled.connect(self.slow_switched)

    def show_match(self, id: str, about: str) -> None:
        """Say which match is on."""
        self.match.setCurrentIndex(self.match.findData(id))
        self.about.setText(about)
