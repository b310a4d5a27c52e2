"""Generative adversarial networks: one game, whose objective and regulariser are chosen apart.

Goodfellow et al., "Generative adversarial nets", NIPS 2014, arXiv 1406.2661; DCGAN, arXiv
1511.06434; least squares, 1611.04076; Wasserstein, 1701.07875, with a gradient penalty, 1704.00028;
R1, 1801.04406; spectral norm and hinge, 1802.05957; projection, 1802.05637; progressive growing,
1710.10196; truncation, 1809.11096; BEGAN, 1703.10717. That objective and regulariser are two
independent choices is the finding of Mescheder et al. 2018 (R1) and Lucic et al. 2018.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from core.config import option
from core.losses.adversarial import OBJECTIVES, equilibrium
from core.losses.penalties import clip_weights, gradient_penalty, r1, with_spectral_norm
from core.method import Batch, DataShape, Look, Method, MethodConfig, Trials, figure
from core.nets.adversarial.autoencoding import AutoencodingCritic
from core.nets.adversarial.build import (
    ARCHITECTURES,
    build_critic,
    build_generator,
    build_rebuilder,
)
from core.nets.adversarial.parts import Critic, standard_normal
from core.nets.momentum import follow_all, follower
from core.pictures import Histogram, ImageGrid, Picture, Points, as_images

SHOWN, PLANE = 64, 1000  # pictures, and points, in a figure
ROWS, WALK, BINS = 6, 9, 40  # of interpolations; of histograms
REGULARISERS = ("spectral norm", "gradient penalty", "r1", "clipping", "none")
BALANCED = "began"


@dataclass(frozen=True)
class GANConfig(MethodConfig):
    """Objective and regulariser are independent; the defaults are for small pictures on a CPU."""

    steps: int = option(2000, "Training steps in all.", low=1, high=10_000_000, log=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(32, "Images in a step of each player.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(1e-3, "Size of the generator's steps.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    discriminator_rate: float = option(1e-3, "Size of the discriminator's steps.", low=1e-7,
                                       high=10.0, log=True, live=True,
                                       group="Training")  # fmt: skip
    discriminator_steps: int = option(1, "Steps of the discriminator for one of the generator, "
                                      "each on pictures of its own.", low=1, high=20,
                                      group="Training")  # fmt: skip
    weight_decay: float = option(0.0, "How strongly weights are drawn to zero.", low=0.0, high=1.0,
                                 live=True, group="Training", advanced=True)  # fmt: skip
    warmup: float = option(0.0, "Share of the steps over which the rates rise; then they stay.",
                           low=0.0, high=0.9, group="Training", advanced=True)  # fmt: skip
    momentum: float = option(0.5, "Adam's first decay; high ones make the players circle.",
                             low=0.0, high=0.99, group="Training", advanced=True)  # fmt: skip
    memory: float = option(0.99, "Adam's second decay.", low=0.5, high=0.9999, group="Training",
                           advanced=True)  # fmt: skip
    turns: str = option("both", "Who learns: both, or one alone while the other stands still.",
                        choices=("both", "discriminator", "generator"), live=True)  # fmt: skip
    objective: str = option("non-saturating", "What the players want of the discriminator's "
                            "answer.", choices=(*OBJECTIVES, BALANCED))  # fmt: skip
    regulariser: str = option("spectral norm", "What keeps the discriminator smooth.",
                              choices=REGULARISERS)  # fmt: skip
    penalty_weight: float = option(10.0, "Weight of a gradient penalty or of R1.", low=0.0,
                                   high=1000.0, live=True)  # fmt: skip
    penalty_every: int = option(1, "Steps from one penalty to the next, weighted the more.", low=1,
                                high=64, live=True, advanced=True)  # fmt: skip
    clip: float = option(0.1, "Largest weight of a clipped discriminator.", low=1e-4, high=10.0,
                         log=True, live=True, advanced=True)  # fmt: skip
    average: float = option(0.99, "How much of the averaged generator stays at each step; 0 is the "
                            "generator itself.", low=0.0, high=0.99999, live=True)  # fmt: skip
    diversity: float = option(0.5, "BEGAN's γ: error on made pictures, as a share of that on real "
                              "ones.", low=0.05, high=1.0, live=True, advanced=True)  # fmt: skip
    gain: float = option(0.01, "BEGAN's λ: how fast the balance k follows.", low=1e-5, high=1.0,
                         log=True, live=True, advanced=True)  # fmt: skip
    backbone: str = option("dcgan", "Architecture of both players.", group="Network",
                           choices=ARCHITECTURES)  # fmt: skip
    width: int = option(32, "Channels of the largest map, or units of a layer.", low=4, high=512,
                        log=True, group="Network")  # fmt: skip
    latent: int = option(64, "Numbers that a picture is made from.", low=1, high=1024, log=True,
                         group="Network")  # fmt: skip
    conditional: bool = option(False, "Make pictures of a class; needs data with classes.",
                               group="Network")  # fmt: skip


class GAN(Method):
    """A generator, its average over the steps, and a discriminator that tells made from real."""

    Config = GANConfig
    on_points = True
    recipes: ClassVar[dict[str, dict[str, Any]]] = {
        "mixtures": {"backbone": "mlp", "width": 128, "latent": 2, "batch_size": 256,
                     "regulariser": "none", "memory": 0.9, "penalty_weight": 0.1, "steps": 2500},
        "digits": {"batch_size": 64},
        "mnist": {"batch_size": 64},
        "cifar10": {"width": 64, "batch_size": 64, "steps": 20_000, "average": 0.999},
    }  # fmt: skip
    trials: ClassVar[Trials] = {
        "Least squares": {"objective": "least squares"},
        "Wasserstein, gradient penalty": {"objective": "wasserstein", "learning_rate": 2e-3,
                                          "discriminator_rate": 2e-3,
                                          "regulariser": "gradient penalty"},
        "Hinge": {"objective": "hinge"},
        "Rebuilding critic (BEGAN)": {"objective": BALANCED, "regulariser": "none"},
        "Growing networks": {"backbone": "progressive"},
        "Clipped weights: too slow to learn": {"objective": "wasserstein",
                                               "regulariser": "clipping",
                                               "discriminator_steps": 5},
        "A discriminator too fast to beat": {"regulariser": "none", "learning_rate": 1e-4,
                                             "discriminator_rate": 5e-3},
    }  # fmt: skip

    config: GANConfig
    discriminator: Critic | AutoencodingCritic
    balance: Tensor  # BEGAN's k

    def __init__(self, config: GANConfig, data: DataShape) -> None:
        super().__init__(config, data)
        if config.conditional and len(data.classes) < 2:
            raise ValueError("conditional: these data have no classes; switch it off, or choose "
                             "data with one folder a class")  # fmt: skip
        classes = len(data.classes) if config.conditional else 0
        shape = (data.channels, data.side, config.width)
        self.generator = build_generator(config.backbone, config.latent, *shape, classes)
        self.averaged = follower(self.generator)
        if config.objective == BALANCED:
            self.discriminator = build_rebuilder(config.backbone, config.latent, *shape)
        else:
            normed = config.regulariser in ("none", "clipping")
            self.discriminator = build_critic(config.backbone, *shape, classes, normed)
        if config.regulariser == "spectral norm":
            with_spectral_norm(self.discriminator)
        self.register_buffer("balance", torch.zeros(()))

    # --- generating -------------------------------------------------------------------------------

    @property
    def latent_size(self) -> int:
        return self.config.latent

    @property
    def conditional(self) -> bool:
        return self.config.conditional

    def draw(self, count: int, rng: torch.Generator, truncation: float = 0.0) -> Tensor:
        """Latents (count, Z) of N(0, I), on the generator's device.

        With a `truncation` above 0 no number lies beyond it: fewer odd pictures, and fewer kinds.
        """
        return standard_normal(count, self.latent_size, rng, truncation)

    def generate(self, latents: Tensor, labels: Tensor | None = None, raw: bool = False) -> Tensor:
        """Pictures (B, C, H, W) in 0..1, or points, by the averaged generator or the raw one."""
        net = self.generator if raw else self.averaged
        return self.outward(net(latents, labels))

    def criticise(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """The discriminator's score of each (B,), more for what it takes for real."""
        return self.discriminator(self.inward(images), labels if self.conditional else None)

    def encode(self, images: Tensor) -> dict[str, Tensor]:
        """The activations of the discriminator's blocks."""
        return self.discriminator.stages(self.inward(images))

    def inward(self, images: Tensor) -> Tensor:
        """Pictures as the networks have them, -1..1; points as they are."""
        return images if self.data.points else images * 2 - 1

    def outward(self, made: Tensor) -> Tensor:
        """The way back."""
        return made if self.data.points else (made + 1) / 2

    def classes_for(self, count: int, rng: torch.Generator) -> Tensor | None:
        """A class for each (count,), all equally likely; None without classes."""
        if not self.conditional:
            return None
        most = len(self.data.classes)
        return torch.randint(most, (count,), generator=rng, device=rng.device)

    # --- learning ---------------------------------------------------------------------------------

    @classmethod
    def pictures_a_step(cls, config: GANConfig) -> int:
        """Every step of the discriminator sees pictures of its own."""
        return config.batch_size * config.discriminator_steps

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """Adam for each player."""
        betas = (self.config.momentum, self.config.memory)
        rates = {"generator": self.config.learning_rate,
                 "discriminator": self.config.discriminator_rate}  # fmt: skip
        return {
            name: torch.optim.Adam(getattr(self, name).parameters(), lr, betas, fused=True)
            for name, lr in rates.items()
        }

    def risen(self, step: int) -> float:
        """The share of their full size that the rates have reached."""
        return min(1.0, (step + 1) / max(1, round(self.config.warmup * self.config.steps)))

    def learning_rate(self, step: int) -> float:
        """The generator's rate: a linear rise, then constant, for the game has no end to near."""
        return self.config.learning_rate * self.risen(step)

    def step(self, batch: Batch, optimizers: dict[str, torch.optim.Optimizer]) -> dict[str, Tensor]:
        """The discriminator's steps, then one of the generator on what was made last."""
        config = self.config
        for name, rate in (("generator", config.learning_rate),
                           ("discriminator", config.discriminator_rate)):  # fmt: skip
            for group in optimizers[name].param_groups:
                group["lr"] = rate * self.risen(batch.step)
                group["weight_decay"] = config.weight_decay
        for net in (self.generator, self.averaged, self.discriminator):
            net.grow(batch.progress)
        found: dict[str, Tensor] = {}
        each = max(2, len(batch.images) // config.discriminator_steps)
        parts = list(zip(batch.images.split(each), batch.labels.split(each)))
        for turn, (images, labels) in enumerate(parts[: config.discriminator_steps]):
            truth = labels if self.conditional else None
            wanted = self.classes_for(len(images), batch.rng)
            made = self.generator(self.draw(len(images), batch.rng), wanted)
            if config.turns != "generator":
                due = (batch.step * config.discriminator_steps + turn) % config.penalty_every == 0
                found |= self.learn_to_tell(
                    optimizers["discriminator"],
                    (self.inward(images), truth),
                    (made.detach(), wanted),
                    batch.rng if due else None,
                )
        if config.turns != "discriminator":
            found |= self.learn_to_make(optimizers["generator"], made, wanted)
        if config.objective == BALANCED:
            found |= self.rebalance(self.inward(images), made.detach())
        return found

    def learn_to_tell(
        self,
        optimizer: torch.optim.Optimizer,
        real: tuple[Tensor, Tensor | None],
        fake: tuple[Tensor, Tensor | None],
        rng: torch.Generator | None,
    ) -> dict[str, Tensor]:
        """One step of the discriminator on pictures and their classes; with `rng`, a penalty."""
        config = self.config
        optimizer.zero_grad(set_to_none=True)
        on_real, on_fake = self.scores(real, fake)
        loss = self.judged(on_real, on_fake)
        found = {"loss/discriminator": loss, **self.said(on_real, on_fake)}
        if rng is not None and config.regulariser in ("gradient penalty", "r1"):
            penalty = self.penalty(real, fake, rng)
            loss = loss + config.penalty_weight * config.penalty_every * penalty
            found["penalty/gradient"] = penalty
        loss.backward()
        optimizer.step()
        if config.regulariser == "clipping":
            clip_weights(self.discriminator, config.clip)
        return found

    def scores(
        self, real: tuple[Tensor, Tensor | None], fake: tuple[Tensor, Tensor | None]
    ) -> tuple[Tensor, Tensor]:
        """Logits of real and of fake, at once unless batch normalisation would mix them."""
        if self.discriminator.normed:
            return self.discriminator(*real), self.discriminator(*fake)
        labels = None if real[1] is None or fake[1] is None else torch.cat([real[1], fake[1]])
        both = self.discriminator(torch.cat([real[0], fake[0]]), labels)
        return both[: len(real[0])], both[len(real[0]) :]

    def judged(self, on_real: Tensor, on_fake: Tensor) -> Tensor:
        """The discriminator's loss of its logits."""
        if self.config.objective == BALANCED:  # its logits are errors, negated
            return -on_real.mean() + self.balance * on_fake.mean()
        return OBJECTIVES[self.config.objective].discriminator(on_real, on_fake)

    def penalty(
        self,
        real: tuple[Tensor, Tensor | None],
        fake: tuple[Tensor, Tensor | None],
        rng: torch.Generator,
    ) -> Tensor:
        """The chosen penalty on the slope, without its weight."""

        def critic(images: Tensor) -> Tensor:
            return self.discriminator(images, real[1])

        if self.config.regulariser == "r1":
            return r1(critic, real[0])
        return gradient_penalty(critic, real[0], fake[0], rng)

    def learn_to_make(
        self, optimizer: torch.optim.Optimizer, made: Tensor, wanted: Tensor | None
    ) -> dict[str, Tensor]:
        """One step of the generator by what the discriminator says of what it made."""
        optimizer.zero_grad(set_to_none=True)
        loss = self.wished(self.discriminator(made, wanted))
        mine = [weight for group in optimizer.param_groups for weight in group["params"]]
        loss.backward(inputs=mine)  # the discriminator gets no gradient
        optimizer.step()
        follow_all(self.averaged, self.generator, self.config.average)
        return {"loss/generator": loss}

    def wished(self, on_fake: Tensor) -> Tensor:
        """The generator's loss of the logits of what it made."""
        if self.config.objective == BALANCED:
            return -on_fake.mean()
        return OBJECTIVES[self.config.objective].generator(on_fake)

    @torch.no_grad()
    def rebalance(self, real: Tensor, made: Tensor) -> dict[str, Tensor]:
        """BEGAN's k for the next step, and how far the game has converged."""
        errors = -self.discriminator(real), -self.discriminator(made)
        found = equilibrium(errors[0], errors[1], errors[1], self.balance, self.config.diversity,
                            self.config.gain)  # fmt: skip
        self.balance.copy_(found.balance)
        return {"balance/k": found.balance, "balance/M": found.convergence}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The losses on held-out pictures and on the averaged generator's."""
        wanted = self.classes_for(len(batch.images), batch.rng)
        made = self.averaged(self.draw(len(batch.images), batch.rng), wanted)
        truth = batch.labels if self.conditional else None
        on_real = self.discriminator(self.inward(batch.images), truth)
        on_fake = self.discriminator(made, wanted)
        return {
            "loss/generator": self.wished(on_fake),
            "loss/discriminator": self.judged(on_real, on_fake),
            **self.said(on_real, on_fake),
        }

    def said(self, on_real: Tensor, on_fake: Tensor) -> dict[str, Tensor]:
        """What the discriminator says of both, on average: probabilities where it gives such."""
        return {
            "D/real": self.answers(on_real.detach()).mean(),
            "D/fake": self.answers(on_fake.detach()).mean(),
        }

    def answers(self, logits: Tensor) -> Tensor:
        """Logits as probabilities where the objective takes them for such, else as they are."""
        entropy = self.config.objective in ("non-saturating", "minimax")
        return torch.sigmoid(logits) if entropy else logits

    # --- figures ----------------------------------------------------------------------------------

    @figure("Samples", "Made from the same noise at every step, by the averaged generator.")
    def samples(self, look: Look) -> Picture:
        return self.made(look, raw=False)

    @figure("Samples of the raw generator", "The same noise, without the average over the steps.")
    def raw_samples(self, look: Look) -> Picture:
        return self.made(look, raw=True)

    def made(self, look: Look, raw: bool) -> Picture:
        """Samples on fixed noise: a grid of pictures, or points beside the real ones."""
        count = PLANE if self.data.points else SHOWN
        latents, wanted = self.draw(count, look.rng), self.classes_in_turn(count)
        found = self.generate(latents, wanted, raw).cpu().numpy()
        if not self.data.points:
            return ImageGrid(as_images(found), self.named(wanted), columns=8)
        real = look.images[:PLANE].cpu().numpy()
        both = np.concatenate([real, found]).reshape(-1, 2)
        labels = np.repeat([0, 1], [len(real), len(found)])
        return Points(both, labels, ("data", "samples"), title="Data and samples")

    def classes_in_turn(self, count: int) -> Tensor | None:
        """One class after the other (count,); None without classes."""
        return torch.arange(count) % len(self.data.classes) if self.conditional else None

    def named(self, wanted: Tensor | None) -> list[str]:
        """The class of each, or nothing."""
        return [] if wanted is None else [self.data.classes[i] for i in wanted.tolist()]

    @figure(
        "What the discriminator says",
        "Of real pictures and of made ones. Two heaps far apart: it wins and teaches nothing any "
        "more. One heap: it can no longer tell.",
    )
    def verdicts(self, look: Look) -> Histogram:
        wanted = self.classes_for(len(look.images), look.rng)
        made = self.generate(self.draw(len(look.images), look.rng), wanted)
        heaps = {"real": self.criticise(look.images, look.labels),
                 "made": self.criticise(made, wanted)}  # fmt: skip
        values = {name: self.answers(logits).cpu().numpy() for name, logits in heaps.items()}
        return Histogram.of(values, BINS, "score of the discriminator, more is more like real")

    @figure("From one sample to another", "Along a quarter of a great circle between two latents.")
    def walk(self, look: Look) -> ImageGrid:
        start, end = self.draw(ROWS, look.rng), self.draw(ROWS, look.rng)
        turn = torch.linspace(0, math.pi / 2, WALK).view(1, -1, 1)
        latents = start[:, None] * turn.cos() + end[:, None] * turn.sin()  # each again N(0, I)
        wanted = self.classes_in_turn(ROWS)
        labels = None if wanted is None else wanted.repeat_interleave(WALK)
        found = self.generate(latents.flatten(0, 1), labels)
        return ImageGrid(as_images(found.cpu().numpy()), self.named(labels), columns=WALK)
