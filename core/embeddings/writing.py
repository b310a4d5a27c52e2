"""Writing a table: a row for each picture with its place, label, groups, columns and features.

Every file tells its settings and seed, and `core.embeddings.files.read` has the same table of it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.embeddings import numpy_files, parquet, projector
from core.embeddings.columns import (
    CLASSES,
    COLUMN,
    GROUP,
    INDEX,
    LABELS,
    NAMES,
    PLACES,
)
from core.embeddings.table import FEATURES, EmbeddingError, Floats, Table
from core.progress import Progress
from core.runs import disk
from core.runs.atomic import write_file

SAVED = (".csv", ".parquet", ".npz", ".tsv")
WRITING = "writing"
_ROWS = 2000  # of text at a time
_RESERVED = {*INDEX, *NAMES, *LABELS, *CLASSES, *PLACES, FEATURES, "xy", "xyz", "images", "about"}

Cells = NDArray[Any] | list[str]


@dataclass(frozen=True)
class Job:
    """What is written: a table with the places and the stage that were chosen."""

    table: Table
    places: Floats | None
    features: Floats | None  # None: they are left out
    progress: Progress

    def about(self) -> str:
        """What the file says of itself, as JSON."""
        return json.dumps(
            {
                "selfsight": 1,  # the version of these files
                "title": self.table.title,
                "classes": list(self.table.classes),
                "about": dict(self.table.about),
            },
            ensure_ascii=False,
        )

    def columns(self) -> dict[str, Cells]:
        """Everything with one value a row, in order, without the features."""
        table = self.table
        found: dict[str, Cells] = {"index": np.arange(len(table))}
        if len(table.names):
            found["name"] = list(table.names)
        if table.labels is not None:
            found["label"] = table.labels
        if table.labels is not None and table.classes:
            found["class"] = class_words(table)
        if self.places is not None:
            found |= {axis: self.places[:, at] for at, axis in enumerate(PLACES[: self.dims])}
        for name, rows in table.groups.items():
            within = np.zeros(len(table), dtype=bool)
            within[rows] = True
            found[f"{GROUP}{name}"] = within
        for name, column in table.columns.items():
            values = column.words() if column.categorical else np.asarray(column.values)
            found[_plain(name)] = values
        return found

    @property
    def dims(self) -> int:
        return 0 if self.places is None else int(self.places.shape[1])


def write(
    path: Path,
    table: Table,
    places: Floats | None = None,
    *,
    stage: str | None = None,
    features: bool = True,
    progress: Progress | None = None,
) -> list[Path]:
    """Write a table, by the ending of the path; returns the files that were written.

    `places` (N, 2 or 3) stand before those that the table brought. `stage` is the last without
    one; with `features` False they are left out. Each file is written whole or not at all.
    Raises EmbeddingError, OSError, or Cancelled out of `progress`.
    """
    chosen = table.places if places is None else places
    if chosen is not None and (len(chosen) != len(table) or np.ndim(chosen) != 2):
        raise EmbeddingError(
            f"places of shape {np.shape(chosen)}; expected ({len(table):,}, 2 or 3)"
        )
    job = Job(table, chosen, table.features(stage) if features else None, progress or Progress())
    makers: dict[str, Callable[[Path, Job], list[Path]]] = {
        ".csv": _csv, ".parquet": _parquet, ".npz": _npz, ".tsv": _projector
    }  # fmt: skip
    check_ending(path)
    return makers[path.suffix.lower()](path, job)


def check_ending(path: Path) -> None:
    """Raises EmbeddingError for an ending that no table is written with."""
    if path.suffix.lower() not in SAVED:
        raise EmbeddingError(
            f"{path.name}: a table is written as {', '.join(SAVED)}, by the ending of the name"
        )


def class_words(table: Table) -> list[str]:
    """The class of each row as text; empty where it is unknown."""
    labels = [] if table.labels is None else table.labels.tolist()
    return [
        (table.classes[at] if at < len(table.classes) else str(at)) if at >= 0 else ""
        for at in labels
    ]


def _plain(name: str) -> str:
    """The name of a column, marked where a reader would take it for something else."""
    low = name.strip().lower()
    mistaken = low in _RESERVED or low.startswith((GROUP, COLUMN)) or low[1:].isdecimal()
    return f"{COLUMN}{name}" if mistaken else name


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary name beside a path, which takes its place when all went well."""
    temporary = path.with_name(disk.temporary_name(path.stem) + path.suffix)
    try:
        yield temporary
        disk.rename(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _csv(path: Path, job: Job) -> list[Path]:
    import csv

    columns = job.columns()
    width = 0 if job.features is None else job.features.shape[1]
    with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        stream.write(f"# {job.about()}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*columns, *(f"f{at}" for at in range(width))])
        _rows(stream, writer.writerow, columns, job)
    return [path]


def _rows(
    stream: IO[str], put: Callable[[Sequence[Any]], object], columns: dict[str, Cells], job: Job
) -> None:
    """Rows of text, some at a time; float32 in the fewest digits that give the same number."""
    count = len(job.table)
    for start in range(0, count, _ROWS):
        job.progress.update(f"{WRITING} {Path(stream.name).suffix[1:]}", start, count, "rows")
        part = slice(start, start + _ROWS)
        cells = [_texts(values[part]) for values in columns.values()]
        if job.features is not None:
            numbers = np.asarray(job.features[part], dtype=np.float32)
            cells += [_texts(numbers[:, at]) for at in range(numbers.shape[1])]
        for row in zip(*cells, strict=True):
            put(row)
    job.progress.update(f"{WRITING} {Path(stream.name).suffix[1:]}", count, count, "rows")


def _texts(values: Cells) -> list[str]:
    if isinstance(values, list):
        return values
    if values.dtype == bool:
        return ["true" if v else "false" for v in values.tolist()]
    if values.dtype.kind == "f":
        return ["" if v == "nan" else v for v in values.astype("U32").tolist()]
    return [str(v) for v in values.tolist()]


def _parquet(path: Path, job: Job) -> list[Path]:
    columns = job.columns()
    missing = {n: [v or None for v in c] if isinstance(c, list) else c for n, c in columns.items()}
    job.progress.update(f"{WRITING} parquet", 0, len(job.table), "rows")
    with whole(path) as temporary:
        parquet.write(temporary, missing, job.features, job.about())
    job.progress.update(f"{WRITING} parquet", len(job.table), len(job.table), "rows")
    return [path]


def _npz(path: Path, job: Job) -> list[Path]:
    table, columns = job.table, job.columns()
    for name in ("index", "class", "name", "label", *PLACES):
        columns.pop(name, None)
    found: dict[str, NDArray[Any]] = {name: np.asarray(c) for name, c in columns.items()}
    if job.features is not None:
        found[FEATURES] = np.asarray(job.features, dtype=np.float32)
    if job.places is not None:
        found["xy" if job.dims == 2 else "xyz"] = np.asarray(job.places, dtype=np.float32)
    if table.labels is not None:
        found["labels"] = np.asarray(table.labels)
        found["classes"] = np.asarray(table.classes, dtype=str)
    if len(table.names):
        found["names"] = np.asarray(table.names, dtype=str)
    if table.images is not None:
        found["images"] = table.images
    job.progress.update(f"{WRITING} npz", 0, len(table), "rows")
    with whole(path) as temporary:
        numpy_files.write(temporary, found, job.about())
    job.progress.update(f"{WRITING} npz", len(table), len(table), "rows")
    return [path]


def _projector(path: Path, job: Job) -> list[Path]:
    """Vectors, with metadata and a sprite beside them, and a config where there is none yet."""
    if job.features is None:
        raise EmbeddingError(f"{path.name}: a projector's file is the features; do not omit them")
    columns = {name: _texts(c) for name, c in job.columns().items() if name != "index"}
    written = []
    if columns:
        written.append(path.with_name(f"{path.stem}{projector.METADATA}"))
        write_file(written[-1], projector.metadata(columns))
    pictures = job.table.images
    if pictures is not None:
        written.append(path.with_name(f"{path.stem}{projector.SPRITE}"))
        write_file(written[-1], projector.sprite(pictures))
    with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        _rows(stream, lambda row: stream.write("\t".join(row) + "\n"), {}, job)
    config = path.with_name(projector.CONFIG)
    if not config.exists():
        described = written[0].name if columns else None
        sprite = written[-1].name if pictures is not None else None
        text = projector.config(path.name, described, sprite, pictures)
        write_file(config, text.encode())
        written.append(config)
    return [path, *written]
