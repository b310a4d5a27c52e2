"""What a person marked in a film is kept beside the runs, and is there when the film comes again.

<home>/workspaces/<key>/about.json   the film, names, keypoints, settings, the frame looked at
<home>/workspaces/<key>/00012.png    the mask of frame 12, an object a number

Kept a second after every change, each file whole or not at all; the marks, not what was found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from core.tracking.marks import Marks
from gui.video.work import Names, Work

KEEP_MS = 1000  # after the last change
ABOUT = "about.json"


class Workspace(QObject):
    """Keeps the marks of films; painted clips, which have no file, are not kept."""

    problem = Signal(str)

    def __init__(self, work: Work, root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._root = work, root
        self.settings: Callable[[], dict[str, Any]] = dict  # as they stand
        self._written: dict[int, Marks] = {}  # frame -> what its picture holds
        self._timer = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._timer.timeout.connect(self.keep)
        for signal in (work.frame_changed, work.names_changed, work.at_changed):
            signal.connect(lambda *_: self.soon())

    def folder(self, film: Path) -> Path:
        """Where a film's marks are kept."""
        key = hashlib.sha256(str(film.resolve()).encode()).hexdigest()[:16]
        return self._root / key

    def soon(self) -> None:
        """Something changed, or may have."""
        if self._film() is not None:
            self._timer.start()

    def _film(self) -> Path | None:
        return None if self._work.clip is None else self._work.clip.source

    # --- keeping ----------------------------------------------------------------------------------

    def keep(self) -> None:
        """Write what changed since the last time."""
        from core.data.video.davis_out import mask_png
        from core.runs.atomic import write_file

        self._timer.stop()
        film, work = self._film(), self._work
        if film is None or not (work.given or self._written):
            return
        folder = self.folder(film)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for frame, marks in work.given.items():
                if marks.mask is not None and self._written.get(frame) is not marks:
                    write_file(folder / f"{frame:05}.png", mask_png(marks.mask))
            write_file(folder / ABOUT, json.dumps(self._about(film)).encode())
        except OSError as error:
            self.problem.emit(f"The marks of {film.name} could not be kept: {error}")
            return
        self._written = dict(work.given)

    def _about(self, film: Path) -> dict[str, Any]:
        work, names = self._work, self._work.names
        return {
            "film": str(film.resolve()),
            "frames": len(work),
            "size": list(work.shape),
            "at": work.at,
            "objects": names.objects,
            "points": names.points,
            "bones": names.bones,
            "settings": self.settings(),
            "given": {
                str(frame): {
                    "mask": marks.mask is not None,
                    "points": None if marks.points is None else _plain(marks.points),
                }
                for frame, marks in work.given.items()
            },
        }

    # --- bringing back ----------------------------------------------------------------------------

    def last(self) -> Path | None:
        """The film that was worked on last, if it is still there."""
        kept = sorted(self._root.glob(f"*/{ABOUT}"), key=_changed, reverse=True)
        for path in kept:
            film = Path(str(_read(path).get("film", "")))
            if film.is_absolute() and film.exists():
                return film
        return None

    def bring_back(self) -> dict[str, Any] | None:
        """The marks of the clip in hand as they were last time; the settings that were kept.

        None where nothing is kept of it, or it has other frames now.
        """
        self._written = {}
        film, work = self._film(), self._work
        if film is None:
            return None
        folder = self.folder(film)
        about = _read(folder / ABOUT)
        if about.get("frames") != len(work) or about.get("size") != list(work.shape):
            return None
        try:
            given = {int(f): _marks(folder, int(f), m) for f, m in about["given"].items()}
            names = Names(
                tuple(map(str, about["objects"])),
                tuple(map(str, about["points"])),
                tuple((int(a), int(b)) for a, b in about["bones"]),
            )
        except (KeyError, TypeError, ValueError, OSError):
            return None  # what cannot be read is as good as absent
        if not given or any(m.mask is not None and m.mask.shape != work.shape
                            for m in given.values()):  # fmt: skip
            return None
        self._written = dict(given)
        work.bring_back(given, names, int(about.get("at", 0)))
        settings = about.get("settings")
        return settings if isinstance(settings, dict) else {}


def _plain(points: np.ndarray) -> list[list[float | None]]:
    return [[None if not np.isfinite(v) else float(v) for v in point] for point in points]


def _marks(folder: Path, frame: int, kept: dict[str, Any]) -> Marks:
    from core.data.video.folders import read_mask

    mask = read_mask(folder / f"{frame:05}.png") if kept["mask"] else None
    points = kept["points"]
    if points is not None:
        points = np.array([[np.nan if v is None else v for v in p] for p in points], np.float32)
        points = points.reshape(-1, 2)
    return Marks(mask, points)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
