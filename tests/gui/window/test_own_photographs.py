"""A flat folder of one's own pictures, without a label: learned from, looked at, named by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from gui.pages.desk import Desk
from gui.panels.evaluation import EvaluationPanel
from gui.panels.labelling import LabellingPanel
from gui.window import Window
from tests.gui.window.acts import LONG, click, desk_in

COUNT = 12


@pytest.fixture
def desk(qtbot: QtBot, window: Window, tmp_path: Path) -> Desk:
    """SimCLR, chosen on the data page, training on the folder."""
    rng = np.random.default_rng(0)
    for number in range(COUNT):
        pixels = rng.integers(0, 256, (40, 48, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"holiday {number}.jpg")
    window.browse("folder", {"path": str(tmp_path)})
    page = window.rooms.data()
    qtbot.waitUntil(page.train_button.isEnabled, timeout=LONG)
    assert "no labels" in page.facts.text()
    page.method.setCurrentIndex(page.method.findData("simclr"))
    click(page.train_button)
    found = desk_in(qtbot, window, "training")
    assert found.session.experiment.method == "simclr"
    return found


def test_all_are_named_by_hand_and_judging_says_that_there_are_no_labels(
    qtbot: QtBot, desk: Desk
) -> None:
    assert len(desk.session.probe) == COUNT
    desk.toggle("labelling", True)
    panel = next(p for p in desk.panels if isinstance(p, LabellingPanel))
    for at, name in enumerate(("sea", "town")):
        panel.name.setText(name)
        panel.name.returnPressed.emit()
        panel.view.picked.emit(at)
    qtbot.waitUntil(lambda: panel._guessed is not None, timeout=LONG)
    assert panel._guessed.shape == (COUNT, 2)
    desk.toggle("evaluation", True)
    judging = next(p for p in desk.panels if isinstance(p, EvaluationPanel))
    qtbot.waitUntil(lambda: "no labels" in judging.what.text(), timeout=LONG)
    assert not judging.start.isEnabled()
