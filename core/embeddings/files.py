"""Reading and writing tables of features, by what the file is."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from core.embeddings import delimited, numpy_files, parquet, projector
from core.embeddings.table import Column, EmbeddingError, Table
from core.progress import Progress

OPENED = (".npz", ".npy", ".csv", ".tsv", ".txt", ".parquet", ".pq", ".pbtxt", ".json")
_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".joblib")

_Reader = Callable[[Path, Progress], Table]


def read(path: Path, progress: Progress | None = None) -> Table:
    """The table of a file of features, or of a folder with a projector's config.

    Raises EmbeddingError, or Cancelled out of `progress`.
    """
    progress = progress or Progress()
    reader = _reader(path)
    try:
        return reader(path, progress)
    except OSError as error:
        raise EmbeddingError(f"{path.name} cannot be read ({error.strerror or error})") from error
    except MemoryError as error:
        raise EmbeddingError(f"{path.name}: there is not enough memory for it") from error


def read_columns(path: Path, progress: Progress | None = None) -> dict[str, Column]:
    """Every column of a CSV, TSV or Parquet file, in order; raises EmbeddingError."""
    _check(path)
    ending = path.suffix.lower()
    progress = progress or Progress()
    if ending in (".parquet", ".pq"):
        return parquet.read_columns(path, progress)
    if ending in (".csv", ".tsv", ".txt"):
        return delimited.read_columns(path, progress)
    raise EmbeddingError(f"{path.name}: columns are read from .csv, .tsv and .parquet files")


def _reader(path: Path) -> _Reader:
    """What reads a file: by its ending, and by its first bytes where that may be wrong."""
    if path.is_dir():
        return projector.read
    _check(path)
    with path.open("rb") as stream:
        first = stream.read(6)
    if first.startswith(b"\x93NUMPY"):
        return numpy_files.read_npy
    if first.startswith(b"PAR1"):
        return parquet.read
    ending = path.suffix.lower()
    if first.startswith(b"PK") and zipfile.is_zipfile(path) and ending not in _PICKLES:
        return numpy_files.read_npz
    if ending in (".pbtxt", ".json"):
        return projector.read
    if ending == ".tsv" and projector.is_vectors(path):
        return projector.read
    if ending in (".csv", ".tsv", ".txt"):
        return delimited.read
    if ending in _PICKLES or first.startswith(b"\x80"):
        raise EmbeddingError(
            f"{path.name} is a pickle, which is never loaded, because loading could run anything; "
            "save the features as .npy, .npz, .csv or .parquet"
        )
    raise EmbeddingError(
        f"{path.name} is no whole file of features; expected one of {', '.join(OPENED)}"
    )


def _check(path: Path) -> None:
    """Raises EmbeddingError where there is no file, or an empty one."""
    if not path.is_file():
        raise EmbeddingError(f"there is no file {path}")
    if not path.stat().st_size:
        raise EmbeddingError(f"{path.name} is empty")
