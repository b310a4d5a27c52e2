"""From one viewpoint to another in a moment, so that a person sees where it went."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QVariantAnimation
from PySide6.QtWidgets import QStyle, QWidget

from core.render.viewpoint import Viewpoint

GLIDE_MS = 300


class Glide(QVariantAnimation):
    """Calls `move` with what lies between; at once where the system asks for less motion."""

    def __init__(self, widget: QWidget, move: Callable[[Viewpoint], None]) -> None:
        super().__init__(widget)
        self._widget, self._move = widget, move
        self._begin = self._end = Viewpoint()
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setDuration(GLIDE_MS)
        self.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self.valueChanged.connect(self._step)

    def go(self, begin: Viewpoint, end: Viewpoint) -> None:
        """From one to the other."""
        self.stop()
        self._begin, self._end = begin, end
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        if self._widget.style().styleHint(hint, None, self._widget) <= 0:
            self._move(end)
        else:
            self.start()

    @property
    def running(self) -> bool:
        """Whether it is on its way."""
        return self.state() == QAbstractAnimation.State.Running

    def _step(self, share: float) -> None:
        if self.running or share >= 1:
            self._move(self._begin.toward(self._end, float(share)))
