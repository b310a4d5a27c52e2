"""What an evaluation found: plain values that become pictures, and JSON in the run folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import numpy as np

from core.evaluate.answers import confusion_matrix
from core.evaluate.label_curve import LabelCurve, percent
from core.evaluate.protocols import ACCURACY, PROTOCOLS
from core.evaluate.shown import Shown
from core.pictures import Curve, Line, Matrix, Table

FORMAT = 1

THIS = "this method"
RAW = "raw pixels"
RANDOM = "random network"
SUPERVISED = "supervised"
IN_PERCENT = "In percent: accuracy, or the measure that the column names."

CHOOSING, TESTED = slice(0, None, 2), slice(1, None, 2)  # of the held-out pictures
Answers = TypeVar("Answers")


def deviation(values: Sequence[float]) -> float | None:
    """Standard deviation over the seeds; None where there was one."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


@dataclass(frozen=True)
class Score:
    """One measure of one protocol on one stage of one representation, a value for each seed."""

    protocol: str
    representation: str
    stage: str
    values: Sequence[float]  # 0..1, on all held-out pictures
    choosing: Sequence[float] = ()  # on every other one of them, to choose a stage by
    tested: Sequence[float] = ()  # on the rest, to judge the chosen stage by
    details: Mapping[str, float] = field(default_factory=dict)
    measure: str = ACCURACY  # a key of the protocol's columns

    @classmethod
    def of(
        cls,
        place: tuple[str, str, str],
        measure: str,
        by: Callable[[Answers, slice], float],
        found: Sequence[Answers],
        count: int,
        **details: float,
    ) -> Score:
        """A measure of what each network answered: of all held-out pictures and of each half.

        `place` is protocol, representation and stage. `by` gives the measure on a part of the
        `count` held-out pictures; one alone is not halved.
        """

        def on(part: slice) -> list[float]:
            return [by(answers, part) for answers in found] if count > 1 else []

        whole = [by(answers, slice(None)) for answers in found]
        return cls(*place, whole, on(CHOOSING), on(TESTED), details, measure)

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def spread(self) -> float | None:
        """Standard deviation over the seeds; None where there was one."""
        return deviation(self.values)

    @property
    def judged(self) -> Sequence[float]:
        """What to report where a stage was chosen: all, if there was nothing to choose by."""
        return self.tested or self.values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Score:
        """The score of a kept report; `accuracies` were the values while nothing else was kept."""
        return cls(**{"values" if n == "accuracies" else n: v for n, v in values.items()})


