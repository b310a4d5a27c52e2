"""CycleGAN: without pairs, pictures of one domain as they would be in the other, and back.

Zhu, Park, Isola and Efros 2017, "Unpaired image-to-image translation using cycle-consistent
adversarial networks", ICCV, arXiv 1703.10593. Either discriminator asks for pictures of its domain,
any of them would do; that the way back must lead to where it began keeps the one that was given.
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
from core.nets.adversarial.pool import ImagePool
from core.nets.adversarial.translating import build_translator
from core.pictures import HeatMaps, ImageGrid, Reconstruction, as_images


@dataclass(frozen=True)
class CycleGANConfig(TranslationConfig):
    """The weight of the cycle is the choice that matters."""

    steps: int = option(1500, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(4, "Pictures of each domain in a step.", low=1, high=4096, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(1e-3, "Size of a step of all players at first.", low=1e-7,
                                  high=10.0, log=True, live=True, group="Training")  # fmt: skip
    cycle: float = option(10.0, "λ: weight of the way there and back again.", low=0.0,
                          high=1000.0, live=True)  # fmt: skip
    identity: float = option(0.5, "How much, as a share of λ, a picture that is already of the "
                             "domain is to stay as it is.", low=0.0, high=10.0,
                             live=True)  # fmt: skip
    pool: int = option(50, "Pictures made before that a discriminator is shown again; 0 for none.",
                       low=0, high=1000, advanced=True)  # fmt: skip


class CycleGAN(Translation):
    """G from A to B and F back, D_A and D_B; equation 3 with the identity loss of section 5.2."""

    Config = CycleGANConfig
    both_ways = True
    trials: ClassVar[Trials] = {
        "No cycle: nothing must be kept": {"cycle": 0.0},
        "No identity loss": {"identity": 0.0},
        "No pool of older pictures": {"pool": 0},
        "Residual networks, as in the paper": {"backbone": "resnet"},
        "Cycle alone: no game, no change": {"adversarial": 0.0},
    }
    recipes: ClassVar[dict[str, dict[str, Any]]] = {}

    config: CycleGANConfig

    def __init__(self, config: CycleGANConfig, data: DataShape) -> None:
        super().__init__(config, data)
        shape = data.channels, data.side, config.width
        self.forth = build_translator(config.backbone, *shape)  # the paper's G, A to B
        self.back = build_translator(config.backbone, *shape)  # the paper's F, B to A
        self.critic_a = PatchCritic(*shape, config.patch)
        self.critic_b = PatchCritic(*shape, config.patch)
        self.pool_a = ImagePool(config.pool, data.channels, data.side)
        self.pool_b = ImagePool(config.pool, data.channels, data.side)

    # --- learning ---------------------------------------------------------------------------------

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """One for both generators, one for both discriminators."""
        return {"generators": self.adam(self.forth, self.back),
                "discriminators": self.adam(self.critic_a, self.critic_b)}  # fmt: skip

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """The generators by fixed discriminators; then these, on pictures out of the pools."""
        self.set_rates(optimizers, batch.step)
        a, b = domains(batch)
        self.critic_a.requires_grad_(False)
        self.critic_b.requires_grad_(False)
        optimizers["generators"].zero_grad(set_to_none=True)
        found, made_a, made_b = self.costs(a, b)
        found["loss/generator"].backward()
        optimizers["generators"].step()
        self.critic_a.requires_grad_(True)
        self.critic_b.requires_grad_(True)
        if self.config.adversarial > 0:
            shown = self.pool_a(made_a, batch.rng), self.pool_b(made_b, batch.rng)
            found |= self.learn_to_tell(optimizers["discriminators"], (a, b), shown)
        return found

    def costs(self, a: Tensor, b: Tensor) -> tuple[dict[str, Tensor], Tensor, Tensor]:
        """The generators' loss with its terms, and what was made of b and of a, (B, C, H, W).

        Distances are in shares of the brightness, 0..1. The networks treat each picture alone, so
        what is translated and what is to stay go through at once.
        """
        config = self.config
        made_b, kept_b = self.forth(torch.cat([a, b])).chunk(2)
        made_a, kept_a = self.back(torch.cat([b, a])).chunk(2)
        around = F.l1_loss(self.back(made_b), a) + F.l1_loss(self.forth(made_a), b)
        stayed = F.l1_loss(kept_b, b) + F.l1_loss(kept_a, a)
        loss = config.cycle * (around + config.identity * stayed)
        found = {"cycle": around / 4, "identity": stayed / 4}
        if config.adversarial > 0:
            wish = self.wished(self.critic_b(made_b)) + self.wished(self.critic_a(made_a))
            loss, found["adversarial"] = loss + config.adversarial * wish, wish
        return {"loss/generator": loss, **found}, made_a, made_b

    def learn_to_tell(
        self,
        optimizer: torch.optim.Optimizer,
        real: tuple[Tensor, Tensor],
        made: tuple[Tensor, Tensor],
    ) -> dict[str, Tensor]:
        """One step of both discriminators, on real and made pictures of A and of B."""
        optimizer.zero_grad(set_to_none=True)
        critics = self.critic_a, self.critic_b
        on_real = torch.cat([critic(p).flatten() for critic, p in zip(critics, real)])
        on_fake = torch.cat([critic(p).flatten() for critic, p in zip(critics, made)])
        loss = self.judged(on_real, on_fake)  # a mean over both
        loss.backward()
        optimizer.step()
        return {"loss/discriminator": loss, **self.said(on_real, on_fake)}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        return self.costs(*domains(batch))[0]

    # --- abilities --------------------------------------------------------------------------------

    def translate(self, images: Tensor, back: bool = False) -> Tensor:
        """Pictures (B, C, H, W) of A in B, or of B in A."""
        return outward((self.back if back else self.forth)(inward(images)))

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """What is made of each picture, and of that again on the way back; the picture."""
        made = self.translate(images)
        again = self.translate(made, back=True)
        there, back, given = (as_images(p.cpu().numpy()) for p in (made, again, images))
        return Reconstruction(there, back, given.copy(), ("There", "And back", "Given"))

    # --- figures ----------------------------------------------------------------------------------

    @figure("There and back", "A picture of A, in B, back in A; and one of B, in A, back in B.")
    def cycles(self, look: Look) -> ImageGrid:
        given, others = first(look)
        columns = []
        for start, back in ((given, False), (others, True)):
            if start is not None:
                made = self.translate(start, back)
                columns += [start, made, self.translate(made, not back)]
        rows = torch.stack(columns, dim=1).flatten(0, 1)
        titles = ("A", "in B", "back in A", "B", "in A", "back in B")[: len(columns)]
        return ImageGrid(as_images(rows.cpu().numpy()), list(titles) * len(given), len(columns))

    @figure("What the patches say", "Hot where D_B takes a patch of what was made of A for made.")
    def patches(self, look: Look) -> HeatMaps:
        made = self.translate(first(look)[0])
        return self.doubts(made, self.critic_b(inward(made)))

    @figure("What changed", "The difference between a picture and what was made of it.")
    def changes(self, look: Look) -> HeatMaps:
        given, _ = first(look)
        made = self.translate(given)
        heat = (made - given).abs().mean(dim=1, keepdim=True)  # (B, 1, H, W)
        heat = heat / heat.amax(dim=(2, 3), keepdim=True).clamp(min=1e-6)
        return HeatMaps(as_images(made.cpu().numpy()), heat.cpu().numpy().copy(), ("changed",))


def domains(batch: Batch) -> tuple[Tensor, Tensor]:
    """Pictures of both domains, in -1..1."""
    assert batch.partners is not None, "check_data lets only two domains pass"
    return inward(batch.images), inward(batch.partners)
