"""The pictures of an evaluation, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.comparison import over_time
from core.evaluate.protocols import PROTOCOLS
from core.evaluate.report import Report
from core.pictures import Picture


def pictures_of(report: Report) -> list[tuple[str, Picture]]:
    """Title and picture of everything that was judged."""
    found: list[tuple[str, Picture]] = []
    if report.scores:
        found += [("The stage that is best", report.chosen()), ("Every stage", report.table())]
        found += [
            (PROTOCOLS[p].title, report.stages(p))
            for p, stages in _stages(report).items()
            if len(stages) > 1
        ]
    for name, curve in report.curves.items():
        title = PROTOCOLS[name].title
        found += [(title, curve.curve()), (f"{title}: numbers", curve.table())]
    for name, shown in report.shown.items():
        found.append((f"{PROTOCOLS[name].title}: held-out pictures", shown.grid()))
    if report.confusions:
        found += [
            ("Linear probe, class by class", report.per_class()),
            ("What the linear probe confuses", report.confusion()),
        ]
    return found


def _stages(report: Report) -> dict[str, set[str]]:
    """Protocol -> the stages it judged."""
    found: dict[str, set[str]] = {}
    for score in report.scores:
        found.setdefault(score.protocol, set()).add(score.stage)
    return found


def kept_pictures(evaluation: Mapping[str, Any]) -> list[tuple[str, Picture]]:
    """The pictures of an evaluation kept in a run folder; raises ValueError where it is damaged."""
    if "problem" in evaluation:
        raise ValueError(str(evaluation["problem"]))
    if evaluation.get("format") == over_time.FORMAT:
        track = over_time.Track.from_dict(evaluation)
        lines = {over_time.best_stage([track]): over_time.line([track])}
        return [("kNN accuracy while it trained", over_time.curve_of(lines))]
    return pictures_of(Report.from_dict(evaluation))
