"""pix2pix: from pairs, a picture of one domain to what it is in another.

Isola, Zhu, Zhou and Efros 2017, "Image-to-image translation with conditional adversarial networks",
CVPR, arXiv 1611.07004. L1 alone gets the coarse right and blurs what is not known; a discriminator
of patches, which sees what was given, objects to blur.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from core.bases.translation import Translation, TranslationConfig, first, inward, outward
from core.config import option
from core.method import Batch, DataShape, Look, Trials, figure
from core.nets.adversarial.patches import PatchCritic
from core.nets.adversarial.translating import build_translator
from core.pictures import HeatMaps, ImageGrid, as_images
from core.randomness import generator

DRAWS = 6  # of the noise of dropout, in a figure


@dataclass(frozen=True)
class Pix2PixConfig(TranslationConfig):
    """The weights of both terms are the choices that matter."""

    steps: int = option(3000, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(4, "Pairs in a step.", low=1, high=4096, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(1e-3, "Size of a step of both players at first.", low=1e-7,
                                  high=10.0, log=True, live=True, group="Training")  # fmt: skip
    objective: str = option("non-saturating", "What the players want of the discriminator's "
                            "answer.",
                            choices=("non-saturating", "least squares", "hinge"))  # fmt: skip
    weight_l1: float = option(100.0, "λ: weight of the distance from the partner.", low=0.0,
                              high=10_000.0, live=True)  # fmt: skip
    conditional: bool = option(True, "Show the discriminator what was given, too.",
                               group="Network")  # fmt: skip
    dropout: float = option(0.2, "Share of the inner numbers that are dropped, in training and "
                            "after: the paper's noise.", low=0.0, high=0.95,
                            group="Network")  # fmt: skip


class Pix2Pix(Translation):
    """min over G, max over D of L_cGAN(G, D) + λ L1(G), equation 4."""

    Config = Pix2PixConfig
    needs_pairs = True
    trials: ClassVar[Trials] = {
        "L1 alone: right, and blurred": {"adversarial": 0.0},
        "No L1: the game alone": {"weight_l1": 0.0},
        "A discriminator that sees no input": {"conditional": False},
        "Pixels instead of patches": {"patch": 1},
        "No skips: a residual network": {"backbone": "resnet"},
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = {}

    config: Pix2PixConfig

    def __init__(self, config: Pix2PixConfig, data: DataShape) -> None:
        super().__init__(config, data)
        channels, side, width = data.channels, data.side, config.width
        self.generator = build_translator(config.backbone, channels, side, width, config.dropout)
        seen = channels * (2 if config.conditional else 1)
        self.discriminator = PatchCritic(seen, side, width, config.patch)

    # --- learning ---------------------------------------------------------------------------------

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """Adam for each player."""
        return {name: self.adam(getattr(self, name)) for name in ("generator", "discriminator")}

    def criticised(self, given: Tensor, shown: Tensor) -> Tensor:
        """Logits of patches (B, 1, h, w) of pictures, beside what they were to be made of."""
        both = torch.cat([given, shown], dim=1) if self.config.conditional else shown
        return self.discriminator(both)

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """One step of the discriminator, then one of the generator, on the same pairs."""
        self.set_rates(optimizers, batch.step)
        given, wanted = pairs(batch)
        made = self.generator(given, batch.rng)
        found: dict[str, Tensor] = {}
        if self.config.adversarial > 0:
            optimizer = optimizers["discriminator"]
            optimizer.zero_grad(set_to_none=True)
            on_real, on_fake = (self.criticised(given, p) for p in (wanted, made.detach()))
            loss = 0.5 * self.judged(on_real, on_fake)  # slower than the generator, section 3.3
            loss.backward()
            optimizer.step()
            found |= {"loss/discriminator": loss, **self.said(on_real, on_fake)}
        optimizers["generator"].zero_grad(set_to_none=True)
        self.discriminator.requires_grad_(False)
        costs = self.costs(given, made, wanted)
        costs["loss/generator"].backward()
        self.discriminator.requires_grad_(True)
        optimizers["generator"].step()
        return found | costs

    def costs(self, given: Tensor, made: Tensor, wanted: Tensor) -> dict[str, Tensor]:
        """The generator's loss and its terms; L1 in shares of the brightness, 0..1."""
        config = self.config
        away = F.l1_loss(made, wanted)
        loss = config.weight_l1 * away
        found = {"L1": away / 2}
        if config.adversarial > 0:
            wish = self.wished(self.criticised(given, made))
            loss, found["adversarial"] = loss + config.adversarial * wish, wish
        return {"loss/generator": loss, **found}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        given, wanted = pairs(batch)
        return self.costs(given, self.generator(given, batch.rng), wanted)

    # --- abilities --------------------------------------------------------------------------------

    def translate(self, images: Tensor, back: bool = False) -> Tensor:
        """Pictures (B, C, H, W) of the second domain. The noise is the same at every call."""
        noise = generator("translate", device=images.device)
        return outward(self.generator(inward(images), noise))

    # --- figures ----------------------------------------------------------------------------------

    @figure("Given, made, truth", "Held-out pictures, what was made of each, and its partner.")
    def translations(self, look: Look) -> ImageGrid:
        given, wanted = first(look)
        columns = [given, self.translate(given), *([] if wanted is None else [wanted])]
        rows = torch.stack(columns, dim=1).flatten(0, 1)
        titles = ("Given", "Made", "Truth")[: len(columns)]
        return ImageGrid(as_images(rows.cpu().numpy()), list(titles) * len(given), len(columns))

    @figure(
        "What the patches say",
        "Hot where the discriminator takes a patch of what was made for made.",
    )
    def patches(self, look: Look) -> HeatMaps:
        given, _ = first(look)
        made = self.translate(given)
        return self.doubts(made, self.criticised(inward(given), inward(made)))

    @figure(
        "Other noise",
        "What was given, and what is made of it with other numbers dropped: little differs, as the "
        "paper finds.",
    )
    def draws(self, look: Look) -> ImageGrid:
        given, _ = first(look)
        made = [outward(self.generator(inward(given), look.rng)) for _ in range(DRAWS)]
        rows = torch.stack([given, *made], dim=1).flatten(0, 1)
        return ImageGrid(as_images(rows.cpu().numpy()), columns=DRAWS + 1)


def pairs(batch: Batch) -> tuple[Tensor, Tensor]:
    """What is given and what is wanted, in -1..1."""
    assert batch.partners is not None, "check_data lets only pairs pass"
    return inward(batch.images), inward(batch.partners)
