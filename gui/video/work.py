"""What is known of the clip in hand: what a person marked, what was found of it, undo and redo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.tracking.marks import Marks

if TYPE_CHECKING:
    from core.data.video.clip import Clip

MOST_OBJECTS = 32
SIDES = ("left", "right")


@dataclass(frozen=True)
class Names:
    """What the marked things are called: objects are numbered from 1, keypoints from 0."""

    objects: tuple[str, ...] = ("Object 1",)
    points: tuple[str, ...] = ()
    bones: tuple[tuple[int, int], ...] = ()  # pairs of keypoints


@dataclass
class Track:
    """What one network found: a frame's marks, by its number."""

    title: str = ""
    found: dict[int, Marks] = field(default_factory=dict)
    seen: tuple[int, ...] = ()  # frames that were given when it was found


class Work(QObject):
    """The state that the page shows. `given` is by hand (or the truth), a track is found."""

    clip_changed = Signal()
    frame_changed = Signal(int)  # other marks in a frame
    marks_changed = Signal()  # of any frames
    names_changed = Signal()
    at_changed = Signal(int)
    object_changed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clip: Clip | None = None
        self.names = Names()
        self.given: dict[int, Marks] = {}
        self.touched: set[int] = set()  # given since the last propagation
        self.tracks = {side: Track() for side in SIDES}
        self.at = 0
        self.object = 1  # that the brush paints
        self.undo = QUndoStack(self)

    # --- the clip ---------------------------------------------------------------------------------

    def __len__(self) -> int:
        return 0 if self.clip is None else len(self.clip)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of a frame."""
        assert self.clip is not None
        return self.clip.size

    def open(self, clip: Clip, take_truth: bool = True) -> None:
        """Another clip. Where the truth is known, its first frame with marks is given."""
        self.clip, self.at = clip, 0
        self.given, self.touched = {}, set()
        self.tracks = {side: Track() for side in SIDES}
        self.undo.clear()
        known = sorted(clip.truth)
        if known and take_truth:
            self._give_truth(known[0])
        else:
            self.names = Names()
        self.object = 1
        self.clip_changed.emit()
        self.names_changed.emit()
        self.at_changed.emit(self.at)
        self.marks_changed.emit()

    def _give_truth(self, frame: int) -> None:
        assert self.clip is not None
        marks = self.clip.truth[frame]
        points = 0 if marks.points is None else len(marks.points)
        self.names = Names(
            tuple(f"Object {k + 1}" for k in range(max(1, marks.objects))),
            tuple(self.clip.keypoints) or tuple(f"Point {k + 1}" for k in range(points)),
            tuple(self.clip.skeleton),
        )
        self.given, self.touched = {frame: marks}, {frame}
        self.at = frame

    def bring_back(self, given: dict[int, Marks], names: Names, at: int) -> None:
        """Marks of another day; what is undone begins after them."""
        self.given, self.names, self.touched = given, names, set(given)
        self.undo.clear()
        self.names_changed.emit()
        self.go(at)
        self.marks_changed.emit()

    def go(self, frame: int) -> None:
        """Look at a frame; one beyond the ends is the last or the first."""
        frame = max(0, min(len(self) - 1, frame))
        if frame != self.at and len(self):
            self.at = frame
            self.at_changed.emit(frame)

    # --- marks ------------------------------------------------------------------------------------

    def marks(self, frame: int, side: str = "left") -> Marks:
        """What is known of a frame: by hand first, else what was found, else empty marks."""
        return self.given.get(frame) or self.tracks[side].found.get(frame) or Marks()

    def mask(self, frame: int, side: str = "left") -> np.ndarray:
        """The mask (H, W) of a frame, all background where nothing is known."""
        known = self.marks(frame, side).mask
        return np.zeros(self.shape, np.uint8) if known is None else known

    def points(self, frame: int, side: str = "left") -> np.ndarray:
        """Keypoints (K, 2) of a frame, NaN where nothing is known; K is the number of names.

        The middle of the first pixel is (0, 0), as in `Marks`.
        """
        made = np.full((len(self.names.points), 2), np.nan, np.float32)
        known = self.marks(frame, side).points
        if known is not None:
            count = min(len(known), len(made))
            made[:count] = known[:count]
        return made

    def known(self) -> dict[int, Marks]:
        """What is given, every frame with as many keypoints as there are names."""
        count, made = len(self.names.points), {}
        for frame, marks in self.given.items():
            points = marks.points
            if count and points is not None:
                points = np.full((count, 2), np.nan, np.float32)
                points[: len(marks.points)] = marks.points[:count]
            made[frame] = replace(marks, points=points if count else None)
        return made

    def kind(self, frame: int) -> str:
        """ "given", "corrected" (given where a network had found something), "found" or ""."""
        if frame in self.given:
            return "corrected" if frame in self.tracks["left"].found else "given"
        return "found" if frame in self.tracks["left"].found else ""

    def set_mask(self, mask: np.ndarray, title: str) -> None:
        """The frame that is looked at gets a mask by hand; can be undone."""
        self._edit(replace(self.marks(self.at), mask=mask, confidence=None), title)

    def set_points(self, points: np.ndarray, title: str) -> None:
        """The frame that is looked at gets keypoints by hand; can be undone."""
        points = np.asarray(points, np.float32)
        self._edit(replace(self.marks(self.at), points=points, confidence=None), title)

    def forget(self, frame: int) -> None:
        """Take back what is given of a frame."""
        if frame in self.given:
            rest = {k: v for k, v in self.given.items() if k != frame}
            self._push(frame, rest, self.names, "Forget this frame")

    def clear(self) -> None:
        """Forget everything that was marked and found."""
        self._push(self.at, {}, self.names, "Forget all marks")
        self.drop_found()

    def _edit(self, marks: Marks, title: str) -> None:
        self._push(self.at, {**self.given, self.at: marks}, self.names, title)

    def _push(self, frame: int, given: dict[int, Marks], names: Names, title: str) -> None:
        before = (self.given, self.names)

        def put(state: tuple[dict[int, Marks], Names]) -> None:
            renamed = state[1] != self.names
            self.given, self.names = state
            self.touched.add(frame)
            if renamed:
                self.object = min(self.object, len(self.names.objects))
                self.names_changed.emit()
            if frame != self.at:  # what is undone is seen
                self.go(frame)
            self.frame_changed.emit(frame)

        self.undo.push(_Change(title, put, before, (given, names)))

    # --- names ------------------------------------------------------------------------------------

    def choose(self, object: int) -> None:
        """The object that the brush paints, 1 for the first; one more than there are adds it."""
        count = len(self.names.objects)
        if object == count + 1 <= MOST_OBJECTS:
            self.rename(objects=(*self.names.objects, f"Object {object}"))
        if 1 <= object <= len(self.names.objects):
            self.object = object
            self.object_changed.emit(object)

    def rename(
        self,
        objects: tuple[str, ...] | None = None,
        points: tuple[str, ...] | None = None,
        bones: tuple[tuple[int, int], ...] | None = None,
    ) -> None:
        """Other names, or more of them; can be undone."""
        now = self.names
        made = Names(
            now.objects if objects is None else objects,
            now.points if points is None else points,
            now.bones if bones is None else bones,
        )
        if made != now:
            self._push(self.at, self.given, made, "Names")

    def add_point(self, x: float, y: float) -> None:
        """One more keypoint, known in the frame that is looked at."""
        points = np.concatenate((self.points(self.at), np.float32([[x, y]])))
        names = replace(self.names, points=(*self.names.points, f"Point {len(points)}"))
        marks = replace(self.marks(self.at), points=points.astype(np.float32))
        self._push(self.at, {**self.given, self.at: marks}, names, "Add a keypoint")

    def remove_object(self, object: int) -> None:
        """Without an object: the ones after it move up, in every mask that is given."""
        if len(self.names.objects) == 1:
            self._push(self.at, _without(self.given, object), self.names, "Clear the object")
        else:
            at = object - 1
            names = replace(
                self.names, objects=self.names.objects[:at] + self.names.objects[at + 1 :]
            )
            self._push(self.at, _without(self.given, object), names, "Remove an object")
        self.drop_found()

    def remove_point(self, at: int) -> None:
        """Without a keypoint and the bones that end in it."""
        names = replace(
            self.names,
            points=self.names.points[:at] + self.names.points[at + 1 :],
            bones=tuple(
                (a - (a > at), b - (b > at)) for a, b in self.names.bones if at not in (a, b)
            ),
        )
        given = {
            frame: marks
            if marks.points is None
            else replace(marks, points=np.delete(marks.points, at, axis=0))
            for frame, marks in self.given.items()
        }
        self._push(self.at, given, names, "Remove a keypoint")
        self.drop_found()

    # --- what is found ----------------------------------------------------------------------------

    def find(self, side: str, frame: int, marks: Marks) -> None:
        """A network's marks of a frame, as they come."""
        self.tracks[side].found[frame] = marks
        if side == "left" or frame == self.at:
            self.frame_changed.emit(frame)

    def drop_found(self, side: str | None = None) -> None:
        """Forget what networks found."""
        for name in SIDES if side is None else (side,):
            self.tracks[name] = Track(self.tracks[name].title)
        self.touched |= set(self.given)
        self.marks_changed.emit()


class _Change(QUndoCommand):
    """From one state to another and back."""

    def __init__(self, title: str, put: Callable[[Any], None], before: Any, after: Any) -> None:
        super().__init__(title)
        self._put, self._before, self._after = put, before, after

    def redo(self) -> None:
        self._put(self._after)

    def undo(self) -> None:
        self._put(self._before)


def _without(given: Mapping[int, Marks], object: int) -> dict[int, Marks]:
    """Masks where an object is background and the later ones have moved up."""
    table = np.arange(256, dtype=np.uint8)
    table[object:] = np.maximum(table[object:].astype(int) - 1, 0)
    table[object] = 0
    return {
        frame: marks if marks.mask is None else replace(marks, mask=table[marks.mask])
        for frame, marks in given.items()
    }
