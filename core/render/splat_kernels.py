"""The blending of Gaussians as compiled loops: `core.render.splatting.rasterise`, faster.

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
from core.render.splatting import Projected
from core.render.volume import Seen

F = np.float32
LEAST_LEFT = F(splatting.LEAST_LEFT)
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


_laid: Any = _rasterise  # compiled, they are called with arrays that their stubs do not know
_laid_back: Any = _rasterise_back


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


def rasterise(
    seen: Projected, size: tuple[int, int], background: Tensor, rows: tuple[int, int] | None = None
) -> Seen:
    """As `splatting.rasterise`, with gradients of the colour alone."""
    top, bottom = rows or (0, size[1])
    place = top, bottom - top, size[0]
    return Seen(*_Rasterise.apply(place, background.numpy(), seen.distances, seen.pixels,
                                  seen.conics, seen.colours, seen.opacities))  # fmt: skip
