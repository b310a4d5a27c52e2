"""The rows of the table of runs: what each column says of a run, and by what it is sorted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QStandardItem

from core.data.sources import UnknownSource, source
from core.registry import notes
from core.runs import RunSummary
from gui.widgets.numbers import count, short

COLUMNS = ("Run", "Method", "Pictures", "State", "Step", "Result", "Started")
WIDTHS = (0, 150, 140, 90, 120, 190, 130)  # pixels; the first takes what is left
ID = Qt.ItemDataRole.UserRole
SORT = Qt.ItemDataRole.UserRole + 1
RESULTS = ("held-out/accuracy", "accuracy", "held-out/loss", "loss")
DAMAGED = "damaged"
SHORT = 24  # letters of a title that a legend has room for

Columns = Mapping[str, tuple[Any, Any]]
Titles = Mapping[str, str]  # of the methods, by their ids


def cells(run: RunSummary, methods: Titles, now: datetime | None = None) -> list[QStandardItem]:
    """A row of the table; the title alone can be edited."""
    texts = (
        run.title,
        _method(run, methods),
        data_title(run.info.data) if run.info else "",
        (DAMAGED if run.problem else run.status).capitalize(),
        f"{count(run.step)} of {count(run.steps)}" if run.steps else "",
        result(run),
        moment(run.info.created, now) if run.info else "",
    )
    keys = (*texts[:4], run.step, texts[5], run.info.created if run.info else "")
    items = []
    for column, (text, key) in enumerate(zip(texts, keys)):
        item = QStandardItem(text)
        item.setData(run.id, ID)
        item.setData(key, SORT)
        item.setEditable(column == 0 and not run.problem)
        item.setToolTip(why(run) or run.message or run.id)
        items.append(item)
    if run.thumbnail is not None:
        items[0].setIcon(QIcon(str(run.thumbnail)))
    return items


def why(run: RunSummary) -> str:
    """The sentence that says why a run cannot be opened; "" where it can."""
    return f"{run.id} cannot be opened: {run.problem}" if run.problem else ""


def result(run: RunSummary) -> str:
    """The number that says best how good the run is."""
    for name in RESULTS:
        if name in run.last:
            part, _, quantity = name.rpartition("/")
            return f"{part} {quantity} {short(run.last[name])}".strip()
    return ""


def moment(created: str, now: datetime | None = None) -> str:
    """A time (ISO 8601) as a person says it: today 14:05, 3 Nov 14:05, 3 Nov 2025."""
    then = datetime.fromisoformat(created).astimezone()
    days = ((now or datetime.now().astimezone()).date() - then.date()).days
    if days in (0, 1):
        return f"{'yesterday' if days else 'today'} {then:%H:%M}"
    return f"{then.day} {then:%b %H:%M}" if days < 200 else f"{then.day} {then:%b %Y}"


def names_apart(runs: Sequence[RunSummary], titles: Titles) -> list[str]:
    """Short names for runs whose curves lie over one another: the least that sets each apart."""
    methods = [_method(run, titles) for run in runs]
    data = [data_title(run.info.data) if run.info else "" for run in runs]
    clocks = [_clock(run) for run in runs]
    ways = [methods, data, _both(methods, data)]
    if any(len(run.title) <= SHORT for run in runs):  # somebody gave it a name
        ways.insert(0, [run.title for run in runs])
    ways += [clocks if len(set(methods)) == 1 else _both(methods, clocks)]
    return next((way for way in ways if len(set(way)) == len(way)), [run.id for run in runs])


def _both(ones: list[str], others: list[str]) -> list[str]:
    return [f"{one}, {other}" for one, other in zip(ones, others)]


def _clock(run: RunSummary) -> str:
    return f"{datetime.fromisoformat(run.info.created).astimezone():%H:%M:%S}" if run.info else ""


def _method(run: RunSummary, titles: Titles) -> str:
    return titles.get(run.info.method, run.info.method) if run.info else ""


def method_titles() -> dict[str, str]:
    """What each method is called, read from the notes."""
    return {note.id: note.title for note in notes()}


@cache
def data_title(id: str) -> str:
    """What a source is called; its id where there is no such source here."""
    try:
        return source(id).title
    except UnknownSource:
        return id


def curves_of(
    open_run: Callable[[str], Any], runs: Sequence[RunSummary], titles: Titles
) -> dict[str, Columns]:
    """The metrics of runs by the names that set them apart; a single one is called ""."""
    names = names_apart(runs, titles) if len(runs) > 1 else [""] * len(runs)
    return {name: open_run(run.id).metrics() for name, run in zip(names, runs)}
