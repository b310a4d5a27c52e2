"""Solid shapes that rays meet in closed form, and a torus met by sphere tracing.

Each knows where rays first enter it, its normals, and which points lie inside: so pictures, depth
and occupancy of what is built of them are exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

MISSED = math.inf
_LEAST = 1e-4  # a ray that begins on a surface does not meet it there again
_TRACED = 64  # steps of sphere tracing
Paint = Callable[[Tensor], Tensor]  # points (N, 3) to colours (N, 3)


def plain(*colour: float) -> Paint:
    """One colour everywhere."""
    return lambda points: points.new_tensor(colour).expand(len(points), 3)


def checks(one: tuple[float, ...], other: tuple[float, ...], size: float, axes: str) -> Paint:
    """Fields of two colours, `size` wide along each of `axes`; of one axis, stripes."""
    along = ["xyz".index(a) for a in axes]

    def paint(points: Tensor) -> Tensor:
        odd = torch.floor(points[:, along] / size + 1e-4).sum(dim=1) % 2
        first, second = points.new_tensor(one), points.new_tensor(other)
        return torch.where(odd[:, None] > 0, second, first)

    return paint


@dataclass(frozen=True)
class Shape:
    """A solid with a colour; `gloss` is how much of a highlight and of the sky it mirrors."""

    paint: Paint
    gloss: float = field(default=0.0, kw_only=True)

    def meet(self, origins: Tensor, directions: Tensor) -> Tensor:
        """Distances (R,) at which rays enter, infinite where they miss."""
        raise NotImplementedError

    def normals(self, points: Tensor) -> Tensor:
        """Outward normals (N, 3) of length 1 at points of the surface."""
        raise NotImplementedError

    def inside(self, points: Tensor) -> Tensor:
        """Whether points (N, 3) lie within."""
        raise NotImplementedError


@dataclass(frozen=True)
class Sphere(Shape):
    centre: tuple[float, float, float]
    radius: float

    def meet(self, origins: Tensor, directions: Tensor) -> Tensor:
        away = origins - origins.new_tensor(self.centre)
        b = (away * directions).sum(dim=1)
        inner = b * b - (away * away).sum(dim=1) + self.radius**2
        entry = -b - inner.clamp(min=0).sqrt()
        return torch.where((inner > 0) & (entry > _LEAST), entry, MISSED)

    def normals(self, points: Tensor) -> Tensor:
        return (points - points.new_tensor(self.centre)) / self.radius

    def inside(self, points: Tensor) -> Tensor:
        return (points - points.new_tensor(self.centre)).norm(dim=1) < self.radius


@dataclass(frozen=True)
class Box(Shape):
    """A cuboid turned about z by `turn` radians."""

    centre: tuple[float, float, float]
    half: tuple[float, float, float]
    turn: float = 0.0

    def _own(self, vectors: Tensor) -> Tensor:
        c, s = math.cos(self.turn), math.sin(self.turn)
        return vectors @ vectors.new_tensor([[c, -s, 0], [s, c, 0], [0, 0, 1]])

    def _away(self, points: Tensor) -> Tensor:
        return self._own(points - points.new_tensor(self.centre))

    def meet(self, origins: Tensor, directions: Tensor) -> Tensor:
        own, along = self._away(origins), self._own(directions)
        along = torch.where(along.abs() < 1e-9, 1e-9, along)
        half = own.new_tensor(self.half)
        one, other = (-half - own) / along, (half - own) / along
        entry = torch.minimum(one, other).amax(dim=1)
        leaving = torch.maximum(one, other).amin(dim=1)
        return torch.where((leaving > entry) & (entry > _LEAST), entry, MISSED)

    def normals(self, points: Tensor) -> Tensor:
        scaled = self._away(points) / points.new_tensor(self.half)
        face = scaled.abs().argmax(dim=1, keepdim=True)
        own = torch.zeros_like(scaled).scatter(1, face, scaled.gather(1, face).sign())
        c, s = math.cos(self.turn), math.sin(self.turn)
        return own @ points.new_tensor([[c, s, 0], [-s, c, 0], [0, 0, 1]])

    def inside(self, points: Tensor) -> Tensor:
        return (self._away(points).abs() < points.new_tensor(self.half)).all(dim=1)


@dataclass(frozen=True)
class Cylinder(Shape):
    """Upright, from `low` to `high`."""

    centre: tuple[float, float]
    radius: float
    low: float
    high: float

    def meet(self, origins: Tensor, directions: Tensor) -> Tensor:
        away = origins[:, :2] - origins.new_tensor(self.centre)
        flat = directions[:, :2]
        a = (flat * flat).sum(dim=1).clamp(min=1e-12)
        b = (away * flat).sum(dim=1)
        inner = b * b - a * ((away * away).sum(dim=1) - self.radius**2)
        root = inner.clamp(min=0).sqrt()
        z = torch.where(directions[:, 2].abs() < 1e-9, 1e-9, directions[:, 2])
        one, other = (self.low - origins[:, 2]) / z, (self.high - origins[:, 2]) / z
        entry = torch.maximum((-b - root) / a, torch.minimum(one, other))
        leaving = torch.minimum((-b + root) / a, torch.maximum(one, other))
        return torch.where((inner > 0) & (leaving > entry) & (entry > _LEAST), entry, MISSED)

    def normals(self, points: Tensor) -> Tensor:
        away = points[:, :2] - points.new_tensor(self.centre)
        side = torch.cat([away / self.radius, torch.zeros_like(points[:, :1])], dim=1)
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        height = (points[:, 2] - middle) / half
        cap = torch.stack([torch.zeros_like(height), torch.zeros_like(height), height.sign()], 1)
        on_cap = (1 - height.abs()) * half < (self.radius - away.norm(dim=1)).abs()
        normals = torch.where(on_cap[:, None], cap, side)
        return normals / normals.norm(dim=1, keepdim=True).clamp(min=1e-9)

    def inside(self, points: Tensor) -> Tensor:
        away = (points[:, :2] - points.new_tensor(self.centre)).norm(dim=1)
        z = points[:, 2]
        return (away < self.radius) & (z > self.low) & (z < self.high)


@dataclass(frozen=True)
class Torus(Shape):
    """A ring of radius `radius` and thickness `tube` about an axis."""

    centre: tuple[float, float, float]
    axis: tuple[float, float, float]
    radius: float
    tube: float

    def _from_ring(self, points: Tensor) -> Tensor:
        """From the nearest point of the ring's middle line, (N, 3)."""
        axis = points.new_tensor(self.axis) / math.hypot(*self.axis)
        away = points - points.new_tensor(self.centre)
        flat = away - (away @ axis)[:, None] * axis
        return away - self.radius * flat / flat.norm(dim=1, keepdim=True).clamp(min=1e-9)

    def meet(self, origins: Tensor, directions: Tensor) -> Tensor:
        around = Sphere(self.paint, self.centre, (self.radius + self.tube) * 1.001)
        entry = around.meet(origins, directions)
        inside = around.inside(origins)
        found = torch.full_like(entry, MISSED)
        near = (entry.isfinite() | inside).nonzero()[:, 0]
        along = torch.where(inside[near], 4 * _LEAST, entry[near])
        begin, to = origins[near], directions[near]
        reach = along + 2 * (self.radius + self.tube) * 1.01
        going = torch.arange(len(near))
        for _ in range(_TRACED):
            places = begin[going] + along[going, None] * to[going]
            gap = self._from_ring(places).norm(dim=1) - self.tube
            along[going] += gap
            going = going[(gap > 1e-5) & (along[going] < reach[going])]
            if not len(going):
                break
        gap = self._from_ring(begin + along[:, None] * to).norm(dim=1) - self.tube
        hit = (gap < 1e-3) & (along < reach) & (along > 8 * _LEAST)
        found[near] = torch.where(hit, along, MISSED)
        return found

    def normals(self, points: Tensor) -> Tensor:
        away = self._from_ring(points)
        return away / away.norm(dim=1, keepdim=True).clamp(min=1e-9)

    def inside(self, points: Tensor) -> Tensor:
        return self._from_ring(points).norm(dim=1) < self.tube
