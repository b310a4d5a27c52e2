"""Features in Parquet: a column of lists, or one column a number, and anything beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.embeddings import arrays
from core.embeddings.columns import Roles, column_of, roles, table_of
from core.embeddings.table import FEATURES, Column, EmbeddingError, Floats, Table
from core.progress import Progress

ABOUT = b"selfsight"  # the key under which this program says what is what
BATCH = 16_384  # rows
LISTS = (FEATURES, "feature", "embedding", "embeddings", "vector", "vectors", "x", "emb")


def read(path: Path, progress: Progress) -> Table:
    """The table of a file with features; raises EmbeddingError."""
    import pyarrow as pa

    try:
        file, about = _opened(path)
        with file:
            return _table(path, file, about, progress)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise EmbeddingError(f"{path.name} cannot be read as Parquet ({error})") from error


def read_columns(path: Path, progress: Progress) -> dict[str, Column]:
    """Every column of plain values, in order; raises EmbeddingError."""
    import pyarrow as pa

    try:
        with _opened(path)[0] as file:
            fields = [f for f in file.schema_arrow if not _nested(f.type)]
            beside = _beside(file, [f.name for f in fields], progress, path.name)
            return {f.name: beside[f.name] for f in fields}
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise EmbeddingError(f"{path.name} cannot be read as Parquet ({error})") from error


def _opened(path: Path) -> tuple[Any, Mapping[str, Any] | None]:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    said = (file.schema_arrow.metadata or {}).get(ABOUT)
    try:
        return file, json.loads(said) if said is not None else None
    except ValueError:
        return file, None


def _table(path: Path, file: Any, about: Mapping[str, Any] | None, progress: Progress) -> Table:
    import pyarrow as pa

    if not file.metadata.num_rows:
        raise EmbeddingError(f"{path.name} has no rows")
    fields = list(file.schema_arrow)
    listed = _listed_of(path.name, [f for f in fields if _numbers_in_lists(f.type)])
    plain = [f for f in fields if not _nested(f.type)]
    names = [f.name for f in plain]
    numeric = [pa.types.is_integer(f.type) or pa.types.is_floating(f.type) for f in plain]
    found = roles(names, numeric, about is not None or listed is not None)
    if listed is not None and about is None:  # what is numbered there is none of the features
        found = Roles((), found.places, found.index, found.names, found.labels, found.classes)
    wide = [names[at] for at in found.features]
    if listed is None and not wide and not found.places:
        raise EmbeddingError(
            f"{path.name} has no features: no column of lists of numbers, and no columns named by "
            "one prefix and a number, as f0, f1, f2"
        )
    places = _matrix(path.name, file, [names[at] for at in found.places], progress)
    features = (
        _lists(path.name, file, listed, progress)
        if listed is not None
        else _matrix(path.name, file, wide, progress)
    )
    taken = {*found.features, *found.places}
    beside = _beside(
        file, [name for at, name in enumerate(names) if at not in taken], progress, path.name
    )
    features = places if features is None else features
    assert features is not None
    return table_of(features, beside, found, names, places, path.stem, about or {})


def _listed_of(name: str, fields: Sequence[Any]) -> str | None:
    """The column of lists that holds the features, where there is one."""
    there = {field.name.lower(): str(field.name) for field in fields}
    for word in LISTS:
        if word in there:
            return there[word]
    if len(there) > 1:
        raise EmbeddingError(
            f"{name} has several columns of lists ({', '.join(there.values())}); name the one with "
            f"the features {FEATURES!r}"
        )
    return next(iter(there.values()), None)


def _lists(name: str, file: Any, column: str, progress: Progress) -> Floats:
    """A column of lists as (N, D); raises EmbeddingError where they differ in length."""
    import pyarrow.compute as pc

    count, at = file.metadata.num_rows, 0
    found: Floats | None = None
    for batch in file.iter_batches(BATCH, columns=[column]):
        lists = batch.column(0)
        lengths = np.asarray(pc.list_value_length(lists).fill_null(0))
        width = int(lengths[0]) if found is None else found.shape[1]
        if (wrong := np.flatnonzero((lengths != width) | (lengths == 0))).size:
            raise EmbeddingError(
                f"{name}: row {at + wrong[0]:,} (counted from 0) of {column!r} has "
                f"{lengths[wrong[0]]} numbers, expected {width or 'one or more'} as in the first"
            )
        if found is None:
            arrays.ask_for(4 * count * width, name)
            found = np.empty((count, width), dtype=np.float32)
        values = lists.flatten()
        if values.null_count:
            raise EmbeddingError(f"{name}: {column!r} has lists with missing numbers")
        rows = len(lengths)
        found[at : at + rows] = values.to_numpy(zero_copy_only=False).reshape(rows, width)
        at += rows
        progress.update(f"{arrays.READING} {name}", at, count, "rows")
    assert found is not None
    return found


def _matrix(name: str, file: Any, columns: Sequence[str], progress: Progress) -> Floats | None:
    """Columns of numbers as (N, D); None without any."""
    if not columns:
        return None
    count, at = file.metadata.num_rows, 0
    arrays.ask_for(4 * count * len(columns), name)
    found = np.empty((count, len(columns)), dtype=np.float32)
    for batch in file.iter_batches(BATCH, columns=list(columns)):
        for place, column in enumerate(columns):
            values = batch.column(column)
            if values.null_count:
                raise EmbeddingError(f"{name}: column {column!r} has rows without a number")
            found[at : at + len(values), place] = values.to_numpy(zero_copy_only=False)
        at += batch.num_rows
        progress.update(f"{arrays.READING} {name}", at, count, "rows")
    return found


def _beside(file: Any, columns: Sequence[str], progress: Progress, name: str) -> dict[str, Column]:
    """Plain columns by their names."""
    found = {}
    for done, column in enumerate(columns):
        progress.update(f"{arrays.READING} columns of {name}", done, len(columns), "columns")
        found[column] = _column(file.read([column]).column(0))
    return found


def _column(values: Any) -> Column:
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        numbers = values.cast(pa.float64(), safe=False)
        return Column(np.array(numbers.to_numpy(), dtype=np.float64))
    texts = values.cast(pa.string()).dictionary_encode().unify_dictionaries().combine_chunks()
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.chunk(0)
    codes = texts.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return column_of(texts.dictionary.to_pylist()).taken(codes)


def _numbers_in_lists(kind: Any) -> bool:
    import pyarrow as pa

    return _is_list(kind) and (
        pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type)
    )


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    types = pa.types
    return types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)


def _nested(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind))


def write(path: Path, columns: Mapping[str, Any], features: Floats | None, about: str) -> None:
    """Columns of values, and features as a column of lists of one length, into a new file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = {name: pa.array(values) for name, values in columns.items()}
    if features is not None:
        flat = pa.array(np.ascontiguousarray(features, dtype=np.float32).reshape(-1))
        made[FEATURES] = pa.FixedSizeListArray.from_arrays(flat, features.shape[1])
    table = pa.table(made).replace_schema_metadata({ABOUT: about.encode()})
    pq.write_table(table, path, compression="zstd")
