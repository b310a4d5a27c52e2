"""Gaussians of light, thrown onto pictures: projection, and blending from near to far. In torch.

Kerbl et al., "3D Gaussian splatting for real-time radiance field rendering", SIGGRAPH 2023, arXiv
2308.04079; the projection is that of Zwicker et al., "EWA volume splatting", 2001. What is added to
a Gaussian's width so that it covers a pixel is given as an angle, not in pixels: a finer picture
shows the same, as in Yu et al., "Mip-Splatting", CVPR 2024. `core.render.splat_kernels` is faster.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from core.render.cameras import Cameras, distorted
from core.render.volume import Seen
from core.render.voxels import harmonics

DILATION = 0.3  # added to the variances on the picture, in pixels² of the training views
NEAREST = 0.05  # distance ahead of a camera from which Gaussians are seen
LEAST_ALPHA, MOST_ALPHA = 1 / 255, 0.99
LEAST_LEFT = 1e-4  # of the light: what lies behind is not seen
MARGIN = 1.3  # how far beyond the picture the slope of the projection still changes
TILE = 16  # side in pixels of what is blended at once


@dataclass(frozen=True)
class Gaussians:
    """N Gaussians, as they are learned."""

    means: Tensor  # (N, 3)
    log_scales: Tensor  # (N, 3) logarithms of the standard deviations along their own axes
    turns: Tensor  # (N, 4) quaternions w x y z of any length
    opacities: Tensor  # (N,) before the logistic function
    plain: Tensor  # (N, 3) the first harmonic of red, green and blue
    harmonics: Tensor  # (N, 3, K − 1) the others

    def __len__(self) -> int:
        return len(self.means)

    def __getitem__(self, which: Tensor) -> Gaussians:
        """Some of them."""
        return Gaussians(*(getattr(self, part.name)[which] for part in fields(self)))


@dataclass(frozen=True)
class Projected:
    """What N Gaussians are on the picture of one camera."""

    pixels: Tensor  # (N, 2) x, y of their middles
    conics: Tensor  # (N, 3) a, b, c of the inverse covariance ((a, b), (b, c)), in pixels⁻²
    colours: Tensor  # (N, 3)
    opacities: Tensor  # (N,) at the middle
    distances: Tensor  # (N,) from the camera; infinite for those that it cannot see


def within(found: Gaussians, box: Tensor) -> Gaussians:
    """Those whose middles lie between the least and the greatest corner of a box (2, 3)."""
    return found[((found.means >= box[0]) & (found.means <= box[1])).all(dim=1)]


def rotations(turns: Tensor) -> Tensor:
    """Matrices (N, 3, 3) of quaternions (N, 4)."""
    w, x, y, z = (turns / turns.norm(dim=1, keepdim=True).clamp(min=1e-9)).unbind(1)
    rows = [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
            2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
            2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]  # fmt: skip
    return torch.stack(rows, dim=1).view(-1, 3, 3)


def colours_of(found: Gaussians, directions: Tensor) -> Tensor:
    """(N, 3), not negative, as seen along directions (N, 3) of length 1; equation of section 7."""
    all_of_them = torch.cat([found.plain[..., None], found.harmonics], dim=2)
    basis = harmonics(directions, all_of_them.shape[2])
    return (0.5 + (all_of_them * basis[:, None]).sum(dim=2)).clamp(min=0)


def reach(camera: Cameras) -> tuple[float, float]:
    """How far from the axis, as a slope, the projection of one camera is still made anew."""
    fx, fy, cx, cy = camera.lenses[0, :4].tolist()
    width, height = camera.size
    return MARGIN * max(cx, width - cx) / fx, MARGIN * max(cy, height - cy) / fy


def project(found: Gaussians, camera: Cameras, blur: float) -> Projected:
    """Section 4: Σ' = J W Σ Wᵀ Jᵀ, widened by `blur`², an angle as a slope."""
    pose, lens = camera.poses[0], camera.lenses[0]
    focal = lens[:2]
    offset = found.means - pose[:, 3]
    x, up, backward = (offset @ pose[:, :3]).unbind(1)
    y, z = -up, -backward  # y down and z ahead
    ahead = z > NEAREST
    z = torch.where(ahead, z, 1.0)
    far_x, far_y = reach(camera)
    across = torch.stack([x / z, y / z], dim=1)
    a, b = across[:, 0].clamp(-far_x, far_x), across[:, 1].clamp(-far_y, far_y)
    none = torch.zeros_like(z)
    slopes = torch.stack([1 / z, none, -a / z, none, 1 / z, -b / z], dim=1).view(-1, 2, 3)
    if bool((lens[4:] != 0).any()):
        slopes = _bent(torch.stack([a, b], dim=1), lens[4:]) @ slopes
        across = distorted(across, lens[4:].expand(len(z), 4))
    world = pose[:, :3].T * pose.new_tensor([[1.0], [-1.0], [-1.0]])  # to the camera's axes
    axes = rotations(found.turns) * found.log_scales.exp()[:, None]
    half = focal[:, None] * slopes @ world @ axes  # (N, 2, 3)
    spread = half @ half.transpose(1, 2)
    xx, xy, yy = spread[:, 0, 0], spread[:, 0, 1], spread[:, 1, 1]
    xx, yy = xx + (blur * focal[0]) ** 2, yy + (blur * focal[1]) ** 2
    area = xx * yy - xy * xy
    conics = torch.stack([yy, -xy, xx], dim=1) / area[:, None]
    distances = offset.norm(dim=1)
    colours = colours_of(found, offset / distances[:, None])
    return Projected(across * focal + lens[2:4], conics, colours, found.opacities.sigmoid(),
                     torch.where(ahead, distances, torch.inf))  # fmt: skip


