"""Where one looks at a scene from, as a hand turns it: about a point, upright, without roll.

Of plain numbers, without torch until a camera is asked for, so that a window may hold and change
viewpoints before anything heavy is loaded. The scene box reaches from −1 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from core.render.cameras import Cameras

Vector = NDArray[np.float64]
Triple = tuple[float, float, float]

# Axis that points up -> the two level axes and itself, right-handed, as rows.
UPS: dict[str, tuple[Triple, Triple, Triple]] = {
    "z": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "y": ((0, 0, 1), (1, 0, 0), (0, 1, 0)),
    "x": ((0, 1, 0), (0, 0, 1), (1, 0, 0)),
    "-y": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
}
# Name -> azimuth and elevation in degrees.
PRESETS = {"front": (-90.0, 0.0), "right": (0.0, 0.0), "top": (-90.0, 90.0), "home": (-55.0, 25.0)}
NEAREST, FARTHEST = 0.02, 60.0  # distances
NARROWEST, WIDEST = 2.0, 150.0  # fields of view, degrees
FIELD = 39.6  # degrees, of the cameras of the usual synthetic scenes
HOME_DISTANCE = 4.0


@dataclass(frozen=True)
class Viewpoint:
    """Angles in degrees. The eye is `distance` from `target`, at an azimuth and elevation.

    `held` is a camera of a photograph that one stands in exactly, its packed numbers with width and
    height behind them; whatever moves the viewpoint lets go of it.
    """

    target: Triple = (0.0, 0.0, 0.0)
    distance: float = HOME_DISTANCE
    azimuth: float = PRESETS["home"][0]
    elevation: float = PRESETS["home"][1]
    up: str = "z"
    field: float = FIELD  # of view, from the picture's lower to its upper edge
    held: tuple[float, ...] | None = None

    # --- where it is ------------------------------------------------------------------------------

    @property
    def axes(self) -> NDArray[np.float64]:
        """Right, up and backward of the view as rows (3, 3), of length 1."""
        level, other, upright = np.array(UPS[self.up], dtype=float)
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        outward = math.cos(a) * level + math.sin(a) * other
        right = -math.sin(a) * level + math.cos(a) * other
        up = -math.sin(e) * outward + math.cos(e) * upright
        return np.stack([right, up, math.cos(e) * outward + math.sin(e) * upright])

    @property
    def eye(self) -> Vector:
        """(3,)"""
        return np.array(self.target) + self.distance * self.axes[2]

    @property
    def extent(self) -> float:
        """Height of what is seen at the target's distance."""
        return 2 * self.distance * math.tan(math.radians(self.field) / 2)

    # --- moving -----------------------------------------------------------------------------------

    def orbit(self, azimuth: float, elevation: float) -> Viewpoint:
        """Turned about the target by degrees; not beyond straight above or below."""
        return replace(
            self,
            azimuth=_round(self.azimuth + azimuth),
            elevation=min(90.0, max(-90.0, self.elevation + elevation)),
            held=None,
        )

    def pan(self, right: float, up: float) -> Viewpoint:
        """Moved in the picture's plane, in heights of the picture at the target."""
        axes = self.axes
        return self._moved((axes[0] * right + axes[1] * up) * self.extent)

    def zoom(self, factor: float, towards: tuple[float, float] = (0.0, 0.0)) -> Viewpoint:
        """`factor` times as far away; what lies `towards` (right and up of the middle, in heights
        of the picture, in the target's plane) stays where it is in the picture.
        """
        distance = min(FARTHEST, max(NEAREST, self.distance * factor))
        kept = 1 - distance / self.distance
        moved = self.pan(towards[0] * kept, towards[1] * kept)
        return replace(moved, distance=distance)

    def fly(self, right: float, up: float, forward: float) -> Viewpoint:
        """Moved with its target, relative to the view, in units of the scene."""
        axes = self.axes
        return self._moved(axes[0] * right + axes[1] * up - axes[2] * forward)

    def _moved(self, by: Vector) -> Viewpoint:
        return replace(self, target=_triple(np.array(self.target) + by), held=None)

    def preset(self, name: str) -> Viewpoint:
        """One of PRESETS about the scene's middle; raises ValueError for another name."""
        if name not in PRESETS:
            raise ValueError(f"there is no view {name!r}; there are {', '.join(PRESETS)}")
        azimuth, elevation = PRESETS[name]
        distance = HOME_DISTANCE * math.tan(math.radians(FIELD) / 2)
        fitting = distance / math.tan(math.radians(self.field) / 2)
        return Viewpoint((0.0, 0.0, 0.0), fitting, azimuth, elevation, self.up, self.field)

    def upright(self, up: str) -> Viewpoint:
        """From the same place, looking the same way, with another axis up."""
        if up not in UPS:
            raise ValueError(f"there is no axis {up!r} to point up; there are {', '.join(UPS)}")
        return seen_from(self.eye, -self.axes[2], self.distance, up, self.field)

    def widened(self, field: float) -> Viewpoint:
        """With another field of view, so far away that the target stays as large."""
        field = min(WIDEST, max(NARROWEST, field))
        ratio = math.tan(math.radians(self.field) / 2) / math.tan(math.radians(field) / 2)
        return replace(self, field=field, distance=self.distance * ratio, held=None)

    def toward(self, other: Viewpoint, share: float) -> Viewpoint:
        """Between two viewpoints, share 0..1: angles the short way, distances in logarithms."""
        if share <= 0 or share >= 1:
            return self if share <= 0 else other
        begin = self if self.up == other.up else self.upright(other.up)

        def between(a: float, b: float) -> float:
            return a + (b - a) * share

        target = _triple(between(np.array(begin.target), np.array(other.target)))  # type: ignore[arg-type]
        turn = _round(other.azimuth - begin.azimuth)
        return Viewpoint(
            target,
            begin.distance * (other.distance / begin.distance) ** share,
            _round(begin.azimuth + turn * share),
            between(begin.elevation, other.elevation),
            other.up,
            between(begin.field, other.field),
        )

    # --- as a camera ------------------------------------------------------------------------------

    def projection(self, width: float, height: float) -> NDArray[np.float64]:
        """(3, 4): takes (x, y, z, 1) to (pixel x · ahead, pixel y · ahead, ahead), without a lens's
        distortion.
        """
        if self.held is not None:
            axes, eye, (fx, fy, cx, cy) = _held(self.held, width, height)
        else:
            axes, eye = self.axes, self.eye
            fx = fy = height / (2 * math.tan(math.radians(self.field) / 2))
            cx, cy = width / 2, height / 2
        inner = np.array([[fx, 0, -cx], [0, -fy, -cy], [0, 0, -1]])
        return inner @ np.concatenate([axes, -(axes @ eye)[:, None]], axis=1)

    def project(self, points: NDArray[np.floating], width: float, height: float) -> Vector:
        """Pixels and distance ahead (N, 3) of points (N, 3); NaN for what lies behind the eye."""
        matrix = self.projection(width, height)
        found = np.asarray(points, dtype=float) @ matrix[:, :3].T + matrix[:, 3]
        found[found[:, 2] < 1e-4] = np.nan
        return np.concatenate([found[:, :2] / found[:, 2:], found[:, 2:]], axis=1)

    def camera(self, width: int, height: int) -> Cameras:
        """One camera that takes a picture of so many pixels.

        Held, the photograph lies whole within it, `frame` says where.
        """
        import torch

        from core.render.cameras import Cameras

        if self.held is not None:
            axes, eye, (fx, fy, cx, cy) = _held(self.held, width, height)
            lens = [fx, fy, cx, cy, *self.held[16:20]]
        else:
            axes, eye = self.axes, self.eye
            focal = height / (2 * math.tan(math.radians(self.field) / 2))
            lens = [focal, focal, width / 2, height / 2, 0.0, 0.0, 0.0, 0.0]
        pose = np.concatenate([axes, eye[None]]).T
        poses = torch.tensor(pose, dtype=torch.float32)[None]
        return Cameras(poses, torch.tensor([lens], dtype=torch.float32), (width, height))

    def frame(self, width: float, height: float) -> tuple[float, float, float, float] | None:
        """Left, top, width and height of the held photograph in a picture of that size."""
        if self.held is None:
            return None
        across, down = self.held[20:22]
        scale = min(width / across, height / down)
        size = across * scale, down * scale
        return (width - size[0]) / 2, (height - size[1]) / 2, *size

    @classmethod
    def from_camera(cls, cameras: Cameras, which: int = 0, up: str = "z") -> Viewpoint:
        """Exactly that camera, held; once moved, the upright viewpoint nearest to it.

        It turns about the point of its axis that is nearest to the scene's middle.
        """
        packed = tuple(float(number) for number in cameras.pack()[which].tolist())
        pose = np.array(packed[:12]).reshape(3, 4)
        eye, forward = pose[:, 3], -pose[:, 2]
        distance = max(0.3, float(-(eye @ forward)))
        width, height = cameras.size
        field = math.degrees(2 * math.atan(height / 2 / packed[13]))
        found = seen_from(eye, forward, distance, up, field)
        return replace(found, held=(*packed, float(width), float(height)))


