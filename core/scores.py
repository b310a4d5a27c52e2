"""What the samples of a run score, snapshot by snapshot: kept with the run, drawn as curves, and
the three failures of two players read off them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from core import experiment as experiments
from core import registry
from core.abilities import Criticises, Generates
from core.config import ConfigError
from core.evaluate.generative.modes import Modes
from core.evaluate.generative.prdc import PRDC
from core.generative import failures, hype
from core.generative.judging import USUAL, Bench, Quality, measured, samples
from core.judge import method_of
from core.pictures import Curve, Histogram, Line, Table
from core.progress import Progress
from core.runs import Run, RunStore
from core.runs.results import read_evaluations
from core.showcase import Showcase

NAME = "samples"  # of the evaluation that keeps them
MEASURES = ("precision", "recall", "density", "coverage")
PROBABILITIES = ("D/real", "D/fake")


@dataclass(frozen=True)
class Scored:
    """What the samples of one step score."""

    step: int
    raw: bool
    quality: Quality
    memorisation: Histogram

    def to_dict(self) -> dict[str, Any]:
        """What is kept of it."""
        return {"step": self.step, "raw": self.raw, **asdict(self.quality)}


def generator_of(
    run: Run, step: int | None = None, showcase: Showcase | None = None
) -> tuple[Generates, int]:
    """A replica of a run's method at a snapshot; without a step the newest weights there are.

    Raises ConfigError where the method generates nothing, or RunError without such a snapshot.
    """
    latest = None
    if showcase is not None and step is None:
        showcase.want()
        latest = showcase.latest()
    if latest is None:
        method, at = method_of(run, step)
    else:
        experiment = experiments.from_run(run)
        cls = registry.method_class(experiment.method)
        method = experiments.rebuild(
            cls, latest[1], experiments.shape_of(run), latest[2], torch.device("cpu")
        ).eval()
        at = latest[0]
    if not isinstance(method, Generates):
        raise ConfigError(f"{run.info.method} generates nothing; choose a run of gan or another "
                          "method that does")  # fmt: skip
    return method, at


def score(
    run: Run,
    bench: Bench,
    step: int | None = None,
    count: int = USUAL,
    ways: Sequence[bool] | None = None,
    progress: Progress | None = None,
    showcase: Showcase | None = None,
) -> list[Scored]:
    """What `count` samples of a step score; nothing is kept.

    `ways` are by the raw weights (True) or their average; without, the average and, of two players
    who may circle around it, the raw ones, too.
    """
    method, at = generator_of(run, step, showcase)
    if ways is None:
        two = isinstance(method, Criticises) and hasattr(method, "averaged")
        ways = (False, True) if two else (False,)
    found = []
    for raw in ways:
        made = samples(method, count, progress, raw)
        found.append(Scored(at, raw, *measured(made, bench, progress)))
    return found


def score_all(
    store: RunStore,
    run: Run,
    bench: Bench,
    count: int = USUAL,
    ways: Sequence[bool] | None = None,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Score every snapshot and keep each as it comes; all that is kept then.

    Snapshots that were scored with as many samples are not scored again.
    """
    progress = progress or Progress()
    steps, wanted = run.snapshots(), bool(ways and ways[0])
    done = {e["step"] for e in kept(run) if e["count"] == count and e["raw"] == wanted}
    for at, step in enumerate(steps):
        progress.update("Scoring the snapshots", at, len(steps), "snapshots")
        if step not in done:
            found = score(run, bench, step, count, ways, progress.silent())
            keep(store, run, [each.to_dict() for each in found])
    progress.update("Scoring the snapshots", len(steps), len(steps), "snapshots")
    return kept(run)


def compared(found: Sequence[Scored]) -> Table:
    """The scores of one step side by side: of the average, of the raw weights, of real pictures.

    All but FD in per cent.
    """
    names = ["raw" if each.raw else "averaged" for each in found]
    first, *others = [each.quality.table().rows for each in found]
    rows = []
    for at, (name, _, real) in enumerate(first):
        made = [float(row[at][1]) for row in (first, *others)]
        if name != "FD":
            name, made = f"{name}, %", [100 * value for value in made]
            real = 100 * real if isinstance(real, float) else real
        rows.append((name, *made, real))
    return Table(("measure", *names, "real"), rows, found[0].quality.table().notes)


def keep(store: RunStore, run: Run, entries: Sequence[dict[str, Any]]) -> None:
    """Keep scores with a run; of one step, and as many samples, the newest stays."""
    found = {_key(e): e for e in [*kept(run), *entries]}
    whole = {"scores": sorted(found.values(), key=lambda e: int(e["step"]))}
    if run.read_only:
        with store.open(run.id, write=True) as writable:
            writable.save_evaluation(NAME, whole)
    else:
        run.save_evaluation(NAME, whole)


def keep_verdict(store: RunStore, run: Run, step: int, test: hype.Booth) -> None:
    """Keep what a person said of the pictures of a step with the run."""
    if run.read_only:
        with store.open(run.id, write=True) as writable:
            hype.keep(writable, step, test)
    else:
        hype.keep(run, step, test)


