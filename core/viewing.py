"""A scene looked at: its photographs, and questions that render it, part by part, or open a ray."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.abilities import Renders
from core.method import Look, Method
from core.probe import Probe
from core.questions import CannotAnswer
from core.render.cameras import Cameras
from core.render.comparison import Truth
from core.render.exposure import Exposure
from core.render.outputs import Bytes, painted
from core.render.splatting import Gaussians, rotations
from core.render.surface import solid_depth, surface
from core.render.viewpoint import Viewpoint
from core.render.voxels import C0

OUTLINED = 600  # Gaussians that are drawn as outlines
SLICE = 0.1  # seconds of rendering after which others are answered, and what there is is shown
Box = tuple[tuple[float, float, float], tuple[float, float, float]]


class Views:
    """The photographs of a run's probe: held-out ones first, each part in the order of its names.

    Only those whose camera is known.
    """

    def __init__(self, probe: Probe) -> None:
        if probe.cameras is None:
            raise CannotAnswer("this run was not trained on views with known cameras")
        known = np.flatnonzero(np.isfinite(probe.cameras).all(axis=1))
        held_out = probe.held_out or 0
        names = list(probe.names) or [f"view {at}" for at in range(len(probe))]
        order = sorted(known.tolist(), key=lambda at: (at >= held_out, _natural(names[at])))
        height, width = probe.images.shape[2:]
        self.size = int(width), int(height)
        self.packed: NDArray[np.float32] = probe.cameras[order]
        self.images: Bytes = probe.images[order].transpose(0, 2, 3, 1)
        self.names = [names[at] for at in order]
        self.held_out = sum(at < held_out for at in order)

    def __len__(self) -> int:
        return len(self.names)

    def camera(self, which: int) -> Cameras:
        """That of one photograph."""
        return Cameras.unpack(torch.from_numpy(self.packed[which : which + 1].copy()), self.size)

    def title(self, which: int) -> str:
        """Its name, and whether it was trained on."""
        return f"{self.names[which]}, {'held out' if which < self.held_out else 'training'}"

    def named(self, text: str) -> int:
        """The photograph that "held_out:3", "train:0" or a name means; raises ValueError."""
        part, _, number = text.partition(":")
        sizes = {"held_out": (0, self.held_out), "train": (self.held_out, len(self))}
        if part in sizes and number.isdigit():
            first, last = sizes[part]
            if first + int(number) < last:
                return first + int(number)
            raise ValueError(f"there is no camera {text}: {part} has {last - first} of them")
        if text in self.names:
            return self.names.index(text)
        raise ValueError(
            f"there is no camera {text!r}: say held_out:0, train:0, or the name of a view, as in "
            f"{', '.join(self.names[:3])}"
        )

    def nearest(self, camera: Cameras) -> int:
        """The training view that stands and looks most alike; −1 where there is none."""
        if self.held_out == len(self):
            return -1
        poses = self.packed[self.held_out :, :12].reshape(-1, 3, 4)
        pose = camera.poses[0].numpy()
        alike = poses[:, :, 2] @ pose[:, 2]
        away = np.linalg.norm(poses[:, :, 3] - pose[:, 3], axis=1)
        return self.held_out + int(np.argmax(alike - away / max(1.0, float(np.median(away)))))


@dataclass(frozen=True)
class Wish:
    """What of a scene is to be shown, and how."""

    viewpoint: Viewpoint = field(default_factory=Viewpoint)
    size: tuple[int, int] = (160, 120)  # width and height
    outputs: tuple[str, ...] = ("colour",)
    background: tuple[float, float, float] | None = None  # None: that of the training
    crop: Box | None = None  # the only part of the scene box that is seen
    view: int = -1  # the photograph in whose camera one stands
    hasty: bool = False  # coarser than could be, for a hand moves


@dataclass(frozen=True)
class Frame:
    """A rendered picture, or as much of it as there is."""

    wish: Wish
    pictures: tuple[Bytes, ...]  # (H, W, 3) of each output
    depth: NDArray[np.float32]  # (H, W) along the rays, inf where there is no surface
    ready: float  # share of the height that there is something of
    passes: int  # that are finished
    finished: bool
    pixels: int  # rendered for this answer
    seconds: float  # that they took
    compared: str = ""  # the photograph that an error is told against


class Easel:
    """What is being rendered for one wish; the questions of one panel go on with it in turn."""

    def __init__(self, wish: Wish, views: Views | None, passes: int = 1) -> None:
        self.wish, self.views = wish, views
        self.exposure = Exposure(wish.viewpoint.camera(*wish.size), passes, wish.hasty)
        self._truth: Truth | None = None

    def question(
        self, until: Callable[[], bool], seconds: float = SLICE
    ) -> Callable[[Method, Look], Frame]:
        """Goes on for so many seconds, or until that is true, and shows what there is."""

        def ask(method: Method, look: Look) -> Frame:
            began = time.perf_counter()
            with looked_at(method, self.wish.crop, self.wish.hasty) as looker:
                pixels = self.exposure.go_on(
                    looker, lambda: until() or time.perf_counter() - began > seconds
                )
                return self.frame(looker, pixels, time.perf_counter() - began)

        return ask

    def again(self, wish: Wish) -> Callable[[Method, Look], Frame]:
        """The same picture with other outputs or another background."""

        def ask(method: Method, look: Look) -> Frame:
            self.wish = wish
            with looked_at(method, wish.crop) as looker:
                return self.frame(looker, 0, 0.0)

        return ask

    def frame(self, looker: Any, pixels: int, seconds: float) -> Frame:
        """What there is, in all outputs that are wished for."""
        wish, exposure = self.wish, self.exposure
        seen = exposure.seen()
        behind = _behind(looker, wish.background)
        truth, compared = None, ""
        if "error" in wish.outputs and self.views is not None:
            truth, compared = self._compared(looker)
        pictures = tuple(
            painted(name, seen, exposure.camera, behind, truth) for name in wish.outputs
        )
        return Frame(wish, pictures, surface(seen), exposure.ready, exposure.finished,
                     exposure.done, pixels, seconds, compared)  # fmt: skip

    def _compared(self, looker: Any) -> tuple[Truth | None, str]:
        """The photograph that errors are told against, with its depth where it is another's."""
        assert self.views is not None
        view, exact = self.wish.view, self.wish.view >= 0
        if not exact:
            view = self.views.nearest(self.exposure.camera)
        if view < 0:
            return None, ""
        if self._truth is None:
            camera = self.views.camera(view)
            image = torch.from_numpy(self.views.images[view].astype(np.float32) / 255)
            depth = None
            if not exact:
                depth = solid_depth(looker.render(camera))
            self._truth = Truth(camera, image, depth, exact)
        return self._truth, self.views.title(view)


