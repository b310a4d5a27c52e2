"""The last runs, as the gallery's strip shows them."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtGui import QImage

from core.runs import RunStore, RunSummary
from gui.widgets.cards import RecentRun

MOST = 3


def recent_runs(store: RunStore) -> list[RecentRun]:
    """The newest runs that can be opened."""
    return [_recent(run) for run in store.list() if not run.problem][:MOST]


def _recent(run: RunSummary) -> RecentRun:
    assert run.info is not None
    picture = QImage(str(run.thumbnail)) if run.thumbnail is not None else None
    detail = f"{run.status}, step {run.step:,} of {run.steps:,}, {_ago(run.info.created)}"
    return RecentRun(run.id, run.info.title, detail, run.info.method, picture)


def _ago(created: str) -> str:
    """A moment (ISO 8601) as a distance from now."""
    seconds = (datetime.now(UTC) - datetime.fromisoformat(created)).total_seconds()
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = int(seconds // size)
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
