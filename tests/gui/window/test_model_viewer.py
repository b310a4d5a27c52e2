"""A 3-D file dropped on the window is turned and seen; a broken one is told of in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.render.mesh import Mesh
from core.render.mesh_files import encoded
from gui.pages.model_viewer import ModelViewer
from gui.window import Window
from tests.gui.window.acts import LONG, wait_for_notice
from tests.gui.window.acts import click as press_button


@pytest.fixture
def tile(tmp_path: Path) -> Path:
    corners = np.array([[-9, -9, 0], [9, -9, 0], [9, 9, 0], [-9, 9, 0]], np.float32)
    path = tmp_path / "tile.ply"
    path.write_bytes(encoded(Mesh(corners, np.array([[0, 1, 2], [0, 2, 3]], np.int32)), ".ply"))
    return path


def opened(qtbot: QtBot, window: Window) -> ModelViewer:
    qtbot.waitUntil(lambda: window.findChild(ModelViewer) is not None, timeout=LONG)
    found = window.findChild(ModelViewer)
    assert isinstance(found, ModelViewer)
    found.stage.setFixedSize(160, 120)
    qtbot.waitUntil(lambda: found.renderer.state == "done" and found.frame_shown is not None
                    and found.frame_shown.wish.size == (160, 120), timeout=LONG)  # fmt: skip
    return found


def test_a_dropped_file_is_seen_turned_and_put_away(
    qtbot: QtBot, window: Window, tile: Path
) -> None:
    window.drops.offer(tile)
    viewer = opened(qtbot, window)
    assert "2 triangles" in viewer.said.text()
    assert viewer.frame_shown is not None
    assert viewer.frame_shown.pictures[0][60, 80].max() < 250
    before = viewer.stage.viewpoint
    QTest.mousePress(viewer.stage, Qt.MouseButton.LeftButton, pos=QPoint(80, 60))
    QTest.mouseMove(viewer.stage, QPoint(110, 70))
    QTest.mouseRelease(viewer.stage, Qt.MouseButton.LeftButton, pos=QPoint(110, 70))
    assert viewer.stage.viewpoint != before
    viewer.output.choose("depth")
    qtbot.waitUntil(lambda: viewer.frame_shown.wish.outputs == ("depth",), timeout=LONG)
    press_button(viewer.views["top"])
    qtbot.waitUntil(lambda: viewer.stage.viewpoint.elevation == 90.0, timeout=LONG)
    thread = viewer.session._thread
    viewer.close()
    assert not thread.is_alive()


def test_a_viewer_ends_with_its_window(qtbot: QtBot, window: Window, tile: Path) -> None:
    window.models.open_path(tile)
    thread = opened(qtbot, window).session._thread
    window.close()
    assert not thread.is_alive()


def test_a_chosen_file_that_is_broken_is_told_of(
    qtbot: QtBot, window: Window, tile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tile.write_bytes(tile.read_bytes()[:-7])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tile), ""))
    window.commands.action("model.open").trigger()
    wait_for_notice(qtbot, window, "tile.ply cannot be shown")
    assert window.findChild(ModelViewer) is None
