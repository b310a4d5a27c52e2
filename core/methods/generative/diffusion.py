"""Diffusion: take a little noise away, often, and a picture is left where there was none.

Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", 2020, arXiv 2006.11239 (DDPM), with
the steps of DDIM (arXiv 2010.02502) and guidance without a classifier (arXiv 2207.12598); holes as
in RePaint (Lugmayr et al., CVPR 2022, arXiv 2201.09865).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from core.config import option
from core.data.augment.draws import uniform
from core.data.augment.geometry import flip
from core.data.augment.masks import random_mask
from core.losses import noise as diffusing
from core.method import Batch, DataShape, Look, Method, MethodConfig, Trials, figure
from core.nets.momentum import follow, follower
from core.nets.unet import UNet
from core.pictures import Curve, Denoising, ImageGrid, Line, Reconstruction, as_images
from core.randomness import generator

UNKNOWN = -1
SHOWN = 6  # pictures in a row of a figure
MOMENTS = 8  # along a strip
LEVELS = 12  # times at which the error is told
FEW_STEPS = 10  # enough for a look, and for a hole with each step done twice
AGAIN = 2  # times that a hole's step is gone back over and drawn again
FINAL_RATE = 0.3  # share of the learning rate that is left at the end
YOUNG = 10.0  # steps by which the average is held back from remembering the first weights


@dataclass(frozen=True)
class DiffusionConfig(MethodConfig):
    """Guidance and sampling steps may be changed at any time; nothing was trained for them."""

    steps: int = option(450, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(1e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    warmup: float = option(0.02, "Share of the steps over which the learning rate rises.", low=0.0,
                           high=0.9, group="Training", advanced=True)  # fmt: skip
    backbone: str = option("unet", "Down, through attention, and up, with bridges.",
                           group="Network", choices=("unet",), advanced=True)  # fmt: skip
    schedule: str = option("cosine", "How fast the picture goes under in noise.",
                           choices=diffusing.SCHEDULES)  # fmt: skip
    predicts: str = option("v", "What the network names: the velocity v, the noise, or the "
                           "picture.", choices=diffusing.TARGETS)  # fmt: skip
    use_labels: bool = option(True, "Learn a picture of each class where classes are known.")
    drop_label: float = option(0.15, "Share of the pictures whose class is not told, which "
                               "guidance needs.", low=0.0, high=0.9, live=True,
                               advanced=True)  # fmt: skip
    guidance: float = option(1.0, "w of (1 + w) conditional − w unconditional: 0 is the "
                             "conditional model as it is, −1 the unconditional one.", low=-1.0,
                             high=20.0, live=True)  # fmt: skip
    sampling_steps: int = option(20, "Steps from noise to a picture.", low=1, high=1000, log=True,
                                 live=True)  # fmt: skip
    memory: float = option(0.99, "How slowly the averaged weights, which draw, follow those that "
                           "learn.", low=0.0, high=0.99999, live=True, advanced=True)  # fmt: skip
    flip: bool = option(False, "Mirror half of the pictures; not for writing.")


PHOTOGRAPHS = {"flip": True, "steps": 3000, "memory": 0.999}


class Diffusion(Method):
    """A U-Net that predicts v, the noise or the picture from x_t and t, and its moving average."""

    Config = DiffusionConfig
    companions = ("vae", "pixelcnn")
    grain = 1
    usual_share = 0.5
    trials: ClassVar[Trials] = {
        "Predict the noise": {"predicts": "noise"},
        "Linear schedule": {"schedule": "linear"},
        "Without classes": {"use_labels": False},
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "toyland": {"width": 16, "flip": True},
        "photos": PHOTOGRAPHS,
        "folder": PHOTOGRAPHS,
        "cifar10": PHOTOGRAPHS,
        "cifar100": PHOTOGRAPHS,
        "stl10": PHOTOGRAPHS,
    }

    config: DiffusionConfig

    def __init__(self, config: DiffusionConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.classes = len(data.classes) if config.use_labels else 0
        self.conditional = self.classes > 0
        self.shape = (data.channels, data.side, data.side)
        self.latent_size = data.channels * data.side * data.side
        self.net = UNet(data.channels, data.side, config.width, self.classes)
        self.averaged = follower(self.net)

    # --- learning ---------------------------------------------------------------------------------

    def share(self, t: Tensor) -> Tensor:
        """ᾱ at times (B,), to be multiplied with pictures: (B, 1, 1, 1)."""
        return diffusing.kept(t, self.config.schedule)[:, None, None, None]

    def errors(
        self, net: UNet, images: Tensor, labels: Tensor, t: Tensor, rng: torch.Generator
    ) -> Tensor:
        """‖target − prediction‖² per pixel of each picture, (B,): equation 14 at given times."""
        pictures = 2 * images - 1
        noise = unit_noise(pictures.shape, rng)
        share = self.share(t)
        x = diffusing.noised(pictures, noise, share)
        wanted = diffusing.target(pictures, noise, share, self.config.predicts)
        return (net(x, t, labels) - wanted).square().mean(dim=(1, 2, 3))

    def times(self, count: int, rng: torch.Generator) -> Tensor:
        """A time of each picture, (B,), one from each of as many parts of 0..1, in random order."""
        spread = torch.arange(count, device=rng.device) + uniform(rng, (count,))
        return spread[torch.randperm(count, generator=rng, device=rng.device)] / count

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Noise each picture to a time of its own and name what was done, the class at times."""
        rng, count = batch.rng, len(batch.images)
        images = flip(batch.images, rng, 0.5 if self.config.flip else 0.0)
        untold = uniform(rng, (count,)) < self.config.drop_label
        labels = batch.labels.masked_fill(untold, UNKNOWN)
        return {"loss": self.errors(self.net, images, labels, self.times(count, rng), rng).mean()}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The same of the averaged weights, with every class told."""
        t = self.times(len(batch.images), batch.rng)
        errors = self.errors(self.averaged, batch.images, batch.labels, t, batch.rng)
        return {"loss": errors.mean()}

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """An update, which the averaged weights follow; at first faster, to forget the start."""
        scalars = super().step(batch, optimizers)
        young = (1 + batch.step) / (YOUNG + batch.step)
        follow(self.averaged, self.net, min(self.config.memory, young))
        return scalars

    def learning_rate(self, step: int) -> float:
        """Half a cosine that ends at a share of the rate, not at nothing."""
        falling = super().learning_rate(step)
        rise = max(1, round(self.config.warmup * self.config.steps))
        if step < rise:
            return falling
        return FINAL_RATE * self.config.learning_rate + (1 - FINAL_RATE) * falling

    # --- from noise to pictures -------------------------------------------------------------------

    @property
    def device(self) -> torch.device:
        return self.net.first.weight.device

    def predicted(
        self, x: Tensor, t: float, labels: Tensor | None, weight: float, raw: bool = False
    ) -> Tensor:
        """x_0 (B, C, H, W) in -1..1 that x_t is taken for, guided, cut to what a picture can be."""
        net = self.net if raw else self.averaged
        times = x.new_full((len(x),), t)
        if not self.conditional or labels is None:
            found = net(x, times)
        elif weight == 0:
            found = net(x, times, labels)
        else:
            both = torch.cat([labels, torch.full_like(labels, UNKNOWN)])
            told, untold = net(x.repeat(2, 1, 1, 1), times.repeat(2), both).chunk(2)
            found = diffusing.guided(told, untold, weight)
        picture = diffusing.picture_of(x, found, self.share(times), self.config.predicts)
        return picture.clamp(-1, 1)

    def denoise(
        self,
        noise: Tensor,
        labels: Tensor | None = None,
        weight: float | None = None,
        steps: int | None = None,
        rng: torch.Generator | None = None,
        keep: int = 10,
        start: float | None = None,
        known: tuple[Tensor, Tensor] | None = None,
        then: tuple[float, Tensor] | None = None,
        raw: bool = False,
    ) -> Denoising:
        """x_t (B, C, H, W), by default of t = 1, to pictures, and what was seen on the way.

        `weight` and `steps` are by default those of the options. With a generator the steps are
        those of DDPM, without it DDIM's. `known` are pictures (B, C, H, W) in 0..1 and (H, W),
        True where they are known: there x_t is what the forward process makes of them. Labels -1
        leave the class open; `then` is a time and the labels that are asked for from it on.
        """
        seen: list[tuple[float, Tensor, Tensor]] = []
        made = self._denoised(noise, labels, weight, steps, rng, start, known, then, raw, seen)
        chosen = sorted({round(i) for i in np.linspace(0, len(seen) - 1, min(keep, len(seen)))})
        strip, predictions = (
            np.stack([as_images(_shown(seen[i][part]).cpu().numpy()) for i in chosen])
            for part in (1, 2)
        )
        times = np.array([seen[i][0] for i in chosen])
        return Denoising(strip, predictions, times, as_images(_shown(made).cpu().numpy()))

    def _denoised(
        self,
        x: Tensor,
        labels: Tensor | None,
        weight: float | None,
        steps: int | None,
        rng: torch.Generator | None,
        start: float | None,
        known: tuple[Tensor, Tensor] | None,
        then: tuple[float, Tensor] | None = None,
        raw: bool = False,
        seen: list[tuple[float, Tensor, Tensor]] | None = None,
    ) -> Tensor:
        """The pictures in -1..1; every x_t and x_0 is added to `seen`."""
        weight = self.config.guidance if weight is None else weight
        count = self.config.sampling_steps if steps is None else steps
        if count < 1:
            raise ValueError(f"{count} steps; to take noise away needs one at least")
        times = torch.linspace(1.0 if start is None else start, 0.0, count + 1, device=x.device)
        shares = diffusing.kept(times, self.config.schedule)
        hole = Hole(known, generator("known", device=x.device)) if known is not None else None
        for at in range(count):
            now, before = shares[at], shares[at + 1]
            if then is not None and float(times[at]) <= then[0]:
                labels = then[1]
            for turn in range(AGAIN if hole is not None else 1):
                if hole is not None:
                    x = hole.put(x, now)
                picture = self.predicted(x, float(times[at]), labels, weight, raw)
                if seen is not None and turn == 0:
                    seen.append((float(times[at]), x, picture))
                last = at == count - 1
                x_before = picture if last else _stepped(x, picture, now, before, rng)
                if hole is not None and turn < AGAIN - 1 and not last:  # back, and again
                    noise = unit_noise(x.shape, hole.rng)
                    x = diffusing.renoised(hole.put(x_before, before), before, now, noise)
            x = x_before
        return x if hole is None else hole.put(x, None)

    def at_time(self, images: Tensor, t: float, rng: torch.Generator, count: int = 1) -> Tensor:
        """x_t of images (B, C, H, W) in 0..1, `count` times each with noise of its own."""
        pictures = 2 * images.repeat(count, 1, 1, 1) - 1
        share = self.share(pictures.new_full((1,), t))
        return diffusing.noised(pictures, unit_noise(pictures.shape, rng), share)

    def noised(self, images: Tensor, t: float, rng: torch.Generator) -> Tensor:
        """The images (B, C, H, W) at a time 0..1 of the forward process, as x_t is shown."""
        return _shown(self.at_time(images, t, rng))

    def draw(self, count: int, rng: torch.Generator) -> Tensor:
        """Noise, flattened: (B, Z)."""
        return torch.randn(count, self.latent_size, generator=rng, device=rng.device)

    def generate(self, latents: Tensor, labels: Tensor | None = None, raw: bool = False) -> Tensor:
        """Pictures (B, C, H, W) of noise (B, Z), by DDIM with the options' guidance and steps."""
        x = latents.unflatten(1, self.shape)
        return _shown(self._denoised(x, labels, None, None, None, None, None, raw=raw))

    # --- holes ------------------------------------------------------------------------------------

    def hide(self, share: float, rng: torch.Generator) -> Tensor:
        """Random regions of about that area, (H, W)."""
        return random_mask(1, self.data.side, share, rng)[0, 0]

    def fill(self, images: Tensor, hidden: Tensor) -> Reconstruction:
        """The images with the same hole (H, W) of each denoised into being, the class left open."""
        x = unit_noise(images.shape, generator("fill", device=images.device))
        shown = images.masked_fill(hidden, 0.5)
        made = self._denoised(x, None, None, FEW_STEPS, None, None, (shown, ~hidden))
        parts = (as_images(p.cpu().numpy()) for p in (shown, _shown(made), images))
        given, filled, truth = parts
        return Reconstruction(given, filled, truth, ("Given", "Denoised", "Truth"))

    # --- figures ----------------------------------------------------------------------------------

    def asked(self, count: int, device: torch.device) -> Tensor | None:
        """Each class in turn, (B,); None where there are none."""
        if not self.conditional:
            return None
        return torch.arange(count, device=device) % self.classes

    @figure("Into noise", "The forward process: from a picture to noise, which nobody learns.")
    def forward_process(self, look: Look) -> ImageGrid:
        images, rows = look.images[:SHOWN], []
        times = torch.linspace(0, 1, MOMENTS).tolist()
        for number, image in enumerate(images):
            for t in times:  # the same noise all along
                rng = generator("forward", number, device=images.device)
                rows.append(self.noised(image.unsqueeze(0), t, rng))
        captions = [f"t {t:.2f}" for t in times] * len(images)
        return ImageGrid(as_images(torch.cat(rows).cpu().numpy()), captions, columns=MOMENTS)

    @figure(
        "Out of noise", "Above each x_t, below it the picture that the network takes it for then."
    )
    def backward_process(self, look: Look) -> ImageGrid:
        noise = unit_noise((SHOWN, *self.shape), look.rng)
        found = self.denoise(noise, self.asked(SHOWN, noise.device), keep=MOMENTS)
        both = np.stack([found.strip, found.predictions], axis=1)  # (K, 2, N, H, W, 3)
        rows = both.transpose(2, 1, 0, 3, 4, 5)
        times = [f"t {t:.2f}" for t in found.times]
        images = np.ascontiguousarray(rows.reshape(-1, *rows.shape[3:]))
        return ImageGrid(images, times * (2 * SHOWN), columns=len(times))

    @figure(
        "More and more guidance",
        "The same noise and classes by row: less than 0 forgets the class, much of it makes every "
        "picture the most typical one.",
    )
    def guidance(self, look: Look) -> ImageGrid:
        noise = unit_noise((SHOWN, *self.shape), look.rng)
        labels = self.asked(SHOWN, noise.device)
        weights = (-1.0, 0.0, 1.0, 4.0) if self.conditional else (0.0,)
        found = [self.denoise(noise, labels, w, FEW_STEPS // 2, keep=1).made for w in weights]
        captions = [f"w {w:g}" for w in weights for _ in range(SHOWN)]
        return ImageGrid(np.concatenate(found), captions, columns=SHOWN)

    @figure("Error by noise", "How hard each moment is: mean square of what is predicted.")
    def by_level(self, look: Look) -> Curve:
        images, times = look.images[:64], np.linspace(0.02, 0.98, LEVELS)
        found = []
        for t in times:
            rng = generator("level", device=images.device)
            many = images.new_full((len(images),), float(t))
            found.append(self.errors(self.averaged, images, look.labels[:64], many, rng).mean())
        line = Line(times, torch.stack(found).cpu().numpy())
        return Curve({"error": line}, "time, 1 is noise", f"error of the {self.config.predicts}")


class Hole:
    """Pictures of which a part is known, and what the forward process makes of that part."""

    def __init__(self, known: tuple[Tensor, Tensor], rng: torch.Generator) -> None:
        self.pictures, self.where, self.rng = 2 * known[0] - 1, known[1], rng

    def put(self, x: Tensor, share: Tensor | None) -> Tensor:
        """x_t (B, C, H, W) with the known part of x_t at ᾱ, or with the pictures themselves."""
        held = self.pictures
        if share is not None:
            held = diffusing.noised(held, unit_noise(held.shape, self.rng), share)
        return torch.where(self.where, held, x)


def unit_noise(shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
    """ε ~ N(0, I)."""
    return torch.randn(shape, generator=rng, device=rng.device)


def _shown(x: Tensor) -> Tensor:
    """-1..1 as 0..1; noise beyond is cut."""
    return (0.5 + 0.5 * x).clamp(0, 1)


def _stepped(
    x: Tensor, picture: Tensor, now: Tensor, before: Tensor, rng: torch.Generator | None
) -> Tensor:
    """x of the time before, by DDIM or, with a generator, drawn from DDPM's posterior."""
    if rng is None:
        return diffusing.ddim(x, picture, now, before)
    found = diffusing.posterior(x, picture, now, before)
    return found.mean + found.variance.sqrt() * unit_noise(x.shape, rng)
