"""After a crash: offers to go on with the run that was interrupted, from its last checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from core.runs import RunSummary
from gui.widgets.notices import Action

if TYPE_CHECKING:
    from gui.window import Window


class Recovery(QObject):
    """Looks once, at the start, for runs whose process died."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window

    def offer(self) -> None:
        """Offer the newest interrupted run that has something to go on from."""
        found = [
            run
            for run in self._window.laboratory.store.interrupted()
            if run.resume_step is not None
        ]
        if not found:
            return
        run = found[0]
        title = run.info.title if run.info else run.id
        others = f" {len(found) - 1} more are on the runs page." if len(found) > 1 else ""
        self._window.notices.show(
            "warning",
            "A run was interrupted",
            f'"{title}" was interrupted at step {run.step:,}. It can go on from step '
            f"{run.resume_step:,}.{others}",
            actions=[
                Action("Continue", lambda: self._continue(run)),
                Action("Open", lambda: self._window.open_run(run.id)),
            ],
        )

    def _continue(self, run: RunSummary) -> None:
        self._window.continue_run(run.id)
