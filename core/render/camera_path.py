"""A way of the camera that a person has laid: keyframes, how long it takes, whether it closes.

Kept as JSON, so that a film can be made again, of another run or from the command line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.render.viewpoint import (
    FARTHEST,
    NARROWEST,
    NEAREST,
    UPS,
    WIDEST,
    Viewpoint,
)

if TYPE_CHECKING:
    from core.render.cameras import Cameras

FORMAT = "selfsight camera path"
SECONDS = 4.0
SHORTEST, LONGEST = 0.1, 600.0  # seconds
_NOMINAL = 400  # pixels of the pictures that the way is measured with


class PathError(ValueError):
    """A file that holds no camera path, or a path that is none yet; says what is wrong."""


@dataclass(frozen=True)
class CameraPath:
    """Keyframes in their order; a path of none is where one begins."""

    keys: tuple[Viewpoint, ...] = ()
    seconds: float = SECONDS
    closed: bool = False

    def added(self, view: Viewpoint) -> CameraPath:
        """With one more keyframe at the end; one held in a camera is taken upright."""
        return replace(self, keys=(*self.keys, replace(view, held=None)))

    def without(self, at: int) -> CameraPath:
        """Without one of them."""
        return replace(self, keys=self.keys[:at] + self.keys[at + 1 :])

    def ordered(self, order: list[int]) -> CameraPath:
        """With the keyframes in another order, told by where they stand now."""
        return replace(self, keys=tuple(self.keys[at] for at in order))

    def views(self, count: int) -> list[Viewpoint]:
        """`count` viewpoints along the way at constant speed, without roll.

        Raises PathError for fewer than 2 keyframes.
        """
        import torch

        from core.render.cameras import Cameras
        from core.render.path import along

        if len(self.keys) < 2:
            raise PathError(f"a way needs 2 keyframes at least; there are {len(self.keys)}")
        size, up = (_NOMINAL, _NOMINAL), self.keys[0].up
        cameras = [view.camera(*size) for view in self.keys]
        poses = torch.cat([camera.poses for camera in cameras])
        lenses = torch.cat([camera.lenses for camera in cameras])
        found = along(Cameras(poses, lenses, size), max(2, count), self.closed)
        views = [Viewpoint.from_camera(found, at, up) for at in range(len(found))]
        return [replace(view, held=None) for view in views[:count]]

    def cameras(self, count: int, size: tuple[int, int]) -> Cameras:
        """The same as cameras of pictures of a width and height."""
        import torch

        from core.render.cameras import Cameras

        every = [view.camera(*size) for view in self.views(count)]
        poses, lenses = ([getattr(one, n) for one in every] for n in ("poses", "lenses"))
        return Cameras(torch.cat(poses), torch.cat(lenses), size)

    # --- as a file --------------------------------------------------------------------------------

    def text(self) -> str:
        """As JSON."""
        keys = [{n: v for n, v in asdict(key).items() if n != "held"} for key in self.keys]
        facts = {"format": FORMAT, "seconds": self.seconds, "loop": self.closed, "keyframes": keys}
        return json.dumps(facts, indent=1) + "\n"

    @classmethod
    def parsed(cls, text: str, name: str) -> CameraPath:
        """Of JSON; raises PathError that names the file, the keyframe and the field."""
        try:
            found = json.loads(text)
        except ValueError as error:
            raise PathError(f"{name} is no JSON: {error}") from None
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise PathError(f'{name} is no camera path: "format" is not "{FORMAT}"')
        keys = found.get("keyframes")
        if not isinstance(keys, list):
            raise PathError(f'{name}: "keyframes" is no list')
        seconds = _number(found, "seconds", SHORTEST, LONGEST, name)
        views = tuple(_view(key, f"{name}, keyframe {at + 1}") for at, key in enumerate(keys))
        return cls(views, seconds, bool(found.get("loop", False)))


def read_path(file: Path) -> CameraPath:
    """The path that a file holds; raises PathError, OSError."""
    try:
        return CameraPath.parsed(file.read_text(encoding="utf-8"), file.name)
    except UnicodeDecodeError:
        raise PathError(f"{file.name} is no JSON: it is not text") from None


def _view(found: Any, where: str) -> Viewpoint:
    if not isinstance(found, dict):
        raise PathError(f"{where}: expected its fields, found {found!r}")
    target = found.get("target")
    if not isinstance(target, list) or len(target) != 3:
        raise PathError(f'{where}: "target" is not three numbers')
    place = dict(zip("xyz", target, strict=True))
    x, y, z = (_number(place, axis, -1e4, 1e4, f'{where}, "target"') for axis in "xyz")
    up = found.get("up", "z")
    if up not in UPS:
        raise PathError(f'{where}: "up" is {up!r}; it is one of {", ".join(UPS)}')
    return Viewpoint(
        (x, y, z),
        _number(found, "distance", NEAREST, FARTHEST, where),
        _number(found, "azimuth", -1e4, 1e4, where),
        _number(found, "elevation", -90, 90, where),
        up,
        _number(found, "field", NARROWEST, WIDEST, where),
    )


def _number(found: Mapping[str, Any], name: str, low: float, high: float, where: str) -> float:
    value = found.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    raise PathError(f'{where}: "{name}" is {value!r}; a number from {low:g} to {high:g}')
