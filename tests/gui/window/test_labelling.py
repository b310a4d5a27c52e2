"""Naming pictures by clicking: two classes are enough for the others to be guessed."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui.panels.labelling import LabellingPanel
from gui.window import Window
from tests.gui.window.acts import LONG, click


def panel_of(qtbot: QtBot, window: Window) -> LabellingPanel:
    """The panel in front, with the classes of the digits."""
    desk = window.workbench.desk()
    assert desk is not None
    desk.toggle("labelling", True)
    panel = next(p for p in desk.panels if isinstance(p, LabellingPanel))
    qtbot.waitUntil(lambda: len(panel.classes) == 10, timeout=LONG)
    return panel


def test_two_named_pictures_name_the_rest(qtbot: QtBot, at_desk: Window) -> None:
    panel = panel_of(qtbot, at_desk)
    labels = panel.session.probe.labels
    for wanted in (0, 1):
        click(panel._chips.button(wanted))
        panel.view.picked.emit(int((labels == wanted).argmax()))
    qtbot.waitUntil(lambda: panel._guessed is not None, timeout=LONG)
    assert set(panel._guessed.argmax(axis=1)) <= {0, 1}
    assert "named rightly" in panel.said.text()
    assert panel._caption(0).startswith(("●", "0 ", "1 "))
    click(panel.clear)
    assert panel._guessed is None
    assert not panel.given


def test_a_class_of_ones_own_is_typed(qtbot: QtBot, at_desk: Window) -> None:
    panel = panel_of(qtbot, at_desk)
    panel.name.setText("round")
    panel.name.returnPressed.emit()
    assert panel.classes[-1] == "round"
    panel.view.picked.emit(3)
    assert panel.given == {3: 10}
    panel.view.picked.emit(3)
    assert panel.given == {}
