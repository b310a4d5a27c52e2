"""The objects and keypoints that are followed: colour, name, number key; the one in hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon
from gui.theme import SPACE, manager
from gui.widgets.form import Fold
from gui.widgets.numbers import counted
from gui.widgets.video.layers import colour_of


class Swatch(QToolButton):
    """A square in an object's colour with its number; pressed while the object is in hand."""

    def __init__(self, number: int, round_: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number, self._round = number, round_
        self.setCheckable(not round_)
        self.setAutoRaise(True)
        self.setFixedSize(QSize(26, 26))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour, box = colour_of(self.number), QRectF(self.rect()).adjusted(3, 3, -3, -3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        if self._round:
            painter.drawEllipse(box.adjusted(3, 3, -3, -3))
            return
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor("white" if colour.lightnessF() < 0.6 else "black"))
        if self.number <= 9:
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(self.number))
        if self.isChecked():
            painter.setPen(manager().theme.color("text"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)


class Row(QWidget):
    """One thing with a name that can be changed and a cross that removes it."""

    renamed = Signal(str)
    removed = Signal()
    chosen = Signal()

    def __init__(self, number: int, name: str, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.swatch = Swatch(number, round_=kind == "keypoint")
        key = f" (key {number})" if kind == "object" and number <= 9 else ""
        self.swatch.setToolTip(f"Paint {name}{key}" if kind == "object" else name)
        self.swatch.setAccessibleName(f"Choose {name}")
        self.name = QLineEdit(name)
        self.name.setProperty("kind", "inline")
        self.name.setAccessibleName(f"Name of the {kind}")
        self.name.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.cross = QToolButton(icon=icon("close"), autoRaise=True, toolTip=f"Remove this {kind}")
        self.cross.setProperty("kind", "small")
        self.cross.setAccessibleName(f"Remove {name}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.tight)
        row.addWidget(self.swatch)
        row.addWidget(self.name, 1)
        row.addWidget(self.cross)
        self.name.editingFinished.connect(self._renamed)
        self.cross.clicked.connect(lambda: self.removed.emit())
        self.swatch.clicked.connect(lambda: self.chosen.emit())

    def _renamed(self) -> None:
        if self.name.isModified() and self.name.text().strip():
            self.name.setModified(False)
            self.renamed.emit(self.name.text().strip())


class ThingList(QWidget):
    """Objects with the one in hand, then keypoints; whoever listens changes what is shown."""

    chosen = Signal(int)  # an object, 1 the first
    added = Signal()
    objects_named = Signal(tuple)
    points_named = Signal(tuple)
    object_removed = Signal(int)
    point_removed = Signal(int)
    bones_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.objects: list[Row] = []
        self.points: list[Row] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._dots = QVBoxLayout()
        self._dots.setSpacing(0)
        dots = QWidget()
        dots.setLayout(self._dots)
        self._dots.setContentsMargins(0, 0, 0, 0)
        self.add = QPushButton("Add object")
        self.add.setToolTip("One more object to paint (N)")
        self.skeleton = QPushButton("Skeleton…")
        self.skeleton.setToolTip("Say which keypoints a line joins")
        self.fold = Fold("Keypoints", self)
        self.fold.add(dots)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.skeleton)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.tight)
        column.addLayout(self._rows)
        column.addWidget(self.fold)
        column.addLayout(buttons)
        for button in (self.add, self.skeleton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add.clicked.connect(lambda: self.added.emit())
        self.skeleton.clicked.connect(lambda: self.bones_wanted.emit())

    def set_names(self, objects: Sequence[str], points: Sequence[str], chosen: int) -> None:
        """What there is now."""
        self.objects = self._fill(self._rows, objects, "object")
        self.points = self._fill(self._dots, points, "keypoint")
        for at, row in enumerate(self.objects):
            row.chosen.connect(lambda n=at + 1: self.chosen.emit(n))
            row.removed.connect(lambda n=at + 1: self.object_removed.emit(n))
            row.renamed.connect(lambda _: self.objects_named.emit(_texts(self.objects)))
        for at, row in enumerate(self.points):
            row.removed.connect(lambda n=at: self.point_removed.emit(n))
            row.renamed.connect(lambda _: self.points_named.emit(_texts(self.points)))
        self.fold.setVisible(bool(points))
        self.fold.set_title(counted(len(points), "keypoint"))
        self.skeleton.setVisible(len(points) > 1)
        self.set_chosen(chosen)

    def set_chosen(self, object: int) -> None:
        for row in self.objects:
            row.swatch.setChecked(row.swatch.number == object)

    @staticmethod
    def _fill(column: QVBoxLayout, names: Sequence[str], kind: str) -> list[Row]:
        while column.count():
            widget = column.takeAt(0).widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        rows = [Row(at + 1, name, kind) for at, name in enumerate(names)]
        for row in rows:
            column.addWidget(row)
        return rows


def _texts(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row.name.text().strip() or f"Unnamed {at + 1}" for at, row in enumerate(rows))
