"""The pictures of an evaluation, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.comparison import over_time
from core.evaluate.compare import PROTOCOLS
from core.evaluate.report import Report
from core.pictures import Picture


def pictures_of(report: Report) -> list[tuple[str, Picture]]:
    """Title and picture of everything that was judged."""
    found: list[tuple[str, Picture]] = []
    if report.scores:
        found.append(("Accuracy by protocol and stage", report.table()))
        found += [
            (PROTOCOLS[p], report.stages(p))
            for p in dict.fromkeys(s.protocol for s in report.scores)
        ]
    for name, curve in report.curves.items():
        found += [(PROTOCOLS[name], curve.curve()), (f"{PROTOCOLS[name]}: numbers", curve.table())]
    if report.confusions:
        found += [
            ("Linear probe, class by class", report.per_class()),
            ("What the linear probe confuses", report.confusion()),
        ]
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
