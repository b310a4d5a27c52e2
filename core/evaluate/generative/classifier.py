"""The small network whose features and answers judge what is generated, trained on the same data.

It learns the classes, or the attributes, or where the data have neither which of four rotations a
picture stands in (Gidaris et al. 2018, arXiv 1803.07728); it says which. It is trained once for a
data set and kept, so that all that are judged on it are judged by the same features.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor, nn
from torch.nn import functional as F

from core.data.imageset import DataError, ImageSet, Pictures
from core.data.places import cache_folder
from core.data.unit import unit
from core.progress import Progress
from core.randomness import drawing_from, generator

FEATURES = 64  # numbers of a picture that distances are measured in
RULES = 1  # raised when a classifier of the same data is trained otherwise
STEPS, BATCH, RATE = 300, 64, 3e-3
MOST_LOOKED = 2000  # held-out pictures that its accuracy is measured on
_AT_ONCE = 256
CLASSES, ATTRIBUTES, ROTATIONS = "classes", "attributes", "rotations"
_TURNS = ("upright", "90°", "180°", "270°")


class Net(nn.Module):
    """Three convolutions, a map of 4x4, 64 features, one answer a name."""

    def __init__(self, channels: int, answers: int) -> None:
        super().__init__()
        self.maps = nn.Sequential(
            nn.Conv2d(channels, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
            nn.AdaptiveAvgPool2d(16), nn.Conv2d(32, 48, 3, 2, 1), nn.BatchNorm2d(48), nn.ReLU(),
            nn.Conv2d(48, 64, 3, 2, 1), nn.BatchNorm2d(64), nn.ReLU(),
        )  # fmt: skip
        self.features = nn.Sequential(nn.Flatten(), nn.Linear(64 * 16, FEATURES), nn.ReLU())
        self.answers = nn.Linear(FEATURES, answers)

    def forward(self, images: Tensor) -> Tensor:  # (B, C, H, W) -> (B, answers)
        return self.answers(self.features(self.maps(images)))


@dataclass(frozen=True)
class Judge:
    """A trained classifier of one data set, and how often it is right on held-out pictures."""

    net: Net
    learns: str  # CLASSES, ATTRIBUTES or ROTATIONS
    names: tuple[str, ...]  # of its answers
    accuracy: float  # on held-out pictures; of attributes, the mean over them

    @torch.no_grad()
    def features(self, images: Tensor) -> NDArray[np.float32]:
        """(N, 64) of images (N, C, H, W) in 0..1."""
        parts = [self.net.features(self.net.maps(p)) for p in images.split(_AT_ONCE)]
        found: NDArray[np.float32] = torch.cat(parts).cpu().numpy()
        return found

    @torch.no_grad()
    def probabilities(self, images: Tensor) -> NDArray[np.float32]:
        """(N, K): of classes they sum to one, of attributes each is its own."""
        logits = torch.cat([self.net(p) for p in images.split(_AT_ONCE)])
        likely = torch.sigmoid(logits) if self.learns == ATTRIBUTES else logits.softmax(dim=1)
        found: NDArray[np.float32] = likely.cpu().numpy()
        return found

    @property
    def one_of_many(self) -> bool:
        """Whether exactly one of its answers is true, as of classes and not of attributes."""
        return self.learns != ATTRIBUTES

    def __str__(self) -> str:
        what = {CLASSES: "classes", ATTRIBUTES: "attributes", ROTATIONS: "four rotations"}
        return (
            f"a small classifier of {what[self.learns]}, trained on the same data, right on "
            f"{self.accuracy:.1%} of held-out pictures"
        )


def judge_of(data: ImageSet, progress: Progress | None = None) -> Judge:
    """The classifier of a data set, out of the cache or trained now (about 20 s of one core).

    Raises DataError for points, whose modes are counted instead, or Cancelled out of `progress`.
    """
    kept = kept_judge(data)
    if kept is not None:
        return kept
    made = _train(data, progress or Progress())
    _write(_place(data), made)
    return made


def kept_judge(data: ImageSet) -> Judge | None:
    """The classifier of a data set where it was trained before; raises DataError for points."""
    if data.points:
        raise DataError(f"{data.title} are points: their modes are counted, no network judges them")
    return _read(_place(data), data.channels)


def seconds_to_train(data: ImageSet) -> float:
    """About how long `judge_of` will train on this machine as busy as it is, by two steps of it."""
    learns, names = _subject(data)
    with drawing_from(generator("judge, tried")):
        net = Net(data.channels, len(names))
    chosen = np.arange(BATCH) % len(data.train)
    images, truth = _asked(data.train, chosen, learns, np.random.default_rng(0))
    if learns == CLASSES:
        truth = truth.clamp(min=0)
    started = 0.0
    for turn in range(3):  # the first one is slower than all that follow
        if turn == 1:
            started = time.perf_counter()
        _loss(net(images), truth).backward()
    return (time.perf_counter() - started) / 2 * STEPS


def _place(data: ImageSet) -> Path:
    name = f"{data.fingerprint()}-{_subject(data)[0]}-{RULES}.safetensors"
    return cache_folder() / "judges" / name


def _subject(data: ImageSet) -> tuple[str, tuple[str, ...]]:
    if data.labelled:
        return CLASSES, tuple(data.classes)
    if len(data.attributes):
        return ATTRIBUTES, tuple(data.attributes)
    return ROTATIONS, _TURNS


def _train(data: ImageSet, progress: Progress) -> Judge:
    learns, names = _subject(data)
    with drawing_from(generator("judge", data.fingerprint())):
        net = Net(data.channels, len(names))
    train, rng = _known(data.train, learns), np.random.default_rng(0)
    solver = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-3)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(solver, STEPS)
    net.train()
    for step in range(STEPS):
        progress.update("Training the classifier that judges", step, STEPS, "steps")
        chosen = rng.integers(len(train), size=BATCH)
        images, truth = _asked(train, chosen, learns, rng)
        solver.zero_grad(set_to_none=True)
        _loss(net(images), truth).backward()
        solver.step()
        plan.step()
    progress.update("Training the classifier that judges", STEPS, STEPS, "steps")
    net.eval().requires_grad_(False)
    return Judge(net, learns, names, _accuracy(net, _known(data.held_out, learns), learns))


def _known(pictures: Pictures, learns: str) -> Pictures:
    """Those whose class is known, where classes are learned."""
    if learns != CLASSES or (pictures.labels >= 0).all():
        return pictures
    known = np.flatnonzero(pictures.labels >= 0)
    return Pictures(pictures.images[known], pictures.labels[known])


def _asked(
    pictures: Pictures, chosen: NDArray[np.int64], learns: str, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Images (B, C, H, W) and the right answers: (B,) int64, or (B, A) float32 of attributes."""
    images = unit(torch.from_numpy(np.ascontiguousarray(pictures.images[chosen])))
    if learns == ROTATIONS:
        turns = torch.from_numpy(rng.integers(4, size=len(chosen)))
        for turn in range(1, 4):
            images[turns == turn] = images[turns == turn].rot90(turn, (2, 3))
        return images, turns
    if learns == ATTRIBUTES:
        assert pictures.attributes is not None
        return images, torch.from_numpy(pictures.attributes[chosen]).float()
    return images, torch.from_numpy(np.asarray(pictures.labels)[chosen])


