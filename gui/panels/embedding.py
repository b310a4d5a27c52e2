"""The map of the embedding: every probe picture a point, near where its features are near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from core.maps.align import procrustes
from core.maps.neighbours import closest, comparable, distance_blocks
from core.maps.worker import Frame, MapWorker
from core.pictures import ImageGrid, Points, as_images
from gui.panels.base import Panel
from gui.session import Session
from gui.views.image_grid import ImageGridView
from gui.views.points import PointsView
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.observer import Answer
    from core.probe import Probe
    from core.questions import Embedding

POLL_MS = 60
NEIGHBOURS = 8
NEAR_HEIGHT = 118
LAYOUTS = (("PCA", "pca"), ("t-SNE", "tsne"))
METRICS = (("cosine", "cosine"), ("euclidean", "euclidean"))


class EmbeddingPanel(Panel):
    """PCA at once, t-SNE in its own process; a click shows the nearest pictures by features."""

    title = "Map"
    ability = "Encodes"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.stage, self.layout_choice, self.metric = QComboBox(), QComboBox(), QComboBox()
        for box, name, items in (
            (self.stage, "Stage", ()),
            (self.layout_choice, "Layout", LAYOUTS),
            (self.metric, "Metric", METRICS),
        ):
            box.setAccessibleName(name)
            box.setToolTip(name)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(6)
            for title, data in items:
                box.addItem(title, data)
            self.controls.addWidget(box)
        self.stage.setToolTip("Which stage's features are laid out, pooled over places")
        self.controls.addStretch()
        self.trust = label("", "small", "faint")
        self.trust.setToolTip(
            "Share of each picture's 10 nearest by features that are also nearest on "
            "the map: how far the map can be believed"
        )
        self.view, self.near = PointsView(), ImageGridView()
        self.view.setMinimumSize(160, 150)  # the legend may wrap, the map may not ask for the room
        self.near.setFixedHeight(NEAR_HEIGHT)
        self.near.hide()  # until a point is picked
        self.hint = label("A click shows the nearest by features.", "small", "faint")
        self.body.addWidget(self.view, 1)
        below = QHBoxLayout()
        below.addWidget(self.hint, 1)
        below.addWidget(self.trust)
        self.body.addLayout(below)
        self.body.addWidget(self.near)
        self._embedding: Embedding | None = None
        self._step = 0
        self._xy: np.ndarray | None = None
        self._picked = -1
        self._pictured: Probe | None = None  # the probe whose pictures the map has
        self._worker: MapWorker | None = None
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._take_frames)
        self.stage.activated.connect(self._lay_out_anew)
        self.layout_choice.activated.connect(self._lay_out_anew)
        self.metric.activated.connect(self._lay_out_anew)
        for view in (self.view, self.near):
            view.problem.connect(self.problem)
        self.view.picked.connect(session.picked)
        self.view.hovered.connect(session.hovered)
        self.near.picked.connect(session.picked)
        session.picked.connect(self._show_neighbours)

    def ask(self) -> bool:
        from core import questions

        return self.put(questions.embedding, self._show, everywhere=True)

    def refused(self, reason: str) -> None:
        self.view.clear(reason)

    def _show(self, answer: Answer) -> None:
        first = self._embedding is None
        self._embedding, self._step = answer.value, answer.step
        if first or self.stage.count() == 0:
            self.stage.addItems(list(self._embedding.stages))
            self.stage.setCurrentIndex(self.stage.count() - 1)
        self.view.set_stamp(self.stamp(answer.step))
        self._lay_out()
        if self._picked >= 0:
            self._show_neighbours(self._picked)

    def _features(self) -> np.ndarray:
        assert self._embedding is not None
        return self._embedding.stages[self.stage.currentText()]

    def _lay_out_anew(self) -> None:
        self._xy = None
        if self._embedding is not None:
            self._lay_out()

    def _lay_out(self) -> None:
        """Start the map of the newest features from where the points lie now."""
        features = self._features()
        if not np.isfinite(features).all():
            self.view.clear("The features are not finite at this step, so there is no map of them.")
            return
        self._worker = self._worker or MapWorker()
        method = self.layout_choice.currentData()
        start = self._xy if method == "tsne" else None
        self._worker.start(
            features,
            method,
            {"metric": self.metric.currentData()},
            start,
            on_frame=self._draw,
            on_error=self.view.clear,
        )
        self._poll.start()

    def _take_frames(self) -> None:
        if self._worker is not None:
            for frame in self._worker.poll():
                if frame.final:
                    self._poll.stop()

    def _draw(self, frame: Frame) -> None:
        xy = np.asarray(frame.xy)
        if self.layout_choice.currentData() == "pca" and self._xy is not None:
            xy = procrustes(xy, self._xy).apply(xy)
        self._xy = xy
        probe, embedding = self.session.probe, self._embedding
        if probe is None or embedding is None:
            return
        if self._pictured is not probe:
            self._pictured = probe
            self.view.set_images(as_images(probe.images))
        labels = probe.labels if probe.classes else None
        self.view.show_picture(Points(xy, labels, probe.classes, np.arange(len(xy))))
        if frame.quality:
            share = frame.quality.get("preserved")
            self.trust.setText(
                f"{100 * share:.0f} % of neighbours kept" if share is not None else ""
            )

    def _show_neighbours(self, index: int) -> None:
        """The nearest pictures in feature space (not on the map), drawn as lines and as a row."""
        self._picked = index
        if self._embedding is None or self.session.probe is None or index < 0:
            return
        points = comparable(self._features(), self.metric.currentData())
        _, squares = next(distance_blocks(points, np.array([index])))
        found = closest(squares, min(NEIGHBOURS, len(points) - 1))[0]
        probe, chosen = self.session.probe, [index, *found.tolist()]
        names = [
            probe.classes[i] if 0 <= i < len(probe.classes) else "" for i in probe.labels[chosen]
        ]
        distances = np.sqrt(squares[0, found])
        captions = [
            f"{names[0]} (chosen)".strip(),
            *(f"{n} {d:.2f}" for n, d in zip(names[1:], distances)),
        ]
        self.near.show_picture(
            ImageGrid(as_images(probe.images[chosen]), captions, 0, np.array(chosen))
        )
        self.hint.hide()
        self.near.show()
        self.view.set_neighbours(index, found.tolist())

    def end(self) -> None:
        """End the map's process too."""
        super().end()
        self._poll.stop()
        if self._worker is not None:
            self._worker.close()
            self._worker = None
