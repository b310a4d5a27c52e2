"""What a method may be able to answer about what it has learned.

A method has an ability by having its methods; it registers nothing. Each ability has one panel in
the window. Images come as a float batch (B, C, H, W) in 0..1 on the method's device.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from core.bases.boxes_in_space import Found
    from core.pictures import Denoising, Guess, Reconstruction
    from core.render.cameras import Cameras
    from core.render.marching import RaySamples
    from core.render.volume import Seen


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


@runtime_checkable
class Fills(Protocol):
    """Pictures of which a person hides any part, to whole pictures."""

    @property
    def grain(self) -> int:
        """Side in pixels of the least part that can be hidden: 1, or a patch."""
        ...

    @property
    def usual_share(self) -> float:
        """The share that is hidden in training."""
        ...

    def hide(self, share: float, rng: torch.Generator) -> Tensor:
        """A part of about `share` of a picture, drawn as in training: (H, W), True where hidden.

        A larger share of the same draw hides the same and more.
        """
        ...

    def fill(self, images: Tensor, hidden: Tensor) -> Reconstruction:
        """The images with the same part (H, W) of each hidden, and what is made of what is seen.

        Nothing of the hidden pixels reaches the network.
        """
        ...


@runtime_checkable
class Orders(Protocol):
    """Nine tiles of a picture, laid by a person, to the order that they are taken to lie in."""

    orders: Tensor  # (K, 9) those it can name: place j shows tile orders[k, j]; the first is true

    def tiles(self, images: Tensor) -> Tensor:
        """The tiles (B, 9, C, s, s) of images, row by row, as a person sees them."""
        ...

    def order(self, images: Tensor, laid: Tensor) -> Tensor:
        """Probabilities (B, K) of its orders where place j shows tile laid[j], `laid` (9,)."""
        ...


@runtime_checkable
class Generates(Protocol):
    """Numbers drawn at random to pictures."""

    @property
    def latent_size(self) -> int:
        """Numbers that a picture is made from."""
        ...

    @property
    def conditional(self) -> bool:
        """Whether pictures are made of a class that is asked for."""
        ...

    def draw(self, count: int, rng: torch.Generator) -> Tensor:
        """Latents (count, Z) float32 of N(0, I), on the device of `rng`."""
        ...

    def generate(self, latents: Tensor, labels: Tensor | None = None, raw: bool = False) -> Tensor:
        """Pictures (B, C, H, W) in 0..1; of a class each (B,) where it is conditional.

        `raw`: by the weights as they are, where an average over the steps is kept beside them.
        """
        ...


@runtime_checkable
class Criticises(Protocol):
    """Pictures to how real a discriminator takes them to be."""

    def criticise(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """Scores (B,), more for what it takes for real; no probabilities."""
        ...


@runtime_checkable
class Inverts(Protocol):
    """Pictures to the latents that they would be made from."""

    def latents_of(self, images: Tensor) -> Tensor:
        """(B, Z), an encoder's answer."""
        ...


@runtime_checkable
class Denoises(Protocol):
    """Noise to pictures, step by step."""

    def at_time(self, images: Tensor, t: float, rng: torch.Generator, count: int = 1) -> Tensor:
        """x_t of images (B, C, H, W) in 0..1, `count` times each, to go on from by `denoise`."""
        ...

    def noised(self, images: Tensor, t: float, rng: torch.Generator) -> Tensor:
        """The images (B, C, H, W) at a time 0..1 of the forward process, in 0..1 about grey."""
        ...

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
    ) -> Denoising:
        """From x_t (B, C, H, W), unit noise where `start` is None, to pictures.

        `weight` is that of guidance, 0 the conditional model as it is; a generator makes the steps
        random, as of DDPM, instead of those of DDIM. `start` is the time 0..1 that x_t is of.
        `known` are pictures and (H, W), True where they hold. `then` is a time and the labels that
        are asked for from it on; labels -1 leave the class open.
        """
        ...


