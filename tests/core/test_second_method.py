"""Another method is one file and one note: all of the program that has no window finds it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import core.methods
from core import abilities, registry
from core.cli.main import main
from core.config import options_of
from core.runs import RunStore

FILE = '''
"""The mean colour of a picture, learned by regression: the smallest method there is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import nn

from core.config import option
from core.method import Method, MethodConfig, figure
from core.pictures import Histogram


@dataclass(frozen=True)
class TrivialConfig(MethodConfig):
    sharpness: float = option(1.0, "How much an error counts.", low=0.1, high=9.0, live=True)


class Trivial(Method):
    Config = TrivialConfig

    def __init__(self, config, data):
        super().__init__(config, data)
        self.first = nn.Conv2d(data.channels, config.width, 3, padding=1)
        self.head = nn.Linear(config.width, data.channels)

    def encode(self, images):
        return {"first": self.first(images).relu()}

    def attend(self, images, power=2.0):
        return {"first": self.encode(images)["first"].pow(power).sum(1)}

    def loss(self, batch):
        guess = self.head(self.encode(batch.images)["first"].mean((2, 3)))
        error = (guess - batch.images.mean((2, 3))).pow(2).mean()
        return {"loss": self.config.sharpness * error}

    @figure("Weights", "All of them.")
    def weights(self, look):
        counts, edges = np.histogram(self.first.weight.numpy(), 8)
        return Histogram(edges, {"first layer": counts.astype(float)})
'''

NOTE = """+++
title = "Mean colour"
family = "Toys"
year = 2026
paper = "nobody"
sentence = "A network learns the mean colour of a picture."
minutes = 0.1
data = "digits"
+++
The idea.
"""


@pytest.fixture
def trivial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    package, notes = tmp_path / "families" / "toys", tmp_path / "notes"
    package.mkdir(parents=True)
    notes.mkdir()
    (package / "__init__.py").touch()
    (package / "trivial.py").write_text(FILE)
    (notes / "trivial.md").write_text(NOTE)
    paths = [*core.methods.__path__, str(package.parent)]
    monkeypatch.setattr(core.methods, "__path__", paths)
    monkeypatch.setattr(registry, "NOTE_FOLDERS", [*registry.NOTE_FOLDERS, notes])
    registry._find.cache_clear()
    yield
    registry._find.cache_clear()
    for name in [name for name in sys.modules if name.startswith("core.methods.toys")]:
        del sys.modules[name]


@pytest.mark.usefixtures("trivial")
def test_it_is_found_with_its_options_abilities_and_figures() -> None:
    assert "trivial" in [note.id for note in registry.notes()]
    cls = registry.method_class("trivial")
    assert "sharpness" in [o.name for o in options_of(cls.Config)]
    assert abilities.abilities_of(cls) == ["Encodes", "Attends"]
    assert [f.title for f in cls.figures()] == ["Weights"]


@pytest.mark.usefixtures("trivial")
def test_it_is_listed_trained_judged_and_reported(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list", "methods"]) == 0
    assert "Mean colour: A network learns" in capsys.readouterr().out
    small = ["--steps", "5", "--width", "4", "--batch-size", "8", "--sharpness", "2"]
    assert main(["--quiet", "train", "trivial", *small]) == 0
    assert main(["--quiet", "evaluate", "last", "--protocols", "knn", "--seeds", "1"]) == 0
    assert main(["--quiet", "report", "last"]) == 0
    run = RunStore(own_home / "runs").open(RunStore(own_home / "runs").list()[0].id)
    assert run.config["experiment"]["options"]["sharpness"] == 2.0
    assert len(run.evaluations()) == 1
    page = (run.path / "report.html").read_text()
    for title in ("Where it looks", "Weights", "Map of the embedding"):
        assert f"<h2>{title}" in page
