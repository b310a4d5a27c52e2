"""A folder of frames as a clip, and the layout of DAVIS.

Perazzi et al., "A benchmark dataset and evaluation methodology for video object segmentation",
CVPR 2016; Pont-Tuset et al., "The 2017 DAVIS challenge", arXiv 1704.00675:

    <root>/JPEGImages/480p/<sequence>/00000.jpg
    <root>/Annotations/480p/<sequence>/00000.png   palette: 0 background, k object k; or 0 and 255
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.kinds import READABLE, VIDEOS, suffix_of
from core.data.video.clip import VideoError
from core.data.video.film import USUAL_FPS, Frame
from core.progress import Progress

IMAGES, ANNOTATIONS = "JPEGImages", "Annotations"
_USUAL_SIZE = "480p"  # of the sizes that DAVIS comes in


class FrameFolder:
    """Pictures of a folder in their natural order (2 before 10) as the frames of a clip."""

    fps = USUAL_FPS

    def __init__(self, path: Path) -> None:
        self.path, self.problem = path, ""
        self.files = pictures_in(path)
        if not self.files:
            raise VideoError(_no_frames(path))
        self._truths = _annotations(path)

    @property
    def count(self) -> int:
        return len(self.files)

    @property
    def annotated(self) -> list[Path]:
        """The masks there are."""
        return list(self._truths.values())

    def close(self) -> None:
        """Nothing is held open."""

    def read(self, first: int = 0, most: int | None = None, every: int = 1, side: int = 0,
             progress: Progress | None = None) -> Iterator[tuple[str, Frame]]:  # fmt: skip
        """As `Film.read`; names are those of the files, and sizes must agree."""
        from core.data.decode import Form, Unusable, decode

        wanted = self.files[first::every][:most]
        if not wanted:
            raise VideoError(f"{self.path.name} has {self.count} frames, counted from 0; there is "
                             f"no frame {first}")  # fmt: skip
        size: tuple[int, ...] = ()
        for at, file in enumerate(wanted):
            try:
                pixels = decode(file.read_bytes(), Form(side, fit="whole")).pixels
            except (Unusable, OSError) as error:
                self.problem = (
                    f"{self.path.name} breaks at frame {first + at * every}, {file.name}: {error}"
                )
                if at == 0:
                    raise VideoError(self.problem) from None
                self.problem += "; the frames before it are used"
                return
            size = size or pixels.shape[1:]
            if pixels.shape[1:] != size:
                raise VideoError(
                    f"{self.path.name}: {file.name} is {pixels.shape[2]} x {pixels.shape[1]}, the "
                    f"frames before it are {size[1]} x {size[0]}; frames of a clip have one size"
                )
            yield file.stem, np.ascontiguousarray(pixels.transpose(1, 2, 0))

    def truth(self, name: str, size: tuple[int, int]) -> NDArray[np.uint8] | None:
        """The mask (H, W) of a frame where one is annotated; raises VideoError where damaged."""
        path = self._truths.get(name)
        return None if path is None else _sized(read_mask(path), size)


def pictures_in(folder: Path) -> list[Path]:
    """The pictures that lie in a folder itself, in natural order."""
    return _sorted(p for p in folder.iterdir() if _seen(p) and suffix_of(p.name) in READABLE)


def clips_in(folder: Path) -> list[Path]:
    """What below a folder is a clip: sequences of DAVIS, films, or folders of frames."""
    images = folder / IMAGES
    if images.is_dir():
        usual = images / _USUAL_SIZE
        folder = usual if usual.is_dir() else next(iter(_folders(images)), images)
    if pictures_in(folder):
        return [folder]
    films = _sorted(p for p in folder.iterdir() if _seen(p) and suffix_of(p.name) in VIDEOS)
    return films or [inner for inner in _folders(folder) if pictures_in(inner)]


def read_mask(path: Path) -> NDArray[np.uint8]:
    """Whose each pixel is, (H, W): the numbers of a palette, or 1 where a grey picture is 255.

    Raises VideoError.
    """
    from PIL import Image

    try:
        with Image.open(path) as image:
            values = np.asarray(image if image.mode in ("P", "L", "1") else image.convert("L"))
            painted = image.mode != "P"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise VideoError(
            f"the mask {path.parent.name}/{path.name} cannot be read: {error}"
        ) from None
    mask = np.array(values, dtype=np.uint8)
    if painted and set(np.unique(mask)) <= {0, 255}:
        mask //= 255
    return mask


def _annotations(path: Path) -> dict[str, Path]:
    """Name of a frame -> its mask, where the folder is a sequence of DAVIS."""
    parts = list(path.resolve().parts)
    if IMAGES not in parts:
        return {}
    at = len(parts) - 1 - parts[::-1].index(IMAGES)
    folder = Path(*parts[:at], ANNOTATIONS, *parts[at + 1 :])
    return {p.stem: p for p in pictures_in(folder)} if folder.is_dir() else {}


def _sized(mask: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The mask at another size, each pixel that which lies under its middle."""
    if mask.shape == size:
        return mask
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(np.intp)
        for new, old in zip(size, mask.shape, strict=True)
    )
    return np.ascontiguousarray(mask[rows[:, None], columns])


def _no_frames(path: Path) -> str:
    inside = clips_in(path)
    if inside:
        listed = ", ".join(p.name for p in inside[:10]) + (" ..." if len(inside) > 10 else "")
        return f"{path.name} holds {len(inside)} clips, not one; open one of them: {listed}"
    return f"{path.name} has no pictures in it; choose a film or a folder of frames"


def _folders(folder: Path) -> list[Path]:
    return _sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _seen(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def _sorted(paths: Iterator[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: _natural(path.name))


def _natural(name: str) -> list[tuple[int, str]]:
    """A key that puts frame2 before frame10."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(p), "") if at % 2 else (0, p) for at, p in enumerate(parts)] + [(0, name)]
