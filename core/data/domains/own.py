"""Two domains of a person's own: folders A and B, or pictures that hold both side by side.

The layouts are those of the published sets: `trainA`, `trainB`, `testA`, `testB` (CycleGAN), or
`train` and `val` with pictures twice as wide as high (pix2pix). A zip will do as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.data.domains.painted import Part
from core.data.imageset import DataError, Problem, hold_out
from core.progress import Progress

if TYPE_CHECKING:
    from core.data.shelves import Entry, Shelf

_DOMAIN = re.compile(r"(train|training|test|testing|val|valid|validation)?[ _-]?([ab])", re.I)
_HELD_OUT = re.compile(r"(test|testing|val|valid|validation)[ _-]?[ab]?", re.I)
_SHARE = 0.2  # held out where the folders hold nothing out
_WIDE = 1.5  # width over height from which a picture may hold two
EXPECTED = (
    "expected folders A and B (or trainA, trainB, testA, testB), or pictures that hold both "
    "domains side by side"
)

Pixels = NDArray[np.uint8]
Named = dict[str, Pixels]  # a picture of each name
Both = tuple[Named, Named]


@dataclass
class Own:
    """What was read: both parts with their names, and what could not be used."""

    title: str
    parts: tuple[tuple[Part, tuple[str, ...]], tuple[Part, tuple[str, ...]]]
    problems: list[Problem] = field(default_factory=list)


def read_own(path: Path, options: Any, progress: Progress) -> Own:
    """Both domains below a folder or in a zip; raises DataError that says what was found."""
    from core.data.shelves import open_shelf

    shelf = open_shelf(path, progress)
    try:
        problems = list(shelf.problems)
        if not shelf.entries:
            raise DataError(f"{path.name}: there are no pictures in it; {EXPECTED}")
        found = _read(shelf, options, problems, progress)
    finally:
        shelf.close()
    parts = [_rows(both, options.paired, problems) for both in found]
    if not len(parts[1][0].given):
        parts = _held_out(*parts[0], options)
    for (part, _), what in zip(parts, ("to learn from", "to judge by")):
        if not len(part.given):
            first = "; ".join(f"{p.name}: {p.reason}" for p in problems[:3])
            raise DataError(
                f"{path.name}: there is nothing {what}; {EXPECTED}"
                + (f" ({first})" if first else "")
            )
    return Own(path.name, (parts[0], parts[1]), problems)


def _read(
    shelf: Shelf, options: Any, problems: list[Problem], progress: Progress
) -> tuple[Both, Both]:
    """The pictures to learn from and held out, each by domain and name."""
    folders = [_domain(entry.name) for entry in shelf.entries]
    both: tuple[Both, Both] = ({}, {}), ({}, {})
    apart = any(folders)
    most = (options.count, options.held_out)
    for at, (entry, domain) in enumerate(zip(shelf.entries, folders)):
        progress.update("Reading two domains", at, len(folders), "pictures")
        held = any(_HELD_OUT.fullmatch(p) for p in PurePosixPath(entry.name).parts[:-1])
        into = both[held]
        if apart and not domain:
            problems.append(Problem(entry.name, "it lies in neither of the folders A and B"))
        elif len(into["ab".index(domain or "a")]) < most[held]:
            _take(shelf, entry, domain, options.side, into, problems)
    return both


def _domain(name: str) -> str:
    """The domain that the folders of a file tell: "a", "b" or nothing."""
    for part in reversed(PurePosixPath(name).parts[:-1]):
        found = _DOMAIN.fullmatch(part)
        if found:
            return found.group(2).lower()
    return ""


def _take(
    shelf: Shelf, entry: Entry, domain: str, side: int, into: Both, problems: list[Problem]
) -> None:
    """Decode one file, whole or as two halves."""
    from core.data.decode import Form, Unusable, decode, room_for

    path = PurePosixPath(entry.name)
    try:
        with room_for(entry.size):
            raw = shelf.read(entry)
            if domain:
                into["ab".index(domain)][path.stem] = decode(raw, Form(side)).pixels
                return
            whole = decode(raw, Form(0, fit="whole")).pixels  # (3, H, W)
    except Unusable as error:
        problems.append(Problem(entry.name, str(error)))
        return
    height, width = whole.shape[1:]
    if width < _WIDE * height:
        reason = f"{width} x {height} pixels are not two pictures side by side"
        problems.append(Problem(entry.name, reason))
        return
    for half, pixels in zip(into, (whole[:, :, : width // 2], whole[:, :, width - width // 2 :])):
        half[path.stem] = _sized(pixels, side)


def _sized(pixels: Pixels, side: int) -> Pixels:
    from PIL import Image  # not to be loaded where sources are only listed

    image = Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))
    small = np.asarray(image.resize((side, side), Image.Resampling.BICUBIC, reducing_gap=3.0))
    return np.ascontiguousarray(small.transpose(2, 0, 1))


def _rows(both: Both, paired: bool, problems: list[Problem]) -> tuple[Part, tuple[str, ...]]:
    """Both domains row by row: pairs by their names, or the shorter one again from its start."""
    first, second = both
    if paired:
        for name in sorted(first.keys() ^ second.keys()):
            problems.append(Problem(name, "the other domain has no picture of that name"))
        names = sorted(first.keys() & second.keys())
        if (first or second) and not names:
            raise DataError(
                f"A has {len(first)} pictures and B {len(second)}, and none of them share a name; "
                "name pairs alike, or switch paired off"
            )
        rows = names, names
    else:
        most = max(len(first), len(second)) if first and second else 0
        rows = tuple([sorted(d)[i % len(d)] for i in range(most)] for d in both)  # type: ignore[assignment]
    given, wanted = ([d[name] for name in names] for d, names in zip(both, rows))
    if not given:
        nothing = np.empty((0, 3, 1, 1), np.uint8)
        return Part(nothing, nothing), ()
    return Part(np.stack(given), np.stack(wanted)), tuple(rows[0])


def _held_out(
    part: Part, names: tuple[str, ...], options: Any
) -> list[tuple[Part, tuple[str, ...]]]:
    """Some of the rows held out, where the folders hold none out."""
    if not len(part.given):
        return [(part, names), (part, names)]
    held = hold_out(np.full(len(part.given), -1, np.int64), _SHARE, options.seed)
    return [
        (Part(part.given[mine], part.wanted[mine]), tuple(names[i] for i in np.flatnonzero(mine)))
        for mine in (~held, held)
    ]
