"""Comparisons on the disk: a folder each, with the plan and how far every training is."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from core.comparison.plan import Plan
from core.runs import RunDamaged, RunError, RunStore
from core.runs.document import read_document, write_document
from core.runs.errors import saving

FILE = "comparison.json"
FORMAT = 1
STATES = ("waiting", "training", "judging", "done", "failed")


@dataclass(frozen=True)
class Entry:
    """One method with one seed, and the run that it became."""

    method: str
    seed: int
    state: str = "waiting"
    run: str = ""  # its id, once there is one
    steps: int = 0
    seconds: float = 0.0  # by the clock, in training steps
    message: str = ""  # why it failed

    @property
    def ended(self) -> bool:
        return self.state in ("done", "failed")

    @property
    def trained(self) -> bool:
        """Whether its run has ended its training, and may hold what it was judged by."""
        return self.state in ("judging", "done") or (self.state == "failed" and self.steps > 0)


def entries_of(plan: Plan) -> list[Entry]:
    """All trainings of a plan, seed by seed, so that a table of all methods is there early."""
    return [Entry(method, seed) for seed in plan.seeds for method in plan.all_methods]


@dataclass
class Comparison:
    """A plan and its entries, written whenever one of them changes."""

    path: Path
    plan: Plan
    entries: list[Entry] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def ended(self) -> bool:
        return all(entry.ended for entry in self.entries)

    def put(self, at: int, **changes: object) -> Entry:
        """Change an entry, and write it down; raises RunError where the disk refuses."""
        self.entries[at] = replace(self.entries[at], **changes)  # type: ignore[arg-type]
        self.save()
        return self.entries[at]

    def extend(self, plan: Plan) -> None:
        """Go on by a plan that asks for more (`Plan.adding`); what is done keeps its results."""
        there = {(entry.method, entry.seed) for entry in self.entries}
        more = set(plan.protocols) - set(self.plan.protocols)
        self.entries = [
            replace(entry, state="judging", message="") if more and entry.trained else entry
            for entry in self.entries
        ]
        self.entries += [entry for entry in entries_of(plan)
                         if (entry.method, entry.seed) not in there]  # fmt: skip
        self.plan = plan
        self.save()

    def discard(self) -> None:
        """Take it off the disk: nothing was begun."""
        (self.path / FILE).unlink(missing_ok=True)
        self.path.rmdir()

    def save(self) -> None:
        content = {
            "format": FORMAT,
            "plan": self.plan.to_dict(),
            "entries": [asdict(entry) for entry in self.entries],
        }
        with saving("the comparison", self.path):
            write_document(self.path / FILE, content)


class Book:
    """All comparisons of a store; they lie beside its runs."""

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self.root = store.root.parent / "comparisons"

    def begin(self, plan: Plan) -> Comparison:
        """A new comparison in which nothing is trained yet."""
        id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{plan.data}-{secrets.token_hex(3)}"
        made = Comparison(self.root / id, plan, entries_of(plan))
        with saving("the comparison", self.root):
            made.path.mkdir(parents=True)
        made.save()
        return made

    def open(self, id: str) -> Comparison:
        """The comparison of that id, or the newest for "last"; raises RunError."""
        if id == "last":
            found = self.ids()
            if not found:
                raise RunError(f"there is no comparison in {self.root}; begin one first")
            id = found[0]
        path = self.root / id
        if not (path / FILE).is_file():
            raise RunError(f"there is no comparison {id} in {self.root}")
        content = read_document(path / FILE)
        if content.get("format") != FORMAT:
            raise RunDamaged(f"{id} has format {content.get('format')}, expected {FORMAT}")
        try:
            entries = [Entry(**entry) for entry in content["entries"]]
            return Comparison(path, Plan.from_dict(content["plan"]), entries)
        except (KeyError, TypeError, ValueError) as error:
            raise RunDamaged(f"{id} describes no comparison: {error}") from error

    def ids(self) -> Sequence[str]:
        """Of all comparisons, newest first."""
        found = [path.parent.name for path in self.root.glob(f"*/{FILE}")]
        return sorted(found, reverse=True)
