"""A test by people: which of these pictures are real?

Zhou, Gordon, Krishna, Narcomey, Fei-Fei and Bernstein, "HYPE: a benchmark for human eye perceptual
evaluation of generative models", NeurIPS 2019, arXiv 1904.01121: a person sees 50 real and 50
generated pictures; the score is the share of mistakes. At 50 % they cannot be told apart.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.runs import Run
from core.runs.results import read_evaluations

EACH = 50
SIGMAS = 1.959963984540054  # of a normal distribution, on either side: 95 %
NAME = "hype"


@dataclass(frozen=True)
class Trial:
    """One picture of the test: the `index`-th real or generated one, and what was said of it."""

    real: bool
    index: int
    said_real: bool | None = None  # None: not asked yet

    @property
    def wrong(self) -> bool:
        return self.said_real is not None and self.said_real != self.real


@dataclass(frozen=True)
class Booth:
    """A test under way: its pictures in the order they are shown, answered from the first on."""

    trials: tuple[Trial, ...]
    milliseconds: int  # each is shown; 0 without a limit

    @property
    def answered(self) -> int:
        return sum(t.said_real is not None for t in self.trials)

    @property
    def done(self) -> bool:
        return self.answered == len(self.trials)

    @property
    def now(self) -> Trial | None:
        """The picture that is asked about."""
        return None if self.done else self.trials[self.answered]

    def answer(self, real: bool) -> Booth:
        """The same with an answer to the picture of now; raises ValueError after the last."""
        if self.done:
            raise ValueError("every picture of this test has been judged")
        at = self.answered
        told = replace(self.trials[at], said_real=real)
        return replace(self, trials=(*self.trials[:at], told, *self.trials[at + 1 :]))

    def back(self) -> Booth:
        """The same without the last answer."""
        at = max(0, self.answered - 1)
        asked = replace(self.trials[at], said_real=None)
        return replace(self, trials=(*self.trials[:at], asked, *self.trials[at + 1 :]))


@dataclass(frozen=True)
class Verdict:
    """Shares of mistakes in what was judged so far; `low` and `high` hold the truth 95 times of a
    hundred.
    """

    errors: int
    judged: int
    rate: float
    low: float
    high: float
    fooled: float  # share of the generated ones that were taken for real
    doubted: float  # share of the real ones that were taken for generated

    def sentence(self) -> str:
        """What it says, in words."""
        return (
            f"{self.errors} mistakes in {self.judged} pictures: {self.rate:.0%} "
            f"(95 % interval {self.low:.0%} to {self.high:.0%}; 50 % is guessing). Of the "
            f"generated ones {self.fooled:.0%} passed for real."
        )


def booth(
    real: int, generated: int, rng: np.random.Generator, each: int = EACH, milliseconds: int = 500
) -> Booth:
    """A test of `each` real and generated pictures, no picture twice, in random order.

    Of fewer than that there are as many of both. Raises ValueError where one kind is missing.
    """
    count = min(each, real, generated)
    if count < 1:
        raise ValueError(f"a test needs pictures of both kinds; found {real} real and {generated} "
                         "generated")  # fmt: skip
    trials = [Trial(True, int(i)) for i in rng.permutation(real)[:count]]
    trials += [Trial(False, int(i)) for i in rng.permutation(generated)[:count]]
    return Booth(tuple(trials[i] for i in rng.permutation(2 * count)), milliseconds)


def wilson(errors: int, judged: int, sigmas: float = SIGMAS) -> tuple[float, float]:
    """The interval of a share by Wilson's score (JASA 22, 1927); of nothing judged, all."""
    if judged == 0:
        return 0.0, 1.0
    share, square = errors / judged, sigmas**2
    middle = (share + square / (2 * judged)) / (1 + square / judged)
    half = sigmas * math.sqrt(share * (1 - share) / judged + square / (4 * judged**2))
    half /= 1 + square / judged
    return max(0.0, middle - half), min(1.0, middle + half)


def verdict(test: Booth) -> Verdict:
    """What the answers so far say."""
    judged = [t for t in test.trials if t.said_real is not None]
    wrong: NDArray[np.bool_] = np.array([t.wrong for t in judged], dtype=bool)
    real: NDArray[np.bool_] = np.array([t.real for t in judged], dtype=bool)
    errors = int(wrong.sum())
    low, high = wilson(errors, len(judged))
    return Verdict(
        errors,
        len(judged),
        errors / len(judged) if judged else 0.0,
        low,
        high,
        float(wrong[~real].mean()) if (~real).any() else 0.0,
        float(wrong[real].mean()) if real.any() else 0.0,
    )


def keep(run: Run, step: int, test: Booth, who: str = "") -> None:
    """Keep a finished test with the snapshot that was judged; later ones at a step are added.

    Raises ValueError for an unfinished test.
    """
    if not test.done:
        raise ValueError(f"{len(test.trials) - test.answered} pictures are still to be judged")
    entry: dict[str, Any] = {
        "step": step,
        "who": who,
        "milliseconds": test.milliseconds,
        **asdict(verdict(test)),
        "trials": [asdict(t) for t in test.trials],
    }
    found = read_evaluations(run.path).get(NAME, {})
    run.save_evaluation(NAME, {"tests": [*found.get("tests", []), entry]})


def kept(run: Run) -> list[dict[str, Any]]:
    """The tests that were kept with a run, oldest first."""
    return list(read_evaluations(run.path).get(NAME, {}).get("tests", []))


def verdict_of(entry: dict[str, Any]) -> Verdict:
    """What a kept test said; raises ValueError where it is damaged."""
    try:
        return Verdict(**{f.name: entry[f.name] for f in fields(Verdict)})
    except (KeyError, TypeError) as error:
        raise ValueError(f"a kept verdict cannot be read: {error} is missing") from error
