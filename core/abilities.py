"""What a method may be able to answer about what it has learned.

A method has an ability by having its methods; it registers nothing. Each ability has one panel in
the window. Images come as a float batch (B, C, H, W) in 0..1 on the method's device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from torch import Tensor

    from core.pictures import Guess, Reconstruction


@runtime_checkable
class Encodes(Protocol):
    """Images to features, at every stage of the encoder."""

    def encode(self, images: Tensor) -> dict[str, Tensor]:
        """Stage name -> (B, C, h, w) or (B, D), from the first stage to the last."""
        ...


@runtime_checkable
class Attends(Protocol):
    """Images to maps of where the encoder is active or attends."""

    def attend(self, images: Tensor, power: float = 2.0) -> dict[str, Tensor]:
        """Name of the map -> (B, h, w), not negative, not normalised.

        `power` is the p of sum over channels of |A|^p where the maps are of activations.
        """
        ...


@runtime_checkable
class Guesses(Protocol):
    """Images to the method's answers to its own pretext question."""

    def guess(self, images: Tensor) -> Guess:
        """The question put to each image, with the probabilities the method gives."""
        ...


@runtime_checkable
class Reconstructs(Protocol):
    """Part of each image to the whole: what was given, what was made of it, and the truth."""

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """The same for the same images, whatever of them is hidden."""
        ...


ABILITIES: dict[str, type] = {
    "Encodes": Encodes,
    "Attends": Attends,
    "Guesses": Guesses,
    "Reconstructs": Reconstructs,
}


def abilities_of(method: object) -> list[str]:
    """Names of the abilities that a method, or a class of methods, has."""
    names = {
        "Encodes": "encode",
        "Attends": "attend",
        "Guesses": "guess",
        "Reconstructs": "reconstruct",
    }
    return [
        ability
        for ability, attribute in names.items()
        if callable(getattr(method, attribute, None))
    ]
