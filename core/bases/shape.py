"""What all shapes learned from points share: the points of a step, IoU, pictures and the mesh.

A shape answers a number at every place, more further within, and the surface is where it is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.config import option
from core.method import Batch, DataShape, Look, Method, MethodConfig, figure
from core.pictures import ImageGrid, as_images
from core.progress import Progress
from core.render.cameras import Cameras, orbit, pinhole
from core.render.distance import chamfer
from core.render.marching import RaySamples, in_bands
from core.render.mesh import Mesh, sampled
from core.render.meshing import NothingThere, asked, crossing
from core.render.raster import DARK, GREY, draw
from core.render.volume import Seen, box_span

JUDGED_GRID, JUDGED_POINTS = 40, 12_000  # of the mesh that Chamfer distances are measured to
STEPS = 160  # along a ray through the box
SHOWN = 4  # views in a figure
LOST = 2.0  # Chamfer distance where there is no surface: the side of the box


@dataclass(frozen=True)
class ShapeConfig(MethodConfig):
    """A step takes some of the points that come with a few pictures."""

    steps: int = option(600, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(16, "Pictures whose points a step may take.", low=2, high=8192,
                             log=True, group="Training")  # fmt: skip
    points: int = option(4096, "Points in a step.", low=16, high=1_000_000, log=True,
                         group="Training")  # fmt: skip
    grid: int = option(64, "Corners a side of the grid that pictures are made of.", low=8,
                       high=256, log=True, group="Method", advanced=True)  # fmt: skip
    weight_decay: float = option(0.0, "How strongly weights are drawn to zero.", low=0.0, high=1.0,
                                 live=True, group="Training", advanced=True)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What is known of points, (N, ...) each."""

    places: Tensor
    away: Tensor  # signed distance, negative within; NaN where the solid has no inside
    surface: Tensor  # other places, on the surface
    normals: Tensor  # of these; NaN where unknown

    @classmethod
    def of(cls, truth: Tensor) -> Known:
        """Of rows (..., 10) as core.data.solids.source tells them."""
        places, away, surface, normals = truth.flatten(0, -2).split([3, 1, 3, 3], dim=1)
        return cls(places, away[:, 0], surface, normals)


def iou(made: Tensor, truth: Tensor) -> Tensor:
    """Intersection over union of two answers (N,) whether points are within; 1 of two nothings."""
    union = (made | truth).sum()
    return torch.where(union > 0, (made & truth).sum() / union.clamp(min=1), 1.0)


