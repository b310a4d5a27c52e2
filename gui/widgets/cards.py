"""Cards: one for a method, one for a run that was open lately."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core.registry import Note
from gui.icons import icon
from gui.theme import manager
from gui.tokens import RADIUS_LARGE, SPACE
from gui.widgets.text import label
from gui.widgets.thumbnail import Thumbnail, picture_of
from gui.widgets.typing_first import TAKES_SPACE

WIDE_PICTURE = 360


class Card(QFrame):
    """A surface that is clicked as a whole, or by Enter or Space when it has the focus."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty(TAKES_SPACE, True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        manager().changed.connect(self.update)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.clicked.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = manager().theme
        edge = theme.color("border")
        if self.hasFocus():
            edge = theme.color("accent")
        elif self.underMouse():
            edge = theme.color("text_faint")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, 2.0 if self.hasFocus() else 1.0))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_LARGE, RADIUS_LARGE
        )


class MethodCard(Card):
    """What a note says of its method. The whole card trains it; a button sets it up first."""

    train = Signal(str)
    open = Signal(str)
    see = Signal(str)  # a run of it that ships with the program

    def __init__(
        self,
        note: Note,
        wide: bool = False,
        parent: QWidget | None = None,
        *,
        learned: bool = False,
    ) -> None:
        """`learned`: a run of the method ships with the program."""
        super().__init__(parent)
        self.note = note
        self.setAccessibleName(f"Train {note.title}")
        self.setAccessibleDescription(note.sentence)
        picture = Thumbnail(note.id, picture_of(note.path.parent, note.id),
                            height=188 if wide else 132, round_left=wide, parent=self)  # fmt: skip
        if wide:
            picture.setMinimumWidth(WIDE_PICTURE // 2)
            picture.setMaximumWidth(WIDE_PICTURE)
        set_up = QPushButton("Set up", self)
        set_up.setProperty("kind", "quiet")
        set_up.setToolTip("Choose data and options first")
        set_up.setAccessibleName(f"Set up {note.title}")
        train = QPushButton("Train", self)
        train.setIcon(icon("play", "accent_text"))
        train.setIconSize(QSize(12, 12))
        train.setProperty("kind", "primary")
        train.setToolTip(f"Train now, {expected(note.minutes)} on two cores")
        train.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the card itself takes Enter
        self.learned = QPushButton("See one that has learned", self)
        self.learned.setProperty("kind", "quiet")
        self.learned.setToolTip("Open a run that ships with the program")
        self.learned.setAccessibleName(f"See {note.title} that has learned")
        self.learned.setVisible(learned)
        self.learned.clicked.connect(lambda: self.see.emit(note.id))
        self._lay_out(picture, set_up, train, wide)
        self.clicked.connect(lambda: self.train.emit(note.id))
        train.clicked.connect(lambda: self.train.emit(note.id))
        set_up.clicked.connect(lambda: self.open.emit(note.id))

    def matches(self, words: str) -> bool:
        """Whether each word of a search occurs in what the card says."""
        note = self.note
        said = f"{note.id} {note.title} {note.family} {note.year} {note.paper} {note.sentence}"
        return all(word in said.casefold() for word in words.casefold().split())

    def _lay_out(self, picture: QWidget, set_up: QWidget, train: QWidget, wide: bool) -> None:
        note = self.note
        foot = QHBoxLayout()
        foot.setSpacing(SPACE.tight)
        facts = label(f"{note.year}  ·  {expected(note.minutes)}", "small", "faint")
        facts.setToolTip(note.paper)
        foot.addWidget(facts)
        foot.addStretch(1)
        foot.addWidget(set_up)
        foot.addWidget(train)
        text = QVBoxLayout()
        margin = SPACE.wide if wide else SPACE.large
        text.setContentsMargins(
            margin, SPACE.medium if not wide else SPACE.wide, margin, SPACE.medium
        )
        text.setSpacing(SPACE.tight)
        text.addWidget(label(note.title, "heading" if wide else "lead", wrap=True))
        text.addWidget(label(note.sentence, "" if wide else "small", "secondary", wrap=True))
        if wide:
            text.addWidget(label(note.paper, "small", "faint", wrap=True))
        text.addStretch(1)
        text.addSpacing(SPACE.small)
        text.addWidget(self.learned, 0, Qt.AlignmentFlag.AlignLeft)
        text.addLayout(foot)
        whole = QHBoxLayout(self) if wide else QVBoxLayout(self)
        whole.setContentsMargins(2, 2, 2, 2)
        whole.setSpacing(0)
        whole.addWidget(picture)
        whole.addLayout(text, 1)


@dataclass(frozen=True)
class RecentRun:
    """A run as the strip of recent runs shows it."""

    key: str
    title: str
    detail: str  # "SimCLR on digits, step 400 of 600, yesterday"
    method: str  # its pattern is shown where there is no picture
    picture: QImage | None = None


class RecentCard(Card):
    """A run that was open lately; a click opens it again."""

    def __init__(self, run: RecentRun, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(f"Open {run.title}")
        self.setAccessibleDescription(run.detail)
        self.setToolTip(f"{run.title}\n{run.detail}")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, SPACE.medium, 2)
        row.setSpacing(SPACE.medium)
        row.addWidget(_RunPicture(run, self))
        text = QVBoxLayout()
        text.setContentsMargins(0, SPACE.small, 0, SPACE.small)
        text.setSpacing(SPACE.hair)
        text.addStretch(1)
        text.addWidget(label(run.title, "strong", wrap=True))
        text.addWidget(label(run.detail, "small", "secondary", wrap=True))
        text.addStretch(1)
        row.addLayout(text, 1)


class _RunPicture(Thumbnail):
    """The run's own picture, or its method's pattern."""

    def __init__(self, run: RecentRun, parent: QWidget) -> None:
        super().__init__(run.method, height=64, round_left=True, parent=parent)
        self._image = run.picture
        self.setFixedWidth(72)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is None:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(self._outline())
        side = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        area = QRectF((self.width() - side.width()) / 2, (self.height() - side.height()) / 2,
                      side.width(), side.height())  # fmt: skip
        painter.drawImage(area, self._image)


def expected(minutes: float) -> str:
    """A time to expect, as one would say it: about 40 s, about 3 min, about 2 h."""
    if minutes < 1:
        return f"about {max(5, round(minutes * 12) * 5)} s"
    if minutes < 90:
        return f"about {round(minutes)} min"
    return f"about {minutes / 60:.1g} h"
