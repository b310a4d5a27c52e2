"""How long a comparison will take, said before it is begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core import registry
from core.comparison.plan import RANDOM, Plan
from core.config import ConfigError
from core.experiment import Experiment

# Processor seconds for one training: 2,000 pictures of 32 pixels, the default network.
JUDGING = {"knn": 2.0, "linear": 4.0, "few_labels": 3.0, "clustering": 5.0, "retrieval": 2.0,
           "semi_supervised": 40.0, "fine_tune": 110.0, "detection": 66.0,
           "segmentation": 90.0}  # fmt: skip
SNAPSHOTS = 3.0  # of judging the snapshots
RANDOM_SECONDS = 1.0  # of training a network that is not trained


@dataclass(frozen=True)
class Estimate:
    """What is known beforehand."""

    trainings: int
    seconds: float | None  # in all; None where a chosen network makes it unknown
    refused: Sequence[str]  # titles of methods that do not take the options


def estimate(plan: Plan) -> Estimate:
    """Trainings and seconds; a method's own time is the one that its note tells for its defaults.

    Imports torch.
    """
    judging = SNAPSHOTS + sum(JUDGING[protocol] for protocol in plan.protocols)
    refused, each = [], []
    for method in plan.all_methods:
        note = registry.note(method)
        try:
            config = plan.experiment(method, 0).config()
        except ConfigError:
            refused.append(note.title)
            continue
        steps = {
            "steps": plan.budget.amount,
            "images": plan.budget.amount / config.batch_size,
        }.get(plan.budget.kind, float(config.steps))
        training = 60 * note.minutes * steps / Experiment(method, note.data).config().steps
        if plan.budget.kind == "seconds":
            training = plan.budget.amount
        each.append(judging + (RANDOM_SECONDS if method == RANDOM else training))
    known = plan.budget.kind == "seconds" or not plan.options
    trainings = len(each) * len(plan.seeds)
    return Estimate(trainings, sum(each) * len(plan.seeds) if known else None, refused)
