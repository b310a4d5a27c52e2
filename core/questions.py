"""What a panel may ask an observer: functions of (method, look) that return pictures or arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.abilities import Attends, Encodes, Guesses, Reconstructs
from core.evaluate.clusters import Clustering, cluster
from core.evaluate.features import EvaluationError
from core.method import Look, Method
from core.pictures import Guess, HeatMaps, ImageGrid, Images, Picture, as_images

BATCH = 256
LAST = "last"  # the last stage, whatever its name


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
