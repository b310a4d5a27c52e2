"""The report of a run: everything that can be shown of it on one page."""

from __future__ import annotations

import queue
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import abilities, questions, registry
from core.experiment import from_run
from core.observer import Answer, Observer, Question
from core.pictures import Curve, Line, Picture, Points, Table
from core.report.draw import to_html
from core.report.judged import kept_pictures
from core.runs import Run
from core.runs.atomic import write_file

STYLE = """
body { font: 15px/1.55 Inter, "Segoe UI", system-ui, sans-serif; color: #1b1f24;
       background: #fbfbfa; max-width: 1080px; margin: 40px auto; padding: 0 24px; }
h1 { font-size: 28px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 40px 0 8px; }
.quiet { color: #5b626b; }
.pixels { image-rendering: pixelated; border-radius: 3px; display: block; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, 84px); gap: 10px; }
figure { margin: 0; } figcaption { font-size: 12px; color: #5b626b; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { font-weight: 600; font-size: 13px; text-align: left; padding: 3px 8px; }
td { padding: 3px 8px; border-top: 1px solid #e4e5e2; }
.matrix td { text-align: center; border: 0; }
svg text { font: 11px Inter, system-ui, sans-serif; fill: #5b626b; } .rule { stroke: #e4e5e2; }
.legend span { margin-right: 14px; font-size: 13px; }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 5px;
            margin-right: 5px; }
.curves { display: flex; flex-wrap: wrap; gap: 16px; }
.bar { position: relative; height: 15px; width: 96px; font-size: 10px; margin-top: 2px;
       background: #eeefec; }
.bar i { position: absolute; inset: 0 auto 0 0; background: #bcd2f5; }
.bar span { position: relative; padding-left: 3px; }
"""


class Asker:
    """Asks an observer and waits for the answers: how work without a window looks at a run."""

    def __init__(self, run: Run) -> None:
        self._observer = Observer(run)

    def __call__(
        self,
        question: Question,
        step: int | None = None,
        count: int = 0,
        indices: list[int] | None = None,
        own: NDArray[np.uint8] | None = None,
    ) -> Answer:
        """The answer about `indices`, the first `count`, or all the probe's pictures.

        `own` pictures (N, C, H, W) stand in front of them.
        """
        answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        chosen = indices if indices is not None else list(range(count))
        self._observer.ask("report", question, answers.put, step, chosen, own)
        return answers.get()

    def close(self) -> None:
        self._observer.close()


def curves(run: Run) -> dict[str, Curve]:
    """The metrics of a run, one picture a quantity, the held-out line beside the training one."""
    columns = run.metrics()
    found: dict[str, dict[str, Line]] = {}
    for name, (steps, values) in columns.items():
        if name == "seconds":
            continue
        quantity = name.removeprefix("held-out/")
        line = "held out" if name.startswith("held-out/") else "training"
        found.setdefault(quantity, {})[line] = Line(steps.astype(float), values)
    return {name: Curve(lines, "step", name) for name, lines in found.items()}


def pictures(run: Run, step: int | None = None) -> list[tuple[str, Picture | str]]:
    """What the method shows of itself at a snapshot: abilities, figures, a map; or why not."""
    from core.maps.pca import pca
    from core.probe import load_probe

    cls = registry.method_class(from_run(run).method)
    probe = load_probe(run.path)
    few = probe.first_of_each_class(8)
    ask = Asker(run)
    able = abilities.abilities_of(cls)
    wanted: list[tuple[str, Question, list[int]]] = []
    if "Guesses" in able:
        wanted.append(("What it guesses", questions.guess, few[:4]))
    if "Reconstructs" in able:
        wanted.append(("What it makes of a part", questions.reconstruction, few))
    if "Attends" in able:
        wanted.append(("Where it looks", questions.attention(2.0), few))
    wanted += [
        (f.title, questions.figure(f.name), probe.first_of_each_class(256)) for f in cls.figures()
    ]
    found: list[tuple[str, Picture | str]] = []
    try:
        for title, question, indices in wanted:
            answer = ask(question, step, indices=indices)
            found.append((title, answer.error or answer.value))
        if "Encodes" in able:
            answer = ask(questions.embedding, step, count=1000)
            if answer.error:
                found.append(("Map of the embedding", answer.error))
            else:
                features = list(answer.value.stages.values())[-1]
                found.append(
                    (
                        "Map of the embedding (two principal components of the last stage)",
                        Points(pca(features, 2), answer.value.labels, probe.classes),
                    )
                )
    finally:
        ask.close()
    return found


def write(run: Run, to: Path | None = None) -> Path:
    """Write the report; returns its path. Nothing half-written is left."""
    to = to or run.path / "report.html"
    write_file(to, _page(run).encode())
    return to


def _page(run: Run) -> str:
    experiment = from_run(run)
    state = run.state
    facts = [
        ("method", experiment.method),
        ("data", experiment.data),
        ("status", state.status),
        ("steps", f"{state.step:,} of {state.steps:,}"),
        ("training time", f"{state.seconds:.1f} s"),
        ("seed", str(experiment.seed)),
        ("device", run.info.device),
        ("run", run.id),
    ]
    parts = [
        f"<h1>{escape(run.info.title)}</h1>",
        f'<p class="quiet">{escape(registry.note(experiment.method).sentence)}</p>',
        to_html(Table(("", ""), facts)),
        "<h2>Curves</h2>",
        '<div class="curves">',
    ]
    parts += [f"<div>{to_html(curve)}</div>" for curve in curves(run).values()]
    parts.append("</div>")
    for title, picture in pictures(run):
        shown = (
            f'<p class="quiet">{escape(picture)}</p>'
            if isinstance(picture, str)
            else to_html(picture)
        )
        parts.append(f"<h2>{escape(title)}</h2>{shown}")
    for name, evaluation in run.evaluations().items():
        parts.append(f"<h2>Evaluation: {escape(name)}</h2>{_evaluation(evaluation)}")
    parts.append(f"<h2>The same run again</h2><p><code>{escape(experiment.command())}</code></p>")
    return document(run.info.title, "".join(parts))


def document(title: str, body: str) -> str:
    """A whole page that needs nothing beside it."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(title)}</title>"
        f"<style>{STYLE}</style><body>{body}</body></html>\n"
    )


def _evaluation(evaluation: dict[str, Any]) -> str:
    try:
        found = kept_pictures(evaluation)
    except ValueError as error:
        return f'<p class="quiet">{escape(str(error))}</p>'
    return "".join(f"<h3>{escape(title)}</h3>{to_html(picture)}" for title, picture in found)
