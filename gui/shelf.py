"""Latents that a person keeps: the samples that panels of one run hand to each other."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gui.widgets.latent_tiles import Kept

MOST = 48


class Shelf(QObject):
    """The samples kept of one run, the newest first; the oldest go where there are too many."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: list[Kept] = []

    def keep(self, sample: Kept) -> None:
        """Put a sample on the shelf, once."""
        same = [k for k in self.items if k.latent.tobytes() == sample.latent.tobytes()]
        rest = [k for k in self.items if not any(k is s for s in same)]
        self.items = [sample, *rest][:MOST]
        self.changed.emit()

    def clear(self) -> None:
        """Let go of all."""
        self.items = []
        self.changed.emit()