def seen_from(
    eye: Sequence[float] | Vector,
    forward: Sequence[float] | Vector,
    distance: float,
    up: str = "z",
    field: float = FIELD,
) -> Viewpoint:
    """The viewpoint at an eye (3,) that looks along `forward` (3,), upright."""
    ahead = np.asarray(forward, dtype=float) / float(np.linalg.norm(forward))
    x, y, z = np.array(UPS[up], dtype=float) @ -ahead
    azimuth = math.degrees(math.atan2(y, x)) if math.hypot(x, y) > 1e-9 else PRESETS["top"][0]
    elevation = math.degrees(math.asin(min(1.0, max(-1.0, float(z)))))
    target = _triple(np.asarray(eye, dtype=float) + distance * ahead)
    return Viewpoint(target, distance, azimuth, elevation, up, field)


def parsed(text: str) -> Viewpoint:
    """Of "azimuth,elevation,distance", degrees and units; raises ValueError in words."""
    try:
        azimuth, elevation, distance = (float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(
            f"{text!r} is no view: give azimuth, elevation and distance, as in 45,20,3.5"
        ) from None
    if not (-90 <= elevation <= 90 and distance >= NEAREST and math.isfinite(azimuth)):
        raise ValueError(
            f"{text!r} is no view: the elevation lies in -90..90 and the distance is at least "
            f"{NEAREST:g}"
        )
    return Viewpoint(azimuth=_round(azimuth), elevation=elevation, distance=distance)


def _held(
    held: tuple[float, ...], width: float, height: float
) -> tuple[NDArray[np.float64], Vector, tuple[float, float, float, float]]:
    """Axes as rows, eye, and fx, fy, cx, cy of a held camera in a picture of that size."""
    pose = np.array(held[:12]).reshape(3, 4)
    fx, fy, cx, cy = held[12:16]
    across, down = held[20:22]
    scale = min(width / across, height / down)
    left, top = (width - across * scale) / 2, (height - down * scale) / 2
    lens = fx * scale, fy * scale, left + cx * scale, top + cy * scale
    return pose[:, :3].T, pose[:, 3], lens


def _round(degrees: float) -> float:
    """The same direction in −180..180."""
    return (degrees + 180.0) % 360.0 - 180.0


def _triple(values: Vector) -> Triple:
    x, y, z = (float(v) for v in values)
    return x, y, z