@dataclass(frozen=True)
class OpenRay:
    """A pixel's ray and all that makes its colour."""

    pixel: tuple[float, float]
    origin: NDArray[np.float64]  # (3,)
    direction: NDArray[np.float64]  # (3,) of length 1
    t: NDArray[np.float64]  # (S,)
    density: NDArray[np.float64]
    transmittance: NDArray[np.float64]
    weight: NDArray[np.float64]
    colour: NDArray[np.float64]  # (S, 3)
    coarse: NDArray[np.bool_] | None  # (S,) samples of the first pass, where there are two
    background: NDArray[np.float64]  # (3,) what the rest of the light comes from
    seen: NDArray[np.float64]  # (3,) the pixel as it is rendered
    gaussians: Ellipsoids | None = None  # that are the samples, where they are Gaussians

    @property
    def left(self) -> float:
        """Share of the light that comes from the background."""
        return float(max(0.0, 1 - self.weight.sum()))

    @property
    def summed(self) -> NDArray[np.float64]:
        """(3,) the colour that the samples and the background make."""
        found: NDArray[np.float64] = self.weight @ self.colour + self.left * self.background
        return found

    def places(self) -> NDArray[np.float64]:
        """(S, 3) where the samples lie."""
        return self.origin + self.t[:, None] * self.direction

    def rows(self) -> list[tuple[str | float, ...]]:
        """A table of all samples, titles first."""
        head = ("sample", "pass", "distance", "x", "y", "z", "density", "transmittance", "weight",
                "red", "green", "blue")  # fmt: skip
        rows: list[tuple[str | float, ...]] = [head]
        for at, place in enumerate(self.places()):
            first = self.coarse is not None and bool(self.coarse[at])
            numbers = self.density[at], self.transmittance[at], self.weight[at], *self.colour[at]
            rows.append((at + 1, "coarse" if first else "fine", float(self.t[at]),
                         *(float(n) for n in (*place, *numbers))))  # fmt: skip
        return rows


