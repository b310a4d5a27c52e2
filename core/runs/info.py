"""What stands in `run.json`, and the summary of a run that a list shows."""

from __future__ import annotations

import dataclasses
import platform
import re
import secrets
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from core.runs.document import read_document
from core.runs.errors import RunDamaged
from core.runs.lock import Holder

NAME = "run.json"
CONFIG = "config.json"
FORMAT = 1
_METHOD = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)
_ID = re.compile(r"\d{8}-\d{6}-[a-z][a-z0-9_]{0,40}-[0-9a-f]{6}", re.ASCII)


@dataclass(frozen=True)
class RunInfo:
    """Facts of a run that do not change, the title excepted. `create` fills in what is empty."""

    method: str
    data: str
    seed: int
    title: str = ""
    device: str = "cpu"
    threads: int = 1
    fingerprint: str = ""  # of the data
    parent: str = ""  # id of the run that this one goes on from
    id: str = ""
    created: str = ""  # UTC, ISO 8601
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunSummary:
    """A run as a list shows it; `problem` says why one cannot be opened."""

    id: str
    path: Path
    info: RunInfo | None = None
    status: str = ""  # "interrupted" where the writer died
    step: int = 0
    steps: int = 0
    seconds: float = 0.0
    message: str = ""
    last: dict[str, float] = field(default_factory=dict)  # the newest scalars
    resume_step: int | None = None  # newest checkpoint that looks whole
    writer: Holder | None = None  # who is writing it now
    thumbnail: Path | None = None
    problem: str = ""

    @property
    def title(self) -> str:
        """The run's title, or its folder's name where the title cannot be read."""
        return self.info.title if self.info else self.id


def complete(info: RunInfo) -> RunInfo:
    """The facts with id, time, title and versions filled in; raises ValueError for a bad name."""
    if not _METHOD.fullmatch(info.method):
        raise ValueError(f"{info.method!r} is no method id: lower case, digits and _ are expected")
    now = datetime.now(UTC)
    return dataclasses.replace(
        info,
        id=f"{now:%Y%m%d-%H%M%S}-{info.method}-{secrets.token_hex(3)}",
        created=now.isoformat(timespec="microseconds"),
        title=info.title or f"{info.method} on {info.data}",
        versions=info.versions or versions(),
    )


def is_run_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def write_form(info: RunInfo) -> dict[str, Any]:
    """The content of `run.json`."""
    return {"format": FORMAT, **dataclasses.asdict(info)}


def read_info(folder: Path) -> RunInfo:
    """The facts of a run; raises RunDamaged, also for a format of another version of Selfsight."""
    found = read_document(folder / NAME)
    check_format(found, NAME)
    values: dict[str, Any] = {}
    for option in dataclasses.fields(RunInfo):
        value = found.get(option.name)
        kind = {"str": str, "int": int}.get(str(option.type), dict)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise RunDamaged(f"{NAME} is damaged: {option.name} is {value!r}")
        values[option.name] = value
    return RunInfo(**values)


def check_format(found: dict[str, Any], name: str) -> None:
    """Refuse what this version does not know, rather than guess; raises RunDamaged."""
    if found.get("format") != FORMAT:
        raise RunDamaged(
            f"{name} has format {found.get('format')!r}, this version of Selfsight reads format "
            f"{FORMAT}; open it with the version that wrote it"
        )


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of what a run's numbers depend on, found without importing any of it."""
    found = {"python": platform.python_version(), "selfsight": _own_version()}
    for name in ("torch", "numpy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found


def _own_version() -> str:
    project = Path(__file__).resolve().parents[2] / "pyproject.toml"
    try:
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, KeyError, ValueError):
        return ""
