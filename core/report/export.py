"""A run as plain files for other programs: CSV, PNG, safetensors, JSON and one HTML page."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from pathlib import Path

from safetensors.numpy import save

from core.experiment import from_run
from core.pictures import Guess, HeatMaps, ImageGrid, Picture, Table
from core.report.draw import overlay, png
from core.report.page import pictures, write
from core.runs import Run
from core.runs.atomic import write_file


def export_run(run: Run, folder: Path, step: int | None = None) -> Path:
    """Write metrics.csv, experiment.json, weights.safetensors, report.html and pictures/.

    Returns the folder, made if it is not there. Each file is whole. Raises OSError, RunError.
    """
    folder = Path(folder)
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    write_file(folder / "metrics.csv", _metrics(run).encode())
    write_file(folder / "experiment.json", json.dumps(asdict(from_run(run)), indent=2).encode())
    steps = run.snapshots()
    at = step if step is not None else (steps[-1] if steps else None)
    if at is not None:
        about = {"run": run.id, "step": str(at), "method": run.info.method}
        write_file(folder / "weights.safetensors", save(run.load_snapshot(at), about))
        for title, picture in pictures(run, at):
            if not isinstance(picture, str):
                _write_picture(folder / "pictures", title, picture)
    write(run, folder / "report.html")
    return folder


def _metrics(run: Run) -> str:
    """One row a step and quantity: the long form that every table program can pivot."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("step", "quantity", "value"))
    for name, (steps, values) in run.metrics().items():
        writer.writerows((int(s), name, repr(float(v))) for s, v in zip(steps, values))
    return out.getvalue()


def _write_picture(folder: Path, title: str, picture: Picture) -> None:
    name = "".join(c if c.isalnum() else "-" for c in title.lower()).strip("-")[:60]
    if isinstance(picture, ImageGrid):
        for i, image in enumerate(picture.images):
            write_file(folder / f"{name}-{i:03d}.png", png(image))
    elif isinstance(picture, HeatMaps):
        for i, (image, heats) in enumerate(zip(picture.images, picture.heat)):
            for column, heat in zip(picture.columns, heats):
                write_file(
                    folder / f"{name}-{i:03d}-{column.replace(' ', '-')}.png",
                    png(overlay(image, heat)),
                )
    elif isinstance(picture, Table):
        write_file(folder / f"{name}.csv", _csv([picture.columns, *picture.rows]).encode())
    elif isinstance(picture, Guess):
        rows = [
            [i, *map(float, chances), int(truth)]
            for i, (chances, truth) in enumerate(zip(picture.probabilities, picture.truth))
        ]
        write_file(
            folder / f"{name}.csv", _csv([["picture", *picture.options, "truth"], *rows]).encode()
        )


def _csv(rows: list[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()