class ShapeMethod(Method):
    """Learns one solid. A subclass gives `value_at` and `loss`."""

    needs_cameras = True
    needs_truth = "points"
    Config = ShapeConfig
    surface_level = 0.0

    config: ShapeConfig

    def __init__(self, config: ShapeConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self._grid: tuple[tuple[int, ...], Tensor] | None = None

    def value_at(self, points: Tensor) -> Tensor:
        """(N,) at points (N, 3), above 0 within."""
        raise NotImplementedError

    def drawn(self, batch: Batch) -> Known:
        """The points of a step, drawn from all that came with its pictures."""
        assert batch.truth is not None
        rows = batch.truth.flatten(0, 1)
        count = min(self.config.points, len(rows))
        chosen = torch.randint(len(rows), (count,), generator=batch.rng, device=rows.device)
        return Known.of(rows[chosen])

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """IoU of points anywhere in the box, the loss of all, and the mesh's Chamfer distance."""
        assert batch.truth is not None
        anywhere = Known.of(batch.truth[:, : batch.truth.shape[1] // 2])
        scalars = {"loss": self.judged(Known.of(batch.truth))}
        if bool(anywhere.away.isfinite().all()):
            scalars["IoU"] = iou(self.value_at(anywhere.places) > 0, anywhere.away < 0)
        surface = Known.of(batch.truth).surface[:JUDGED_POINTS].cpu().numpy()
        apart = LOST
        try:
            made = sampled(
                self.mesh(min(JUDGED_GRID, self.config.grid)),
                JUDGED_POINTS,
                np.random.default_rng(0),
            )
            apart = sum(chamfer(made.vertices, surface)) / 2
        except ValueError:  # there is no surface yet, or none with an area
            pass
        scalars["Chamfer"] = scalars["loss"].new_tensor(apart)
        return scalars

    def judged(self, known: Known) -> Tensor:
        """How wrong the answers are at held-out points, without anything that needs a gradient."""
        raise NotImplementedError

    # --- seeing -----------------------------------------------------------------------------------

    @property
    def _device(self) -> torch.device:
        return next(self.parameters()).device

    @torch.no_grad()
    def grid(self) -> Tensor:
        """The values at the corners of a grid (G, G, G), asked anew when a weight has changed."""
        version = tuple(weight._version for weight in self.parameters())
        if self._grid is None or self._grid[0] != version:
            values = asked(self.value_at, self.config.grid, self._device, Progress())
            self._grid = version, torch.from_numpy(values).to(self._device)
        return self._grid[1]

    def mesh(self, side: int) -> Mesh:
        """The surface; raises NothingThere."""
        return crossing(asked(self.value_at, side, self._device, Progress()), self.surface_level)

    def density_at(self, points: Tensor) -> Tensor:
        """The values (N,) at points (N, 3): 0 is the surface."""
        return self.value_at(points)

    def colour_at(self, points: Tensor, directions: Tensor) -> Tensor:
        """Grey (N, 3) lit from where one looks; of a mesh's vertices the colours of its normals."""
        return (1 - directions) / 2

    def _crossed(
        self, origins: Tensor, directions: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Distances (R, S), values there; where each ray enters (R,), whether, and its colour."""
        grid = self.grid()[None, None]
        near, far = box_span(origins, directions)
        share = torch.linspace(0, 1, STEPS, device=near.device)
        t = near[:, None] + (far - near)[:, None] * share  # (R, S)

        def values(places: Tensor) -> Tensor:
            where = places.flip(-1).view(1, 1, 1, -1, 3)
            found = F.grid_sample(grid, where, align_corners=True, padding_mode="border")
            return found.view(places.shape[:-1])

        found = values(origins[:, None] + t[..., None] * directions[:, None])
        within = (found > 0) & (far > near)[:, None]
        hit = within.any(dim=1)
        at = within.int().argmax(dim=1, keepdim=True)
        before = (at - 1).clamp(min=0)
        one, other = found.gather(1, before), found.gather(1, at)
        part = torch.where(at > 0, one / (one - other).clamp(max=-1e-9), 1.0).clamp(0, 1)
        entry = torch.lerp(t.gather(1, before), t.gather(1, at), part)[:, 0]
        places = origins + entry[:, None] * directions
        shift = torch.eye(3, device=t.device) * (2 / self.config.grid)
        slope = torch.stack([values(places + s) - values(places - s) for s in shift], dim=1)
        facing = F.normalize(slope, dim=1)  # inward, as one looks
        light = (facing * directions).sum(dim=1, keepdim=True).clamp(min=0)
        colour = (GREY * (DARK + (1 - DARK) * light)).expand(-1, 3)
        return t, found, entry, hit, colour

    def see(self, origins: Tensor, directions: Tensor) -> Seen:
        """What rays (R, 3) see: the first place where the value rises above 0."""
        _, _, entry, hit, colour = self._crossed(origins, directions)
        solid = hit.to(entry.dtype)
        shown = torch.where(hit[:, None], colour, 1.0)
        return Seen(shown, entry * solid, solid, torch.full_like(solid, STEPS))

    def render(
        self,
        camera: Cameras,
        size: tuple[int, int] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Seen:
        """What one camera sees, at another width and height where asked: (H, W, 3), (H, W)."""
        camera = camera if size is None else camera.resized(*size)
        return in_bands(self.see, camera, cancelled)

    def sample_ray(self, origin: Tensor, direction: Tensor) -> RaySamples:
        """The values along one ray (3,) as densities, and all weight where it enters."""
        origins, directions = origin[None], (direction / direction.norm())[None]
        t, found, entry, hit, colour = self._crossed(origins, directions)
        every = torch.cat([t[0], entry])
        order = every.argsort()
        weight = torch.cat([torch.zeros_like(t[0]), hit.to(t.dtype)])[order]
        through = 1 - (weight.cumsum(0) - weight)
        density = torch.cat([found[0], torch.zeros_like(entry)])[order].clamp(min=0)
        return RaySamples(every[order], density, through, weight, colour.expand(len(every), 3))

    # --- figures ----------------------------------------------------------------------------------

    def _cameras(self, look: Look) -> Cameras:
        """Those of a few of the pictures, or around the shape where they are not known."""
        count, side = len(look.images[:SHOWN]), look.images.shape[-1]
        angles = torch.arange(count, device=self._device) * 1.5
        around = pinhole(orbit(angles, torch.full_like(angles, 0.5), 4.0), (side, side), 0.5)
        if look.cameras is None:
            return around
        known = look.cameras[:count].to(self._device)
        packed = torch.where(known.isnan().any(dim=1)[:, None], around.pack(), known)
        return Cameras.unpack(packed, (side, side))

    @figure(
        "Seen again",
        "Held-out views of the solid; the surface that is learned, found along every ray; and its "
        "mesh, extracted just now, in the colours of its normals.",
    )
    def seen_again(self, look: Look) -> ImageGrid:
        cameras, rows = self._cameras(look), []
        mesh = None
        try:
            mesh = self.mesh(self.config.grid)
            assert mesh.normals is not None
            shades = ((mesh.normals + 1) / 2).astype(np.float32)
            mesh = Mesh(mesh.vertices, mesh.faces, shades, mesh.normals)
        except NothingThere:
            pass
        for one, image in enumerate(look.images[:SHOWN]):
            seen = self.render(cameras[one]).colour.permute(2, 0, 1).cpu()
            shown = torch.ones_like(seen)
            if mesh is not None:
                shown = draw(mesh, cameras[one]).seen.colour.permute(2, 0, 1)
            rows += [image.cpu().expand(3, -1, -1), seen, shown]
        captions = ["Truth", "Seen", "Mesh"] * len(cameras)
        return ImageGrid(as_images(torch.stack(rows).numpy()), captions, columns=3)

    @figure(
        "Slices",
        "The value on planes through the box, from below to above: red is within, blue is outside, "
        "white is the surface. A distance grows evenly away from it; an occupancy is a step.",
    )
    def slices(self, look: Look) -> ImageGrid:
        grid, side = self.grid().cpu(), self.config.grid
        reach = grid.abs().flatten().quantile(0.8).clamp(min=1e-6)
        chosen = torch.linspace(0.15, 0.85, 8).mul(side - 1).round().long()
        values = (grid[:, :, chosen].permute(2, 1, 0).flip(1) / reach).clamp(-1, 1)  # (8, y, x)
        red, blue = values.clamp(min=0), (-values).clamp(min=0)
        images = torch.stack([1 - blue, 1 - red - blue, 1 - red], dim=1)
        heights = [f"z = {2 * int(c) / (side - 1) - 1:+.2f}" for c in chosen]
        return ImageGrid(as_images(images.numpy()), heights, columns=4)
