"""Source `domains`: pictures of one domain, each with a partner of another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from core.config import option
from core.data.domains.own import read_own
from core.data.domains.painted import KINDS, Part
from core.data.faces.painting import ATTRIBUTES
from core.data.imageset import DataError, ImageSet, Pictures, Source
from core.progress import Progress

OWN = "own"
_AT_ONCE = 64  # scenes painted at once: more leave the processor's cache


@dataclass(frozen=True)
class Options:
    """Which two domains, and how many pictures of each."""

    kind: str = option("edges", "Outlines to faces, day to night, faces without to faces with "
                       "glasses, or a folder of your own.", choices=(*KINDS, OWN),
                       group="Data")  # fmt: skip
    path: str = option("", "Your own: a folder or zip with folders A and B (or trainA, testA and "
                       "so on), or of pictures that hold both side by side.", path=True,
                       group="Data")  # fmt: skip
    paired: bool = option(True, "A picture's partner shows the same; off, something else, and what "
                          "belongs together is to be found out.", group="Data")  # fmt: skip
    turned: bool = option(False, "The other way: from the second domain to the first.",
                          group="Data")  # fmt: skip
    count: int = option(4000, "The most pictures of a domain to learn from.", low=12, high=200_000,
                        log=True, unit="pictures", group="Data")  # fmt: skip
    held_out: int = option(500, "The most pictures of a domain to judge by, none of them among the "
                           "others.", low=12, high=20_000, log=True, unit="pictures",
                           group="Data")  # fmt: skip
    side: int = option(32, "Height and width of the pictures.", choices=(32, 64), unit="px",
                       group="Data")  # fmt: skip
    seed: int = option(0, "Another number paints other scenes, or holds others of your own out.",
                       low=0, high=2**31 - 1, group="Data", advanced=True)  # fmt: skip


class Domains(Source):
    """`Pictures.images` are of the first domain, and `Pictures.partners` of the second."""

    id: ClassVar[str] = "domains"
    title: ClassVar[str] = "Two domains"
    sentence: ClassVar[str] = (
        "Outlines and faces, day and night, without and with glasses: what translation learns from."
    )
    Options: ClassVar[type] = Options

    def load(self, options: Any, progress: Progress) -> ImageSet:
        """Paint or read both domains; raises DataError, or Cancelled out of `progress`."""
        if options.kind == OWN:
            if not options.path:
                raise DataError("domains of your own: choose a folder with the option path")
            own = read_own(Path(options.path).expanduser(), options, progress)
            train, held_out = (_pictures(part, options.turned, names) for part, names in own.parts)
            return ImageSet(self.id, own.title, train, held_out, problems=own.problems,
                            paired=options.paired)  # fmt: skip
        train, held_out = _painted(options, progress)
        known = ATTRIBUTES if train.attributes is not None else ()
        return ImageSet(self.id, f"{self.title}, {options.kind}", train, held_out,
                        attributes=known, paired=options.paired)  # fmt: skip


def _painted(options: Any, progress: Progress) -> tuple[Pictures, Pictures]:
    total, done, found = options.count + options.held_out, 0, []
    for stream, count in (("train", options.count), ("held_out", options.held_out)):
        parts = []
        for start in range(0, count, _AT_ONCE):
            progress.update("Painting two domains", done + start, total, "pictures")
            numbers = np.arange(start, min(start + _AT_ONCE, count))
            parts.append(_scenes(options, numbers, stream))
        found.append(_pictures(_joined(parts), options.turned))
        done += count
    progress.update("Painting two domains", total, total, "pictures")
    return found[0], found[1]


def _scenes(options: Any, numbers: Any, stream: str) -> Part:
    """Some scenes in both domains; without pairs, others in the second."""
    paint = KINDS[options.kind]
    one = paint(options.seed, numbers, options.side, stream)
    if options.paired:
        return one
    other = paint(options.seed + 1, numbers, options.side, stream)
    return Part(one.given, other.wanted, one.attributes, other.wanted_attributes)


def _joined(parts: list[Part]) -> Part:
    known = [p.attributes for p in parts if p.attributes is not None]
    wanted = [p.wanted_attributes for p in parts if p.wanted_attributes is not None]
    return Part(
        np.concatenate([p.given for p in parts]),
        np.concatenate([p.wanted for p in parts]),
        np.concatenate(known) if known else None,
        np.concatenate(wanted) if wanted else None,
    )


def _pictures(part: Part, turned: bool, names: tuple[str, ...] = ()) -> Pictures:
    images, partners = (part.wanted, part.given) if turned else (part.given, part.wanted)
    attributes = part.wanted_attributes if turned else part.attributes
    unknown = np.full(len(images), -1, np.int64)
    return Pictures(images, unknown, names, attributes=attributes, partners=partners)
