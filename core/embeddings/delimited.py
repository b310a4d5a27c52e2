"""Features in delimited text: CSV with commas or semicolons, TSV, with a head line or without.

Read in blocks by pyarrow. Features are read as float32 at once; every other column as text, and
becomes numbers where all of it is.
"""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.embeddings import arrays
from core.embeddings.columns import Roles, column_of, roles, table_of
from core.embeddings.table import Column, EmbeddingError, Floats, Table
from core.progress import Progress

BLOCK_BYTES = 4 * 1024**2
LONGEST_LINE = 64 * 1024**2  # bytes
SAMPLE = 50  # lines that tell which columns are numbers
_NUMBER = re.compile(
    r"\s*[-+]?((\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?|nan|inf|infinity)\s*", re.IGNORECASE
)
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+(e[-+]?\d+)?", re.I)


@dataclass(frozen=True)
class Form:
    """How a file is written."""

    delimiter: str
    names: tuple[str, ...]
    numeric: tuple[bool, ...]  # by the first lines
    headed: bool  # the first line that counts has the names
    skipped: int  # lines before it
    decimal: str = "."
    quoted: bool = True
    about: Mapping[str, Any] | None = None  # what this program wrote of the file


def read(path: Path, progress: Progress) -> Table:
    """The table of a file with features; raises EmbeddingError."""
    form = form_of(path)
    found = roles(form.names, form.numeric, form.about is not None)
    if not found.features and not found.places:
        raise EmbeddingError(
            f"{path.name} has no columns of features among {_listed(form.names)}; name them by one "
            "prefix and a number, as f0, f1, f2"
        )
    features, places, beside = columns(path, form, found, progress)
    if places is not None and not found.features:
        features = places  # a map alone is looked at as it is
    return table_of(features, beside, found, form.names, places, path.stem, form.about or {})


def form_of(path: Path, quoted: bool = True) -> Form:
    """How a file is written, by its first lines; raises EmbeddingError where it is empty."""
    lines, about, skipped = _first_lines(path)
    first = lines[0]
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;\t", key=first.count)
    cells = [_cells(line, delimiter, quoted) for line in lines]
    names = [name.strip() for name in cells[0]]
    headed = _is_head(names)
    body = [row for row in cells[headed:] if len(row) == len(names)]
    if headed and len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise EmbeddingError(f"{path.name} has two columns named {twice!r}; give each its own name")
    if headed and not cells[1:]:
        raise EmbeddingError(f"{path.name} has a line of names and no row below it")
    numeric = [_is_numeric(name, [row[at] for row in body]) for at, name in enumerate(names)]
    comma = delimiter == ";" and any(_DECIMAL_COMMA.fullmatch(c) for row in body for c in row)
    if not headed:
        names = _given_names(numeric)
    return Form(
        delimiter, tuple(names), tuple(numeric), headed, skipped, "," if comma else ".", quoted,
        about,
    )  # fmt: skip


def _is_numeric(name: str, cells: Sequence[str]) -> bool:
    """Whether cells are numbers: all of them, or of a numbered name most, so that one is told."""
    present = [cell for cell in cells if cell.strip()]
    numbers = sum(_NUMBER.fullmatch(cell) is not None for cell in present)
    return numbers == len(present) > 0 or (2 * numbers > len(cells) > 1 and name[-1:].isdecimal())


def columns(
    path: Path, form: Form, found: Roles, progress: Progress
) -> tuple[Floats, Floats | None, dict[str, Column]]:
    """Features (N, D), places, and every other column by its name; raises EmbeddingError."""
    arrays.ask_for(2 * path.stat().st_size, path.name)
    wide = [*found.features, *found.places]
    others = [at for at in range(len(form.names)) if at not in set(wide)]
    blocks: list[Floats] = []
    texts: dict[int, list[Any]] = {at: [] for at in others}
    rows = 0
    for batch in _batches(path, form, wide, progress):
        blocks.append(_numbers(batch, wide, form, rows, path.name))
        for at in others:
            texts[at].append(batch.column(at))
        rows += batch.num_rows
    if not rows:
        raise EmbeddingError(f"{path.name} has no rows")
    joined = arrays.filled(blocks, len(wide))
    split = len(found.features)
    beside = {form.names[at]: _column(texts.pop(at), form.decimal) for at in others}
    if not found.places:
        return joined, None, beside
    return np.ascontiguousarray(joined[:, :split]), joined[:, split:].copy(), beside


def _column(chunks: list[Any], decimal: str) -> Column:
    """A column of dictionary-coded text, as numbers where each of its words is one."""
    import pyarrow as pa

    whole = pa.chunked_array(chunks).unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0)
    words = [w.strip() for w in whole.dictionary.to_pylist()]
    if decimal == "," and all(not w or _NUMBER.fullmatch(w) for w in words):
        words = [w.replace(",", ".") for w in words]
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return column_of(words).taken(codes.astype(np.int64))


