"""Everything that a comparison found, as files for papers and other programs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.comparison import over_time
from core.comparison.book import Comparison
from core.comparison.formats import FORMATS, to_csv
from core.comparison.per_class import per_class
from core.comparison.plan import RANDOM
from core.comparison.results import Results, results
from core.evaluate.protocols import axis_of
from core.pictures import Table
from core.report.charts import Bar, bars, lines
from core.report.drawing import Drawing
from core.runs import RunStore
from core.runs.atomic import write_file

REFERENCES = ("", RANDOM, "supervised")  # methods whose bars are quiet; "" are the pixels


def export_all(comparison: Comparison, store: RunStore, folder: Path) -> list[Path]:
    """Write tables as CSV, Markdown and LaTeX, numbers as CSV, graphs as PNG and SVG.

    Returns the files, each whole. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = results(comparison, store)
    classes = per_class(comparison, store)
    tracks = over_time.tracks_of(comparison, store)
    texts = {f"table.{ending}": write(found.table()) for ending, write in FORMATS.items()}
    texts["numbers.csv"] = to_csv(numbers(found))
    texts["trainings.csv"] = to_csv(trainings(comparison))
    if found.curves:
        texts["few_labels.csv"] = to_csv(label_numbers(found))
    if tracks:
        texts["seconds.csv"] = to_csv(over_time.table(tracks))
    if classes is not None:
        texts |= {
            f"per_class.{ending}": write(classes.table()) for ending, write in FORMATS.items()
        }
    written = [_put(folder / name, text.encode()) for name, text in texts.items()]
    for name, drawing in drawings(found, tracks).items():
        written.append(_put(folder / f"{name}.svg", drawing.svg().encode()))
        written.append(_put(folder / f"{name}.png", drawing.png()))
    return written


def _put(path: Path, content: bytes) -> Path:
    write_file(path, content)
    return path


def drawings(found: Results, tracks: over_time.Tracks) -> dict[str, Drawing]:
    """Name -> graph: bars of every column, accuracy against labels and against seconds."""
    made = {
        f"bars_{_plain(column)}": bars(bars_of(found, column), axis_of(column))
        for column in found.columns
        if any(row.values.get(column) for row in found.rows)
    }
    labels, seconds = found.label_curve(), over_time.curve(tracks)
    if labels is not None:
        made["few_labels"] = lines(labels, "Accuracy against labels a class")
    if seconds is not None:
        made["seconds"] = lines(seconds, "Accuracy against seconds of training")
    return made


def bars_of(found: Results, column: str) -> list[Bar]:
    """One column in per cent, best first, what was not judged last."""
    made = [
        Bar(row.title, 100 * row.mean(column), 100 * (row.spread(column) or 0.0),
            row.method in REFERENCES)
        for row in found.rows
    ]  # fmt: skip
    return sorted(made, key=lambda bar: -np.nan_to_num(bar.value, nan=-1.0))


def numbers(found: Results) -> Table:
    """One row a method, column and network: what every mean is the mean of."""
    rows: list[list[str | int | float]] = [
        [row.title, column, at, round(100 * value, 3), row.stages.get(column, "")]
        for row in found.rows
        for column, values in row.values.items()
        for at, value in enumerate(values)
    ]
    return Table(["method", "judged by", "network", "per cent", "stage"], rows)


def label_numbers(found: Results) -> Table:
    """One row a method, network and number of labels, the mean over the draws of labels."""
    rows: list[list[str | int | float]] = []
    for title, curves in found.curves.items():
        for network, curve in enumerate(curves):
            way = next(iter(curve.accuracies))
            for count, mean in zip(curve.counts, curve.mean(way), strict=True):
                labels = curve.labels(count)
                rows.append([title, network, round(labels, 1), round(100 * float(mean), 3)])
    return Table(["method", "network", "labels a class", "accuracy"], rows)


def trainings(comparison: Comparison) -> Table:
    """One row a training."""
    rows: list[list[str | int | float]] = [
        [entry.method, entry.seed, entry.state, entry.steps, round(entry.seconds, 1), entry.run,
         entry.message]
        for entry in comparison.entries
    ]  # fmt: skip
    return Table(["method", "seed", "state", "steps", "seconds", "run", "message"], rows)


def _plain(column: str) -> str:
    """A column as part of a file's name."""
    return "".join(c if c.isalnum() else "_" for c in column.lower())
