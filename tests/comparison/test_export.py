"""Everything into a folder: files that other programs open, with the numbers behind the means."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from core.cli.main import main
from core.comparison.book import Comparison
from core.comparison.export import export_all, label_numbers
from core.comparison.results import Results
from core.evaluate.label_curve import LabelCurve
from core.runs import RunStore


def test_all_that_was_found_is_written_and_opens(
    compared: tuple[RunStore, Comparison], tmp_path: Path
) -> None:
    store, comparison = compared
    written = export_all(comparison, store, tmp_path / "new" / "folder")
    names = {path.name for path in written}
    assert {"table.csv", "table.md", "table.tex", "numbers.csv", "trainings.csv", "seconds.csv",
            "per_class.csv", "bars_knn.png", "bars_linear_probe.svg", "seconds.png",
            "seconds.svg"} <= names  # fmt: skip
    for path in written:
        if path.suffix == ".png":
            image = np.asarray(Image.open(path).convert("L"))
            assert min(image.shape) > 100
            assert image.min() < 128 < image.max()
        elif path.suffix == ".svg":
            assert ElementTree.parse(path).getroot().tag.endswith("svg")
        elif path.suffix == ".csv":
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
            assert len({len(row) for row in rows}) == 1
    numbers = (tmp_path / "new" / "folder" / "numbers.csv").read_text(encoding="utf-8")
    assert numbers.count("Rotation prediction,kNN") == 2  # one a seed


def test_few_labels_are_written_by_network_and_number() -> None:
    curve = LabelCurve("t", [1, None], 40.0, {"this method": [[0.2, 0.4], [0.9, 0.9]]})
    found = Results(["kNN"], [], {"Rotation": [curve, curve]}, "")
    assert label_numbers(found).rows == [
        ["Rotation", 0, 1, 30.0], ["Rotation", 0, 40.0, 90.0],
        ["Rotation", 1, 1, 30.0], ["Rotation", 1, 40.0, 90.0],
    ]  # fmt: skip


def test_the_command_line_writes_the_same_into_a_folder(
    compared: tuple[RunStore, Comparison], tmp_path: Path
) -> None:
    store, comparison = compared
    words = ["--runs", str(store.root), "--quiet", "compare", "--resume", comparison.id, "--to"]
    assert main([*words, str(tmp_path / "out")]) == 0
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"table.tex", "seconds.csv", "seconds.png", "per_class.md"} <= written
    assert main([*words, str(tmp_path / "table.csv")]) == 0
    assert (tmp_path / "table.csv").read_text(encoding="utf-8").startswith("method,kNN")
    assert main([*words, str(tmp_path / "table.xls")]) == 2
