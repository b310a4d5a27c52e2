"""3D Gaussian splatting: a cloud of soft ellipsoids that is thrown onto the picture, and grows.

Kerbl et al., "3D Gaussian splatting for real-time radiance field rendering", SIGGRAPH 2023, arXiv
2308.04079.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from core.bases.scene import SHOWN, SceneMethod, ViewsConfig, psnr
from core.config import option
from core.losses.structure import structural_similarity
from core.method import Batch, DataShape, Look, Trials, figure
from core.pictures import ImageGrid, as_images
from core.progress import Cancelled
from core.render import gsplat_drawing, splatting
from core.render.cameras import Cameras
from core.render.cloud import GaussianCloud, carved
from core.render.marching import RaySamples
from core.render.splat_ray import along_ray
from core.render.splatting import Gaussians, Projected
from core.render.volume import Seen
from core.render.voxels import HARMONICS

LEAST_OPACITY = 0.005  # section 5.2: what is less opaque goes
LARGE, LARGEST = 0.03, 0.5  # size from which one is split, not cloned; and above which it goes
DENSIFIED = 0.05, 0.6  # shares of the training between which the cloud grows
SOLID, FINER = 1e4, 3  # opacity, and scale of the picture, of Gaussians drawn as ellipsoids
FADED = 0.01  # opacity after all are set back
BAND_PIXELS = 1 << 16  # drawn between two looks whether a picture is still wanted


@dataclass(frozen=True)
class GaussiansConfig(ViewsConfig):
    """Each property has a rate of its own, as in the paper's code; all fall by `final_rate`."""

    steps: int = option(1200, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    views: int = option(1, "Views drawn in a step, of those in its batch.", low=1, high=64,
                       log=True, group="Training")  # fmt: skip
    learning_rate: float = option(0.002, "Size of a step of places at its largest.", low=1e-6,
                                  high=1.0, log=True, live=True, group="Training")  # fmt: skip
    scale_rate: float = option(0.01, "Of sizes.", low=1e-6, high=1.0, log=True, live=True,
                               group="Training", advanced=True)  # fmt: skip
    turn_rate: float = option(0.005, "Of turns.", low=1e-6, high=1.0, log=True, live=True,
                              group="Training", advanced=True)  # fmt: skip
    opacity_rate: float = option(0.05, "Of opacities.", low=1e-6, high=1.0, log=True, live=True,
                                 group="Training", advanced=True)  # fmt: skip
    colour_rate: float = option(0.01, "Of colours; those that depend on the view learn at a tenth "
                                "of it.", low=1e-6, high=1.0, log=True, live=True,
                                group="Training", advanced=True)  # fmt: skip
    backbone: str = option("compiled", "What draws them: compiled loops, on a GPU those of gsplat "
                           "where it is installed; or plain torch.", choices=("compiled", "torch"),
                           group="Network")  # fmt: skip
    width: int = option(2000, "Gaussians to begin with, of captured points the most.", low=4,
                        high=1_000_000, log=True, group="Network")  # fmt: skip
    most: int = option(6000, "Gaussians at the most.", low=4, high=5_000_000, log=True,
                       group="Network")  # fmt: skip
    degree: int = option(1, "Of the harmonics that let colours depend on where one looks from.",
                         low=0, high=3, group="Network")  # fmt: skip
    begin: str = option("captured points", "Where the first stand: at the points that a COLMAP "
                        "model has of its scene, or at random, as they do where it has none.",
                        choices=("captured points", "random"))  # fmt: skip
    carve: bool = option(True, "At random, begin where no view shows background, which is white; "
                         "else anywhere in the box.")  # fmt: skip
    densify: bool = option(True, "Clone and split those that the pictures pull at.")
    every: int = option(100, "Steps between two times that the cloud grows or is thinned.", low=1,
                        high=100_000, log=True)  # fmt: skip
    threshold: float = option(2e-4, "Pull over the picture from which one is cloned or split.",
                              low=0.0, high=1.0)  # fmt: skip
    prune: bool = option(True, "Remove those that have become transparent or huge.")
    resets: int = option(0, "How often in the training opacities are set back, so that what is not "
                         "needed fades.", low=0, high=100)  # fmt: skip
    dissimilarity: float = option(0.0, "Weight of the structural dissimilarity beside the absolute "
                                  "error; 0.2 in the paper.", low=0.0, high=1.0,
                                  live=True)  # fmt: skip


class GaussianSplatting(SceneMethod):
    """Draws a view in a step, and moves what it is made of."""

    Config = GaussiansConfig
    trials: ClassVar[Trials] = {
        "No growth": {"densify": False},
        "Colours without a view": {"degree": 0},
        "From anywhere in the box": {"begin": "random", "carve": False},
        "Opacities set back": {"resets": 3},
        "The paper's loss": {"dissimilarity": 0.2},
        "A minute": {"steps": 3500, "most": 8000, "dissimilarity": 0.2},
    }
    focal: Tensor  # pixels a slope of the training views: what a pixel's width is measured by

    config: GaussiansConfig

    def __init__(self, config: GaussiansConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.cloud = GaussianCloud(config.width, HARMONICS[config.degree])
        self.register_buffer("focal", torch.tensor(float(data.side)))

    # --- learning ---------------------------------------------------------------------------------

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """Adam, with a rate for each property."""
        rates = self._rates()
        groups = [{"params": [getattr(self.cloud, name)], "lr": rate, "name": name}
                  for name, rate in rates.items()
                  if name != "harmonics" or self.config.degree]  # fmt: skip
        return {"main": torch.optim.Adam(groups, eps=1e-15, fused=True)}

    def _rates(self) -> dict[str, float]:
        config = self.config
        return {
            "means": config.learning_rate,
            "log_scales": config.scale_rate,
            "turns": config.turn_rate,
            "opacities": config.opacity_rate,
            "plain": config.colour_rate,
            "harmonics": config.colour_rate / 10,
        }

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """Begin, grow or thin the cloud where it is time; then one step of Adam."""
        optimizer = optimizers["main"]
        if batch.step == 0:
            self._begin(batch)
        else:
            self._tend(batch, optimizer)
        rates, share = self._rates(), self.learning_rate(batch.step) / self.config.learning_rate
        for group in optimizer.param_groups:
            group["lr"] = rates[group["name"]] * share
        optimizer.zero_grad(set_to_none=True)
        scalars = self.loss(batch)
        scalars["loss"].backward()
        self._note()
        optimizer.step()
        return scalars

    def _begin(self, batch: Batch) -> None:
        """Stand at the points of the capture (section 5.1), or in the hull of the silhouettes."""
        assert batch.cameras is not None
        config, cameras, points = self.config, self.cameras(batch.cameras), batch.sparse_points
        self.focal.copy_(cameras.lenses[:, 0].mean())
        if config.begin == "captured points" and points is not None and len(points):
            order = torch.randperm(len(points), generator=batch.rng, device=points.device)
            chosen = points[order[: config.width]]
            self.cloud.begin(chosen[:, :3], chosen[:, 3:])
        elif config.carve:
            means, colours = carved(config.width, batch.images, cameras, batch.rng)
            if len(means):
                self.cloud.begin(means, colours)

    def _tend(self, batch: Batch, optimizer: torch.optim.Optimizer) -> None:
        """Section 5.2, and opacities set back where that is asked for."""
        config, step = self.config, batch.step
        first, last = (share * config.steps for share in DENSIFIED)
        if config.resets and step % max(1, round(last / (config.resets + 1))) == 0 and step < last:
            self.cloud.fade(optimizer, FADED)
        if step % config.every or not first <= step <= last:
            return
        if config.densify:
            self.cloud.densify(optimizer, config.threshold, LARGE, config.most, batch.rng)
        if config.prune:
            self.cloud.prune(optimizer, LEAST_OPACITY, LARGEST)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """(1 − λ) L1 + λ (1 − SSIM) / 2 of whole views: equation 7, D-SSIM as the paper's code."""
        assert batch.cameras is not None
        cameras = self.cameras(batch.cameras)
        count = min(self.config.views, len(batch.images))
        chosen = torch.randperm(len(batch.images), generator=batch.rng,
                                device=batch.images.device)[:count].tolist()  # fmt: skip
        losses, errors, samples = [], [], []
        self._drawn = []
        for one in chosen:
            seen, middles = self._draw(cameras[one])
            middles.retain_grad()
            self._drawn.append(middles)
            made, truth = seen.colour.permute(2, 0, 1), batch.images[one]
            loss = (made - truth).abs().mean()
            if weight := self.config.dissimilarity:
                loss = (1 - weight) * loss + weight * (1 - structural_similarity(made, truth))
            losses.append(loss)
            errors.append((made.detach() - truth).square().mean())
            samples.append(seen.samples.mean())
        return {
            "loss": torch.stack(losses).mean(),
            "PSNR": psnr(torch.stack(errors)).mean(),
            "gaussians": self.background.new_tensor(float(len(self.cloud))),
            "samples a ray": torch.stack(samples).mean(),
        }

    def _note(self) -> None:
        """How strongly each was drawn over the picture, as a share of half its width."""
        for middles in self._drawn:
            assert middles.grad is not None
            drawn = middles.grad.view(-1, 2).norm(dim=1) * (0.5 * self.data.side * len(self._drawn))
            self.cloud.note(drawn, drawn > 0)
        self._drawn = []

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The mean over the views of their PSNR."""
        assert batch.cameras is not None
        cameras = self.cameras(batch.cameras)
        seen = [self.render(cameras[one]).colour for one in range(len(batch.images))]
        made = torch.stack(seen).permute(0, 3, 1, 2).clamp(0, 1)
        error = (made - batch.images).square().mean(dim=(1, 2, 3))
        return {"loss": error.mean(), "PSNR": psnr(error).mean()}

    # --- seeing -----------------------------------------------------------------------------------

    @property
    def blur(self) -> float:
        """What Gaussians are widened by, as a slope: the same at every resolution."""
        return math.sqrt(splatting.DILATION) / float(self.focal)

    def _draw(self, camera: Cameras) -> tuple[Seen, Tensor]:
        """A whole picture, and where on it the middles of the Gaussians are."""
        if self._by_gsplat(camera):
            return gsplat_drawing.draw(self._shown(), camera, self.blur, self.background)
        projected = self._project(camera)
        return self._rasterise(projected, camera.size), projected.pixels

    def _by_gsplat(self, camera: Cameras) -> bool:
        """Whether it is asked for and there, and can draw this."""
        wanted = self.config.backbone == "compiled" and not _distorts(camera)
        return wanted and len(self._shown()) > 0 and gsplat_drawing.usable(self.background.device)

    def _compiled(self) -> bool:
        return self.config.backbone == "compiled" and self.background.device.type == "cpu"

    def _project(self, camera: Cameras) -> Projected:
        if self._compiled() and not _distorts(camera):
            from core.render import splat_projection

            return splat_projection.project(self._shown(), camera, self.blur)
        return splatting.project(self._shown(), camera, self.blur)

    def _shown(self) -> Gaussians:
        """All of them, or those whose middles lie in the box that is looked at."""
        found = self.cloud.gaussians
        return found if self.crop is None else splatting.within(found, self.crop)

    def _rasterise(
        self, seen: Projected, size: tuple[int, int], rows: tuple[int, int] | None = None
    ) -> Seen:
        if self._compiled():
            from core.render import splat_kernels

            return splat_kernels.rasterise(seen, size, self.background, rows)
        return splatting.rasterise(seen, size, self.background, rows)

    @torch.no_grad()
    def render(
        self,
        camera: Cameras,
        size: tuple[int, int] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Seen:
        """What one camera sees; `samples` is how many Gaussians make a pixel."""
        camera = camera if size is None else camera.resized(*size)
        if self._by_gsplat(camera):
            return self._draw(camera)[0]
        width, height = camera.size
        projected, tall = self._project(camera), max(1, BAND_PIXELS // width)
        parts = []
        for top in range(0, height, tall):
            if cancelled is not None and cancelled():
                raise Cancelled("the picture is no longer wanted")
            rows = top, min(height, top + tall)
            parts.append(self._rasterise(projected, camera.size, rows))
        names = "colour", "depth", "opacity", "samples"
        return Seen(*(torch.cat([getattr(part, name) for part in parts]) for name in names))

    def splats(self) -> tuple[Gaussians, float]:
        """What is learned, for a file, and the focal length that its widths are measured by."""
        return self.cloud.gaussians, float(self.focal)

    def sample_ray(self, origin: Tensor, direction: Tensor) -> RaySamples:
        """The Gaussians that a ray meets."""
        return along_ray(self._shown(), origin, direction, float(self.focal), self.blur)

    # --- figures ----------------------------------------------------------------------------------

    @figure(
        "Gaussians",
        "Each Gaussian as a solid ellipsoid of half its size, as they are; and as they would be "
        "after the next growth. Those that are added are green, where one was split red.",
    )
    def ellipsoids(self, look: Look) -> ImageGrid:
        count, side = min(SHOWN, len(look.images)), self.data.side
        grown = copy.deepcopy(self.cloud)
        before = len(grown)
        config = self.config
        cloned, _ = grown.densify(None, config.threshold, LARGE, config.most, look.rng)
        tint = torch.zeros(len(grown), dtype=torch.long)
        kept = before - (len(grown) - before - cloned)
        tint[kept : kept + cloned], tint[kept + cloned :] = 1, 2
        rows = []
        for camera in self._cameras_of(look)[:count]:
            wide = camera.resized(side * FINER, side * FINER)
            rows += [self.render(wide).colour, self._solid(self.cloud, wide, None),
                     self._solid(grown, wide, tint)]  # fmt: skip
        images = torch.stack(rows).permute(0, 3, 1, 2).cpu().clamp(0, 1)
        captions = ["Seen", "Gaussians", "Grown"] * (len(rows) // 3)
        return ImageGrid(as_images(images.numpy()), captions, columns=3)

    @torch.no_grad()
    def _solid(self, cloud: GaussianCloud, camera: Cameras, tint: Tensor | None) -> Tensor:
        """A picture (H, W, 3) of ellipsoids with edges, lighter and darker in turn."""
        found = splatting.project(cloud.gaussians, camera, 0.1 * self.blur)
        shade = 0.7 + 0.3 * (torch.arange(len(cloud), device=self.focal.device) * 0.618 % 1.0)
        colours = found.colours.clamp(0, 1)
        if tint is not None:
            strong = colours.new_tensor([[0, 0, 0], [0.1, 0.8, 0.2], [0.9, 0.15, 0.1]])
            colours = torch.where(tint.to(colours.device)[:, None] > 0, strong[tint], colours)
        # Of so large an opacity, all within a certain distance is solid and the rest is not.
        edge = 2 * math.log(SOLID) / 0.5**2
        solid = torch.where(found.opacities > 0.1, SOLID, 0.0)
        shown = Projected(found.pixels, found.conics * edge, colours * shade[:, None], solid,
                          found.distances)  # fmt: skip
        return self._rasterise(shown, camera.size).colour


def _distorts(camera: Cameras) -> bool:
    return bool((camera.lenses[:, 4:] != 0).any())
