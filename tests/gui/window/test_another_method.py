"""One Python file and one note are a whole method: card, form, figure, training."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import core.methods
from core import registry
from gui.panels.figures import FiguresPanel
from gui.window import Window
from tests.gui.window.acts import LONG, click, desk_in, steps_of
from tests.gui.window.conftest import OpenWindow

METHOD = '''
"""Predict the mean grey of a picture: the least that can be learned."""

from dataclasses import dataclass

import torch
from torch import nn

from core.config import option
from core.method import Method, MethodConfig, figure
from core.pictures import Matrix


@dataclass(frozen=True)
class MeanGreyConfig(MethodConfig):
    boldness: float = option(0.5, "How boldly it guesses.", low=0.0, high=1.0)


class MeanGrey(Method):
    Config = MeanGreyConfig

    def __init__(self, config, data):
        super().__init__(config, data)
        self.guess_grey = nn.Linear(data.channels * data.side**2, 1)

    def loss(self, batch):
        guess = self.guess_grey(batch.images.flatten(1)) * self.config.boldness
        return {"loss": (guess[:, 0] - batch.images.mean(dim=(1, 2, 3))).square().mean()}

    @figure("Weights of the guess", "One number a pixel.")
    def weights(self, look):
        side = look.images.shape[-1]
        shown = self.guess_grey.weight.detach()[0, : side * side].reshape(side, side).numpy()
        names = [str(i) for i in range(side)]
        return Matrix(shown, names, names, "Row", "Column", "weight", diverging=True)
'''
NOTE = """+++
title = "Mean grey"
family = "Trials"
year = 2026
paper = "none"
sentence = "Guesses how bright a picture is."
minutes = 0.1
data = "digits"
+++
It guesses.
"""


@pytest.fixture
def mean_grey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A second method, beside those of the program."""
    family = tmp_path / "methods" / "trials"
    family.mkdir(parents=True)
    (family / "__init__.py").touch()
    (family / "mean_grey.py").write_text(METHOD, encoding="utf-8")
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "mean_grey.md").write_text(NOTE, encoding="utf-8")
    monkeypatch.setattr(core.methods, "__path__", [*core.methods.__path__, str(family.parent)])
    monkeypatch.setattr(registry, "NOTE_FOLDERS", [*registry.NOTE_FOLDERS, notes])
    registry._find.cache_clear()
    yield "mean_grey"
    registry._find.cache_clear()
    for name in [name for name in sys.modules if name.startswith("core.methods.trials")]:
        del sys.modules[name]


@pytest.fixture
def window(mean_grey: str, open_window: OpenWindow) -> Window:
    return open_window()


def card(window: Window):
    return next(card for card in window.gallery.cards if card.note.id == "mean_grey")


def test_its_card_trains_it_by_a_click(qtbot: QtBot, window: Window) -> None:
    click(card(window))
    desk = desk_in(qtbot, window, "training", "finished")
    qtbot.waitUntil(lambda: steps_of(desk) >= 1, timeout=LONG)
    assert desk.session.experiment.method == "mean_grey"


def test_its_form_shows_its_own_option(qtbot: QtBot, window: Window) -> None:
    card(window).open.emit("mean_grey")
    qtbot.waitUntil(
        lambda: window.workbench.desk() is not None and window.workbench.desk().setup is not None,
        timeout=LONG,
    )
    desk = window.workbench.desk()
    assert desk.setup.form.fields["boldness"].option.default == 0.5
    assert "It guesses." in desk.session.note.body


def test_its_figure_is_shown_and_no_panel_it_has_no_ability_for(
    qtbot: QtBot, window: Window
) -> None:
    click(card(window))
    desk = desk_in(qtbot, window, "training", "finished")
    (panel,) = (p for p in desk.panels if isinstance(p, FiguresPanel))
    assert panel.choice.itemText(0) == "Weights of the guess"
    desk.docks["figures"].raise_()
    qtbot.waitUntil(lambda: panel.view is not None and panel.view.can_save(), timeout=LONG)
    assert set(desk.docks) == {"setup", "note", "figures"}
