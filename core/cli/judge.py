"""Looking at finished runs without a window: evaluate, cluster, export, report."""

from __future__ import annotations

import argparse

import torch

from core import questions
from core.cli.bar import Bar
from core.cli.train import open_run
from core.config import ConfigError
from core.data.unit import unit
from core.evaluate.protocols import ids_of
from core.judge import judge, method_of
from core.method import Look
from core.pictures import Table
from core.probe import load_probe
from core.progress import Progress
from core.randomness import generator
from core.report.clusters import check_suffix, write_clusters
from core.report.export import export_run
from core.report.judged import pictures_of
from core.report.page import write
from core.runs import RunStore

USUAL = 10  # clusters of pictures without classes


def evaluate(given: argparse.Namespace) -> int:
    """`main.py evaluate RUN`: judge the features, print the tables, keep them in the run."""
    store = RunStore(given.runs)
    run = open_run(store, given.run)
    supervised = open_run(store, given.supervised) if given.supervised else None
    protocols = ids_of(given.protocols)
    bar = Bar(given.quiet)
    try:
        report = judge(
            store, run, protocols, given.seeds, supervised=supervised, progress=Progress(bar.tick)
        )
    finally:
        bar.close()
    for title, picture in pictures_of(report):
        if isinstance(picture, Table):
            print(f"\n{title}")
            print_table(picture)
    return 0


def print_table(table: Table) -> None:
    """A table as text, on standard output."""
    rows = [
        [f"{c:.3g}" if isinstance(c, float) else str(c) for c in row]
        for row in [table.columns, *table.rows]
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    if table.notes:
        print(table.notes)


def clusters(given: argparse.Namespace) -> int:
    """`main.py clusters RUN`: k-means on the features, printed, and written where one says."""
    if given.to is not None:
        check_suffix(given.to)
    run = open_run(RunStore(given.runs), given.run)
    method, step = method_of(run, given.step)
    probe = load_probe(run.path)
    images = unit(torch.from_numpy(probe.images))
    look = Look(images, torch.from_numpy(probe.labels), probe.classes, generator("look"))
    with torch.no_grad():
        found = questions.clusters(given.k or len(probe.classes) or USUAL, given.stage)(
            method, look
        )
    print_table(found.table())
    if given.to is not None:
        print(write_clusters(found, probe, f"{run.info.title}, step {step:,}", given.to))
    return 0


def export(given: argparse.Namespace) -> int:
    """`main.py export RUN FOLDER`."""
    if given.folder is None:
        raise ConfigError("export: name a folder, or a file with --mesh, --points or --voxels")
    run = open_run(RunStore(given.runs), given.run)
    print(f"exported {run.id} to {export_run(run, given.folder, given.step)}")
    return 0


def report(given: argparse.Namespace) -> int:
    """`main.py report RUN`."""
    print(write(open_run(RunStore(given.runs), given.run), given.to))
    return 0
