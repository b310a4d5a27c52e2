"""Frames of a film, one by one, through FFmpeg (PyAV).

The rules, one for each oddity:

- turned by its metadata (a telephone held upright): turned upright;
- frames of unlike duration: each frame once, in order; `fps` is their mean rate;
- sound and further streams: passed over;
- transparency: laid over white, as pictures are; more than 8 bits: to 8;
- damage: what was decoded before it stays, and `problem` names the frame and the reason;
- a part from the middle: the packets are counted, which decodes nothing, then the film is entered
  at the key frame before the first one wanted, so that frame n is always the same picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.data.kinds import SNIFFED, describe_start
from core.data.video.clip import VideoError
from core.progress import Progress

if TYPE_CHECKING:
    import av

USUAL_FPS = 25.0  # where a film does not say
SPEEDS = (0.1, 120.0)  # frames a second that are believed
INDEXING = "Counting frames"

Frame = NDArray[np.uint8]  # (H, W, 3)


class Film:
    """An open film; close it. Raises VideoError for a file that is none."""

    def __init__(self, path: Path) -> None:
        import av
        from av.video.reformatter import VideoReformatter

        self.path, self.problem = path, ""
        if path.stat().st_size == 0:
            raise VideoError(f"{path.name} is empty; choose another film")
        try:
            self._film = av.open(str(path), metadata_errors="replace")
        except (av.error.FFmpegError, OSError) as error:
            raise VideoError(_unopened(path, error)) from None
        if not self._film.streams.video:
            self.close()
            raise VideoError(f"{path.name} has no pictures in it, only sound; choose a film")
        self._stream = self._film.streams.video[0]
        self._stream.thread_type = "AUTO"
        # One for all frames: to set up a conversion takes as long as converting a small frame.
        self._reformatter = VideoReformatter()

    def close(self) -> None:
        self._film.close()

    @property
    def fps(self) -> float:
        """Mean frames a second."""
        for rate in (self._stream.average_rate, self._stream.guessed_rate):
            if rate and SPEEDS[0] <= float(rate) <= SPEEDS[1]:
                return float(rate)
        return USUAL_FPS

    @property
    def count(self) -> int:
        """How many frames it says it has, or is likely to have; 0 where nothing is known."""
        stream = self._stream
        if stream.frames:
            return int(stream.frames)
        if stream.duration and stream.time_base:
            return round(float(stream.duration * stream.time_base) * self.fps)
        return round(self._film.duration / 1e6 * self.fps) if self._film.duration else 0

    def read(self, first: int = 0, most: int | None = None, every: int = 1, side: int = 0,
             progress: Progress | None = None) -> Iterator[tuple[str, Frame]]:  # fmt: skip
        """Number and pixels of frames first, first + every ...; the shorter side brought to `side`.

        Raises VideoError where not one can be had.
        """
        taken, at, size = 0, first, (0, 0)
        frames = self._frames_from(first, progress or Progress())
        while most is None or taken < most:
            frame = self._next(frames, at)
            if frame is None:
                break
            size = size if taken else (frame.width, frame.height)
            if (frame.width, frame.height) != size:
                self.problem = (
                    f"{self.path.name}: from frame {at} on its pictures are {frame.width} x "
                    f"{frame.height}, before {size[0]} x {size[1]}; the frames before it are used"
                )
                break
            if (at - first) % every == 0:
                yield str(at), self._pixels(frame, side)
                taken += 1
            at += 1
        if not taken:
            raise VideoError(self.problem or f"{self.path.name} has no frame {first}")

    def _pixels(self, frame: av.VideoFrame, side: int) -> Frame:
        """Upright, opaque, 8 bits: (H, W, 3)."""
        from core.data.decode import whole_size

        wide, high = whole_size(frame.width, frame.height, side)
        clear = frame.format.name == "pal8" or any(c.is_alpha for c in frame.format.components)
        way = "AREA" if wide < frame.width else "BICUBIC" if wide > frame.width else "BILINEAR"
        kind = "rgba" if clear else "rgb24"
        found = self._reformatter.reformat(frame, wide, high, kind, interpolation=way).to_ndarray()
        if clear:
            share = found[..., 3:].astype(np.uint16)
            mixed = found[..., :3] * share + 255 * (255 - share) + 127
            found = (mixed // 255).astype(np.uint8)
        turns = round(frame.rotation / 90) % 4  # counter-clockwise
        return np.ascontiguousarray(np.rot90(found, turns))

    def _next(self, frames: Iterator[av.VideoFrame], at: int) -> av.VideoFrame | None:
        """The frame of that number, or None at the end or where the film breaks."""
        import av

        try:
            frame = next(frames, None)
        except (av.error.FFmpegError, OSError) as error:
            self.problem = self._breaks(at, _why(error))
            return None
        if frame is not None and frame.is_corrupt:
            self.problem = self._breaks(at, "its data is damaged")
            return None
        if frame is None and not self.problem and self._ends_early(at):
            self.problem = self._breaks(at, f"it is cut short, {self.count} were expected")
        return frame

    def _ends_early(self, at: int) -> bool:
        """Whether many more frames were to come; a few may be cut off by its own edit list."""
        if self._stream.frames:
            return self._stream.frames - at > 2
        # Else the expected number is an estimate, and the sound may last longer than the pictures.
        return not self._film.streams.audio and self.count - at > 2 + self.count // 20

    def _breaks(self, at: int, why: str) -> str:
        used = "; the frames before it are used" if at else ""
        return f"{self.path.name} breaks at frame {at}: {why}{used}"

    def _frames_from(self, first: int, progress: Progress) -> Iterator[av.VideoFrame]:
        if first == 0:
            yield from self._film.decode(self._stream)
            return
        times = self._times(progress)
        if first >= len(times):
            raise VideoError(
                f"{self.path.name} has {len(times)} frames, counted from 0; there is no frame "
                f"{first}"
            )
        target = times[first]
        self._film.seek(target, stream=self._stream)
        frames = self._film.decode(self._stream)
        entered = next(frames, None)
        if entered is None or entered.pts is None or entered.pts > target:
            # Its index leads astray, so it is entered at its beginning.
            self._film.seek(times[0], stream=self._stream)
            frames = self._film.decode(self._stream)
        elif entered.pts == target:
            yield entered
        yield from (f for f in frames if f.pts is not None and f.pts >= target)

    def _times(self, progress: Progress) -> list[int]:
        """When each frame is shown, in the stream's own units."""
        found = []
        for packet in self._film.demux(self._stream):
            if packet.pts is not None and not packet.is_discard:
                found.append(int(packet.pts))
            elif packet.size:
                raise VideoError(
                    f"{self.path.name} does not say when its frames are shown, so only its "
                    "beginning can be read; leave the first frame at 0"
                )
            progress.update(INDEXING, len(found), self.count, "frames")
        return sorted(found)


def _why(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:].rstrip(".")


def _unopened(path: Path, error: Exception) -> str:
    with open(path, "rb") as file:
        what = describe_start(file.read(SNIFFED))
    if what in ("a video", "an AVI video or a sound"):
        return (
            f"{path.name} cannot be opened: {_why(error)}; it is cut short or damaged where it "
            "says how its frames lie, so none can be read"
        )
    looks = f", it looks like {what}" if what else ""
    return f"{path.name} is no film that can be read{looks} ({_why(error)}); choose another"
