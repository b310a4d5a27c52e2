"""The projection of Gaussians as compiled loops: `core.render.splatting.project`, faster.

Serial, without Python's lock, kept on the disk once compiled.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numba import njit
from torch import Tensor

from core.render import splatting
from core.render.cameras import Cameras
from core.render.splatting import Gaussians, Projected, reach
from core.render.voxels import C0, C1, C2, C3

F = np.float32
NEAREST = F(splatting.NEAREST)
ONE, HALF, ZERO = F(1), F(0.5), F(0)


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _rotation(turns, g, turn):  # type: ignore[no-untyped-def]
    """Fill the matrix of one quaternion; its four numbers at length 1, and its length."""
    w, x, y, z = turns[g, 0], turns[g, 1], turns[g, 2], turns[g, 3]
    length = max(np.sqrt(w * w + x * x + y * y + z * z), F(1e-9))
    w, x, y, z = w / length, x / length, y / length, z / length
    two = F(2)
    turn[0, 0] = ONE - two * (y * y + z * z)
    turn[0, 1] = two * (x * y - w * z)
    turn[0, 2] = two * (x * z + w * y)
    turn[1, 0] = two * (x * y + w * z)
    turn[1, 1] = ONE - two * (x * x + z * z)
    turn[1, 2] = two * (y * z - w * x)
    turn[2, 0] = two * (x * z - w * y)
    turn[2, 1] = two * (y * z + w * x)
    turn[2, 2] = ONE - two * (x * x + y * y)
    return w, x, y, z, length


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _basis(x, y, z, count, basis):  # type: ignore[no-untyped-def]
    basis[0] = F(C0)
    if count > 1:
        basis[1] = -F(C1) * y
        basis[2] = F(C1) * z
        basis[3] = -F(C1) * x
    if count > 4:
        basis[4] = F(C2[0]) * x * y
        basis[5] = -F(C2[0]) * y * z
        basis[6] = F(C2[1]) * (F(3) * z * z - ONE)
        basis[7] = -F(C2[0]) * x * z
        basis[8] = F(C2[2]) * (x * x - y * y)
    if count > 9:
        basis[9] = -F(C3[0]) * y * (F(3) * x * x - y * y)
        basis[10] = F(C3[1]) * x * y * z
        basis[11] = -F(C3[2]) * y * (F(5) * z * z - ONE)
        basis[12] = F(C3[3]) * z * (F(5) * z * z - F(3))
        basis[13] = -F(C3[2]) * x * (F(5) * z * z - ONE)
        basis[14] = F(C3[4]) * z * (x * x - y * y)
        basis[15] = -F(C3[0]) * x * (x * x - F(3) * y * y)


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _basis_back(x, y, z, count, d, out):  # type: ignore[no-untyped-def]
    """The gradient of the direction, of gradients `d` of the harmonics."""
    out[:] = ZERO
    if count > 1:
        out[0] -= F(C1) * d[3]
        out[1] -= F(C1) * d[1]
        out[2] += F(C1) * d[2]
    if count > 4:
        out[0] += F(C2[0]) * (y * d[4] - z * d[7]) + F(2 * C2[2]) * x * d[8]
        out[1] += F(C2[0]) * (x * d[4] - z * d[5]) - F(2 * C2[2]) * y * d[8]
        out[2] += F(6 * C2[1]) * z * d[6] - F(C2[0]) * (y * d[5] + x * d[7])
    if count > 9:
        xy, apart, high = F(6) * x * y, F(3) * (x * x - y * y), F(5) * z * z - ONE
        out[0] -= F(C3[0]) * (xy * d[9] + apart * d[15]) + F(C3[2]) * high * d[13]
        out[0] += F(C3[1]) * y * z * d[10] + F(2 * C3[4]) * x * z * d[14]
        out[1] -= F(C3[0]) * (apart * d[9] - xy * d[15]) + F(C3[2]) * high * d[11]
        out[1] += F(C3[1]) * x * z * d[10] - F(2 * C3[4]) * y * z * d[14]
        out[2] += F(C3[1]) * x * y * d[10] - F(10 * C3[2]) * z * (y * d[11] + x * d[13])
        out[2] += F(3 * C3[3]) * high * d[12] + F(C3[4]) * (x * x - y * y) * d[14]


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _project(  # type: ignore[no-untyped-def]
    means, log_scales, turns, raw, plain, harmonics, world, centre, lens, far, blur,
    pixels, conics, colours, opacities, distances, kept,
):  # fmt: skip
    """Fill what Gaussians are on the picture; `kept` (N, 6) is half of the spread, for going back.

    Of those that cannot be seen all stays as it is: opacities of 0, infinite distances.

    `world` (3, 3) turns to the camera's axes with y down and z ahead.
    """
    count = harmonics.shape[2] + 1
    turn, basis = np.empty((3, 3), np.float32), np.empty(16, np.float32)
    fx, fy = lens[0], lens[1]
    for g in range(means.shape[0]):
        ox, oy, oz = means[g, 0] - centre[0], means[g, 1] - centre[1], means[g, 2] - centre[2]
        z = world[2, 0] * ox + world[2, 1] * oy + world[2, 2] * oz
        if z <= NEAREST:
            continue
        x = (world[0, 0] * ox + world[0, 1] * oy + world[0, 2] * oz) / z
        y = (world[1, 0] * ox + world[1, 1] * oy + world[1, 2] * oz) / z
        a, b = min(max(x, -far[0]), far[0]), min(max(y, -far[1]), far[1])
        _rotation(turns, g, turn)
        xx, xy, yy = (blur * fx) ** 2, ZERO, (blur * fy) ** 2
        for j in range(3):
            scale = np.exp(log_scales[g, j])
            one, other = ZERO, ZERO
            for k in range(3):
                one += (world[0, k] - a * world[2, k]) * turn[k, j]
                other += (world[1, k] - b * world[2, k]) * turn[k, j]
            one *= scale * fx / z
            other *= scale * fy / z
            kept[g, j], kept[g, 3 + j] = one, other
            xx += one * one
            xy += one * other
            yy += other * other
        area = xx * yy - xy * xy
        conics[g, 0], conics[g, 1], conics[g, 2] = yy / area, -xy / area, xx / area
        pixels[g, 0], pixels[g, 1] = fx * x + lens[2], fy * y + lens[3]
        opacities[g] = ONE / (ONE + np.exp(-raw[g]))
        distance = np.sqrt(ox * ox + oy * oy + oz * oz)
        distances[g] = distance
        _basis(ox / distance, oy / distance, oz / distance, count, basis)
        for channel in range(3):
            value = HALF + plain[g, channel] * basis[0]
            for k in range(1, count):
                value += harmonics[g, channel, k - 1] * basis[k]
            colours[g, channel] = max(value, ZERO)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _project_back(  # type: ignore[no-untyped-def]
    means, log_scales, turns, raw, plain, harmonics, world, centre, lens, far, conics, colours,
    opacities, distances, kept, of_pixels, of_conics, of_colours, of_opacities,
    d_means, d_scales, d_turns, d_raw, d_plain, d_harmonics,
):  # fmt: skip
    """Fill the gradients of what is learned, of gradients of what is on the picture."""
    count = harmonics.shape[2] + 1
    turn, d_turn = np.empty((3, 3), np.float32), np.empty((3, 3), np.float32)
    basis, d_basis = np.empty(16, np.float32), np.empty(16, np.float32)
    d_way, slope = np.empty(3, np.float32), np.empty((2, 3), np.float32)
    d_slope = np.empty((2, 3), np.float32)
    fx, fy, two = lens[0], lens[1], F(2)
    for g in range(means.shape[0]):
        if opacities[g] <= ZERO:
            continue
        distance = distances[g]
        ox, oy, oz = means[g, 0] - centre[0], means[g, 1] - centre[1], means[g, 2] - centre[2]
        z = world[2, 0] * ox + world[2, 1] * oy + world[2, 2] * oz
        x = (world[0, 0] * ox + world[0, 1] * oy + world[0, 2] * oz) / z
        y = (world[1, 0] * ox + world[1, 1] * oy + world[1, 2] * oz) / z
        a, b = min(max(x, -far[0]), far[0]), min(max(y, -far[1]), far[1])
        qw, qx, qy, qz, length = _rotation(turns, g, turn)
        for k in range(3):
            slope[0, k] = fx / z * (world[0, k] - a * world[2, k])
            slope[1, k] = fy / z * (world[1, k] - b * world[2, k])
        # The inverse: dΣ = −K dK K.
        ka, kb, kc = conics[g, 0], conics[g, 1], conics[g, 2]
        da, db, dc = of_conics[g, 0], HALF * of_conics[g, 1], of_conics[g, 2]
        left_a, left_b = ka * da + kb * db, ka * db + kb * dc
        right_a, right_b = kb * da + kc * db, kb * db + kc * dc
        exx = -(left_a * ka + left_b * kb)
        exy = -(left_a * kb + left_b * kc)
        eyy = -(right_a * kb + right_b * kc)
        d_slope[:] = ZERO
        for j in range(3):
            scale = np.exp(log_scales[g, j])
            one = two * (exx * kept[g, j] + exy * kept[g, 3 + j])
            other = two * (exy * kept[g, j] + eyy * kept[g, 3 + j])
            d_scales[g, j] = one * kept[g, j] + other * kept[g, 3 + j]
            for k in range(3):
                d_turn[k, j] = (one * slope[0, k] + other * slope[1, k]) * scale
                d_slope[0, k] += one * turn[k, j] * scale
                d_slope[1, k] += other * turn[k, j] * scale
        d_a, d_b, d_z = ZERO, ZERO, ZERO
        for k in range(3):
            d_a -= d_slope[0, k] * fx / z * world[2, k]
            d_b -= d_slope[1, k] * fy / z * world[2, k]
            d_z -= (d_slope[0, k] * slope[0, k] + d_slope[1, k] * slope[1, k]) / z
        d_x = of_pixels[g, 0] * fx + (d_a if a == x else ZERO)
        d_y = of_pixels[g, 1] * fy + (d_b if b == y else ZERO)
        d_z -= (d_x * x + d_y * y) / z
        # Colours, and the direction that they depend on.
        wx, wy, wz = ox / distance, oy / distance, oz / distance
        _basis(wx, wy, wz, count, basis)
        d_basis[:] = ZERO
        for channel in range(3):
            of = of_colours[g, channel] if colours[g, channel] > ZERO else ZERO
            d_plain[g, channel] = of * basis[0]
            for k in range(1, count):
                d_harmonics[g, channel, k - 1] = of * basis[k]
                d_basis[k] += of * harmonics[g, channel, k - 1]
        _basis_back(wx, wy, wz, count, d_basis, d_way)
        along = d_way[0] * wx + d_way[1] * wy + d_way[2] * wz
        d_means[g, 0] = (d_way[0] - along * wx) / distance
        d_means[g, 1] = (d_way[1] - along * wy) / distance
        d_means[g, 2] = (d_way[2] - along * wz) / distance
        for k in range(3):
            d_means[g, k] += (d_x * world[0, k] + d_y * world[1, k]) / z + d_z * world[2, k]
        d_raw[g] = of_opacities[g] * opacities[g] * (ONE - opacities[g])
        # The quaternion.
        r = d_turn
        dw = (qy * r[0, 2] - qz * r[0, 1] + qz * r[1, 0] - qx * r[1, 2] - qy * r[2, 0]
              + qx * r[2, 1])  # fmt: skip
        dx = (qy * r[0, 1] + qz * r[0, 2] + qy * r[1, 0] - two * qx * r[1, 1] - qw * r[1, 2]
              + qz * r[2, 0] + qw * r[2, 1] - two * qx * r[2, 2])  # fmt: skip
        dy = (-two * qy * r[0, 0] + qx * r[0, 1] + qw * r[0, 2] + qx * r[1, 0] + qz * r[1, 2]
              - qw * r[2, 0] + qz * r[2, 1] - two * qy * r[2, 2])  # fmt: skip
        dz = (-two * qz * r[0, 0] - qw * r[0, 1] + qx * r[0, 2] + qw * r[1, 0]
              - two * qz * r[1, 1] + qy * r[1, 2] + qx * r[2, 0] + qy * r[2, 1])  # fmt: skip
        along = dw * qw + dx * qx + dy * qy + dz * qz
        d_turns[g, 0] = two * (dw - along * qw) / length
        d_turns[g, 1] = two * (dx - along * qx) / length
        d_turns[g, 2] = two * (dy - along * qy) / length
        d_turns[g, 3] = two * (dz - along * qz) / length


_projected: Any = _project  # compiled, it is called with arrays that its stub does not know
_projected_back: Any = _project_back


class _Project(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, camera: tuple[Any, ...], *learned: Tensor) -> tuple[Tensor, ...]:
        arrays = [part.detach().contiguous().numpy() for part in learned]
        count = len(arrays[0])
        pixels, conics, colours = (np.zeros((count, n), np.float32) for n in (2, 3, 3))
        opacities, distances = np.zeros(count, np.float32), np.full(count, np.inf, np.float32)
        kept = np.empty((count, 6), np.float32)
        found = pixels, conics, colours, opacities, distances
        _projected(*arrays, *camera, *found, kept)
        ctx.known = arrays, camera, found, kept
        made = tuple(torch.from_numpy(part) for part in found)
        ctx.mark_non_differentiable(made[4])
        return made

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        arrays, camera, found, kept = ctx.known
        of = [part.contiguous().numpy() for part in upstream[:4]]
        gradients = [np.zeros_like(part) for part in arrays]
        _projected_back(*arrays, *camera[:-1], *found[1:], kept, *of, *gradients)
        return None, *(torch.from_numpy(part) for part in gradients)


def project(found: Gaussians, camera: Cameras, blur: float) -> Projected:
    """As `splatting.project`, of a camera without distortion on the processor."""
    pose = camera.poses[0].numpy()
    world = np.ascontiguousarray(pose[:, :3].T * np.array([[1], [-1], [-1]], F))
    centre = np.ascontiguousarray(pose[:, 3])
    known = world, centre, camera.lenses[0].numpy(), np.array(reach(camera), F), F(blur)
    return Projected(*_Project.apply(known, found.means, found.log_scales, found.turns,
                                     found.opacities, found.plain, found.harmonics))  # fmt: skip
