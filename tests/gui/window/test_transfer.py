"""Detection and segmentation in the evaluation panel."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui.panels.evaluation import EvaluationPanel
from gui.window import Window
from tests.gui.window.acts import LONG, click


def test_what_has_no_boxes_is_said_in_the_panel(qtbot: QtBot, at_desk: Window) -> None:
    desk = at_desk.workbench.desk()
    assert desk is not None
    desk.toggle("evaluation", True)
    panel = next(p for p in desk.panels if isinstance(p, EvaluationPanel))
    for id, box in panel.boxes.items():
        box.setChecked(id in ("knn", "detection"))
    click(panel.start)
    qtbot.waitUntil(lambda: "boxes are known" in panel.what.text(), timeout=LONG)
    assert "choose Toyland" in panel.what.text()
    assert panel.start.text() == "Evaluate"
    assert panel.session.run is not None
    assert not panel.session.run.evaluations()
