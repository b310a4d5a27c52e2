"""Which methods there are: a note for each, read without torch, and a class found by the same name.

`assets/methods/<id>.md` begins with a TOML header between two lines of `+++`; the file
`core/methods/<family folder>/<id>.py` holds the one `Method` of that name. Nothing is registered.
"""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.method import Method

ASSETS = Path(__file__).resolve().parent.parent / "assets"
NOTE_FOLDERS = [ASSETS / "methods"]
TEXTS = ("title", "family", "paper", "sentence")
FIELDS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(TEXTS, str),
    "year": int,
    "minutes": (int, float),
}


class NoteError(ValueError):
    """A note that cannot be read; names the file and what is wrong with it."""


@dataclass(frozen=True)
class Note:
    """The header of a method's note, and its text."""

    id: str
    title: str
    family: str
    year: int
    paper: str
    sentence: str
    minutes: float  # expected training time on two cores with default settings
    data: str  # id of the source that a first click trains on
    body: str  # Markdown
    path: Path
    order: float = 0.0  # position within the family; the year where it is not given


class UnknownMethod(KeyError):
    """No method of that name; the message lists those there are."""

    def __str__(self) -> str:
        return str(self.args[0])


def read_note(path: Path) -> Note:
    """The note in a file, read once as long as it does not change.

    Raises NoteError naming the file and the field.
    """
    found = path.stat()
    return _read(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)
def _read(path: Path, *_changed: int) -> Note:
    text = path.read_text(encoding="utf-8")
    parts = text.split("+++", 2)
    if len(parts) != 3 or parts[0].strip():
        raise NoteError(
            f"{path.name}: the note must begin with a TOML header between two lines of +++"
        )
    try:
        header = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        raise NoteError(f"{path.name}: the header is not TOML: {error}") from error
    for name, kind in FIELDS.items():
        if not isinstance(header.get(name), kind):
            raise NoteError(f"{path.name}: the header needs {name!r}, found {header.get(name)!r}")
    return Note(
        id=path.stem,
        body=parts[2].strip(),
        path=path,
        data=header.get("data", "digits"),
        order=float(header.get("order", header["year"])),
        **{name: header[name] for name in FIELDS},
    )


def notes() -> list[Note]:
    """All notes, by family in the order of its earliest method, then by order within it."""
    found = [read_note(path) for folder in NOTE_FOLDERS for path in sorted(folder.glob("*.md"))]
    first: dict[str, float] = {}
    for note in sorted(found, key=lambda n: n.order):
        first.setdefault(note.family, note.order)
    return sorted(found, key=lambda n: (first[n.family], n.family, n.order, n.title))


def note(id: str) -> Note:
    """The note of one method; raises UnknownMethod."""
    for candidate in notes():
        if candidate.id == id:
            return candidate
    listed = ", ".join(n.id for n in notes())
    raise UnknownMethod(f"there is no method {id!r}; there are {listed}")


def method_class(id: str) -> type[Method]:
    """The class of a method. Imports torch. Raises UnknownMethod."""
    note(id)
    return _find(id)


@cache
def _find(id: str) -> type[Method]:
    import core.methods
    from core.method import Method

    for family in pkgutil.iter_modules(core.methods.__path__, "core.methods."):
        if not family.ispkg:
            continue
        package = importlib.import_module(family.name)
        if any(module.name == id for module in pkgutil.iter_modules(package.__path__)):
            module = importlib.import_module(f"{family.name}.{id}")
            classes = [
                c
                for c in vars(module).values()
                if isinstance(c, type) and issubclass(c, Method) and c.__module__ == module.__name__
            ]
            if len(classes) != 1:
                raise UnknownMethod(
                    f"core/methods/**/{id}.py must define one Method, found {len(classes)}"
                )
            return classes[0]
    raise UnknownMethod(f"the note {id}.md has no file core/methods/<family>/{id}.py beside it")
