"""A legend of any number of names in bounded height: what does not fit is scrolled to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from gui.widgets.legend import Legend

_MOST = 80  # logical pixels: three lines and a hint of the fourth


class LegendBox(QScrollArea):
    """As high as the legend in it needs, at most about three lines; hides with it."""

    def __init__(self, legend: Legend, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._legend = legend
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setWidget(legend)
        self.viewport().setAutoFillBackground(False)
        legend.setAutoFillBackground(False)
        legend.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 22)

    def _fit(self) -> None:
        """Take the height that the names need in this width."""
        needed = max(22, self._legend.heightForWidth(max(self.width(), 60)))
        bar = Qt.ScrollBarPolicy
        scrolls = bar.ScrollBarAlwaysOn if needed > _MOST else bar.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(scrolls)
        if min(needed, _MOST) != self.height():
            self.setFixedHeight(min(needed, _MOST))
