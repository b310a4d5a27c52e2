"""Clusters of a run's pictures as a file: a page that shows them, or a table of every picture."""

from __future__ import annotations

import csv
import io
from html import escape
from pathlib import Path

from core.evaluate.clusters import Clustering
from core.pictures import as_images
from core.probe import Probe
from core.report.draw import to_html
from core.report.page import document
from core.runs.atomic import write_file

MOST = 64  # pictures of a cluster on the page


def check_suffix(to: Path) -> None:
    """Raise ValueError where no such file can be written."""
    if to.suffix.lower() not in (".html", ".csv"):
        raise ValueError(f"{to.name}: clusters are written as .html or .csv; choose one of these")


def write_clusters(found: Clustering, probe: Probe, title: str, to: Path) -> Path:
    """Write the clusters of a probe's pictures; returns the path. Raises OSError, ValueError."""
    check_suffix(to)
    written = _csv(found, probe) if to.suffix.lower() == ".csv" else _page(found, probe, title)
    write_file(to, written.encode())
    return to


def _page(found: Clustering, probe: Probe, title: str) -> str:
    grid = found.grid(as_images(probe.images), MOST)
    heading = f"<h1>Clusters of {escape(title)}</h1>"
    return document(f"Clusters of {title}", heading + to_html(found.table()) + to_html(grid))


def _csv(found: Clustering, probe: Probe) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("picture", "file", "class", "cluster", "distance"))
    for at, (cluster, distance, label) in enumerate(
        zip(found.assigned, found.distances, found.labels.tolist())
    ):
        file = probe.names[at] if len(probe.names) else ""
        name = probe.classes[label] if 0 <= label < len(probe.classes) else ""
        writer.writerow((at, file, name, int(cluster) + 1, f"{distance:.6g}"))
    return out.getvalue()