def kept(run: Run) -> list[dict[str, Any]]:
    """The scores that were kept, by step."""
    return list(read_evaluations(run.path).get(NAME, {}).get("scores", []))


def _key(entry: dict[str, Any]) -> tuple[int, int, bool]:
    return int(entry["step"]), int(entry["count"]), bool(entry["raw"])


def table(entries: Sequence[dict[str, Any]]) -> Table:
    """All that was kept, a row a score."""
    columns = ("step", "samples", "weights", "FD", "floor", *MEASURES, "copied")
    rows = [
        (e["step"], e["count"], "raw" if e["raw"] else "averaged", e["distance"], e["floor"],
         *(e["balls"][m] for m in MEASURES), e["copied"])
        for e in entries
    ]  # fmt: skip
    notes = f"On features of {entries[-1]['judge']}; FD is no FID." if entries else ""
    return Table(columns, rows, notes)


def distances(entries: Sequence[dict[str, Any]]) -> Curve:
    """FD over the steps, a line for each number of samples, with what as many real ones score."""
    lines: dict[str, Line] = {}
    for title, mine in _alike(entries).items():
        steps = np.array([e["step"] for e in mine], float)
        lines[title] = Line(steps, np.array([e["distance"] for e in mine], float))
        floors = np.array([e["floor"] for e in mine], float)
        lines[f"{mine[0]['count']:,} real"] = Line(steps, floors, dashed=True)
    return Curve(lines, "step", "Fréchet distance (FD)", log_y=True)


def shares(entries: Sequence[dict[str, Any]]) -> Curve:
    """Precision, recall, density and coverage over the steps, of the largest number of samples."""
    alike = _alike(entries)
    if not alike:
        return Curve({}, "step", "share")
    mine = max(alike.values(), key=lambda each: (len(each), each[0]["count"]))
    steps = np.array([e["step"] for e in mine], float)
    lines = {m: Line(steps, np.array([e["balls"][m] for e in mine], float)) for m in MEASURES}
    return Curve(lines, "step", "share")


def by_eye(tests: Sequence[dict[str, Any]]) -> Curve:
    """How often people were wrong over the steps, with half the width of the interval."""
    if not tests:
        return Curve({}, "step", "mistakes")
    mine = sorted(tests, key=lambda t: int(t["step"]))
    steps = np.array([t["step"] for t in mine], float)
    middle = np.array([(t["low"] + t["high"]) / 2 for t in mine], float)
    reach = np.array([(t["high"] - t["low"]) / 2 for t in mine], float)
    return Curve(
        {
            "share of mistakes": Line(steps, np.array([t["rate"] for t in mine], float)),
            "95 % interval": Line(steps, middle, spread=reach, dashed=True),
            "guessing": Line(steps, np.full(len(steps), 0.5), dashed=True),
        },
        "step",
        "mistakes",
    )


def _alike(entries: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Those that may be compared with each other, by what they are of."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in sorted(entries, key=lambda e: (-int(e["count"]), bool(e["raw"]), int(e["step"]))):
        title = f"{entry['count']:,} samples{', raw' if entry['raw'] else ''}"
        found.setdefault(title, []).append(entry)
    return found


def warnings_of(run: Run, entries: Sequence[dict[str, Any]], until: int | None = None) -> list[str]:
    """What went wrong by a step (or so far), each in a sentence; nothing where all is well."""
    metrics = run.metrics()
    said = [metrics[name] for name in PROBABILITIES if name in metrics]
    found = []
    if len(said) == 2:
        real, fake = (v[s <= until] if until is not None else v for s, v in said)
        real, fake = real[-failures.WINDOW :], fake[-failures.WINDOW :]
        if len(real) and real.max() <= 1 and fake.min() >= 0:  # else they are no probabilities
            found.append(failures.discriminator_wins(real.tolist(), fake.tolist()))
    past = [e for e in entries if until is None or e["step"] <= until]
    for mine in _alike(past).values():
        found.append(failures.collapse([e["balls"]["recall"] for e in mine]))
    found.append(_circling(past))
    return list(dict.fromkeys(words for words in found if words))


def _circling(entries: Sequence[dict[str, Any]]) -> str:
    """Of the last step that was scored both ways: whether the raw generator lost what its average
    has.
    """
    both: dict[tuple[int, int], dict[bool, dict[str, Any]]] = {}
    for entry in entries:
        key = int(entry["step"]), int(entry["count"])
        both.setdefault(key, {})[bool(entry["raw"])] = entry
    pairs = [pair for _, pair in sorted(both.items()) if len(pair) == 2]
    if not pairs or "of classes" not in pairs[-1][True]["judge"]:
        return ""
    averaged, raw = (Modes(list(pairs[-1][way]["rates"].values()), 1.0) for way in (False, True))
    return failures.oscillation(averaged, raw)


def quality_of(entry: dict[str, Any]) -> Quality:
    """What was kept, as it was; raises ValueError where it is damaged."""
    try:
        facts = {k: v for k, v in entry.items() if k not in ("step", "raw")}
        return Quality(**{**facts, "balls": PRDC(**entry["balls"])})
    except (KeyError, TypeError) as error:
        raise ValueError(f"a kept score cannot be read ({error}); score the step again") from error
