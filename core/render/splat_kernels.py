"""Projection and blending of Gaussians as compiled loops: what `core.render.splatting` gives, faster.

A Gaussian at a time, from near to far, is laid over the rows of the picture that it reaches. So the
gradients of a Gaussian are sums over its own pixels, and nothing is kept of them: backwards it is
laid once more. Serial, without Python's lock, kept on the disk once compiled.
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
from core.render.volume import Seen
from core.render.voxels import C0, C1, C2

F = np.float32
NEAREST, LEAST_LEFT = F(splatting.NEAREST), F(splatting.LEAST_LEFT)
LEAST_ALPHA, MOST_ALPHA = F(splatting.LEAST_ALPHA), F(splatting.MOST_ALPHA)
ONE, HALF, ZERO = F(1), F(0.5), F(0)
_T1, _T2, _T3, _T4, _T5, _T6 = (F(v) for v in (1 / 16, 1 / 512, 1 / 24576, 1 / 1572864,
                                1 / 125829120, 1 / 12079595520))  # fmt: skip


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _exp(x):  # type: ignore[no-untyped-def]
    """exp of −6..0 to 2e−6 of itself, by its series at x / 16: compilers vectorise it."""
    y = ONE + x * (_T1 + x * (_T2 + x * (_T3 + x * (_T4 + x * (_T5 + x * _T6)))))
    y *= y
    y *= y
    y *= y
    return y * y


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
    turn, basis = np.empty((3, 3), np.float32), np.empty(9, np.float32)
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
    basis, d_basis = np.empty(9, np.float32), np.empty(9, np.float32)
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
        dw = -qz * r[0, 1] + qy * r[0, 2] + qz * r[1, 0] - qx * r[1, 2] - qy * r[2, 0] + qx * r[2, 1]
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


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _lines(pixels, conics, opacities, g, first, last):  # type: ignore[no-untyped-def]
    """Rows from one to before another that a Gaussian reaches, and the bound of its exponent."""
    if opacities[g] <= LEAST_ALPHA:
        return 0, 0, ZERO
    bound = np.log(opacities[g] / LEAST_ALPHA)
    a, b, c = conics[g, 0], conics[g, 1], conics[g, 2]
    tall = np.sqrt(F(2) * bound * a / (a * c - b * b))
    top = min(max(pixels[g, 1] - tall + HALF, F(first)), F(last))
    end = min(max(pixels[g, 1] + tall + HALF, F(first)), F(last))
    return int(top), int(end), bound


@njit(nogil=True, cache=True, fastmath=True, inline="always")
def _span(pixels, conics, g, bound, dy, width):  # type: ignore[no-untyped-def]
    """Columns of one row, `dy` below the middle, from one to before another."""
    a, b = conics[g, 0], conics[g, 1]
    inner = b * b * dy * dy - a * (conics[g, 2] * dy * dy - F(2) * bound)
    if inner <= ZERO:
        return 0, 0
    wide, middle = np.sqrt(inner) / a, pixels[g, 0] - b * dy / a
    low = min(max(middle - wide + HALF, ZERO), F(width))
    high = min(max(middle + wide + HALF, ZERO), F(width))
    return int(low), int(high)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _rasterise(  # type: ignore[no-untyped-def]
    order, pixels, conics, colours, opacities, distances, top, left, red, green, blue, depth, count,
):  # fmt: skip
    """Lay Gaussians over planes (rows, W); `left` is the light that passes, 1 at first."""
    rows, width = left.shape
    for n in range(len(order)):
        g = order[n]
        first, last, bound = _lines(pixels, conics, opacities, g, top, top + rows)
        o, u, far = opacities[g], pixels[g, 0], distances[g]
        r, gr, bl = colours[g, 0], colours[g, 1], colours[g, 2]
        half_a = -HALF * conics[g, 0]
        for line in range(first, last):
            dy = F(line) + HALF - pixels[g, 1]
            low, high = _span(pixels, conics, g, bound, dy, width)
            slope, base = -conics[g, 1] * dy, -HALF * conics[g, 2] * dy * dy
            y, start = line - top, F(low) + HALF - u
            passing = left[y, low:high]
            reds, greens, blues = red[y, low:high], green[y, low:high], blue[y, low:high]
            depths, counts = depth[y, low:high], count[y, low:high]
            for x in range(high - low):
                dx = start + F(x)
                alpha = min(o * _exp((half_a * dx + slope) * dx + base), MOST_ALPHA)
                seen = passing[x] > LEAST_LEFT
                weight = passing[x] * alpha if seen else ZERO
                passing[x] -= weight
                reds[x] += weight * r
                greens[x] += weight * gr
                blues[x] += weight * bl
                depths[x] += weight * far
                counts[x] += ONE if seen else ZERO


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _rasterise_back(  # type: ignore[no-untyped-def]
    order, pixels, conics, colours, opacities, top, left, behind, red, green, blue,
    d_pixels, d_conics, d_colours, d_opacities,
):  # fmt: skip
    """Fill gradients of the Gaussians; `red`, `green`, `blue` (rows, W) are those of the colours.

    `behind` is their product with the colour that lies behind what has been laid, all of it at
    first: dC/dα_i = T_i c_i − behind_i / (1 − α_i).
    """
    rows, width = left.shape
    for n in range(len(order)):
        g = order[n]
        first, last, bound = _lines(pixels, conics, opacities, g, top, top + rows)
        o, u = opacities[g], pixels[g, 0]
        r, gr, bl = colours[g, 0], colours[g, 1], colours[g, 2]
        half_a = -HALF * conics[g, 0]
        of_r, of_g, of_b, of_o = ZERO, ZERO, ZERO, ZERO
        xx, xy, yy, of_x, of_y = ZERO, ZERO, ZERO, ZERO, ZERO
        for line in range(first, last):
            dy = F(line) + HALF - pixels[g, 1]
            low, high = _span(pixels, conics, g, bound, dy, width)
            slope, base = -conics[g, 1] * dy, -HALF * conics[g, 2] * dy * dy
            y = line - top
            zeroth, once, twice = ZERO, ZERO, ZERO
            for x in range(low, high):
                dx = F(x) + HALF - u
                full = o * _exp((half_a * dx + slope) * dx + base)
                alpha = min(full, MOST_ALPHA)
                passing = left[y, x]
                seen = passing > LEAST_LEFT
                weight = passing * alpha if seen else ZERO
                lit = red[y, x] * r + green[y, x] * gr + blue[y, x] * bl
                rest = behind[y, x] - weight * lit
                behind[y, x] = rest
                left[y, x] = passing - weight
                of_r += weight * red[y, x]
                of_g += weight * green[y, x]
                of_b += weight * blue[y, x]
                pull = (passing * lit - rest / (ONE - alpha)) * full
                pull = pull if seen and full < MOST_ALPHA else ZERO
                zeroth += pull
                once += pull * dx
                twice += pull * dx * dx
            of_o += zeroth
            of_x += once
            of_y += zeroth * dy
            xx += twice
            xy += once * dy
            yy += zeroth * dy * dy
        d_colours[g, 0], d_colours[g, 1], d_colours[g, 2] = of_r, of_g, of_b
        d_opacities[g] = of_o / o
        d_conics[g, 0], d_conics[g, 1], d_conics[g, 2] = -HALF * xx, -xy, -HALF * yy
        d_pixels[g, 0] = conics[g, 0] * of_x + conics[g, 1] * of_y
        d_pixels[g, 1] = conics[g, 1] * of_x + conics[g, 2] * of_y


_projected: Any = _project
_projected_back: Any = _project_back
_laid: Any = _rasterise
_laid_back: Any = _rasterise_back


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


class _Rasterise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, size: tuple[int, int, int], under: np.ndarray, distances: Tensor,
                *seen: Tensor) -> tuple[Tensor, ...]:  # fmt: skip
        top, rows, width = size
        arrays = [part.detach().contiguous().numpy() for part in seen]
        far = distances.detach().numpy()
        order = np.argsort(far, kind="stable")
        order = order[: np.searchsorted(far[order], np.inf)]
        left = np.ones((rows, width), np.float32)
        planes = np.zeros((5, rows, width), np.float32)
        _laid(order, *arrays, far, top, left, *planes)
        colour = np.empty((rows, width, 3), np.float32)
        for channel in range(3):
            colour[..., channel] = planes[channel] + left * under[channel]
        ctx.known = top, order, arrays, colour
        depth = planes[3] / np.maximum(1 - left, 1e-6)
        found = tuple(torch.from_numpy(p) for p in (colour, depth, 1 - left, planes[4]))
        ctx.mark_non_differentiable(*found[1:])
        return found

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        top, order, arrays, colour = ctx.known
        of = upstream[0].numpy()
        gradients = [np.zeros_like(part) for part in arrays]
        planes = [np.ascontiguousarray(of[..., channel]) for channel in range(3)]
        behind = sum(plane * colour[..., channel] for channel, plane in enumerate(planes))
        left = np.ones_like(behind)
        _laid_back(order, *arrays, top, left, behind, *planes, *gradients)
        return None, None, None, *(torch.from_numpy(part) for part in gradients)


def project(found: Gaussians, camera: Cameras, blur: float) -> Projected:
    """As `splatting.project`, of a camera without distortion on the processor."""
    pose = camera.poses[0].numpy()
    world = np.ascontiguousarray(pose[:, :3].T * F([[1], [-1], [-1]]))
    centre = np.ascontiguousarray(pose[:, 3])
    known = world, centre, camera.lenses[0].numpy(), F(reach(camera)), F(blur)
    return Projected(*_Project.apply(known, found.means, found.log_scales, found.turns,
                                     found.opacities, found.plain, found.harmonics))  # fmt: skip


def rasterise(
    seen: Projected, size: tuple[int, int], background: Tensor, rows: tuple[int, int] | None = None
) -> Seen:
    """As `splatting.rasterise`, with gradients of the colour alone."""
    top, bottom = rows or (0, size[1])
    place = top, bottom - top, size[0]
    return Seen(*_Rasterise.apply(place, background.numpy(), seen.distances, seen.pixels,
                                  seen.conics, seen.colours, seen.opacities))  # fmt: skip