def open_ray(
    viewpoint: Viewpoint, size: tuple[int, int], pixel: tuple[float, float], crop: Box | None = None
) -> Callable[[Method, Look], OpenRay]:
    """The ray through a pixel (x, y) of a picture of a width and height."""

    def ask(method: Method, look: Look) -> OpenRay:
        camera = viewpoint.camera(*size)
        at = torch.tensor([pixel], dtype=torch.float32)
        origin, direction = (part[0] for part in camera.rays(torch.zeros(1, dtype=torch.long), at))
        with looked_at(method, crop) as looker:
            found = looker.sample_ray(origin, direction)
            one = camera.cropped(0, 0, 1, 1)
            lens = one.lenses.clone()
            lens[:, 2:4] -= at - 0.5
            seen = looker.render(Cameras(one.poses, lens, (1, 1))).colour[0, 0]
            background = _behind(looker, (1.0, 1.0, 1.0))
        first = getattr(found, "coarse", None)
        return OpenRay(
            pixel,
            origin=_numbers(origin),
            direction=_numbers(direction),
            t=_numbers(found.t),
            density=_numbers(found.density),
            transmittance=_numbers(found.transmittance),
            weight=_numbers(found.weight),
            colour=_numbers(found.colour),
            coarse=None if first is None else first.numpy(),
            background=np.ones(3) if background is None else _numbers(background[0]),
            seen=_numbers(seen),
            gaussians=None if found.gaussians is None else _ellipsoids(found.gaussians),
        )

    return ask


def occupied(method: Method, look: Look) -> NDArray[np.bool_] | None:
    """Cells (G, G, G) of the scene box that are asked at all, where a method has such a grid."""
    find = getattr(method, "occupied", None)
    found = find() if find is not None else None
    return None if found is None else found.cpu().numpy().astype(bool)


@dataclass(frozen=True)
class Ellipsoids:
    """Gaussians as they stand in the scene."""

    means: NDArray[np.float64]  # (N, 3)
    axes: NDArray[np.float64]  # (N, 3, 3) each column an own axis, one standard deviation long
    colours: NDArray[np.uint8]  # (N, 3)
    whole: int  # how many there are in all


def ellipsoids(method: Method, look: Look) -> Ellipsoids | None:
    """The largest and most opaque Gaussians of a method that has some, `OUTLINED` at the most."""
    give = getattr(method, "splats", None)
    if give is None:
        return None
    found: Gaussians = give()[0]
    shown = found.opacities.sigmoid() * found.log_scales.sum(dim=1).mul(2 / 3).exp()
    kept = shown.argsort(descending=True)[:OUTLINED]
    return replace(_ellipsoids(found[kept]), whole=len(found))


def _ellipsoids(found: Gaussians) -> Ellipsoids:
    """All of them, in their first harmonic's colours."""
    axes = rotations(found.turns) * found.log_scales.exp()[:, None]
    colours = (0.5 + C0 * found.plain).clamp(0, 1) * 255
    return Ellipsoids(_numbers(found.means), _numbers(axes),
                      _numbers(colours).astype(np.uint8), len(found))  # fmt: skip


@contextmanager
def looked_at(method: Method, crop: Box | None, hasty: bool = False) -> Iterator[Any]:
    """The method as one that renders, nothing outside a box being seen meanwhile; where `hasty`
    by coarser pictures, if it can.

    Raises CannotAnswer for a method that renders nothing, or that cannot be cropped.
    """
    if not isinstance(method, Renders):
        raise CannotAnswer(f"{type(method).__name__} renders no scene")
    looker: Any = method
    if crop is not None and not hasattr(looker, "crop"):
        raise CannotAnswer(f"{type(method).__name__} cannot be cropped")
    if crop is not None:
        looker.crop = torch.tensor(crop)
    if hasattr(looker, "hasty"):
        looker.hasty = hasty
    try:
        yield looker
    finally:
        if crop is not None:
            looker.crop = None
        if hasattr(looker, "hasty"):
            looker.hasty = False


def _behind(looker: Any, wanted: tuple[float, float, float] | None) -> Tensor | None:
    """The background (2, 3) that is rendered over, and the one that is wanted."""
    own = getattr(looker, "background", None)
    if wanted is None or own is None:
        return None
    return torch.stack([own.float(), own.new_tensor(wanted).float()])


def _numbers(values: Tensor) -> NDArray[np.float64]:
    found: NDArray[np.float64] = values.detach().double().cpu().numpy()
    return found


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts "view 10" behind "view 9"."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
