"""What a panel may ask an observer: functions of (method, look) that return pictures or arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.abilities import Attends, Detects, Encodes, Guesses, Reconstructs
from core.bases.encoder import EncoderMethod
from core.data.augment import Augmentation
from core.data.augment.compose import augment
from core.data.streets.record import BOX, NUMBERS, THERE
from core.evaluate.clusters import Clustering, cluster
from core.evaluate.features import EvaluationError
from core.method import Look, Method
from core.pictures import Guess, HeatMaps, ImageGrid, Images, Picture, as_images

BATCH = 256
LAST = "last"  # the last stage, whatever its name
# Of a method that has none of its own: as for two views of a picture, though not quite as strong.
USUAL_VIEWS = Augmentation(crop=0.5, flip=0.5, jitter=0.8, grey=0.1)


class CannotAnswer(TypeError):
    """The method does not have the ability that was asked for."""


@dataclass(frozen=True)
class Embedding:
    """Pooled features of the looked-at pictures, by stage."""

    stages: dict[str, np.ndarray]  # name -> (N, D) float32
    labels: np.ndarray  # (N,)


def pooled(features: Tensor) -> Tensor:
    """(B, C, h, w) averaged over places, or (B, D) as it is."""
    return features.mean(dim=(2, 3)) if features.ndim == 4 else features.flatten(1)


def embedding(method: Method, look: Look) -> Embedding:
    """The pooled features of every stage."""
    if not isinstance(method, Encodes):
        raise CannotAnswer(f"{type(method).__name__} has no encoder to take features from")
    found: dict[str, list[np.ndarray]] = {}
    for images in look.images.split(BATCH):
        for name, features in method.encode(images).items():
            found.setdefault(name, []).append(pooled(features).cpu().numpy())
    return Embedding(
        {name: np.concatenate(parts) for name, parts in found.items()}, look.labels.numpy().copy()
    )


def spaces(method: Method, look: Look) -> Embedding:
    """The pooled features of every stage, and what a projection head makes of the last."""
    if not isinstance(method, EncoderMethod):
        return embedding(method, look)
    found: dict[str, list[np.ndarray]] = {}
    for images in look.images.split(BATCH):
        for name, vectors in method.spaces(images).items():
            found.setdefault(name, []).append(vectors.flatten(1).cpu().numpy())
    return Embedding(
        {name: np.concatenate(parts) for name, parts in found.items()}, look.labels.numpy().copy()
    )


@dataclass(frozen=True)
class Views:
    """Random views of one picture, and their features."""

    images: Images  # (V, H, W, 3)
    stages: dict[str, np.ndarray]  # name -> (V, D) float32


def views(count: int) -> Callable[[Method, Look], Views]:
    """`count` views of the first looked-at picture, augmented as the method does in training."""

    def ask(method: Method, look: Look) -> Views:
        own = method.config
        config = own if isinstance(own, Augmentation) else USUAL_VIEWS
        made = augment(look.images[:1].repeat(count, 1, 1, 1), config, look.rng)
        seen = replace(look, images=made, labels=look.labels[:1].repeat(count))
        return Views(pictures_of(seen), spaces(method, seen).stages)

    return ask


def losses(method: Method, look: Look) -> np.ndarray:
    """How wrong the method is about each picture alone, (N,): minus the logarithm of the truth's
    probability in nats, else the mean squared error of its reconstruction (pixels in 0..1).
    """
    if not isinstance(method, Guesses | Reconstructs):
        raise CannotAnswer(
            f"the loss of {type(method).__name__} is of a whole batch; a picture alone has none"
        )
    found = [_losses(method, images) for images in look.images.split(BATCH)]
    return np.concatenate(found).astype(np.float32)


def _losses(method: Guesses | Reconstructs, images: Tensor) -> np.ndarray:
    if isinstance(method, Guesses):
        answer = method.guess(images)
        right = np.take_along_axis(answer.probabilities, answer.truth[:, None], axis=1)
        each = -np.log(np.maximum(right, np.finfo(np.float32).tiny))
        return each.reshape(len(images), -1).mean(axis=1)  # a picture may be asked about often
    made = method.reconstruct(images)
    error = (made.made / 255.0 - made.truth / 255.0) ** 2
    return error.reshape(len(images), -1).mean(axis=1)


def clusters(count: int, stage: str = LAST) -> Callable[[Method, Look], Clustering]:
    """The pictures in `count` clusters of the features of a stage, by k-means."""

    def ask(method: Method, look: Look) -> Clustering:
        stages = embedding(method, look).stages
        name = list(stages)[-1] if stage == LAST else stage
        if name not in stages:
            raise EvaluationError(f"there is no stage {stage!r}; there are {', '.join(stages)}")
        found = cluster(stages[name], count, look.labels.numpy(), look.classes, name)
        return replace(found, stages=tuple(stages))

    return ask


def attention(power: float) -> Callable[[Method, Look], HeatMaps]:
    """Maps of where each stage is active, over the pictures."""

    def ask(method: Method, look: Look) -> HeatMaps:
        if not isinstance(method, Attends):
            raise CannotAnswer(f"{type(method).__name__} has no attention to show")
        maps = method.attend(look.images, power)
        size = look.images.shape[-2:]
        heat = [
            torch.nn.functional.interpolate(m[:, None], size=size, mode="bicubic").clamp_min(0)
            for m in maps.values()
        ]
        return HeatMaps(
            pictures_of(look), torch.cat(heat, dim=1).cpu().numpy(), list(maps), captions(look)
        )

    return ask


def guess(method: Method, look: Look) -> Guess:
    """The method's answers to its own question about the pictures."""
    if not isinstance(method, Guesses):
        raise CannotAnswer(f"{type(method).__name__} asks itself no question to show")
    return method.guess(look.images)


