"""What all fields of light share: rays drawn from the views, the error, pictures from anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from core.config import option
from core.method import Batch, DataShape, Look, Method, MethodConfig, figure
from core.pictures import ImageGrid, as_images
from core.render.cameras import Cameras, orbit, pinhole
from core.render.marching import BAND, RaySamples, in_bands
from core.render.volume import Seen

JUDGED = 20_000  # held-out pixels that a training is judged by
SHOWN = 4  # views in a figure
LEAST_ERROR = 1e-10


@dataclass(frozen=True)
class ViewsConfig(MethodConfig):
    """A step takes a few of the views."""

    batch_size: int = option(16, "Views that a step draws from.", low=2, high=8192,
                             log=True, group="Training")  # fmt: skip
    weight_decay: float = option(0.0, "How strongly weights are drawn to zero.", low=0.0, high=1.0,
                                 live=True, group="Training", advanced=True)  # fmt: skip
    warmup: float = option(0.0, "Share of the steps over which the learning rate rises.", low=0.0,
                           high=0.9, group="Training", advanced=True)  # fmt: skip
    final_rate: float = option(0.1, "Size of the last step as a share of the largest.", low=1e-3,
                               high=1.0, log=True, group="Training", advanced=True)  # fmt: skip


@dataclass(frozen=True)
class SceneConfig(ViewsConfig):
    """A step takes rays at random from its views."""

    rays: int = option(4096, "Rays in a step.", low=16, high=1_000_000, log=True,
                       group="Training")  # fmt: skip


def psnr(error: Tensor) -> Tensor:
    """Decibels of mean square errors of colours in 0..1."""
    return -10 * torch.log10(error.clamp(min=LEAST_ERROR))


class SceneMethod(Method):
    """Learns one scene. A subclass gives `see` and `sample_ray`; or, where it draws whole pictures
    and not rays, `loss`, `validate` and `render` instead of `see`.
    """

    needs_cameras = True
    needs_colour = True
    Config: ClassVar[type[ViewsConfig]] = SceneConfig
    band: int = BAND  # rays looked along at once where no gradient is wanted
    background: Tensor
    crop: Tensor | None = None  # (2, 3) the only part of the box that is seen, by who looks at it
    hasty: bool = False  # whether pictures may be coarse, as while a hand moves the view

    config: ViewsConfig

    def __init__(self, config: ViewsConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.register_buffer("background", torch.ones(3))

    def see(self, origins: Tensor, directions: Tensor, rng: torch.Generator | None = None) -> Seen:
        """What rays (R, 3) see; with a generator at random places along them, as in training."""
        raise NotImplementedError

    def learning_rate(self, step: int) -> float:
        """Rises in a line, then falls by the same factor at every step."""
        config = self.config
        rise = max(1, round(config.warmup * config.steps))
        if step < rise - 1:
            return config.learning_rate * (step + 1) / rise
        along = min(1.0, (step - rise + 1) / max(1, config.steps - rise))
        return float(config.learning_rate * config.final_rate**along)

    @property
    def ray_count(self) -> int:
        """Rays in a step."""
        assert isinstance(self.config, SceneConfig)
        return self.config.rays

    def cameras(self, packed: Tensor) -> Cameras:
        """Those of pictures as they are trained on."""
        return Cameras.unpack(packed, (self.data.side, self.data.side))

    def rays_of(self, batch: Batch, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Origins, directions and true colours (R, 3) of pixels drawn from all views of a batch.

        In the order of the pictures: rays that follow one another meet what is near in memory.
        """
        assert batch.cameras is not None
        device, side = batch.images.device, self.data.side
        drawn = torch.randint(batch.images.shape[0] * side * side, (count,), generator=batch.rng,
                              device=device).sort()[0]  # fmt: skip
        view, y, x = drawn // (side * side), drawn // side % side, drawn % side
        pixels = torch.stack([x, y], dim=1) + 0.5
        origins, directions = self.cameras(batch.cameras).rays(view, pixels)
        return origins, directions, batch.images[view, :, y, x]

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """The mean square error of the colours, equation 6 of the NeRF paper."""
        origins, directions, truth = self.rays_of(batch, self.ray_count)
        seen = self.see(origins, directions, batch.rng)
        error = (seen.colour - truth).square().mean()
        return {
            "loss": error,
            "PSNR": psnr(error.detach()),
            "samples a ray": seen.samples.float().mean(),
        }

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The mean over the views of their PSNR, of pixels spread evenly over each."""
        assert batch.cameras is not None
        cameras, views = self.cameras(batch.cameras), len(batch.images)
        pixels = self.data.side**2
        most = min(pixels, max(1, JUDGED // views))
        chosen = torch.linspace(0, pixels - 1, most, device=batch.images.device).long()
        errors = []
        for one in range(views):
            origins, directions = cameras.all_rays(one)
            rays = zip(origins[chosen].split(self.band), directions[chosen].split(self.band))
            colour = torch.cat([self.see(*part).colour for part in rays])
            truth = batch.images[one].flatten(1).T[chosen]
            errors.append((colour.clamp(0, 1) - truth).square().mean())
        error = torch.stack(errors)
        return {"loss": error.mean(), "PSNR": psnr(error).mean()}

    # --- abilities --------------------------------------------------------------------------------

    def render(
        self,
        camera: Cameras,
        size: tuple[int, int] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Seen:
        """What one camera sees, at another width and height where asked: (H, W, 3), (H, W)."""
        camera = camera if size is None else camera.resized(*size)
        return in_bands(self.see, camera, cancelled, self.band)

    def sample_ray(self, origin: Tensor, direction: Tensor) -> RaySamples:
        """Every sample along one ray (3,)."""
        raise NotImplementedError

    def occupied(self) -> Tensor | None:
        """Cells (G, G, G) of the box, x first, that are asked at all; None: no grid of them."""
        return None

    @property
    def surface_level(self) -> float | None:
        """A field of light has no surface of its own: it is where the views see it."""
        return None

    # --- figures ----------------------------------------------------------------------------------

    def _cameras_of(self, look: Look) -> list[Cameras]:
        """The cameras of a few views; those around the scene for pictures of no known camera."""
        count, side = len(look.images[:SHOWN]), look.images.shape[-1]
        device = self.background.device
        angles = torch.arange(count, device=device) * 1.5
        around = pinhole(orbit(angles, torch.full_like(angles, 0.5), 4.0), (side, side), 0.6911)
        if look.cameras is not None:
            known = look.cameras[:count].to(device)
            packed = torch.where(known.isnan().any(dim=1)[:, None], around.pack(), known)
            around = Cameras.unpack(packed, (side, side))
        return [around[one] for one in range(count)]

    def _seen_again(self, look: Look) -> tuple[Tensor, list[Seen]]:
        """A few of the views (N, 3, H, W), and what is seen from their cameras."""
        return look.images[:SHOWN], [self.render(camera) for camera in self._cameras_of(look)]

    @figure(
        "Seen again",
        "Views beside what is learned, seen from the same cameras, and the difference, five times "
        "as large, grey where there is none. Held-out views come first.",
    )
    def seen_again(self, look: Look) -> ImageGrid:
        images, seen = self._seen_again(look)
        made = torch.stack([s.colour.permute(2, 0, 1) for s in seen]).cpu().clamp(0, 1)
        truth = images.cpu()
        apart = 0.5 + 2.5 * (made - truth)
        rows = torch.stack([truth, made, apart], dim=1).flatten(0, 1)
        captions = ["Truth", "Seen", "Difference"] * len(images)
        return ImageGrid(as_images(rows.numpy()), captions, columns=3)

    @figure(
        "Depth and samples",
        "How far light comes from, near is bright; how much of it is stopped; and how often the "
        "field was asked for each pixel, as a share of the most.",
    )
    def depth(self, look: Look) -> ImageGrid:
        rows = []
        for seen in self._seen_again(look)[1]:
            solid = seen.opacity > 0.5
            shown = seen.depth[solid] if bool(solid.any()) else seen.depth.flatten()
            near, far = shown.min(), shown.max()
            close = 1 - 0.8 * (seen.depth - near) / (far - near).clamp(min=1e-6)
            cost = seen.samples.float() / seen.samples.max().clamp(min=1)
            rows += [torch.where(solid, close.clamp(0, 1), 0.0), seen.opacity, cost]
        images = torch.stack(rows).cpu()[:, None]
        captions = ["Depth", "Opacity", "Samples"] * (len(rows) // 3)
        return ImageGrid(as_images(images.numpy()), captions, columns=3)
