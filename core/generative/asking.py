"""What is asked of a replica about its latents: functions of (method, look) that return arrays.

Of a method that `Generates`. A latent is named by the seed that it is drawn by, or is given itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.abilities import Generates, Inverts
from core.generative import latents as ways
from core.generative.arithmetic import combine
from core.generative.directions import first_layer, principal, strongest
from core.method import Look, Method
from core.pictures import Images, as_images
from core.randomness import generator

Latent = NDArray[np.float32]  # (Z,)
Spot = int | Latent
FLAT = 2  # numbers of a latent whose space is shown as it is
KINDS = ("pictures", "first layer")  # what principal directions are found by
ASKED = 256  # latents that they are found among
ASKED_SLOWLY = 48  # the same where a picture takes many steps
AROUND = 8  # results beside the one of a sum
APART = 0.35  # how far they are from it, as a share of what is drawn


@dataclass(frozen=True)
class Making:
    """How latents become pictures."""

    label: int | None = None  # the class that is asked for
    truncation: float = 1.0  # share of the distance from the centre that is kept
    raw: bool = False  # by the weights themselves, not their average


@dataclass(frozen=True)
class Plane:
    """Three latents at (0, 0), (1, 0) and (0, 1); without them the numbers of a flat latent."""

    corners: tuple[Spot, Spot, Spot] | None = None
    shift: Latent | None = None  # what sliders add
    shell: bool = True  # at the radius that latents have; a plane through three leaves it


@dataclass(frozen=True)
class Sampled:
    """Latents and the pictures that they make."""

    latents: NDArray[np.float32]  # (N, Z)
    images: Images  # (N, H, W, 3)
    names: Sequence[str] = ()
    classes: Sequence[str] = ()  # that can be asked for


@dataclass(frozen=True)
class Codes:
    """Where pictures lie in a flat latent space."""

    xy: NDArray[np.float32]  # (N, 2)
    labels: NDArray[np.integer]
    classes: Sequence[str] = field(default_factory=tuple)


def generating(method: Method) -> Generates:
    """The method as one that generates; raises ValueError where it does not."""
    if not isinstance(method, Generates):
        raise ValueError(f"{type(method).__name__} generates nothing")
    return method


def slow(method: Method) -> bool:
    """Whether a picture takes many steps of a network."""
    return callable(getattr(method, "denoise", None))


def latent_of(method: Generates, spot: Spot) -> Tensor:
    """(Z,) of a seed, or as it was given; raises ValueError for one of another size."""
    if isinstance(spot, int):
        return method.draw(1, generator("latent", spot))[0]
    if spot.shape != (method.latent_size,):
        raise ValueError(f"a latent of {spot.size} numbers; this network takes "
                         f"{method.latent_size}")  # fmt: skip
    return torch.from_numpy(np.asarray(spot, np.float32).copy())


def stacked(method: Generates, spots: Sequence[Spot]) -> Tensor:
    """(N, Z)."""
    return torch.stack([latent_of(method, spot) for spot in spots])


def generate_by(method: Generates, making: Making) -> Callable[[Tensor], Tensor]:
    """Latents (B, Z) to pictures (B, C, H, W), of the class that is asked for.

    Where every picture has a class and none is asked for, of the first.
    """
    label = making.label if making.label is not None else 0 if method.conditional else None

    def generate(latents: Tensor) -> Tensor:
        labels = None if label is None else torch.full((len(latents),), label)
        return method.generate(ways.truncated(latents, making.truncation), labels, making.raw)

    return generate


def made(method: Generates, latents: Tensor, making: Making, names: Sequence[str] = ()) -> Sampled:
    """The pictures of latents (N, Z)."""
    parts = [generate_by(method, making)(part).cpu().numpy() for part in latents.split(64)]
    classes = method.data.classes if method.conditional else ()  # type: ignore[attr-defined]
    images = as_images(np.concatenate(parts))
    return Sampled(latents.cpu().numpy().copy(), images, names, classes)


def latents_on(method: Generates, plane: Plane, at: Tensor) -> Tensor:
    """Latents (B, Z) at places (B, 2) of a plane."""
    if plane.corners is None:
        if method.latent_size != FLAT:
            raise ValueError(f"a latent of {method.latent_size} numbers is no plane; name three "
                             "latents for it to go through")  # fmt: skip
        found = at.float()
    else:
        found = ways.on_plane(stacked(method, plane.corners), at.float())
    if plane.shift is not None:
        found = found + torch.from_numpy(plane.shift)
    return ways.on_shell(found) if plane.shell and method.latent_size > FLAT else found


def at_seeds(spots: Sequence[Spot], making: Making) -> Callable[[Method, Look], Sampled]:
    """The samples of seeds, or of latents."""

    def ask(method: Method, look: Look) -> Sampled:
        able = generating(method)
        names = [f"seed {s}" if isinstance(s, int) else "" for s in spots]
        return made(able, stacked(able, spots), making, names)

    return ask


def on_plane(
    plane: Plane, at: NDArray[np.floating], making: Making
) -> Callable[[Method, Look], Sampled]:
    """The samples at places (N, 2) of a plane: one under the mouse, or all of a mosaic."""

    def ask(method: Method, look: Look) -> Sampled:
        able = generating(method)
        places = torch.from_numpy(np.asarray(at, np.float32))
        return made(able, latents_on(able, plane, places), making)

    return ask


def codes(method: Method, look: Look) -> Codes:
    """Where an encoder puts the looked-at pictures, of a flat latent."""
    if not isinstance(method, Inverts):
        raise ValueError(f"{type(method).__name__} has no encoder that tells a picture's latent")
    found = torch.cat([method.latents_of(part) for part in look.images.split(256)])
    if found.shape[1] != FLAT:
        raise ValueError(f"codes of {found.shape[1]} numbers do not lie on a plane")
    return Codes(found.cpu().numpy().copy(), look.labels.numpy().copy(), look.classes)


def inverted(at: int) -> Callable[[Method, Look], Sampled]:
    """An encoder's answer to one of the looked-at pictures, and what is made of it."""

    def ask(method: Method, look: Look) -> Sampled:
        if not isinstance(method, Inverts):
            raise ValueError(f"{type(method).__name__} has no encoder; search for the latent")
        return made(generating(method), method.latents_of(look.images[at : at + 1]), Making())

    return ask