@runtime_checkable
class Predicts(Protocol):
    """Pictures to the probability of every pixel, given those before it."""

    def sample(
        self,
        count: int,
        labels: Tensor | None,
        rng: torch.Generator,
        given: Tensor | None = None,
        hidden: Tensor | None = None,
        on_pixel: Callable[[int, int, Tensor], None] | None = None,
        temperature: float | None = None,
    ) -> Tensor:
        """Pictures (B, C, H, W) drawn pixel by pixel, where `hidden` (H, W) or everywhere."""
        ...

    def bits(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """What each pixel costs, in bits: (B, h, w)."""
        ...

    def cells(self, hidden: Tensor) -> Tensor:
        """Which drawn pixels (h, w) a hole (H, W) touches."""
        ...


@runtime_checkable
class Translates(Protocol):
    """Pictures of one domain to what they are in another."""

    both_ways: bool  # whether it also leads back

    def translate(self, images: Tensor, back: bool = False) -> Tensor:
        """Pictures (B, C, H, W) in 0..1 in the other domain, the same for the same pictures."""
        ...


@runtime_checkable
class Renders(Protocol):
    """A camera to the picture of a scene that it takes; the scene box reaches from −1 to 1."""

    def render(
        self,
        camera: Cameras,
        size: tuple[int, int] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Seen:
        """Colour (H, W, 3), depth, opacity and samples a ray (H, W) of one camera.

        `size` is another width and height of the picture; raises core.progress.Cancelled.
        """
        ...

    def sample_ray(self, origin: Tensor, direction: Tensor) -> RaySamples:
        """Everything along one ray (3,) that its pixel is made of."""
        ...


@runtime_checkable
class Detects(Protocol):
    """Pictures of streets to boxes in space."""

    def detect(self, images: Tensor, packed: Tensor | None = None) -> list[Found]:
        """The things in pictures (B, C, S, S), best first, of each by cameras (B, 20)."""
        ...

    def seen_from(self, packed: Tensor | None, images: Tensor) -> Cameras:
        """Where pictures are taken to be seen from: where a camera is not known, a usual one."""
        ...


@runtime_checkable
class Extracts(Protocol):
    """A scene to a mesh or a grid: it can be asked anywhere in the box from −1 to 1."""

    def density_at(self, points: Tensor) -> Tensor:
        """(N,) at points (N, 3): more is further within."""
        ...

    def colour_at(self, points: Tensor, directions: Tensor) -> Tensor:
        """Colour (N, 3) in 0..1 of points (N, 3) as seen along directions (N, 3)."""
        ...

    @property
    def surface_level(self) -> float | None:
        """The density that is the surface; None where views must tell it."""
        ...


@runtime_checkable
class Colours(Protocol):
    """Grey pictures, with the colours of a few places that a person tells, to colours."""

    def colour(self, images: Tensor, hints: Tensor | None = None) -> Reconstruction:
        """Grey, coloured, truth. `hints` (B, 3, H, W) are as in core.data.augment.hints."""
        ...

    def likely_colours(
        self, image: Tensor, hints: Tensor, place: tuple[int, int]
    ) -> tuple[Tensor, Tensor]:
        """Colours (K, 2), a and b, that the first image may have at x, y; and their chances (K,).

        The likeliest comes first; all differ well from one another.
        """
        ...


ABILITIES: dict[str, type] = {
    "Encodes": Encodes,
    "Attends": Attends,
    "Guesses": Guesses,
    "Reconstructs": Reconstructs,
    "Fills": Fills,
    "Orders": Orders,
    "Colours": Colours,
    "Generates": Generates,
    "Criticises": Criticises,
    "Inverts": Inverts,
    "Denoises": Denoises,
    "Predicts": Predicts,
    "Translates": Translates,
    "Renders": Renders,
    "Extracts": Extracts,
    "Detects": Detects,
}


def abilities_of(method: object) -> list[str]:
    """Names of the abilities that a method, or a class of methods, has."""
    names = {
        "Encodes": "encode",
        "Attends": "attend",
        "Guesses": "guess",
        "Reconstructs": "reconstruct",
        "Fills": "fill",
        "Orders": "order",
        "Colours": "likely_colours",
        "Generates": "generate",
        "Criticises": "criticise",
        "Inverts": "latents_of",
        "Denoises": "denoise",
        "Predicts": "sample",
        "Translates": "translate",
        "Renders": "sample_ray",
        "Extracts": "density_at",
        "Detects": "detect",
    }
    return [
        ability
        for ability, attribute in names.items()
        if callable(getattr(method, attribute, None))
    ]
