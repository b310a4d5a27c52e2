"""Accuracy against seconds: the neighbours' vote over features at a few snapshots of a training.

Every network is asked about the same pictures. The stage that is reported is chosen on one half of
the held-out ones after the training, and judged on the other half at every snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from core import registry
from core.comparison.book import Comparison
from core.comparison.plan import RANDOM
from core.data.imageset import ImageSet
from core.evaluate.features import Features, device_of, encode, labelled, raw_pixels
from core.evaluate.knn import knn
from core.evaluate.quick import some
from core.evaluate.report import CHOOSING, TESTED
from core.judge import method_of
from core.pictures import Curve, Line, Table
from core.progress import Progress
from core.runs import Run, RunError, RunStore

FORMAT = "over time 1"
NAME = "over-time"  # of the evaluation in the run folder
SHARES = (0.05, 0.1, 0.2, 1 / 3, 0.5, 2 / 3, 1.0)  # of the training; the snapshots nearest to them
TRAIN, HELD_OUT = 1500, 1000  # pictures
RAW = "Raw pixels"

Tracks = Mapping[str, Sequence["Track"]]  # method -> one for each seed


@dataclass(frozen=True)
class Track:
    """How one training went: by stage the accuracy (0..1) at each step, on either half."""

    seed: int
    steps: Sequence[int]
    seconds: float  # of the processor, of the whole training
    choosing: Mapping[str, Sequence[float]]
    tested: Mapping[str, Sequence[float]]
    pixels: float | None = None  # of the pixels themselves, on the half that is judged

    @property
    def shares(self) -> np.ndarray:
        """How much of the training each step is."""
        return np.array(self.steps) / max(1, self.steps[-1])

    def to_dict(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Track:
        """What `to_dict` wrote; raises ValueError for anything else."""
        if values.get("format") != FORMAT:
            raise ValueError(f"format {values.get('format')!r} is not {FORMAT!r}")
        return cls(**{name: value for name, value in values.items() if name != "format"})


@dataclass
class _Halves:
    """Accuracies as they are found."""

    choosing: dict[str, list[float]] = field(default_factory=dict)
    tested: dict[str, list[float]] = field(default_factory=dict)

    def add(self, features: Features, device: Any = "cpu") -> None:
        for stage in features.stages:
            found = knn(features.train[stage], features.train_labels, features.held_out[stage],
                        features.held_out_labels, len(features.classes), device=device)  # fmt: skip
            for kept, half in ((self.choosing, CHOOSING), (self.tested, TESTED)):
                kept.setdefault(stage, []).append(round(found.accuracy(half), 6))


def chosen_steps(snapshots: Sequence[int]) -> list[int]:
    """The steps nearest to the shares of a training that are looked at; raises RunError."""
    if not snapshots:
        raise RunError("the run has no snapshot to judge; train it again")
    last = snapshots[-1]
    return sorted({min(snapshots, key=lambda s: abs(s - share * last)) for share in SHARES})


def follow(
    run: Run, data: ImageSet, seconds: float, progress: Progress, with_pixels: bool = False
) -> Track:
    """Judge a run's snapshots; `seconds` of the processor is what its training took.

    Raises EvaluationError for pictures without labels and diverged weights, RunError for a run
    without snapshots, Cancelled out of `progress`.
    """
    train, held_out = some(labelled(data.train), TRAIN), some(labelled(data.held_out), HELD_OUT)
    images = np.concatenate([train.images, held_out.images])
    labels = np.asarray(train.labels), np.asarray(held_out.labels)
    steps = chosen_steps(run.snapshots())
    if run.info.method == RANDOM:
        steps = steps[-1:]  # it learns nothing on the way
    halves = _Halves()
    for at, step in enumerate(steps):
        progress.update("Judging the snapshots", at, len(steps))
        method, _ = method_of(run, step)
        found = encode(method, images, progress)
        halves.add(
            Features(
                {stage: x[: len(train)] for stage, x in found.items()},
                {stage: x[len(train) :] for stage, x in found.items()},
                *labels,
                tuple(data.classes),
            ),
            device_of(method),
        )
    pixels = None
    if with_pixels:
        raw = _Halves()
        raw.add(raw_pixels(ImageSet(data.source, data.title, train, held_out, data.classes)))
        [[pixels]] = raw.tested.values()
    return Track(run.info.seed, steps, seconds, halves.choosing, halves.tested, pixels)


def keep(store: RunStore, run: Run, track: Track) -> None:
    """Put it among the evaluations of the run; raises RunError."""
    with store.open(run.id, write=True) as writable:
        writable.save_evaluation(NAME, track.to_dict())


def tracks_of(comparison: Comparison, store: RunStore) -> Tracks:
    """What is known so far, in the order of the plan; runs that are gone are left out."""
    found: dict[str, list[Track]] = {method: [] for method in comparison.plan.all_methods}
    for entry in comparison.entries:
        track = track_of(store, entry.run) if entry.trained else None
        if track is not None:
            found[entry.method].append(track)
    return {method: tracks for method, tracks in found.items() if tracks}


def track_of(store: RunStore, run: str) -> Track | None:
    """What is kept in a run; None where it is gone, or was not looked at."""
    try:
        return Track.from_dict(store.open(run).evaluations().get(NAME, {}))
    except (RunError, ValueError, TypeError):
        return None


def best_stage(tracks: Sequence[Track]) -> str:
    """The stage that was best after the training, on the half that is there to choose by."""
    stages = list(tracks[0].choosing)
    return max(stages, key=lambda s: np.mean([track.choosing[s][-1] for track in tracks]))


def line(tracks: Sequence[Track]) -> Line:
    """Mean accuracy in per cent over seconds, with the standard deviation over the seeds.

    Seeds are compared at equal shares of their trainings, between snapshots along a straight line.
    """
    stage = best_stage(tracks)
    start = max(track.shares[0] for track in tracks)
    shares = np.unique(np.concatenate([track.shares for track in tracks]))
    shares = shares[shares >= start]
    each = np.array([np.interp(shares, t.shares, t.tested[stage]) for t in tracks])  # (seeds, S)
    seconds = float(np.mean([track.seconds for track in tracks]))
    spread = each.std(axis=0, ddof=1) if len(tracks) > 1 else np.zeros(len(shares))
    return Line(seconds * shares, 100 * each.mean(axis=0), 100 * spread)


def curve(tracks: Tracks) -> Curve | None:
    """One line a method; the references, which do not learn, from end to end. None without any."""
    learning = {m: line(found) for m, found in tracks.items() if m != RANDOM}
    if not learning:
        return None
    lines = {registry.note(method).title: drawn for method, drawn in learning.items()}
    ends = np.array([0.0, max(float(drawn.x.max()) for drawn in learning.values())])
    if RANDOM in tracks:
        level = line(tracks[RANDOM])
        assert level.spread is not None
        lines[registry.note(RANDOM).title] = Line(
            ends, level.y[-1].repeat(2), level.spread[-1].repeat(2), dashed=True
        )
    pixels = [t.pixels for found in tracks.values() for t in found if t.pixels is not None]
    if pixels:
        lines[RAW] = Line(ends, np.full(2, 100 * pixels[0]), dashed=True)
    return curve_of(lines)


def curve_of(lines: Mapping[str, Line]) -> Curve:
    """Such lines over their common axes."""
    return Curve(lines, "processor seconds of training", "kNN accuracy on held-out pictures (%)")


def table(tracks: Tracks) -> Table:
    """One row a method, seed and snapshot, for other programs."""
    rows: list[list[str | int | float]] = []
    for method, found in tracks.items():
        stage = best_stage(found)
        for track in found:
            for at, step in enumerate(track.steps):
                seconds = track.seconds * float(track.shares[at])
                accuracy = round(100 * track.tested[stage][at], 2)
                title = registry.note(method).title
                rows.append([title, track.seed, step, round(seconds, 3), stage, accuracy])
    return Table(["method", "seed", "step", "seconds", "stage", "kNN accuracy"], rows)
