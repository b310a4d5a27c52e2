"""Ways of learning from few labels by gradient, compared on the same labels and steps.

A way freezes the first blocks of one network and trains the others. Frozen blocks see each
picture once: their activations are kept, and only the trained blocks cost at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.data.imageset import ImageSet, Pictures
from core.evaluate.features import labelled
from core.evaluate.label_curve import COUNTS, SHARES, Amount, LabelCurve, draw, usable
from core.evaluate.references import backbone_of, untrained
from core.evaluate.supervised import (
    Recipe,
    accuracy,
    activations,
    classifier,
    schedule,
    split_blocks,
    train,
)
from core.method import Method
from core.nets.backbone import Backbone
from core.progress import Progress

JUDGED_ON = 2000  # held-out pictures, so that kept activations stay within memory


@dataclass(frozen=True)
class Way:
    """Blocks that stay as they are, and where the others begin."""

    name: str
    frozen: int  # how many blocks stay
    source: Backbone  # of the frozen blocks
    start: Backbone  # of the trained ones


Ways = Callable[[Backbone], list[Way]]  # given an untrained backbone, another one for each seed


@dataclass(frozen=True)
class Terms:
    """What is the same for all ways."""

    seeds: Sequence[int] = (0, 1, 2)  # of labels, new weights and the order of pictures alike
    counts: Sequence[Amount] = COUNTS
    recipe: Recipe = field(default_factory=Recipe)
    shares: Sequence[Amount] = SHARES  # of the labels, in fine-tuning
    tuning: Recipe = field(default_factory=lambda: Recipe(steps=300))  # and its recipe


def compare_ways(
    title: str,
    note: str,
    ways: Ways,
    method: Method,
    data: ImageSet,
    terms: Terms,
    progress: Progress | None = None,
) -> LabelCurve:
    """Train every way with every seed on every number of labels a class."""
    progress = progress or Progress()
    pictures, judged = labelled(data.train), _judged(labelled(data.held_out))
    counts = usable(terms.counts, pictures.labels)
    accuracies: dict[str, list[list[float]]] = {}
    done = 0

    def told() -> None:
        progress.update(title, done, len(terms.seeds) * len(made) * len(counts), "trainings")

    for seed in terms.seeds:
        made = ways(backbone_of(untrained(method, seed, pictures.images)))
        for way in made:
            scores = accuracies.setdefault(way.name, [[] for _ in counts])
            trial = _Trial(way, judged, len(data.classes), terms.recipe, told)
            for n, count in enumerate(counts):
                scores[n].append(trial.run(pictures, draw(pictures.labels, count, seed), seed))
                done += 1
                told()
    average = len(pictures) / len(np.unique(pictures.labels))
    return LabelCurve(title, counts, average, accuracies, note)


def _judged(held_out: Pictures) -> Pictures:
    if len(held_out) <= JUDGED_ON:
        return held_out
    chosen = np.sort(np.random.default_rng(0).permutation(len(held_out))[:JUDGED_ON])
    return Pictures(held_out.images[chosen], held_out.labels[chosen])


class _Trial:
    """One way with one seed: keeps what the frozen blocks make of the held-out pictures."""

    def __init__(
        self, way: Way, judged: Pictures, classes: int, recipe: Recipe, told: Callable[[], None]
    ) -> None:
        self.way, self.classes, self.recipe, self.told = way, classes, recipe, told
        self.kept, self.trained = split_blocks(way.source, way.frozen)
        self.inputs = activations(way.source, self.kept, judged.images, told)
        self.labels = judged.labels

    def run(self, pictures: Pictures, chosen: NDArray[np.int64], seed: int) -> float:
        """Accuracy on the held-out pictures after training on those chosen."""
        # Of many pictures only those that a step will see pass the frozen blocks.
        steps = schedule(len(chosen), self.recipe, seed)
        seen, places = np.unique(steps, return_inverse=True)
        used = chosen[seen]
        inputs = activations(self.way.source, self.kept, pictures.images[used], self.told)
        model = classifier(self.way.start, self.trained, self.classes, seed)
        batches = places.reshape(steps.shape)
        train(model, inputs, pictures.labels[used], batches, self.recipe, self.told)
        return accuracy(model, self.inputs, self.labels)
