"""The context encoder: paint in what was taken out of a picture, from what is around it.

Pathak, Krähenbühl, Donahue, Darrell and Efros, "Context encoders: feature learning by inpainting",
CVPR 2016, arXiv 1604.07379.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from core.bases.convolutional import PaintingConfig
from core.bases.encoder import EncoderMethod, shift_flip
from core.config import option
from core.data.augment.masks import centre_hole, centre_mask, erase, random_mask
from core.losses.inpainting import adversarial_loss, discriminator_loss, hole_error
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.discriminator import Discriminator
from core.nets.upsampling import Upsampling, map_side
from core.pictures import ImageGrid, Reconstruction, as_images
from core.randomness import generator

SHOWN = 6  # pictures in a figure of several holes
SLOWER = 0.1  # the discriminator's learning rate, as a share of the painter's (section 4)
SHARES = (0.0625, 0.25, 0.5)  # holes of these areas are shown side by side


@dataclass(frozen=True)
class InpaintingConfig(PaintingConfig):
    """The paper takes out the middle quarter, or random regions of a quarter of the picture."""

    steps: int = option(900, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(32, "Images in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    region: str = option("random", "What is taken out: random regions, or the middle.",
                         choices=("random", "centre"))  # fmt: skip
    share: float = option(0.25, "How much of the picture is taken out.", low=0.02, high=0.75)
    objective: str = option("l2", "Be near the truth, fool a discriminator, or both.",
                            choices=("l2", "adversarial", "both"))  # fmt: skip
    adversarial_weight: float = option(0.001, "Weight of fooling the discriminator, of 1, where "
                                       "both count.", low=0.0, high=1.0, live=True,
                                       advanced=True)  # fmt: skip
    shift: float = option(0.0, "Largest shift of a picture, as a share of its side.", low=0.0,
                          high=0.5)  # fmt: skip


class Inpainting(EncoderMethod):
    """Encoder, a layer that carries channels to all places, decoder; perhaps a discriminator."""

    Config = InpaintingConfig
    companions = ("supervised",)
    trials: ClassVar[Trials] = {
        "Fool a discriminator": {"objective": "adversarial"},
        "Both": {"objective": "both"},
        "The middle taken out": {"region": "centre"},
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "digits": {"flip": False, "steps": 800},
        "mnist": {"flip": False},
        "svhn": {"flip": False},
        "cifar10": {"width": 32, "steps": 3000},
        "cifar100": {"width": 32, "steps": 3000},
        "stl10": {"width": 32, "steps": 3000},
    }

    config: InpaintingConfig
    grain = 1

    def __init__(self, config: InpaintingConfig, data: DataShape) -> None:
        super().__init__(config, data)
        side, dim = map_side(self.backbone, data.channels, data.side), self.backbone.dim
        self.carry = ChannelwiseLinear(dim, side)
        self.mix = nn.Sequential(nn.Conv2d(dim, dim, 1), nn.ReLU())
        self.decoder = Upsampling(dim, data.channels, side, data.side)
        self.discriminator: Discriminator | None = None
        if config.objective != "l2":
            centre = config.region == "centre"
            seen = centre_hole(data.side, config.share)[1] if centre else data.side
            self.discriminator = Discriminator(data.channels, seen, config.width)

    def masks(self, count: int, rng: torch.Generator, share: float | None = None) -> Tensor:
        """What is taken out of `count` pictures: (B, 1, H, W), True where a pixel is missing."""
        share, side = share or self.config.share, self.data.side
        if self.config.region == "centre":
            return centre_mask(count, side, share, rng.device)
        return random_mask(count, side, share, rng)

    def paint(self, images: Tensor, mask: Tensor) -> Tensor:
        """F((1 − M) x): whole pictures (B, C, H, W) made of the images without what is masked."""
        x = list(self.backbone.stages(erase(images, mask)).values())[-1]  # (B, D, h, w)
        return torch.sigmoid(self.decoder(self.mix(self.carry(x))))

    def completed(self, images: Tensor, mask: Tensor) -> Tensor:
        """The images with what was painted in their holes."""
        return torch.where(mask, self.paint(images, mask), images)

    def judge(self, images: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """L = λ_rec L_rec + λ_adv L_adv, equation 3, and its two terms."""
        made = self.paint(images, mask)
        error = hole_error(made, images, mask)
        if self.discriminator is None:
            return {"loss": error, "error": error}
        fooled = adversarial_loss(self.discriminator(self.seen(torch.where(mask, made, images))))
        weight = 1.0 if self.config.objective == "adversarial" else self.config.adversarial_weight
        return {
            "loss": (1 - weight) * error + weight * fooled,
            "error": error,
            "adversarial": fooled,
        }

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Take a region out of each picture, paint it in, compare."""
        images = shift_flip(batch.images, self.config, batch.rng)
        return self.judge(images, self.masks(len(images), batch.rng))

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.judge(batch.images, self.held_out_masks(len(batch.images)))

    def held_out_masks(self, count: int, share: float | None = None) -> Tensor:
        """The regions taken out of pictures that are only looked at: always the same."""
        masks = self.masks(count, generator("holes"), share)
        return masks.to(next(self.parameters()).device)

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """The painter's and, where there is a discriminator, Adam as for a DCGAN for that."""
        found = super().optimizers()
        if self.discriminator is not None:
            judges = set(self.discriminator.parameters())
            for group in found["main"].param_groups:
                group["params"] = [p for p in group["params"] if p not in judges]
            found["discriminator"] = torch.optim.Adam(
                self.discriminator.parameters(), lr=self.config.learning_rate, betas=(0.5, 0.999)
            )
        return found

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """An update of the painter, after one of the discriminator, if any, on other holes."""
        judged = {}
        if self.discriminator is not None:
            judged = self.discriminate(batch, self.discriminator, optimizers["discriminator"])
        return super().step(batch, optimizers) | judged

    def discriminate(
        self, batch: Batch, discriminator: Discriminator, optimizer: torch.optim.Optimizer
    ) -> dict[str, Tensor]:
        """One update of the discriminator by equation 2: max_D log D(x) + log(1 − D(F(.)))."""
        for group in optimizer.param_groups:
            group["lr"] = SLOWER * self.learning_rate(batch.step)
        images = shift_flip(batch.images, self.config, batch.rng)
        with torch.no_grad():
            made = self.completed(images, self.masks(len(images), batch.rng))
        real, fake = discriminator(self.seen(images)), discriminator(self.seen(made))
        loss = discriminator_loss(real, fake)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        right = torch.cat([real > 0, fake < 0]).float().mean()
        return {"discriminator": loss, "discriminator right": right}

    def seen(self, images: Tensor) -> Tensor:
        """What the discriminator sees: the painted square alone, or the whole picture.

        Beside its surroundings, a square would be given away by its rim (section 3.2).
        """
        if self.config.region == "centre":
            first, hole = centre_hole(self.data.side, self.config.share)
            return images[..., first : first + hole, first : first + hole]
        return images

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """Each image with a hole, with what the network paints into it, and as it was."""
        return self.shown(images, self.held_out_masks(len(images)))

    @property
    def usual_share(self) -> float:
        """The area of a hole in training."""
        return self.config.share

    def hide(self, share: float, rng: torch.Generator) -> Tensor:
        """A hole like those of training, of about that area, (H, W)."""
        return self.masks(1, rng, share)[0, 0]

    def fill(self, images: Tensor, hidden: Tensor) -> Reconstruction:
        """The images with the same hole (H, W) in each, painted in, and as they were."""
        return self.shown(images, hidden.expand(len(images), 1, -1, -1))

    def shown(self, images: Tensor, mask: Tensor) -> Reconstruction:
        """What stands beside one another: the images without what is masked, painted in, whole."""
        given, made = erase(images, mask), self.completed(images, mask)
        seen, painted, truth = (as_images(x.cpu().numpy()) for x in (given, made, images))
        return Reconstruction(seen, painted, truth, ("Given", "Painted in", "Truth"))

    @figure(
        "Holes of several sizes", "Painted in; below each picture the hole it was painted into."
    )
    def holes(self, look: Look) -> ImageGrid:
        images, rows = look.images[:SHOWN], []
        for share in SHARES:
            mask = self.held_out_masks(len(images), share)
            rows += [self.completed(images, mask), erase(images, mask)]
        captions = [f"{share:.0%} {what}" for share in SHARES for what in ("painted", "missing")]
        return ImageGrid(
            as_images(torch.cat(rows).cpu().numpy()),
            [caption for caption in captions for _ in images],
            columns=len(images),
        )


class ChannelwiseLinear(nn.Module):
    """Each channel's map through a linear layer of its own, (B, D, h, h) to the same (section 3.1).

    So what is seen on one side of a picture reaches the hole on the other, at a D-th of the weights
    of a full layer.
    """

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        places = side * side
        self.weight = nn.Parameter(torch.empty(channels, places, places))
        nn.init.normal_(self.weight, std=places**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        return torch.einsum("bcp,cpq->bcq", x.flatten(2), self.weight).view_as(x)
