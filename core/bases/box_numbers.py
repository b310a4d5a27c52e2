"""Boxes in space as numbers for other programs: a table of all, or an object a picture."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from core.bases.boxes_in_space import Found
from core.data.streets.record import KINDS

COLUMNS = ("picture", "class", "score", "x", "y", "z", "length", "width", "height", "yaw", "left",
           "top", "right", "bottom")  # fmt: skip
UNITS = {
    "centre": "m; z is up, the ground at 0, the street along y",
    "size": "m; length, width, height",
    "yaw": "rad from x to the length, counter-clockwise from above",
    "box": "px of the picture as the run sees it; left, top, right, bottom",
}


def as_csv(names: Sequence[str], found: Sequence[Found]) -> str:
    """A row for each thing, best first in each picture, in COLUMNS and the units of UNITS."""
    file = io.StringIO()
    out = csv.writer(file, lineterminator="\n")
    out.writerow(COLUMNS)
    for name, answer in zip(names, found, strict=True):
        for kind, score, box, flat in zip(answer.kinds, answer.scores, answer.boxes, answer.flat):
            metres = [f"{number:.4f}" for number in box]
            out.writerow([name, KINDS[kind], f"{score:.4f}", *metres, *(f"{n:.2f}" for n in flat)])
    return file.getvalue()


def as_json(names: Sequence[str], found: Sequence[Found], about: dict[str, Any]) -> str:
    """`about`, the units, and of each picture its things, best first."""
    pictures = [
        {"picture": name, "boxes": [_thing(answer, at) for at in range(len(answer.scores))]}
        for name, answer in zip(names, found, strict=True)
    ]
    return json.dumps({**about, "units": UNITS, "pictures": pictures}, indent=1) + "\n"


def _thing(found: Found, at: int) -> dict[str, Any]:
    box = [round(float(number), 4) for number in found.boxes[at]]
    return {
        "class": KINDS[found.kinds[at]],
        "score": round(float(found.scores[at]), 4),
        "centre": box[:3],
        "size": box[3:6],
        "yaw": box[6],
        "box": [round(float(number), 2) for number in found.flat[at]],
    }
