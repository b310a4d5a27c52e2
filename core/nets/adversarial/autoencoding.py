"""A critic that rebuilds what it sees, and takes for real what it rebuilds well.

Zhao et al. 2017, arXiv 1609.03126 (EBGAN), and Berthelot et al. 2017, arXiv 1703.10717 (BEGAN).
"""

from __future__ import annotations

from torch import Tensor, nn

from core.nets.adversarial.parts import Critic, Generator


class AutoencodingCritic(nn.Module):
    """A critic's features to a code, and a generator from the code back to the picture."""

    def __init__(self, encoder: Critic, code: int, decoder: Generator) -> None:
        super().__init__()
        self.normed = encoder.normed
        self.encoder = encoder
        del encoder.score  # it gives no logit
        self.code = nn.Linear(encoder.dim, code)
        self.decoder = decoder

    def stages(self, images: Tensor) -> dict[str, Tensor]:
        """Activations of the encoder, and the code (B, Z)."""
        found = self.encoder.stages(images)
        return {**found, "code": self.code(self.encoder.pool(list(found.values())[-1]))}

    def error(self, images: Tensor) -> Tensor:
        """L(v) = mean |v - D(v)| of each picture, (B,) (BEGAN, equation 1 with η = 1)."""
        rebuilt = self.decoder(self.code(self.encoder.features(images)))
        return (images - rebuilt).abs().flatten(1).mean(dim=1)

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """(B,), high where it rebuilds well; it knows no classes."""
        return -self.error(images)

    def grow(self, progress: float) -> None:
        """Both halves."""
        self.encoder.grow(progress)
        self.decoder.grow(progress)