@dataclass(frozen=True)
class Report:
    """All results of one evaluation, and what is needed to read them."""

    method: str
    data: str
    classes: Sequence[str]
    pictures: int  # labelled training pictures
    held_out: int
    seeds: Sequence[int]
    chance: float  # share of the most frequent class among the held-out pictures
    scores: Sequence[Score] = ()
    confusions: Mapping[str, Sequence[Sequence[int]]] = field(default_factory=dict)
    curves: Mapping[str, LabelCurve] = field(default_factory=dict)  # protocol -> curve
    shown: Mapping[str, Shown] = field(default_factory=dict)  # protocol -> what it answered
    seconds: float = 0.0

    @property
    def protocols(self) -> list[str]:
        """What was judged by."""
        return list(dict.fromkeys([*(s.protocol for s in self.scores), *self.curves]))

    def represents(self, protocol: str, representation: str) -> bool:
        """Whether a representation was judged by a protocol."""
        if protocol in self.curves:
            return representation in self.curves[protocol].accuracies
        mine = protocol, representation
        return any((s.protocol, s.representation) == mine for s in self.scores)

    def best(self, protocol: str, representation: str, measure: str | None = None) -> Score | None:
        """The score of the stage that did best on the half of the pictures to choose by.

        Its `judged` values are of the other half. The protocol's first measure if none is named;
        None where it was not judged.
        """
        mine = [s for s in self._of(protocol, measure) if s.representation == representation]
        return max(mine, key=lambda s: float(np.mean(s.choosing or s.values)), default=None)

    def _of(self, protocol: str, measure: str | None = None) -> list[Score]:
        mine = [s for s in self.scores if s.protocol == protocol]
        wanted = measure or next((s.measure for s in mine), None)
        return [s for s in mine if s.measure == wanted]

    @property
    def columns(self) -> Mapping[tuple[str, str], str]:
        """(protocol, measure) of the scores -> title of their column."""
        keys = dict.fromkeys((s.protocol, s.measure) for s in self.scores)
        return {key: PROTOCOLS[key[0]].columns[key[1]] for key in keys}

    def chosen(self) -> Table:
        """One row a representation, in percent: the stage best on one half, judged on the other."""
        rows = []
        for name in dict.fromkeys(s.representation for s in self.scores):
            found = [self.best(protocol, name, measure) for protocol, measure in self.columns]
            shown = [
                f"{percent(float(np.mean(s.judged)), deviation(s.judged))} ({s.stage})" if s else ""
                for s in found
            ]
            rows.append([name, *shown])
        note = (
            f"{IN_PERCENT} In brackets the stage: chosen on every other held-out picture, judged "
            "on the rest, so that a network with more stages has no advantage."
        )
        return Table(["representation", *self.columns.values()], rows, note)

    def table(self) -> Table:
        """One row a representation and stage, one column a measure, in percent."""
        places = dict.fromkeys((s.representation, s.stage) for s in self.scores)
        cells = {(s.representation, s.stage, s.protocol, s.measure): s for s in self.scores}
        rows = []
        for place in places:
            found = [cells.get((*place, *column)) for column in self.columns]
            rows.append([*place, *(percent(s.mean, s.spread) if s else "" for s in found)])
        notes = (
            f"{IN_PERCENT} {self.held_out} held-out pictures, {self.pictures} labelled "
            f"pictures to learn from; always saying the most frequent class gives "
            f"{percent(self.chance)}. ± is the standard deviation over seeds.{self._fewer()}"
        )
        return Table(["representation", "stage", *self.columns.values()], rows, notes)

    def _fewer(self) -> str:
        """Which protocols learned from fewer pictures, in words."""
        learned = {
            s.protocol: s.details["pictures"] for s in self.scores if "pictures" in s.details
        }
        return "".join(
            f" {PROTOCOLS[name].title} learned from {count:,.0f} of them."
            for name, count in learned.items()
        )

    def per_class(self) -> Table:
        """Accuracy of the linear probe on each class, one column a representation."""
        shares = {
            name: confusion_matrix(np.array(c), self.classes).values
            for name, c in self.confusions.items()
        }
        rows = [
            [label, *(percent(float(s[i, i])) for s in shares.values())]
            for i, label in enumerate(self.classes)
        ]
        return Table(["class", *shares], rows, "Linear probe on the last stage, percent.")

    def confusion(self, representation: str = THIS) -> Matrix:
        """How the linear probe confuses the classes; raises KeyError where it was not judged."""
        return confusion_matrix(np.array(self.confusions[representation]), self.classes)

    def stages(self, protocol: str) -> Curve:
        """A protocol's first measure in percent over the stages, for the networks compared."""
        lines, scores = {}, self._of(protocol)
        for name in dict.fromkeys(s.representation for s in scores):
            mine = [s for s in scores if s.representation == name]
            if name != RAW:
                spread = np.array([100 * (s.spread or 0.0) for s in mine])
                y = np.array([100 * s.mean for s in mine])
                lines[name] = Line(np.arange(1.0, len(mine) + 1), y, spread)
        measure = scores[0].measure if scores else ACCURACY
        return Curve(lines, "stage", f"{measure} on held-out pictures (%)")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for `evaluations/*.json`."""
        plain = asdict(self)
        plain["curves"] = {name: curve.to_dict() for name, curve in self.curves.items()}
        return {"format": FORMAT, **plain}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Report:
        """The report that `to_dict` wrote; raises ValueError for another format."""
        if values.get("format") != FORMAT:
            raise ValueError(
                f"the evaluation has format {values.get('format')}, expected {FORMAT}; "
                "evaluate again with this version"
            )
        fields = {name: value for name, value in values.items() if name != "format"}
        fields["scores"] = [Score.from_dict(score) for score in fields["scores"]]
        fields["curves"] = {n: LabelCurve.from_dict(c) for n, c in fields["curves"].items()}
        fields["shown"] = {n: Shown(**s) for n, s in fields.get("shown", {}).items()}
        return cls(**fields)
