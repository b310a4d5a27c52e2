"""Samples looked at, scored and judged by eye, in the real window."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.evaluate.generative import classifier
from core.generative import hype
from core.runs import RunStore
from gui.pages.desk import Desk
from gui.panels import samples_judged
from gui.panels.nursery import NurseryPanel
from gui.panels.samples_judged import QualityPanel
from gui.window import Window
from tests.gui.window.acts import LONG, click, desk_in, key, press
from tests.gui.window.conftest import OpenWindow

SMALL = {"steps": 2, "batch_size": 16, "width": 8, "latent": 8}


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run of a small GAN."""
    from core.engine import Engine
    from core.experiment import Experiment

    root = tmp_path_factory.mktemp("played") / "runs"
    engine = Engine(Experiment("gan", "digits", SMALL, threads=1), RunStore(root))
    engine.start()
    engine.join()
    assert engine.state == "finished", engine.message
    return root


@pytest.fixture
def at_gan(
    qtbot: QtBot, store: RunStore, played: Path, open_window: OpenWindow,
    monkeypatch: pytest.MonkeyPatch,
) -> Window:  # fmt: skip
    monkeypatch.setattr(classifier, "STEPS", 2)
    monkeypatch.setattr(samples_judged, "LIVE", 100)
    shutil.copytree(played, store.root)
    window = open_window()
    window.open_run(store.list()[0].id)
    desk_in(qtbot, window, "finished")
    return window


def nursery_of(qtbot: QtBot, window: Window) -> NurseryPanel:
    desk: Desk = window.workbench.desk()
    found = next(p for p in desk.panels if isinstance(p, NurseryPanel))
    qtbot.waitUntil(lambda: found.samples is not None, timeout=LONG)
    return found


def quality_of(qtbot: QtBot, window: Window) -> QualityPanel:
    """The panel, with a classifier that a person had trained by a click."""
    desk: Desk = window.workbench.desk()
    desk.toggle("quality", True)
    found = next(p for p in desk.panels if isinstance(p, QualityPanel))
    qtbot.waitUntil(lambda: found.train.isVisible(), timeout=LONG)
    assert "takes about" in found.said.text()
    click(found.train)
    qtbot.waitUntil(lambda: found.one.isEnabled(), timeout=LONG)
    return found


def look_at(panel: NurseryPanel, at: int) -> None:
    tiles = panel.grid.tiles
    place = tiles.layout_for(tiles.viewport().width()).rect(at).center()
    QTest.mouseClick(tiles.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_the_nursery_stands_in_front_and_follows_the_timeline(qtbot: QtBot, at_gan: Window) -> None:
    panel = nursery_of(qtbot, at_gan)
    assert panel.isVisible()
    newest = panel.samples
    assert newest is not None
    assert newest.heard is not None
    at_gan.workbench.desk().session.go_to(0)
    qtbot.waitUntil(lambda: panel.samples is not newest, timeout=LONG)
    assert panel.samples is not None
    np.testing.assert_array_equal(panel.samples.latents, newest.latents)
    assert (panel.samples.pixels != newest.pixels).any()


def test_new_noise_and_the_fixed_one_by_clicks_and_raw_weights_by_a_key(
    qtbot: QtBot, at_gan: Window
) -> None:
    panel = nursery_of(qtbot, at_gan)
    first = panel.samples
    assert first is not None
    click(panel.fresh)
    qtbot.waitUntil(lambda: (panel.samples.latents != first.latents).any(), timeout=LONG)
    click(panel.fixed)
    qtbot.waitUntil(lambda: (panel.samples.latents == first.latents).all(), timeout=LONG)
    press(at_gan, "F4")
    qtbot.waitUntil(lambda: (panel.samples.pixels != first.pixels).any(), timeout=LONG)
    assert panel.wish().raw


def test_a_click_on_a_sample_shows_its_card_and_sends_it_on(qtbot: QtBot, at_gan: Window) -> None:
    panel = nursery_of(qtbot, at_gan)
    look_at(panel, 5)
    assert panel.chosen == 5
    assert "score" in panel.card.words.text()
    qtbot.waitUntil(lambda: panel.card.train.isVisible(), timeout=LONG)
    click(panel.card.train)
    qtbot.waitUntil(lambda: panel.card.near.can_save(), timeout=LONG)
    assert [name for name, _ in panel.card.chances.rows] == [str(i) for i in range(10)]
    assert len(panel.card.near.table()) == 1 + 14
    click(panel.card.send)
    [kept] = panel.session.shelf.items
    np.testing.assert_array_equal(kept.latent, panel.samples.latents[5])


def test_scores_come_by_themselves_and_all_snapshots_by_a_click(
    qtbot: QtBot, at_gan: Window
) -> None:
    panel = quality_of(qtbot, at_gan)
    qtbot.waitUntil(panel.scores.can_save, timeout=LONG)
    assert "trained on the same data" in panel.said.text()
    assert [row[0] for row in panel.scores.table()][1:3] == ["FD", "precision, %"]
    panel.count.setValue(100)
    click(panel.all)
    qtbot.waitUntil(lambda: panel._task is None, timeout=LONG)
    steps = {row[1] for row in panel.distance.table()[1:] if row[0] == "100 samples"}
    assert steps == set(panel.session.run.snapshots())


def test_a_person_judges_a_hundred_pictures_by_keys_and_the_verdict_is_kept(
    qtbot: QtBot, at_gan: Window
) -> None:
    nursery_of(qtbot, at_gan)
    press(at_gan, "Shift+F9")
    desk: Desk = at_gan.workbench.desk()
    panel = next(p for p in desk.panels if isinstance(p, QualityPanel))
    qtbot.waitUntil(lambda: panel.booth is not None and panel.booth.isVisible(), timeout=LONG)
    booth = panel.booth
    assert booth is not None
    booth.time.setCurrentIndex(booth.time.findData(0))
    click(booth.begin)
    key(booth, Qt.Key.Key_G)
    key(booth, Qt.Key.Key_Backspace)
    assert booth.test is not None
    assert booth.test.answered == 0
    for _ in range(100):
        key(booth, Qt.Key.Key_R)
    assert booth.verdict.text().startswith("50 mistakes in 100 pictures: 50%")
    (kept,) = hype.kept(panel.session.run)
    assert (kept["step"], kept["fooled"]) == (2, 1.0)
    click(booth.close_)
    qtbot.waitUntil(lambda: panel.booth is None, timeout=LONG)
    assert panel.people.can_save()