def _loss(logits: Tensor, truth: Tensor) -> Tensor:
    if truth.ndim == 2:
        return F.binary_cross_entropy_with_logits(logits, truth)
    return F.cross_entropy(logits, truth)


@torch.no_grad()
def _accuracy(net: Net, pictures: Pictures, learns: str) -> float:
    rng, right, asked = np.random.default_rng(1), 0.0, 0
    most = min(len(pictures), MOST_LOOKED)
    for start in range(0, most, _AT_ONCE):
        chosen = np.arange(start, min(start + _AT_ONCE, most))
        images, truth = _asked(pictures, chosen, learns, rng)
        logits = net(images)
        hits = (logits > 0) == (truth > 0.5) if truth.ndim == 2 else logits.argmax(1) == truth
        right, asked = right + float(hits.float().sum()), asked + hits.numel()
    return right / max(1, asked)


def _write(path: Path, judge: Judge) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {name: tensor.numpy() for name, tensor in judge.net.state_dict().items()}
    about = {"learns": judge.learns, "names": json.dumps(judge.names),
             "accuracy": repr(judge.accuracy)}  # fmt: skip
    part = path.with_suffix(".part")
    part.write_bytes(save(arrays, about))
    part.replace(path)


def _read(path: Path, channels: int) -> Judge | None:
    """What was kept; None where there is nothing, or nothing that can be used."""
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            names = tuple(json.loads(about["names"]))
            with drawing_from(generator("judge, read")):
                net = Net(channels, len(names))
            net.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
            net.eval().requires_grad_(False)
            return Judge(net, about["learns"], names, float(about["accuracy"]))
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError):
        return None
