"""k-means on the features of any stage: which pictures the network puts together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QLabel, QSpinBox, QWidget

from core.pictures import as_images
from gui.panels.base import Panel
from gui.session import Session
from gui.views.image_grid import ImageGridView
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.evaluate.clusters import Clustering
    from core.observer import Answer

MOST = 200  # clusters
USUAL = 10  # where there are no classes
SHOWN, SIDE = 24, 48  # pictures of a cluster, their pixels
SOON_MS = 250  # after the last turn of the number


class ClustersPanel(Panel):
    """All held-out pictures of the run, in as many clusters as a person says."""

    title = "Clusters"
    ability = "Encodes"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.found: Clustering | None = None
        self.count = QSpinBox(minimum=1, maximum=MOST, value=USUAL)
        self.count.setAccessibleName("Number of clusters")
        self.count.setToolTip("k of k-means")
        self.stage = QComboBox()
        self.stage.setAccessibleName("Stage whose features are clustered")
        self.stage.addItem("last stage", "last")
        self.said = label("", "small", "secondary", wrap=True)
        self.view = ImageGridView()
        self.view.set_side(SIDE)
        self.view.problem.connect(self.problem)
        self.view.picked.connect(session.picked)
        self.controls.addWidget(QLabel("Clusters"))
        self.controls.addWidget(self.count)
        self.controls.addWidget(self.stage)
        self.controls.addStretch()
        self.body.addWidget(self.said)
        self.body.addWidget(self.view, 1)
        self._classes_known = False
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.refresh)
        self.count.valueChanged.connect(self._soon.start)
        self.stage.activated.connect(self.refresh)

    def ask(self) -> bool:
        from core import questions

        probe = self.session.probe
        if probe is None:
            return False
        if not self._classes_known:
            self._classes_known = True
            self.count.setMaximum(min(MOST, len(probe)))
            self._begin_with(len(probe.classes) or USUAL)
        question = questions.clusters(self.count.value(), self.stage.currentData())
        return self.put(question, self._show, everywhere=True)

    def _begin_with(self, count: int) -> None:
        self.count.blockSignals(True)
        self.count.setValue(count)
        self.count.blockSignals(False)

    def refused(self, reason: str) -> None:
        self.said.setText("")
        self.view.clear(reason)

    def _show(self, answer: Answer) -> None:
        probe = self.session.probe
        if probe is None:
            return
        self.found = answer.value
        if self.stage.count() == 1:
            for name in self.found.stages[:-1]:
                self.stage.addItem(name, name)
        self.said.setText(self.found.sentence())
        self.view.set_stamp(f"{self.stamp(answer.step)}. {self.found.sentence()}")
        self.view.show_picture(self.found.grid(as_images(probe.images), SHOWN))

    def end(self) -> None:
        super().end()
        self._soon.stop()
