"""What methods that translate pictures share: their options, their rates, their pictures."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.config import option
from core.losses.adversarial import OBJECTIVES
from core.method import Look, Method, MethodConfig
from core.nets.adversarial.patches import PATCHES
from core.nets.adversarial.translating import TRANSLATORS
from core.pictures import HeatMaps, as_images

SHOWN = 16  # rows of a figure
STEADY = 0.5  # share of the training after which the rates fall


@dataclass(frozen=True)
class TranslationConfig(MethodConfig):
    """The options of both players."""

    weight_decay: float = option(0.0, "How strongly weights are drawn to zero.", low=0.0, high=1.0,
                                 live=True, group="Training", advanced=True)  # fmt: skip
    warmup: float = option(0.0, "Share of the steps over which the rates rise.", low=0.0, high=0.9,
                           group="Training", advanced=True)  # fmt: skip
    momentum: float = option(0.5, "Adam's first decay; high ones make the players circle.",
                             low=0.0, high=0.99, group="Training", advanced=True)  # fmt: skip
    adversarial: float = option(1.0, "Weight of what the discriminator says; at 0 there is no "
                                "game.", low=0.0, high=100.0, live=True)  # fmt: skip
    objective: str = option("least squares", "What the players want of the discriminator's answer.",
                            choices=("non-saturating", "least squares", "hinge"))  # fmt: skip
    patch: int = option(16, "Side of the patches that the discriminator judges, in pixels; 1 sees "
                        "colours alone.", choices=PATCHES, unit="px", group="Network")  # fmt: skip
    backbone: str = option("unet", "What translates: a U-Net with skips, or a residual network.",
                           choices=TRANSLATORS, group="Network")  # fmt: skip
    width: int = option(16, "Channels of the largest map of every network.", low=4, high=256,
                        log=True, group="Network")  # fmt: skip


class Translation(Method):
    """Adam for both players, pictures in -1..1, and the figure of what the patches say."""

    needs_partners = True
    both_ways = False  # whether `translate` goes back, too

    config: TranslationConfig

    def translate(self, images: Tensor, back: bool = False) -> Tensor:
        raise NotImplementedError

    def learning_rate(self, step: int) -> float:
        """Constant over the first half of the steps, then straight to zero (both papers)."""
        config = self.config
        rise = min(1.0, (step + 1) / max(1, round(config.warmup * config.steps)))
        left = (config.steps - step) / max(1.0, config.steps * (1 - STEADY))
        return config.learning_rate * rise * min(1.0, max(0.0, left))

    def adam(self, *nets: torch.nn.Module) -> torch.optim.Optimizer:
        """One optimiser for some of the networks."""
        weights = [weight for net in nets for weight in net.parameters()]
        betas = (self.config.momentum, 0.999)
        return torch.optim.Adam(weights, self.config.learning_rate, betas, fused=True)

    def set_rates(self, optimizers: dict[str, torch.optim.Optimizer], step: int) -> None:
        """The rate and the decay of this step."""
        for optimizer in optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = self.learning_rate(step)
                group["weight_decay"] = self.config.weight_decay

    def judged(self, real: Tensor, fake: Tensor) -> Tensor:
        """What the discriminator minimises, of its logits (B, 1, h, w)."""
        return OBJECTIVES[self.config.objective].discriminator(real, fake)

    def wished(self, fake: Tensor) -> Tensor:
        """What the generator minimises of them."""
        return OBJECTIVES[self.config.objective].generator(fake)

    def said(self, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """What the discriminator says of both, on average over the patches."""
        return {"D/real": self.answers(real.detach()).mean(),
                "D/fake": self.answers(fake.detach()).mean()}  # fmt: skip

    def answers(self, logits: Tensor) -> Tensor:
        """Logits as probabilities where the objective takes them for such, else as they are."""
        entropy = self.config.objective == "non-saturating"
        return torch.sigmoid(logits) if entropy else logits

    def doubts(self, images: Tensor, logits: Tensor) -> HeatMaps:
        """Where patches look made: (B, C, H, W) in 0..1 under their logits, hot where made."""
        low, high = logits.amin(), logits.amax()
        heat = (high - logits) / (high - low).clamp(min=1e-6)
        return HeatMaps(as_images(images.cpu().numpy()), heat.cpu().numpy().copy(),
                        ("taken for made",))  # fmt: skip


def inward(images: Tensor) -> Tensor:
    """Pictures as the networks have them, -1..1."""
    return images * 2 - 1


def outward(made: Tensor) -> Tensor:
    """The way back."""
    return (made + 1) / 2


def first(look: Look) -> tuple[Tensor, Tensor | None]:
    """As many of the looked-at pictures as a figure shows, and their partners."""
    return look.images[:SHOWN], None if look.partners is None else look.partners[:SHOWN]
