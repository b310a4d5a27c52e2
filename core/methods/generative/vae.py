"""The variational autoencoder: a code that is a distribution, near one that can be drawn from.

Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, arXiv 1312.6114; the weight β of
the divergence is that of Higgins et al., "β-VAE", ICLR 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from core.bases.encoder import EncoderMethod, ShiftFlipConfig, shift_flip
from core.config import option
from core.losses.variational import bernoulli_nats, divergence, gaussian_nats, reparameterised
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.attention import attention_map
from core.nets.backbone import Backbone
from core.nets.build import build_backbone
from core.nets.code import Spread
from core.nets.perceptron import Painter, Perceptron
from core.nets.upsampling import Upsampling, map_side
from core.pictures import Curve, ImageGrid, Line, Points, Reconstruction, as_images

GRID = 20  # pictures along each side of the plane
EDGE = 0.025  # share of the prior left out at each end of the plane
SHOWN = 64  # pictures drawn from the prior
UNITS = 16  # times `width`: units of a perceptron's layer
LEAST_VARIANCE, MOST_VARIANCE = -10.0, 10.0  # logarithms; beyond, exp() of them is of no use


@dataclass(frozen=True)
class VAEConfig(ShiftFlipConfig):
    """Latent and β are the choices that matter."""

    steps: int = option(2000, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(64, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(3e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    weight_decay: float = option(1e-4, "How strongly weights are drawn to zero.", low=0.0,
                                 high=1.0, live=True, group="Training", advanced=True)  # fmt: skip
    backbone: str = option("convnet", "The network that encodes: convolutional, or a perceptron "
                           "of two layers for tiny pictures.", group="Network",
                           choices=("mlp", "convnet", "resnet18"))  # fmt: skip
    latent: int = option(2, "Numbers in the latent; 2 can be seen as a plane.", low=1, high=1024,
                         log=True, group="Network")  # fmt: skip
    beta: float = option(1.0, "Weight of the divergence from the prior; 0 is a plain autoencoder, "
                         "which cannot generate.", low=0.0, high=100.0, live=True)  # fmt: skip
    likelihood: str = option("gaussian", "What a pixel's error costs: as of a normal "
                             "distribution, or of a coin.",
                             choices=("gaussian", "bernoulli"))  # fmt: skip
    deviation: float = option(0.15, "Of the normal distribution about each pixel; small asks for "
                              "sharp pictures.", low=0.01, high=2.0, log=True,
                              live=True)  # fmt: skip
    shift: float = option(0.0, "Largest shift of a picture, as a share of its side.", low=0.0,
                          high=0.5)  # fmt: skip
    flip: bool = option(False, "Mirror half of the pictures; not for writing.")


WRITING = {"backbone": "mlp"}
COLOURED = {"latent": 64, "flip": True}


class VAE(EncoderMethod):
    """Encoder to μ and log σ², a draw, decoder; −log p(x|z) + β KL, both in nats a picture."""

    Config = VAEConfig
    companions = ("autoencoder",)
    conditional = False
    trials: ClassVar[Trials] = {
        "Plain autoencoder (β = 0)": {"beta": 0.0},
        "β = 4": {"beta": 4.0},
        "Sixteen numbers": {"latent": 16},
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "digits": WRITING,
        "mnist": WRITING,
        "toyland": COLOURED,
        "photos": COLOURED,
        "folder": COLOURED,
        "svhn": {"latent": 64},
        "cifar10": COLOURED,
        "cifar100": COLOURED,
        "stl10": COLOURED,
    }

    config: VAEConfig

    def __init__(self, config: VAEConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.latent_size = config.latent
        if config.backbone == "mlp":
            side, units = 1, UNITS * config.width
            self.decoder: nn.Module = Painter(config.latent, units, data.channels, data.side)
        else:
            side, dim = map_side(self.backbone, data.channels, data.side), self.backbone.dim
            spread = Spread(config.latent, dim, side)
            grow = Upsampling(dim, data.channels, side, data.side)
            self.decoder = nn.Sequential(spread, grow)
        self.mean = nn.Linear(self.backbone.dim * side * side, config.latent)
        self.log_variance = nn.Linear(self.backbone.dim * side * side, config.latent)

    def build_encoder(self) -> Backbone:
        """The encoder, of a perceptron as wide as a convolutional network is deep."""
        config, data = self.config, self.data
        if config.backbone == "mlp":
            return Perceptron(data.channels, data.side, UNITS * config.width)
        return build_backbone(config.backbone, data.channels, data.side, config.width)

    def posterior(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """μ and log σ² of q(z|x), (B, Z) each."""
        seen = list(self.backbone.stages(images).values())[-1].flatten(1)
        bounded = self.log_variance(seen).clamp(LEAST_VARIANCE, MOST_VARIANCE)
        return self.mean(seen), bounded

    def judge(self, images: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """−ELBO of equation 10 with β before its divergence, and its two terms."""
        config = self.config
        mean, log_variance = self.posterior(images)
        # Without the divergence nothing keeps the noise; an autoencoder has none.
        z = reparameterised(mean, log_variance, rng) if config.beta > 0 else mean
        logits = self.decoder(z)
        if config.likelihood == "gaussian":
            nats = gaussian_nats(logits, images, config.deviation).mean()
        else:
            nats = bernoulli_nats(logits, images).mean()
        away = divergence(mean, log_variance).sum(dim=1).mean()
        error = (torch.sigmoid(logits) - images).square().mean()
        return {
            "loss": nats + config.beta * away,
            "reconstruction": nats,
            "KL": away,
            "error": error,
        }

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Encode, draw, decode, compare."""
        return self.judge(shift_flip(batch.images, self.config, batch.rng), batch.rng)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, batch.rng)

    # --- abilities --------------------------------------------------------------------------------

    def encode(self, images: Tensor) -> dict[str, Tensor]:
        """The activations of every stage, (B, C, h, w), and the mean of the code (B, Z)."""
        return {**self.backbone.stages(images), "code": self.latents_of(images)}

    def attend(self, images: Tensor, power: float = 2.0) -> dict[str, Tensor]:
        """Sum over channels of |A|^power at every stage of the backbone, (B, h, w)."""
        stages = self.backbone.stages(images)
        return {name: attention_map(a, power) for name, a in stages.items()}

    def latents_of(self, images: Tensor) -> Tensor:
        """The mean of q(z|x), (B, Z)."""
        return self.posterior(images)[0]

    def draw(self, count: int, rng: torch.Generator) -> Tensor:
        """Latents (B, Z) from the prior N(0, I)."""
        return torch.randn(count, self.latent_size, generator=rng, device=rng.device)

    def generate(self, latents: Tensor, labels: Tensor | None = None, raw: bool = False) -> Tensor:
        """Pictures (B, C, H, W): the decoder's mean of p(x|z). There is no class and no average."""
        return torch.sigmoid(self.decoder(latents))

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """Each image, what comes back from the mean of its code, and the image again."""
        seen = as_images(images.cpu().numpy())
        made = as_images(self.generate(self.latents_of(images)).cpu().numpy())
        return Reconstruction(seen, made, seen.copy(), ("Given", "Rebuilt", "Truth"))

    # --- figures ----------------------------------------------------------------------------------

    def plane(self, side: int) -> Tensor:
        """side² latents (side², Z) that part the prior evenly, of a larger latent's first two.

        Coordinates go through the inverse of the normal distribution, as in the paper's figure 4.
        """
        device = self.mean.weight.device
        shares = torch.linspace(EDGE, 1 - EDGE, side, device=device)
        along = torch.special.ndtri(shares)
        flat = torch.zeros(side * side, self.latent_size, device=device)
        rows, columns = torch.meshgrid(-along, along, indexing="ij")
        flat[:, 0] = columns.flatten()
        if self.latent_size > 1:
            flat[:, 1] = rows.flatten()
        return flat

    @figure(
        "The plane",
        "Decoded from a grid over the prior, each cell as likely as any other. Of a latent of more "
        "than two numbers, the first two; the others are 0.",
    )
    def manifold(self, look: Look) -> ImageGrid:
        made = self.generate(self.plane(GRID))
        return ImageGrid(as_images(made.cpu().numpy()), columns=GRID)

    @figure(
        "Drawn from the prior",
        "Latents that no picture has led to. Where the codes do not fill the prior, as with β = 0, "
        "nothing is known of them.",
    )
    def prior(self, look: Look) -> ImageGrid:
        latents = self.draw(SHOWN, look.rng).to(self.mean.weight.device)
        return ImageGrid(as_images(self.generate(latents).cpu().numpy()), columns=8)

    @figure(
        "What each number tells",
        "Divergence of each of the latent's numbers from the prior, most first. One at 0 says "
        "nothing of the picture.",
    )
    def told(self, look: Look) -> Curve:
        nats = divergence(*self.posterior(look.images)).mean(dim=0).sort(descending=True)[0]
        line = Line(np.arange(1.0, len(nats) + 1), nats.cpu().numpy().copy())
        return Curve({"KL": line}, "number of the latent, by what it tells", "nats a picture")

    @figure("Codes on the plane", "The mean of each picture's code; the first two numbers of it.")
    def codes(self, look: Look) -> Points:
        means = self.latents_of(look.images)[:, :2]
        if means.shape[1] < 2:
            means = torch.cat([means, torch.zeros_like(means)], dim=1)
        labels = look.labels.cpu().numpy().copy()
        return Points(means.cpu().numpy().copy(), labels, look.classes, np.arange(len(labels)))

    @figure("First filters", "What each unit of the first layer looks for; grey is zero.")
    def filters(self, look: Look) -> ImageGrid:
        first = self.backbone.blocks["stage1"]
        if self.config.backbone != "mlp":
            return super().filters(look)
        weights = first.linear.weight.detach()[:SHOWN]  # type: ignore[union-attr, operator]
        shape = self.data.channels, self.data.side, self.data.side
        kernels = weights.unflatten(1, shape)
        peak = kernels.abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-12)
        return ImageGrid(as_images((0.5 + 0.5 * kernels / peak).cpu().numpy()))