def reconstruction(method: Method, look: Look) -> ImageGrid:
    """What the method was given of each picture, what it made of it, the truth: side by side."""
    if not isinstance(method, Reconstructs):
        raise CannotAnswer(f"{type(method).__name__} makes no whole picture of a part")
    return method.reconstruct(look.images).side_by_side()


@dataclass(frozen=True)
class InSpace:
    """One picture, its camera, and boxes as core.render.oriented has them, in metres."""

    image: Images  # (S, S, 3)
    camera: np.ndarray  # (20,) packed
    found: np.ndarray  # (D, 7)
    flat: np.ndarray  # (D, 4) left, top, right, bottom of each in the picture
    kinds: np.ndarray  # (D,)
    true: np.ndarray  # (T, 7)


def in_space(at: int, sure: float) -> Callable[[Method, Look], InSpace]:
    """The things that a method sees in one of the pictures, with a score of at least `sure`."""

    def ask(method: Method, look: Look) -> InSpace:
        if not isinstance(method, Detects):
            raise CannotAnswer(f"{type(method).__name__} finds no boxes in space")
        images = look.images[at : at + 1]
        packed = None if look.cameras is None else look.cameras[at : at + 1]
        [found] = method.detect(images, packed)
        kept = found.scores >= sure
        camera = method.seen_from(packed, images).pack()[0].cpu().numpy().copy()
        rows = np.zeros((0, NUMBERS)) if look.truth is None else look.truth[at].numpy()
        true = rows[rows[:, THERE] > 0][:, BOX].copy()
        return InSpace(as_images(images.numpy())[0], camera, found.boxes[kept], found.flat[kept],
                       found.kinds[kept], true)  # fmt: skip

    return ask


def figure(name: str) -> Callable[[Method, Look], Picture]:
    """One of the method's own figures, by the name of its function."""

    def ask(method: Method, look: Look) -> Picture:
        known = {f.name for f in type(method).figures()}
        if name not in known:
            raise CannotAnswer(
                f"{type(method).__name__} has no figure {name!r}; it has {sorted(known)}"
            )
        picture: Picture = getattr(method, name)(look)
        return picture

    return ask


def pictures_of(look: Look) -> Images:
    """The looked-at pictures as they are shown."""
    return as_images(look.images.numpy())


def captions(look: Look) -> list[str]:
    """The class of each picture, where it is known."""
    return [look.classes[i] if 0 <= i < len(look.classes) else "" for i in look.labels.tolist()]
