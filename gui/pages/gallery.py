"""The gallery: every method that has a note, by family, a click away from training.

Built from the notes' headers alone, so that it is on screen before torch is imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from core.histories import histories
from core.registry import Note, notes
from gui.icons import icon
from gui.tokens import SPACE
from gui.widgets.card_layout import CardLayout
from gui.widgets.cards import Card, MethodCard, RecentCard, RecentRun
from gui.widgets.text import label

WIDEST = 1320  # pixels; beyond it the eye travels too far
RECENT = 3
FEW = 3  # so few methods are shown on wide cards


class Gallery(QScrollArea):
    """Cards of all methods; a search field; the runs that were open lately."""

    train = Signal(str)  # method id
    open = Signal(str)  # method id: set it up first
    open_run = Signal(str)  # key of a recent run
    see = Signal(str)  # method id: a run of it that ships with the program

    def __init__(self, found: Sequence[Note] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.cards: list[MethodCard] = []
        self._learned = {history.info.method for history in histories()}
        self._sections: list[tuple[QWidget, list[MethodCard]]] = []
        self.search = QLineEdit()
        self._nothing = label("", tone="secondary")
        self._recent = QWidget()
        self._recent_cards: list[RecentCard] = []
        self._column = self._lay_out()
        self._fill(notes() if found is None else found)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._focus_first)

    def set_recent(self, runs: Sequence[RecentRun]) -> None:
        """The runs of the strip on top, latest first; it is hidden when there are none."""
        for card in self._recent_cards:
            card.setParent(None)
            card.deleteLater()
        self._recent_cards = [RecentCard(run) for run in runs[:RECENT]]
        for card, run in zip(self._recent_cards, runs, strict=False):
            card.clicked.connect(lambda key=run.key: self.open_run.emit(key))
            self._recent_row.addWidget(card)
        self._recent.setVisible(bool(runs) and not self.search.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: QPoint(-1, 0), Qt.Key.Key_Right: QPoint(1, 0),
                 Qt.Key.Key_Up: QPoint(0, -1), Qt.Key.Key_Down: QPoint(0, 1)}  # fmt: skip
        if event.key() in moves and self._move_focus(moves[event.key()]):
            return
        super().keyPressEvent(event)

    def _lay_out(self) -> QVBoxLayout:
        inside = QWidget()
        middle = QHBoxLayout(inside)
        middle.setContentsMargins(SPACE.page, SPACE.page, SPACE.page, SPACE.page)
        middle.addStretch(1)
        column_widget = QWidget()
        column_widget.setMaximumWidth(WIDEST)
        middle.addWidget(column_widget, 1000)
        middle.addStretch(1)
        column = QVBoxLayout(column_widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.medium)
        column.addLayout(self._header())
        column.addSpacing(SPACE.medium)
        recent = QVBoxLayout(self._recent)
        recent.setContentsMargins(0, 0, 0, SPACE.large)
        recent.setSpacing(SPACE.medium)
        recent.addWidget(label("Recent runs", "lead"))
        holder = QWidget()
        self._recent_row = CardLayout(holder, least=272)
        recent.addWidget(holder)
        self._recent.hide()
        column.addWidget(self._recent)
        column.addWidget(self._nothing)
        self._nothing.hide()
        self.setWidget(inside)
        return column

    def _header(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(SPACE.tight)
        words.addWidget(label("Learning to see without labels", "display"))
        words.addWidget(label("Choose a method, and watch a network learn from real images.",
                              tone="secondary"))  # fmt: skip
        self.search.setPlaceholderText("Search methods")
        self.search.setAccessibleName("Search methods")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(
            icon("search", "text_faint"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.search.setTextMargins(-SPACE.small, 0, 0, 0)
        self.search.setFixedWidth(260)
        header = QHBoxLayout()
        header.addLayout(words, 1)
        header.addWidget(self.search, 0, Qt.AlignmentFlag.AlignBottom)
        return header

    def _fill(self, found: Sequence[Note]) -> None:
        wide = len(found) <= FEW
        for family, members in groupby(found, key=lambda note: note.family):
            section = QWidget()
            column = QVBoxLayout(section)
            column.setContentsMargins(0, 0, 0, SPACE.wide)
            column.setSpacing(SPACE.medium)
            column.addWidget(label(family, "lead"))
            holder = QWidget()
            layout = CardLayout(holder, least=720, most=WIDEST) if wide else CardLayout(holder)
            cards = [self._card(note, wide) for note in members]
            for card in cards:
                layout.addWidget(card)
            column.addWidget(holder)
            self._sections.append((section, cards))
            self._column.addWidget(section)
        self._column.addStretch(1)
        if not found:
            self._say("There is no method yet: assets/methods holds no note.")

    def _card(self, note: Note, wide: bool) -> MethodCard:
        card = MethodCard(note, wide, learned=note.id in self._learned)
        card.train.connect(self.train)
        card.open.connect(self.open)
        card.see.connect(self.see)
        self.cards.append(card)
        return card

    def _filter(self, words: str) -> None:
        for section, cards in self._sections:
            for card in cards:
                card.setVisible(card.matches(words))
            section.setVisible(any(card.matches(words) for card in cards))
        self._recent.setVisible(bool(self._recent_cards) and not words)
        found = any(card.matches(words) for card in self.cards)
        self._say("" if found else f"No method has “{words.strip()}” in its name, family or paper.")

    def _say(self, text: str) -> None:
        self._nothing.setText(text)
        self._nothing.setVisible(bool(text))

    def _focus_first(self) -> None:
        first = next((card for card in self.cards if not card.isHidden()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def _move_focus(self, way: QPoint) -> bool:
        """Focus the nearest card that way of the one that has the focus."""
        cards: list[Card] = [*self._recent_cards, *self.cards]
        cards = [card for card in cards if card.isVisible()]
        here = next((card for card in cards if card.hasFocus()), None)
        if here is None:
            return False
        at = {card: card.mapTo(self.widget(), card.rect().center()) for card in cards}
        best: tuple[float, Card] | None = None
        for card in cards:
            step = at[card] - at[here]
            along = QPoint.dotProduct(step, way)
            across = abs(step.x() * way.y()) + abs(step.y() * way.x())
            aside = way.y() == 0 and across > here.height() // 2
            if along > 20 and not aside and (best is None or along + 2 * across < best[0]):
                best = (along + 2 * across, card)
        if best is not None:
            best[1].setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(best[1], 0, SPACE.page)
        return True
