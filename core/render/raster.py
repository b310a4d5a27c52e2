"""Triangles and points as a camera sees them: projected, and the nearest kept at every pixel.

Compiled loops, serial: several threads may run them at once, each with its own picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numba import njit
from torch import Tensor

from core.render.cameras import Cameras
from core.render.mesh import Mesh, vertex_normals
from core.render.volume import Seen

NEAR = 1e-3  # what is nearer to the camera is not seen
GREY = 0.75  # of what has no colour, lit from the camera
DARK = 0.35  # share of light of a surface that is seen edge on


@dataclass(frozen=True)
class Drawn:
    """A picture, and what each pixel shows."""

    seen: Seen  # (H, W, 3) and (H, W) each; `samples` is 1 where something is
    normals: Tensor  # (H, W, 3) towards the camera, 0 where nothing is
    face: Tensor  # (H, W) int64 row of the triangle or the point, −1 where nothing is


@njit(nogil=True, cache=True, error_model="numpy")
def _triangles(pixels, ahead, faces, buffer, owner, shares):  # type: ignore[no-untyped-def]
    """Nearest triangle at every pixel: its 1/z in `buffer`, its row, and its corners' shares."""
    height, width = buffer.shape
    for f in range(faces.shape[0]):
        a, b, c = faces[f]
        za, zb, zc = ahead[a], ahead[b], ahead[c]
        if za < NEAR or zb < NEAR or zc < NEAR:
            continue
        ax, ay = pixels[a]
        bx, by = pixels[b]
        cx, cy = pixels[c]
        twice = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if twice == 0.0:
            continue
        left = max(0, int(np.ceil(min(ax, bx, cx) - 0.5)))
        right = min(width - 1, int(np.floor(max(ax, bx, cx) - 0.5)))
        top = max(0, int(np.ceil(min(ay, by, cy) - 0.5)))
        bottom = min(height - 1, int(np.floor(max(ay, by, cy) - 0.5)))
        for y in range(top, bottom + 1):
            py = y + 0.5
            for x in range(left, right + 1):
                px = x + 0.5
                wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / twice
                wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / twice
                wc = 1.0 - wa - wb
                if wa < 0.0 or wb < 0.0 or wc < 0.0:
                    continue
                inverse = wa / za + wb / zb + wc / zc
                if inverse > buffer[y, x]:
                    buffer[y, x] = inverse
                    owner[y, x] = f
                    shares[y, x, 0] = wa / za / inverse
                    shares[y, x, 1] = wb / zb / inverse
                    shares[y, x, 2] = wc / zc / inverse


@njit(nogil=True, cache=True, error_model="numpy")
def _points(pixels, ahead, radius, buffer, owner):  # type: ignore[no-untyped-def]
    """Nearest point at every pixel, each a disc of `radius` pixels, one pixel at least."""
    height, width = buffer.shape
    for n in range(pixels.shape[0]):
        z = ahead[n]
        if z < NEAR:
            continue
        x, y = pixels[n]
        if not (-radius < x < width + radius and -radius < y < height + radius):
            continue
        inverse = 1.0 / z
        middle_x, middle_y = int(np.floor(x)), int(np.floor(y))
        for row in range(max(0, int(y - radius)), min(height - 1, int(y + radius)) + 1):
            for column in range(max(0, int(x - radius)), min(width - 1, int(x + radius)) + 1):
                own = row == middle_y and column == middle_x
                away = (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2
                if (own or away <= radius * radius) and inverse > buffer[row, column]:
                    buffer[row, column] = inverse
                    owner[row, column] = n


def draw(
    mesh: Mesh,
    camera: Cameras,
    background: Tensor | None = None,
    lit: bool | None = None,
    radius: float = 1.5,
) -> Drawn:
    """What one camera sees of triangles, or of points as discs of `radius` pixels.

    Colours are shown as they are and what has none is grey and lit from the camera; `lit` says
    otherwise. A triangle that reaches behind the camera is left out.
    """
    width, height = camera.size
    exact = Cameras(camera.poses.cpu().double(), camera.lenses.cpu().double(), camera.size)
    placed, ahead = exact.project(0, torch.from_numpy(mesh.vertices).double())
    pixels = placed.numpy()
    buffer = np.zeros((height, width))
    owner = np.full((height, width), -1, np.int64)
    shares = np.zeros((height, width, 3))
    if len(mesh.faces):
        _triangles(pixels, ahead.numpy(), mesh.faces, buffer, owner, shares)
    else:
        _points(pixels, ahead.numpy(), radius, buffer, owner)
    return _shaded(mesh, exact, buffer, owner, shares, background, lit)


def _shaded(
    mesh: Mesh,
    camera: Cameras,
    buffer: np.ndarray,
    owner: np.ndarray,
    shares: np.ndarray,
    background: Tensor | None,
    lit: bool | None,
) -> Drawn:
    there = owner >= 0
    which = owner[there]

    def between(values: np.ndarray) -> np.ndarray:
        if not len(mesh.faces):
            return values[which]
        return np.asarray(np.einsum("nk,nkd->nd", shares[there], values[mesh.faces[which]]))

    along = camera.all_rays()[1].view(*owner.shape, 3)[torch.from_numpy(there)].numpy()
    forward = camera.forward[0].numpy()
    depth = np.zeros(owner.shape)
    depth[there] = 1 / buffer[there] / np.maximum(along @ forward, 1e-6)
    normals = np.zeros((*owner.shape, 3))
    known = mesh.normals
    if known is None and len(mesh.faces):
        known = vertex_normals(mesh)
    facing = -along if known is None else between(known)
    facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-9)
    facing = np.where((facing * along).sum(axis=1, keepdims=True) > 0, -facing, facing)
    normals[there] = facing
    white = torch.ones(3) if background is None else background.cpu()
    colour = np.broadcast_to(white.numpy(), (*owner.shape, 3)).copy()
    surface = np.full((len(which), 3), GREY) if mesh.colours is None else between(mesh.colours)
    if mesh.colours is None if lit is None else lit:
        light = np.maximum(-(facing * along).sum(axis=1, keepdims=True), 0)
        surface = surface * (DARK + (1 - DARK) * light)
    colour[there] = surface

    def tensor(values: np.ndarray) -> Tensor:
        return torch.from_numpy(values.astype(np.float32))

    opacity = tensor(there)
    seen = Seen(tensor(colour), tensor(depth), opacity, opacity.clone())
    return Drawn(seen, tensor(normals), torch.from_numpy(owner))