def _bent(across: Tensor, lens: Tensor) -> Tensor:
    """How a distorting lens (4,) stretches the plane at distance 1 about points (N, 2)."""
    k1, k2, p1, p2 = lens.unbind()
    x, y = across.unbind(1)
    r2 = x * x + y * y
    radial, slope = 1 + r2 * (k1 + r2 * k2), 2 * (k1 + 2 * k2 * r2)
    xx = radial + slope * x * x + 2 * p1 * y + 6 * p2 * x
    yy = radial + slope * y * y + 6 * p1 * y + 2 * p2 * x
    xy = slope * x * y + 2 * p1 * x + 2 * p2 * y
    return torch.stack([xx, xy, xy, yy], dim=1).view(-1, 2, 2)


def extents(seen: Projected) -> Tensor:
    """How far (N, 2) in pixels from their middles Gaussians stop a 255th of the light."""
    a, b, c = seen.conics.unbind(1)
    bound = 2 * torch.log(seen.opacities / LEAST_ALPHA).clamp(min=0)
    area = (a * c - b * b).clamp(min=1e-12)
    return torch.stack([(bound * c / area).sqrt(), (bound * a / area).sqrt()], dim=1)


def rasterise(
    seen: Projected, size: tuple[int, int], background: Tensor, rows: tuple[int, int] | None = None
) -> Seen:
    """What the rows from one to before another of a picture show: (R, W, 3), and (R, W) each.

    α = o exp(−½ dᵀ Σ'⁻¹ d), C = Σ T α c + T background: equations 2 and 3. `samples` is how many
    Gaussians a pixel is made of.
    """
    width, (top, bottom) = size[0], rows or (0, size[1])
    order = seen.distances.detach().argsort(stable=True)
    order = order[seen.distances[order].isfinite()]
    with torch.no_grad():
        low = (seen.pixels - extents(seen))[order]
        high = (seen.pixels + extents(seen))[order]
    made = []
    for y in range(top, bottom, TILE):
        tall = min(TILE, bottom - y)
        line = []
        for x in range(0, width, TILE):
            wide = min(TILE, width - x)
            corner = low.new_tensor([x, y])
            end = low.new_tensor([x + wide, y + tall])
            near = order[((low < end) & (high > corner)).all(dim=1)]
            line.append(_tile(seen, near, (x, y), (wide, tall), background))
        made.append(torch.cat(line, dim=1))
    whole = torch.cat(made)
    return Seen(whole[..., :3], whole[..., 3], whole[..., 4], whole[..., 5].detach())


def _tile(
    seen: Projected, near: Tensor, corner: tuple[int, int], size: tuple[int, int], under: Tensor
) -> Tensor:
    """(h, w, 6) colour, depth, opacity and count of the Gaussians `near`, sorted."""
    (x, y), (wide, tall) = corner, size
    columns = torch.arange(wide, device=under.device) + (x + 0.5)
    lines = torch.arange(tall, device=under.device) + (y + 0.5)
    dx = columns[None, None] - seen.pixels[near, 0, None, None]  # (M, 1, w)
    dy = lines[None, :, None] - seen.pixels[near, 1, None, None]
    a, b, c = seen.conics[near, :, None, None].unbind(1)
    power = 0.5 * (a * dx * dx + c * dy * dy) + b * dx * dy  # (M, h, w)
    alpha = seen.opacities[near, None, None] * torch.exp(-power)
    alpha = torch.where(alpha >= LEAST_ALPHA, alpha.clamp(max=MOST_ALPHA), 0.0)
    passed = torch.cumprod(1 - alpha, dim=0)
    reaching = torch.cat([torch.ones_like(alpha[:1]), passed[:-1]])[: len(near)]
    met = (alpha > 0) & (reaching > LEAST_LEFT)
    weights = torch.where(met, reaching * alpha, 0.0)
    opacity = weights.sum(dim=0)
    colour = torch.einsum("nhw,nc->hwc", weights, seen.colours[near])
    colour = colour + (1 - opacity)[..., None] * under
    depth = torch.einsum("nhw,n->hw", weights, seen.distances[near]) / opacity.clamp(min=1e-6)
    found = [depth, opacity, met.sum(dim=0).to(depth.dtype)]
    return torch.cat([colour, torch.stack(found, dim=2)], dim=2)
