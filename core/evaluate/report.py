"""What an evaluation found: plain values that become pictures, and JSON in the run folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from core.evaluate.answers import confusion_matrix
from core.evaluate.label_curve import LabelCurve, percent
from core.pictures import Curve, Line, Matrix, Table

FORMAT = 1

THIS = "this method"
RAW = "raw pixels"
RANDOM = "random network"
SUPERVISED = "supervised"


@dataclass(frozen=True)
class Score:
    """Accuracies of one protocol on one stage of one representation, one for each seed."""

    protocol: str
    representation: str
    stage: str
    accuracies: Sequence[float]  # 0..1, on all held-out pictures
    choosing: Sequence[float] = ()  # on every other one of them, to choose a stage by
    tested: Sequence[float] = ()  # on the rest, to judge the chosen stage by
    details: Mapping[str, float] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        return float(np.mean(self.accuracies))

    @property
    def spread(self) -> float | None:
        """Standard deviation over the seeds; None where there was one."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else None


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
    seconds: float = 0.0

    def best(self, protocol: str, representation: str) -> Score | None:
        """The score of the stage that did best, or None where it was not judged."""
        mine = [
            s for s in self.scores if (s.protocol, s.representation) == (protocol, representation)
        ]
        return max(mine, key=lambda score: score.mean, default=None)

    def table(self) -> Table:
        """One row a representation and stage, one column a protocol, in percent."""
        protocols = list(dict.fromkeys(s.protocol for s in self.scores))
        places = dict.fromkeys((s.representation, s.stage) for s in self.scores)
        cells = {(s.representation, s.stage, s.protocol): s for s in self.scores}
        rows = []
        for place in places:
            found = [cells.get((*place, protocol)) for protocol in protocols]
            rows.append([*place, *(percent(s.mean, s.spread) if s else "" for s in found)])
        notes = (
            f"Accuracy in percent on {self.held_out} held-out pictures, {self.pictures} labelled "
            f"pictures to learn from; always saying the most frequent class gives "
            f"{percent(self.chance)}. ± is the standard deviation over seeds."
        )
        return Table(["representation", "stage", *protocols], rows, notes)

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
        """Accuracy in percent over the stages of the encoder, for the networks compared."""
        lines = {}
        for name in dict.fromkeys(s.representation for s in self.scores):
            mine = [s for s in self.scores if (s.protocol, s.representation) == (protocol, name)]
            if mine and name != RAW:
                spread = np.array([100 * (s.spread or 0.0) for s in mine])
                y = np.array([100 * s.mean for s in mine])
                lines[name] = Line(np.arange(1.0, len(mine) + 1), y, spread)
        return Curve(lines, "stage", "accuracy on held-out pictures (%)")

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
        fields["scores"] = [Score(**score) for score in fields["scores"]]
        fields["curves"] = {n: LabelCurve.from_dict(c) for n, c in fields["curves"].items()}
        return cls(**fields)
