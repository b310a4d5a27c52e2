"""What was found out with a run: results of evaluations as JSON, pictures as PNG."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.runs.atomic import write_file
from core.runs.document import encode_document, read_document
from core.runs.errors import RunDamaged, saving

EVALUATIONS, PICTURES = "evaluations", "pictures"
LIMIT = 16_000_000  # bytes of an evaluation
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}", re.ASCII)


def save_evaluation(run: Path, name: str, result: dict[str, Any]) -> None:
    path = _place(run / EVALUATIONS, name, ".json")
    data = encode_document(result)
    if len(data) > LIMIT:
        raise ValueError(f"the evaluation {name} has {len(data)} bytes, more than {LIMIT} allowed")
    with saving(f"the evaluation {name}", path.parent):
        write_file(path, data)


def read_evaluations(run: Path) -> dict[str, dict[str, Any]]:
    """Results by name; a damaged one is `{"problem": why}`."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((run / EVALUATIONS).glob("[!.]*.json")):
        try:
            found[path.stem] = read_document(path, LIMIT)
        except RunDamaged as error:
            found[path.stem] = {"problem": str(error)}
    return found


def save_picture(run: Path, name: str, image: NDArray[np.uint8]) -> Path:
    from PIL import Image

    path = _place(run / PICTURES, name, ".png")
    if image.dtype != np.uint8:
        raise ValueError(f"the picture {name} is {image.dtype}; uint8 is expected")
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(buffer, "PNG")
    with saving(f"the picture {name}", path.parent):
        write_file(path, buffer.getvalue())
    return path


def thumbnail_of(run: Path) -> Path | None:
    """The picture that stands for a run, if it has one."""
    picture = run / PICTURES / "thumbnail.png"
    return picture if picture.is_file() and not picture.is_symlink() else None


def _place(folder: Path, name: str, suffix: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no file name: letters, digits, dot, - and _ are expected")
    return folder / (name + suffix)
