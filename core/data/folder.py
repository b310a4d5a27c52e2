"""Source `folder`: pictures of one's own, below a folder or inside a zip of one."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.config import option
from core.data.cache import Cache, Writer, key_of
from core.data.choose import evenly, share
from core.data.imageset import DataError, ImageSet, Problem, Source, hold_out
from core.data.layout import Layout, read_layout
from core.progress import Progress

if TYPE_CHECKING:
    from core.data.decode import Decoded, Form
    from core.data.shelves import Entry, Shelf

_BATCH = 32  # pictures decoded as one piece of work
_SIDES = (8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96)


@dataclass(frozen=True)
class FolderOptions:
    """What is read and what it is brought to."""

    path: str = option("", "A folder of pictures, or a zip of one.", group="Data", path=True)
    side: int = option(32, "Width and height that every picture is brought to.", unit="px",
                       choices=_SIDES, group="Data")  # fmt: skip
    count: int = option(0, "The most pictures used, as equal over the classes as they allow; "
                        "0 uses all.", low=0, high=10_000_000, group="Data")  # fmt: skip
    held_out: float = option(0.2, "Share of every class held out to judge by; a folder with "
                             "train and test parts holds its own test part out instead.",
                             low=0.01, high=0.9, group="Data")  # fmt: skip
    colour: str = option("rgb", "In colour or in grey.", choices=("rgb", "grey"), group="Data")
    fit: str = option("crop", "What becomes of pictures that are not square: their centre, the "
                      "whole on grey, or the whole stretched.",
                      choices=("crop", "pad", "squash"), group="Data")  # fmt: skip
    seed: int = option(0, "Which pictures are chosen and held out.", low=0, high=2**31 - 1,
                       group="Data", advanced=True)  # fmt: skip


@dataclass(frozen=True)
class _Plan:
    """Which entries are used, for what; none of them opened yet."""

    train: list[int]
    held_out: list[int]
    layout: Layout


class Folder(Source):
    """Pictures of one's own; what cannot be used is listed with its reason and left out."""

    id = "folder"
    title = "Your pictures"
    sentence = "A folder of images or a zip of one: a folder a class, train beside test, or flat."
    Options = FolderOptions

    def load(self, options: FolderOptions, progress: Progress) -> ImageSet:
        """Decode the pictures, or map what an earlier load decoded."""
        from core.data import decode
        from core.data.shelves import open_shelf

        if not options.path:
            raise DataError(
                "path: no folder is chosen; choose a folder of pictures or a zip of one"
            )
        path = Path(options.path).expanduser()
        shelf = open_shelf(path, progress)
        try:
            key = key_of(source=self.id, rules=decode.RULES, files=shelf.digest,
                         options={**asdict(options), "path": str(path.resolve())})  # fmt: skip
            cache = Cache()
            kept = cache.get(key)
            if kept is not None:
                return kept
            plan = _plan(shelf, path, options)
            form = decode.Form(options.side, options.colour, options.fit)
            with cache.writing(key, (form.channels, form.side, form.side)) as writer:
                _decode_all(shelf, plan, form, writer, progress, path.name)
        finally:
            shelf.close()
        written = cache.get(key)
        if written is None:
            raise DataError(f"{cache.folder}: the decoded pictures are gone; load them again")
        return written


def _plan(shelf: Shelf, path: Path, options: FolderOptions) -> _Plan:
    if not shelf.entries:
        raise DataError(_nothing(path.name, "no pictures are in it", shelf.problems))
    layout = read_layout([entry.name for entry in shelf.entries])
    if layout.held_out is None:
        chosen = evenly(layout.labels, options.count, options.seed)
        held = hold_out(layout.labels[chosen], options.held_out, options.seed)
        return _Plan(chosen[~held].tolist(), chosen[held].tolist(), layout)
    parts = [np.flatnonzero(layout.used & (layout.held_out == held)) for held in (False, True)]
    counts = share(options.count, len(parts[0]), len(parts[1]))
    train, held_out = (
        part[evenly(layout.labels[part], count, options.seed)].tolist()
        for part, count in zip(parts, counts, strict=True)
    )
    return _Plan(train, held_out, layout)


def _decode_all(shelf: Shelf, plan: _Plan, form: Form, writer: Writer, progress: Progress,
                title: str) -> None:  # fmt: skip
    problems, remarks = list(shelf.problems), list[Problem]()
    done, total = 0, len(plan.train) + len(plan.held_out)
    for held_out, wanted in ((False, plan.train), (True, plan.held_out)):
        for batch in _decoded(shelf, wanted, form):
            if batch.indices:
                writer.add(
                    np.stack(batch.pixels),
                    plan.layout.labels[batch.indices],
                    held_out,
                    [shelf.entries[i].name for i in batch.indices],
                )
            problems += batch.problems
            remarks += batch.remarks
            done += len(batch.indices) + len(batch.problems)
            progress.update(f"Decoding {title}", done, total, "images")
    if writer.count < 2:
        found = f"{writer.count} of {total} files can be used, and at least 2 are needed"
        raise DataError(_nothing(title, found, problems))
    writer.leave_none_empty()
    unused = int((~plan.layout.used).sum())
    if unused:
        reason = f"{unused} pictures lie beside the train and test parts and are not used"
        problems.append(Problem(title, reason))
    facts = {"remarks": [[remark.name, remark.reason] for remark in remarks]}
    writer.describe("folder", title, plan.layout.classes, problems, facts)


@dataclass
class _Batch:
    """What came of some entries, in their order."""

    indices: list[int]
    pixels: list[NDArray[np.uint8]]
    problems: list[Problem]
    remarks: list[Problem]


def _decoded(shelf: Shelf, wanted: Sequence[int], form: Form) -> Iterator[_Batch]:
    """The entries decoded batch by batch, in order, by a few threads that never run far ahead."""
    workers = min(4, os.cpu_count() or 1)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="decode")
    waiting: deque[Future[_Batch]] = deque()
    try:
        for start in range(0, len(wanted), _BATCH):
            waiting.append(pool.submit(_decode_batch, shelf, wanted[start : start + _BATCH], form))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _decode_batch(shelf: Shelf, indices: Sequence[int], form: Form) -> _Batch:
    from core.data.decode import Unusable

    batch = _Batch([], [], [], [])
    for i in indices:
        entry = shelf.entries[i]
        try:
            decoded = _read(shelf, entry, form)
        except Unusable as error:
            batch.problems.append(Problem(entry.name, str(error)))
            continue
        batch.indices.append(i)
        batch.pixels.append(decoded.pixels)
        if decoded.remark:
            batch.remarks.append(Problem(entry.name, decoded.remark))
    return batch


def _read(shelf: Shelf, entry: Entry, form: Form) -> Decoded:
    from core.data.decode import decode, room_for

    with room_for(entry.size):
        return decode(shelf.read(entry), form)


def _nothing(title: str, found: str, problems: Sequence[Problem]) -> str:
    first = "; ".join(f"{problem.name}: {problem.reason}" for problem in problems[:3])
    return f"{title}: {found}" + (f" ({first})" if first else "") + "; choose a folder with images"