def _batches(path: Path, form: Form, wide: Sequence[int], progress: Progress) -> Iterator[Any]:
    """Blocks of rows as pyarrow has them; its errors become EmbeddingErrors."""
    import pyarrow as pa
    from pyarrow import csv

    ragged: list[Any] = []

    def keep(row: Any) -> str:
        ragged.append(row)
        return "error"

    features = set(wide)
    types = {
        name: pa.float32() if at in features else pa.dictionary(pa.int32(), pa.string())
        for at, name in enumerate(form.names)
    }
    what, size = f"{arrays.READING} {path.name}", path.stat().st_size
    with path.open("rb") as raw:
        try:
            reader = csv.open_csv(
                raw,
                csv.ReadOptions(
                    use_threads=False,
                    block_size=BLOCK_BYTES,
                    skip_rows=form.skipped + form.headed,
                    column_names=list(form.names),
                ),
                csv.ParseOptions(
                    delimiter=form.delimiter,
                    quote_char='"' if form.quoted else False,
                    invalid_row_handler=keep,
                    ignore_empty_lines=len(form.names) > 1,
                ),
                csv.ConvertOptions(
                    column_types=types, decimal_point=form.decimal, strings_can_be_null=False
                ),
            )
            rows = 0
            for batch in reader:
                rows += batch.num_rows
                read = max(1, raw.tell())
                progress.update(what, rows, max(rows, rows * size // read), "rows")
                yield batch
        except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
            raise EmbeddingError(_in_words(path.name, form, ragged, str(error))) from error


def _in_words(name: str, form: Form, ragged: Sequence[Any], error: str) -> str:
    if ragged:
        row = ragged[0]
        at = "" if row.number is None else f" {row.number + form.skipped:,}"
        return (
            f"{name}: line{at} has {row.actual_columns} values, expected {row.expected_columns} as "
            f"in the first: {row.text[:80]!r}"
        )
    if match := re.search(r"column #(\d+):.*?invalid value '(.*)'", error, re.S):
        column = form.names[int(match[1])]
        return f"{name}: column {column!r} of the features holds {match[2]!r}, which is no number"
    if "UTF8" in error:
        return f"{name} is not UTF-8 text; save it again with that encoding"
    if "straddling" in error:
        return f"{name} has a line longer than {BLOCK_BYTES // 1024**2} MiB"
    return f"{name} cannot be read ({error})"


def _numbers(batch: Any, wide: Sequence[int], form: Form, before: int, name: str) -> Floats:
    """The columns of numbers as (n, D)."""
    found = np.empty((batch.num_rows, len(wide)), dtype=np.float32)
    for place, at in enumerate(wide):
        column = batch.column(at)
        if column.null_count:
            row = before + int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
            raise EmbeddingError(
                f"{name}: column {form.names[at]!r} has no number in row {row:,} (counted from 0); "
                "remove such rows or fill in numbers"
            )
        found[:, place] = column.to_numpy()
    return found


def _first_lines(path: Path) -> tuple[list[str], Mapping[str, Any] | None, int]:
    """Some lines from the first that counts, what this program says above it, lines skipped."""
    with path.open("rb") as stream:
        about, skipped = None, 0
        line = stream.readline(LONGEST_LINE).removeprefix(b"\xef\xbb\xbf")
        while line.startswith(b"#"):
            about, skipped = about or _about(line), skipped + 1
            line = stream.readline(LONGEST_LINE)
        more = itertools.islice(iter(lambda: stream.readline(LONGEST_LINE), b""), SAMPLE)
        try:
            lines = [found.decode().rstrip("\r\n") for found in (line, *more)]
        except UnicodeDecodeError as error:
            raise EmbeddingError(
                f"{path.name} is not UTF-8 text; save it again with that encoding"
            ) from error
    lines = [found for found in lines if found.strip()]
    if not lines or any("\0" in found for found in lines):
        raise EmbeddingError(f"{path.name} is {'empty' if not lines else 'no text'}")
    return lines, about, skipped


def _about(line: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(line[1:])
    except ValueError:
        return None
    return found if isinstance(found, dict) and "selfsight" in found else None


def _cells(line: str, delimiter: str, quoted: bool) -> list[str]:
    if not quoted or '"' not in line:
        return line.split(delimiter)
    import csv

    try:
        return next(csv.reader(io.StringIO(line), delimiter=delimiter))
    except csv.Error:  # a cell that is too long to be a number or a name
        return line.split(delimiter)


def _is_head(cells: Sequence[str]) -> bool:
    """Whether the first line has names: not all numbers, and none that is broken or negative.

    Numbers that count, 0, 1, 2, perhaps after an empty one, are names that pandas gives.
    """
    rest = list(cells[1:] if cells and not cells[0] else cells)
    if len(rest) > 1 and rest == [str(at) for at in range(len(rest))]:
        return True
    numbers = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    return len(numbers) < len(cells) and all(cell.isdecimal() for cell in numbers)


def _given_names(numeric: Sequence[bool]) -> list[str]:
    """Names of columns that have none; a single one of text is the label."""
    other = "label" if sum(not one for one in numeric) == 1 else "text {}"
    return [f"f{at}" if one else other.format(at) for at, one in enumerate(numeric)]


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = ", ..." if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + more


def read_columns(path: Path, progress: Progress, quoted: bool = True) -> dict[str, Column]:
    """Every column of a file without regard to features, in order; raises EmbeddingError."""
    form = form_of(path, quoted)
    return columns(path, form, Roles(()), progress)[2]
