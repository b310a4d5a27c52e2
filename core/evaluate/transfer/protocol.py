"""The protocols detection and segmentation: a small head on everybody's maps, trained alike.

Everybody gets the same labelled pictures, head, order of pictures, steps and learning rate, each
drawn anew by a seed. The encoder is judged frozen, and once more fine-tuned along with the head;
an untrained network that is fine-tuned is one trained from scratch. Raw pixels can only be frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from core.data.imageset import ImageSet
from core.evaluate.case import Case, Findings
from core.evaluate.features import to_images
from core.evaluate.label_curve import draw
from core.evaluate.label_training import JUDGED_ON
from core.evaluate.references import backbone_of, untrained
from core.evaluate.report import RANDOM, RAW, SUPERVISED, THIS, Score
from core.evaluate.shown import Shown
from core.evaluate.supervised import Recipe
from core.evaluate.transfer.draw import drawn
from core.evaluate.transfer.learning import RECIPE, Learner, Task
from core.evaluate.transfer.trunk import Pixels
from core.nets.backbone import Backbone

PICTURES = 1000  # labelled pictures to learn from, as many of each class
MOST_SHOWN = 8  # held-out pictures that a person sees
STAGE = "all stages"  # what the head stands on
TUNED = "fine-tuned "  # before a measure of an encoder that was fine-tuned
WAYS = {  # representation and whether it is frozen -> how a picture is captioned
    (THIS, True): "frozen",
    (THIS, False): "fine-tuned",
    (RANDOM, True): "random",
    (RANDOM, False): "from scratch",
}


def transfer(
    make: Callable[[ImageSet], Task], recipe: Recipe = RECIPE, pictures: int = PICTURES
) -> Callable[[Case], Findings]:
    """A protocol from a task; its function raises EvaluationError, and Cancelled."""

    def judge(case: Case) -> Findings:
        return _Trial(make(case.data), case, recipe, pictures).run()

    return judge


class _Trial:
    """One task on one case: all representations, frozen and fine-tuned, with every seed."""

    def __init__(self, task: Task, case: Case, recipe: Recipe, pictures: int) -> None:
        self.task, self.case, self.recipe = task, case, recipe
        self.per_class = max(1, pictures // len(case.data.classes))
        self.held_out = _judged(case.data.held_out.labels)
        self.truth = task.truth("held_out", self.held_out)
        self.values: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
        self.rows: dict[str, list[Any]] = {}  # caption -> answers on the pictures that are shown
        labels = case.data.held_out.labels[self.held_out]
        self.shown = draw(labels, 1, seed=0)[:MOST_SHOWN]
        self.done = 0
        learned = draw(case.data.train.labels, self.per_class, seed=0)
        self.details = {"pictures": float(len(learned)), "steps": float(recipe.steps)}
        networks = 1 + (RANDOM in case.references) + (case.supervised is not None)
        self.ways = 2 * networks + (RAW in case.references)

    def run(self) -> Findings:
        for seed in self.case.terms.seeds:
            for name, encoder, frozen in self._ways(seed):
                self._judge(name, encoder, frozen, seed)
        scores = []
        for (name, measure), found in self.values.items():
            whole, even, odd = (list(column) for column in zip(*found, strict=True))
            scores.append(Score(self.task.id, name, STAGE, whole, even, odd, self.details, measure))
        return Findings(scores, shown=self._pictures())

    def _ways(self, seed: int) -> Iterator[tuple[str, nn.Module, bool]]:
        """Name, encoder, and whether it is frozen."""
        case = self.case
        encoders: dict[str, nn.Module] = {THIS: backbone_of(case.method)}
        if RANDOM in case.references:
            fresh = untrained(case.method, seed, case.data.train.images)
            encoders[RANDOM] = backbone_of(fresh)
        if case.supervised is not None:
            given = case.supervised
            encoders[SUPERVISED] = given if isinstance(given, Backbone) else backbone_of(given)
        if RAW in case.references:
            yield RAW, Pixels(self.task.cells), True
        for name, encoder in encoders.items():
            yield name, encoder, True
            yield name, encoder, False

    def _judge(self, name: str, encoder: nn.Module, frozen: bool, seed: int) -> None:
        train = self.case.data.train
        chosen = draw(train.labels, self.per_class, seed)
        first = to_images(train.images[:1], self.case.device)
        learner = Learner(self.task, encoder, seed, first, frozen=frozen)
        truth = self.task.truth("train", chosen)
        learner.learn(train.images[chosen], truth, self.recipe, self._tell)
        answers = learner.answer(self.case.data.held_out.images[self.held_out])
        for measure, values in self.task.measures(answers, self.truth).items():
            key = name, measure if frozen else TUNED + measure
            self.values.setdefault(key, []).append(values)
        if (name, frozen) in WAYS:  # of the first seed
            self.rows.setdefault(WAYS[name, frozen], [answers[i] for i in self.shown])

    def _tell(self) -> None:
        """Called before every step; raises Cancelled."""
        total = len(self.case.terms.seeds) * self.ways * self.recipe.steps
        self.case.progress.update(self.task.id.capitalize(), self.done, total, "steps")
        self.done += 1

    def _pictures(self) -> Shown:
        """A row a picture: the truth, then what each way answered."""
        columns = {"truth": [self.truth[i] for i in self.shown], **self.rows}
        images, captions = [], []
        for row, position in enumerate(self.held_out[self.shown]):
            for name, answers in columns.items():
                picture = self.case.data.held_out.images[position]
                image, said = drawn(picture, answers[row], self.task.classes)
                images.append(image)
                captions.append(f"{name}: {said}")
        return Shown.of(np.stack(images), captions, len(columns))


def _judged(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of the labelled held-out pictures, or of as many as are judged."""
    known: NDArray[np.int64] = np.flatnonzero(labels >= 0)
    if len(known) <= JUDGED_ON:
        return known
    some = np.random.default_rng(0).permutation(len(known))[:JUDGED_ON]
    return known[np.sort(some)]
