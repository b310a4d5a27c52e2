"""The choices over a map: stage, layout, metric, colour, and what to search for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from gui.icons import icon
from gui.mapping.colouring import Way
from gui.theme import SPACE
from gui.widgets.flow import FlowLayout

LAYOUTS = (("PCA", "pca"), ("t-SNE", "tsne"), ("UMAP", "umap"))
METRICS = (("cosine", "cosine"), ("euclidean", "euclidean"))
SEARCH_WIDTH = 132


class Controls(QWidget):
    """Combo boxes and the `tools` of the map, which wrap where there is little room."""

    relaid = Signal()  # another stage, layout or metric: the map begins anew
    recoloured = Signal(str)  # the id of a way to colour
    searched = Signal(str)

    def __init__(self, tools: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = FlowLayout(self, gap=SPACE.tight)
        self.stage = _box("Stage", "Whose features are laid out, pooled over places", ())
        self.layout_choice = _box("Layout", "How the features are laid out", LAYOUTS)
        self.metric = _box("Metric", "How far apart two features are", METRICS)
        self.colour = _box("Colour", "What the colours of the points say", (), letters=11)
        self.search = QLineEdit(placeholderText="Search", clearButtonEnabled=True)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.setAccessibleName("Search the points")
        self.search.setToolTip(
            "A class, part of a name, a number as #12, or a column as loss>0.5; Enter chooses "
            "what is found"
        )
        self.search.setFixedWidth(SEARCH_WIDTH)
        for box in (self.stage, self.layout_choice, self.metric, self.colour, tools, self.search):
            row.addWidget(box)
        for box in (self.stage, self.layout_choice, self.metric):
            box.activated.connect(lambda _: self.relaid.emit())
        self.colour.activated.connect(lambda _: self.recoloured.emit(self.colour.currentData()))
        self.search.returnPressed.connect(lambda: self.searched.emit(self.search.text()))

    def set_stages(self, names: Sequence[str], usual: str) -> None:
        """Offer these stages; the one that was chosen stays where it is among them."""
        if [self.stage.itemText(at) for at in range(self.stage.count())] == list(names):
            return
        before = self.stage.currentText()
        _fill(self.stage, [(name, name) for name in names], before or usual, usual)
        self.stage.setVisible(len(names) > 1)

    def set_ways(self, ways: Sequence[Way]) -> None:
        """Offer these ways to colour; the one that was chosen stays."""
        before = self.colour.currentData() or ways[0].id
        _fill(self.colour, [(way.title, way.id) for way in ways], before, ways[0].id)
        for at, way in enumerate(ways):
            self.colour.setItemData(at, way.help, Qt.ItemDataRole.ToolTipRole)

    def colour_by(self, id: str) -> None:
        """Choose a way to colour as a person would."""
        self.colour.setCurrentIndex(max(0, self.colour.findData(id)))
        self.recoloured.emit(self.colour.currentData())


def _box(name: str, help: str, items: Sequence[tuple[str, str]], letters: int = 7) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setToolTip(help)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(letters)
    for title, data in items:
        made.addItem(title, data)
    return made


def _fill(box: QComboBox, items: Sequence[tuple[str, str]], wanted: str, usual: str) -> None:
    with QSignalBlocker(box):
        box.clear()
        for title, data in items:
            box.addItem(title, data)
        at = box.findData(wanted)
        box.setCurrentIndex(at if at >= 0 else max(0, box.findData(usual)))
