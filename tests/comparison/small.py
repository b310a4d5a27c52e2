"""One small comparison that is trained once for all tests of a session."""

from __future__ import annotations

from pathlib import Path

from core.comparison.book import Book, Comparison
from core.comparison.plan import Budget, Plan
from core.comparison.work import Work
from core.progress import Progress
from core.runs import RunStore

PICTURES = {"count": 100, "held_out": 60}
PLAN = Plan(("rotation",), "toyland", PICTURES, Budget("steps", 6), (0, 1), ("knn", "linear"),
            {"width": 4})  # fmt: skip


def trained(root: Path) -> tuple[RunStore, Comparison]:
    """Rotation and the random network, two seeds each, judged by neighbours and a linear probe."""
    store = RunStore(root / "runs")
    comparison = Book(store).begin(PLAN)
    Work(comparison, store).go_on(Progress())
    return store, comparison