def directions(
    kind: str, count: int, making: Making
) -> Callable[[Method, Look], NDArray[np.float32]]:
    """Unit directions (K, Z), the strongest first, by the pictures or by the first layer."""

    def ask(method: Method, look: Look) -> NDArray[np.float32]:
        able = generating(method)
        most = min(count, able.latent_size)
        if kind == "first layer":
            weight = first_layer_of(method, able)
            if weight is None:
                raise ValueError("no first layer takes this network's latents; "
                                 "take the directions by the pictures")  # fmt: skip
            found = strongest(weight, most)
        else:
            few = ASKED_SLOWLY if slow(method) else ASKED
            drawn = able.draw(few, generator("directions"))
            shown = generate_by(able, making)
            pictures = torch.cat([shown(part).flatten(1) for part in drawn.split(64)])
            found = principal(drawn, pictures, most)
        return found.cpu().numpy().astype(np.float32).copy()

    return ask


def first_layer_of(method: nn.Module, able: Generates) -> Tensor | None:
    """The weight (D, Z) of the first layer that a latent meets on its way to a picture."""
    met: list[nn.Module] = []
    hooks = [
        module.register_forward_pre_hook(lambda m, _: met.append(m))
        for module in method.modules()
        if isinstance(module, nn.Linear | nn.ConvTranspose2d)
    ]
    try:
        generate_by(able, Making())(able.draw(2, generator("directions")))
    finally:
        for hook in hooks:
            hook.remove()
    return first_layer(met[0], able.latent_size) if met else None


def between(
    first: Spot, last: Spot, count: int, making: Making
) -> Callable[[Method, Look], dict[str, Sampled]]:
    """`count` samples from one latent to another, by each way, its name to them."""

    def ask(method: Method, look: Look) -> dict[str, Sampled]:
        able = generating(method)
        ends = stacked(able, (first, last))
        return {way: made(able, ways.path(ends, count - 1, way), making) for way in ways.WAYS}

    return ask


def summed(
    trays: Sequence[Sequence[Spot]], gain: float, shell: bool, making: Making
) -> Callable[[Method, Look], Sampled]:
    """«This minus that plus that» of three trays: the result, and eight others around it.

    Raises ValueError for an empty tray.
    """

    def ask(method: Method, look: Look) -> Sampled:
        able = generating(method)
        if any(not len(tray) for tray in trays):
            raise ValueError("each of the three trays needs a sample at least")
        plus, minus, then = (stacked(able, tray) for tray in trays)
        found = combine(plus, minus, then, gain, shell)
        drawn = able.draw(AROUND, generator("around"))
        near = found + APART * drawn
        if shell:
            near = ways.on_shell(near)
        half = AROUND // 2
        return made(able, torch.cat([near[:half], found[None], near[half:]]), making)

    return ask
