"""A table of features with all that is known of each row: what a map is drawn of and written from.

A run's table has the features of every stage of its encoder; a table out of a file has one stage,
`FEATURES`. Rows are pictures or whatever else the features were made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.pictures import Floats, Images, Ints

HEAD = "embedding"  # what a projection head makes of the last stage, where a run has one
FEATURES = "features"  # the one stage of what came out of a file
UNKNOWN = -1
_ROWS = 65_536  # looked at together, so that a check takes little memory


class EmbeddingError(ValueError):
    """Features, or a file of them, that cannot be used; says why and what to do."""


@dataclass(frozen=True)
class Column:
    """A value for each row: numbers, NaN where missing; or with `names` codes, -1 where missing."""

    values: Floats | Ints  # (N,)
    names: tuple[str, ...] | None = None  # of the codes; None: these are numbers

    def __post_init__(self) -> None:
        if np.ndim(self.values) != 1:
            raise EmbeddingError(
                f"a column has one value a row, found shape {np.shape(self.values)}"
            )
        if self.names is None:
            return
        if not np.issubdtype(self.values.dtype, np.integer):
            raise EmbeddingError("a column of categories holds whole numbers, one for each name")
        if len(self.values) and not -1 <= self.values.min() <= self.values.max() < len(self.names):
            raise EmbeddingError(
                f"a column of {len(self.names)} categories holds codes from {self.values.min()} to "
                f"{self.values.max()}; expected -1 to {len(self.names) - 1}"
            )

    def __len__(self) -> int:
        return len(self.values)

    @property
    def categorical(self) -> bool:
        return self.names is not None

    def words(self) -> list[str]:
        """Each value as text; empty where it is missing."""
        if self.names is None:
            return ["" if np.isnan(v) else f"{v:.15g}" for v in self.values.tolist()]
        return [self.names[code] if code >= 0 else "" for code in self.values.tolist()]

    def taken(self, rows: NDArray[np.int64]) -> Column:
        """The values of some rows, missing where a row is -1."""
        missing = UNKNOWN if self.categorical else np.nan
        if not len(self):
            return Column(np.full(len(rows), missing), self.names)
        return Column(np.where(rows >= 0, self.values[rows], missing), self.names)


@dataclass(frozen=True)
class Table:
    """Features of N rows and what is known of them. Raises EmbeddingError for what does not fit."""

    stages: Mapping[str, Floats]  # name -> (N, D), at least one
    labels: Ints | None = None  # (N,), -1 where unknown
    classes: tuple[str, ...] = ()  # names of the labels
    images: Images | None = None  # (N, H, W, 3)
    names: Sequence[str] = ()  # of the pictures, or none
    columns: Mapping[str, Column] = field(default_factory=dict)
    places: Floats | None = None  # (N, 2 or 3), where a file brought a map
    groups: Mapping[str, Ints] = field(default_factory=dict)  # name -> rows
    title: str = ""
    about: Mapping[str, str] = field(default_factory=dict)  # settings, seed, run, step

    def __post_init__(self) -> None:
        if not self.stages:
            raise EmbeddingError("a table needs features of one stage at least, found none")
        count = len(self)
        for name, features in self.stages.items():
            _check_features(name, features, count)
        for what, values in self._beside():
            if len(values) != count:
                raise EmbeddingError(
                    f"{what}: expected {count:,} rows, as many as features, found {len(values):,}"
                )
        self._check_labels()
        if self.images is not None and (
            self.images.ndim != 4 or self.images.shape[3] != 3 or self.images.dtype != np.uint8
        ):
            raise EmbeddingError(
                f"pictures: expected shape (N, H, W, 3) of uint8, found {self.images.shape} "
                f"of {self.images.dtype}"
            )
        if self.places is not None:
            _check_places(self.places)
        for name, rows in self.groups.items():
            if len(rows) and not 0 <= np.min(rows) <= np.max(rows) < count:
                raise EmbeddingError(f"group {name!r} names rows beyond the {count:,} there are")

    def _beside(self) -> list[tuple[str, Sequence[str] | NDArray | Column]]:
        """What must have as many rows as the features, where it is there."""
        found: list[tuple[str, Sequence[str] | NDArray | Column]] = [
            (f"column {name!r}", column) for name, column in self.columns.items()
        ]
        for what, values in (
            ("labels", self.labels), ("pictures", self.images), ("places", self.places)
        ):  # fmt: skip
            if values is not None:
                found.append((what, values))
        return [*found, ("names", self.names)] if len(self.names) else found

    def _check_labels(self) -> None:
        labels = self.labels
        if labels is None:
            return
        if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
            raise EmbeddingError(
                f"labels: expected one whole number a row, found shape {labels.shape} "
                f"of {labels.dtype}"
            )
        most = len(self.classes) if self.classes else np.iinfo(np.int32).max
        if len(labels) and not UNKNOWN <= labels.min() <= labels.max() < most:
            raise EmbeddingError(
                f"labels go from {labels.min()} to {labels.max()}; expected -1 (unknown) to "
                f"{most - 1}, for the {len(self.classes)} classes"
            )

    def __len__(self) -> int:
        return len(next(iter(self.stages.values())))

    @property
    def usual(self) -> str:
        """The stage that is looked at when none is named: the last before a projection head."""
        names = [name for name in self.stages if name != HEAD] or list(self.stages)
        return names[-1]

    def features(self, stage: str | None = None) -> Floats:
        """(N, D) of a stage, else of the usual; raises EmbeddingError naming those there are."""
        name = stage or self.usual
        if name not in self.stages:
            raise EmbeddingError(
                f"there is no stage {name!r}; there are {', '.join(map(repr, self.stages))}"
            )
        return self.stages[name]

    def with_columns(self, columns: Mapping[str, Column]) -> Table:
        """The table with these columns too, in the place of those of the same names."""
        return replace(self, columns={**self.columns, **columns})

    def with_columns_of(self, path: Path) -> Table:
        """The table with the columns of a person's CSV, TSV or Parquet file.

        Rows belong together by a column that holds the pictures' names, or their index from 0;
        where there is none, by their order, and then their number must be the same. What the file
        does not know of a row is missing. Raises EmbeddingError.
        """
        from core.embeddings.join import joined

        return self.with_columns(joined(self, path))

    def with_group(self, name: str, rows: Ints) -> Table:
        """The table with these rows as a named group."""
        return replace(self, groups={**self.groups, name: np.asarray(rows, dtype=np.int64)})


def _check_features(name: str, features: Floats, count: int) -> None:
    """Raises EmbeddingError for another shape, or values that are not finite."""
    if features.ndim != 2 or features.shape[1] == 0 or len(features) == 0:
        raise EmbeddingError(
            f"features {name!r}: expected shape (N, D) with a row and a column at least, "
            f"found {features.shape}"
        )
    if not np.issubdtype(features.dtype, np.floating):
        raise EmbeddingError(f"features {name!r}: expected float numbers, found {features.dtype}")
    if len(features) != count:
        raise EmbeddingError(f"features {name!r}: expected {count:,} rows, found {len(features):,}")
    for start in range(0, count, _ROWS):
        wrong = ~np.isfinite(features[start : start + _ROWS])
        if wrong.any():
            row, column = (int(at[0]) for at in np.nonzero(wrong))
            raise EmbeddingError(
                f"features {name!r}: row {start + row:,} holds {features[start + row, column]} in "
                f"column {column} (counted from 0); remove such rows or fill in numbers"
            )


def _check_places(places: Floats) -> None:
    if places.ndim != 2 or places.shape[1] not in (2, 3):
        raise EmbeddingError(f"places: expected shape (N, 2) or (N, 3), found {places.shape}")
    if not np.isfinite(places).all():
        row = int(np.nonzero(~np.isfinite(places).all(axis=1))[0][0])
        raise EmbeddingError(f"places: row {row:,} (counted from 0) is not finite")
