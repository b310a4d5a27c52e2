"""What the page of videos shows of its work: frame, lists, timeline and curves, kept up to date."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer

from gui.widgets.text import label
from gui.widgets.video.curves import ScoreLine
from gui.widgets.video.layers import Bytes, Dots, Layer, Scene, grey

if TYPE_CHECKING:
    from gui.pages.video import VideoPage

TRAIL = 16  # frames that a trail goes back
LINES_MS = 100  # between two paintings of timeline and curves while frames come


class Showing(QObject):
    """Follows the work; a preview of a stroke stands in for the marks while it is drawn."""

    def __init__(self, page: VideoPage) -> None:
        super().__init__(page)
        self._page = page
        self.mode, self.opacity, self.outline, self.trails, self.beside = (
            "picture", 0.45, True, True, False,
        )  # fmt: skip
        self._preview: tuple[np.ndarray | None, np.ndarray | None] = (None, None)
        self.said = label("", "small", "secondary")
        self._lines = QTimer(self, singleShot=True, interval=LINES_MS)
        self._lines.timeout.connect(self.show_lines)
        self._connect()

    def _connect(self) -> None:
        page, work, tools = self._page, self._page.work, self._page.tools
        work.clip_changed.connect(self._clip_changed)
        work.at_changed.connect(self._at_changed)
        work.frame_changed.connect(self._frame_changed)
        work.marks_changed.connect(self.refresh)
        work.names_changed.connect(self._names_changed)
        work.object_changed.connect(page.steps.things.set_chosen)
        page.follower.scored.connect(self._lines_soon)
        page.follower.ended.connect(lambda _: self.show_lines())
        page.colours.came.connect(self.show_frame)
        page.hand.preview.connect(self._show_preview)
        tools.mode_chosen.connect(self.set_mode)
        tools.opacity_changed.connect(lambda value: self._set(opacity=value))
        tools.switched.connect(lambda name, on: self._set(**{name: on}))
        self._names_changed()

    def _set(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.show_frame()

    def set_mode(self, mode: str) -> None:
        """What the frame shows, a key of MODES."""
        self.mode = mode
        at = self._page.tools.mode.findData(mode)
        self._page.tools.mode.setCurrentIndex(at)
        self.show_frame()

    # --- what changed -----------------------------------------------------------------------------

    def _clip_changed(self) -> None:
        page, clip = self._page, self._page.work.clip
        assert clip is not None
        page.player.set_clip(len(clip), clip.fps)
        page.timeline.set_frames(clip.frames)
        page.references.clear()
        page.canvas.look = None
        page.canvas.set_stamp(clip.title)
        page.curves.set_stamp(clip.title)
        page.references.set_stamp(clip.title)
        page.curves.setVisible(bool(clip.truth))
        self.refresh()

    def _at_changed(self, frame: int) -> None:
        for part in (self._page.player, self._page.timeline, self._page.curves):
            part.set_at(frame)
        self._preview = (None, None)
        self.show_frame()
        if self._page.canvas.look is not None:
            self._page._look(self._page.canvas.look)

    def _frame_changed(self, frame: int) -> None:
        self._preview = (None, None)
        if frame == self._page.work.at:
            self.show_frame()
        self._lines_soon()

    def _names_changed(self) -> None:
        work = self._page.work
        self._page.steps.things.set_names(work.names.objects, work.names.points, work.object)
        self.refresh()

    def _show_preview(self, preview: tuple[np.ndarray | None, np.ndarray | None]) -> None:
        self._preview = preview
        self.show_frame()

    def _lines_soon(self) -> None:
        if not self._lines.isActive():
            self._lines.start()

    # --- the frame --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Everything anew."""
        self.show_frame()
        self.show_lines()

    def show_frame(self) -> None:
        """The frame in hand with its marks."""
        work = self._page.work
        if work.clip is None:
            self._page.canvas.show_scene(None)
            return
        at, second = work.at, self._page.follower.seats["right"].choice
        mask, points = self._preview
        left = self._layer(work.mask(at) if mask is None else mask, "left")
        right = self._layer(work.mask(at, "right"), "right") if second else None
        if not second:
            left = replace(left, title="")
        dots = self._dots(work.points(at) if points is None else points)
        more: list[Layer] = []
        if self.mode == "three":
            frame = np.asarray(work.clip.frames[at])
            left, right = replace(left, title="Grey, as the network sees it"), None
            more = [Layer(self._predicted(frame), None, "Predicted colours")]
            more.append(Layer(frame, None, "True colours"))
        scene = Scene(left, right, self.beside, dots, self._opacity(), self.outline, more)
        self._page.canvas.show_scene(scene)
        self._say()

    def _opacity(self) -> float:
        return 1.0 if self.mode == "mask" else self.opacity

    def _layer(self, mask: Bytes, side: str) -> Layer:
        title = self._page.work.tracks[side].title
        return Layer(self._picture(), mask if mask.any() else None, title)

    def _picture(self) -> Bytes:
        work = self._page.work
        assert work.clip is not None
        frame = np.asarray(work.clip.frames[work.at])
        if self.mode in ("grey", "three"):
            return grey(frame)
        if self.mode == "mask":
            return np.zeros_like(frame)
        if self.mode == "colours":
            return self._predicted(frame)
        return frame

    def _predicted(self, frame: Bytes) -> Bytes:
        """The frame in the colours carried to it; grey until they have come."""
        settings = self._page.settings()
        if settings is not None:
            self._page.colours.want(settings)
        found = self._page.colours.frames.get(self._page.work.at)
        return grey(frame) if found is None else found

    def _dots(self, points: np.ndarray) -> Dots:
        work = self._page.work
        trails = None
        if self.trails and len(points):
            frames = range(max(0, work.at - TRAIL), work.at + 1)
            trails = np.stack([work.points(frame) for frame in frames], axis=1)  # (K, T, 2)
        return Dots(points, work.names.points, work.names.bones, trails)

    def _say(self) -> None:
        """Where the frame's marks come from, and how good they are where the truth is known."""
        page, work = self._page, self._page.work
        words = {
            "given": "Marked by hand or known", "corrected": "Corrected by hand",
            "found": "Found by the network", "": "Nothing known here yet",
        }[work.kind(work.at)]  # fmt: skip
        if not work.given:
            words = "Nothing is marked yet: paint an object in any frame"
        scores = page.follower.seats["left"].scores.get(work.at)
        if scores and work.kind(work.at) == "found":
            region, boundary = np.mean(list(scores.values()), axis=0)
            words += f", J {region:.2f}, F {boundary:.2f}"
        self.said.setText(words)

    # --- timeline and curves ----------------------------------------------------------------------

    def show_lines(self) -> None:
        """Timeline and curves."""
        page, work = self._page, self._page.work
        if work.clip is None:
            return
        page.timeline.set_kinds([work.kind(frame) for frame in range(len(work))])
        page.timeline.set_sure(page.follower.confidence(), work.names.objects)
        page.timeline.set_at(work.at)
        lines = []
        for side in ("left", "right"):
            scores = page.follower.seats[side].scores
            title = work.tracks[side].title
            for object in sorted({o for by_object in scores.values() for o in by_object}):
                known = {f: s[object] for f, s in scores.items() if object in s}
                lines.append(
                    ScoreLine(
                        object,
                        {f: j for f, (j, _) in known.items()},
                        {f: b for f, (_, b) in known.items()},
                        title,
                        dashed=side == "right",
                    )
                )
        page.curves.set_lines(lines, len(work))
        page.curves.set_at(work.at)
        self._say()
