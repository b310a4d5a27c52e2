"""A scene in the real window: turned, refined, left alone, opened pixel by pixel."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.panels.scene import ScenePanel
from gui.widgets.scene.handles import Handles
from gui.window import Window
from tests.gui.window.acts import LONG, click, desk_in, press
from tests.gui.window.conftest import OpenWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(
    qtbot: QtBot,
    store: RunStore,
    scene_runs: Path,
    open_window: OpenWindow,
    monkeypatch: pytest.MonkeyPatch,
) -> ScenePanel:
    """The panel of a finished run, small, with its first picture refined."""
    shutil.copytree(scene_runs, store.root)
    monkeypatch.setattr("core.render.exposure.PASSES", 2)
    usual = ScenePanel._lay_out

    def small(panel: ScenePanel) -> None:
        usual(panel)
        panel.stage.setFixedSize(160, 120)

    monkeypatch.setattr(ScenePanel, "_lay_out", small)
    window = open_window()
    window.open_run(store.list()[0].id)
    desk = desk_in(qtbot, window, "finished")
    found = next(p for p in desk.panels if isinstance(p, ScenePanel))
    refined(qtbot, found)
    return found


def refined(qtbot: QtBot, panel: ScenePanel) -> None:
    def is_refined() -> bool:
        frame, size = panel.frame_shown, (panel.stage.width(), panel.stage.height())
        return panel.renderer.state == "done" and frame is not None and frame.wish.size == size

    qtbot.waitUntil(is_refined, timeout=LONG)


def window_of(panel: ScenePanel) -> Window:
    found = panel.window()
    assert isinstance(found, Window)
    return found


def test_a_scene_is_seen_at_once_turned_coarsely_and_refined_when_it_stands(
    qtbot: QtBot, panel: ScenePanel
) -> None:
    assert panel.frame_shown is not None
    assert panel.frame_shown.passes == 2
    states: list[str] = []
    panel.renderer.told.connect(states.append)
    QTest.mousePress(panel.stage, LEFT, pos=QPoint(80, 80))
    for step in range(8):
        QTest.mouseMove(panel.stage, QPoint(80 + 10 * step, 90))
    QTest.mouseRelease(panel.stage, LEFT, pos=QPoint(160, 90))
    refined(qtbot, panel)
    assert any(state.startswith("moving") for state in states)
    assert states[-1].startswith("refined")
    assert panel.frame_shown.wish.viewpoint == panel.stage.viewpoint
    asked: list[object] = []
    panel.renderer.told.connect(asked.append)
    qtbot.wait(60)
    assert not asked, "a refined picture costs nothing"


def test_a_click_opens_the_ray_whose_sum_is_the_pixel(
    qtbot: QtBot, panel: ScenePanel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    QTest.mouseClick(panel.stage, LEFT, pos=panel.stage.rect().center())
    qtbot.waitUntil(lambda: panel.inspector.ray is not None, timeout=LONG)
    assert panel.inspector.isVisible()
    ray = panel.inspector.ray
    assert ray is not None
    np.testing.assert_allclose(ray.summed, ray.seen, atol=5e-3)
    to = tmp_path / "ray.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(to), ""))
    press(window_of(panel), "Alt+Shift+J")
    lines = [line for line in to.read_text().splitlines() if line and line[0].isdigit()]
    assert len(lines) == len(ray.t)
    click(panel.inspector.close_button)
    assert not panel.inspector.isVisible()


def test_one_stands_in_a_camera_with_its_photograph_and_the_difference(
    qtbot: QtBot, panel: ScenePanel
) -> None:
    window = window_of(panel)
    press(window, "Alt+8")
    assert panel.renderer.view == 0
    assert panel.stage.viewpoint.held is not None
    assert "held out" in panel.controls_line.camera.text()
    panel.controls_line.photograph.setValue(50)
    click(panel.controls_line.difference)
    qtbot.waitUntil(
        lambda: panel.frame_shown is not None and panel.frame_shown.wish.outputs == ("error",)
        and panel.renderer.state == "done", timeout=LONG)  # fmt: skip
    assert panel.frame_shown is not None
    assert panel.frame_shown.compared == panel.controls_line.camera.text()
    press(window, "Alt+U")
    assert panel.stage.viewpoint.held is None
    assert panel.renderer.view == -1
    assert panel.controls_line.output.key == "colour"


def test_two_outputs_a_smaller_box_and_another_background_are_shown(
    qtbot: QtBot, panel: ScenePanel
) -> None:
    window = window_of(panel)
    press(window, "Alt+X")
    qtbot.waitUntil(lambda: len(panel.frame_shown.pictures) == 2, timeout=LONG)  # type: ignore[union-attr]
    panel.set_background((0.0, 0.0, 1.0))
    panel.go_to_preset("top")
    press(window, "Alt+C")
    panel.crop_box.sliders[0].set_range(0.0, 0.5)
    qtbot.waitUntil(
        lambda: panel.frame_shown is not None and panel.frame_shown.wish.crop is not None
        and panel.renderer.state == "done", timeout=LONG)  # fmt: skip
    assert panel.frame_shown is not None
    colours = panel.frame_shown.pictures[0]
    assert (colours[:, -5:] == [0, 0, 255]).all()
    assert (colours[:, 5 + colours.shape[1] // 2 :] == [0, 0, 255]).all()


def test_the_menu_of_the_scene_does_what_it_says(qtbot: QtBot, panel: ScenePanel) -> None:
    checks: dict[str, Callable[[], bool]] = {
        "front": lambda: panel.stage.viewpoint.azimuth == -90.0,
        "home": lambda: panel.stage.viewpoint.azimuth == -55.0,
        "cameras": lambda: panel.dressing.frusta is not None,
        "cells": lambda: panel.dressing.cells is not None,
        "depth": lambda: panel.frame_shown.wish.outputs == ("depth",),  # type: ignore[union-attr]
        "error": lambda: panel.frame_shown.compared != "",  # type: ignore[union-attr]
        "inspect": lambda: panel.inspector.ray is not None,
    }
    for command, done in checks.items():
        window_of(panel).commands.action(f"scene.{command}").trigger()
        qtbot.waitUntil(done, timeout=LONG)


def test_keyframes_are_laid_ordered_played_and_kept(
    qtbot: QtBot, panel: ScenePanel, tmp_path: Path
) -> None:
    window, bar = window_of(panel), panel.path_bar
    window.commands.action("scene.keyframe").trigger()
    first = panel.stage.viewpoint
    panel.stage.go(first.orbit(60, 20))
    second = panel.stage.viewpoint
    window.commands.action("scene.keyframe").trigger()
    assert bar.isVisible()
    assert bar.path.keys == (first, second)
    qtbot.waitUntil(lambda: len(bar._pictures) == 2, timeout=LONG)
    click(bar.earlier)
    assert bar.path.keys == (second, first)
    bar.seconds.setValue(0.2)
    seen: list[object] = []
    panel.stage.moved.connect(seen.append)
    window.commands.action("scene.play").trigger()
    qtbot.waitUntil(lambda: not bar.play.isChecked(), timeout=LONG)
    assert len(seen) > 1
    np.testing.assert_allclose(panel.stage.viewpoint.eye, first.eye, atol=1e-3)
    file = tmp_path / "path.json"
    bar.write(file)
    bar.clear.trigger()
    assert not bar.path.keys
    bar.read(file)
    assert bar.path.keys == (second, first)
    assert bar.seconds.value() == 0.2
    file.write_text("{}")
    with qtbot.waitSignal(bar.problem) as told:
        bar.read(file)
    assert "is no camera path" in told.args[0]
    bar.keys.setCurrentRow(0)
    click(bar.remove)
    assert bar.path.keys == (first,)
    assert not bar.play.isEnabled()


def test_a_face_of_the_crop_box_is_pulled_in_the_scene(qtbot: QtBot, panel: ScenePanel) -> None:
    window_of(panel).commands.action("scene.crop").trigger()
    handles = next(o for o in panel.stage.overlays if isinstance(o, Handles))
    sight, view = panel.stage.sight(), panel.stage.viewpoint
    pulled = handles.places[5] - (0, 0, 0.8)  # the top of the box, down
    x, y = sight.project(np.array([handles.places[5], pulled]))[:, :2].round().astype(int).T
    QTest.mousePress(panel.stage, LEFT, pos=QPoint(x[0], y[0]))
    QTest.mouseMove(panel.stage, QPoint(x[1], y[1]))
    QTest.mouseRelease(panel.stage, LEFT, pos=QPoint(x[1], y[1]))
    assert panel.crop_box.sliders[2].high == pytest.approx(0.6, abs=0.05)
    assert panel.renderer.crop == panel.crop_box.box()
    assert panel.stage.viewpoint == view
    qtbot.waitUntil(lambda: panel.frame_shown.wish.crop == panel.crop_box.box(), timeout=LONG)  # type: ignore[union-attr]
    window_of(panel).commands.action("scene.crop").trigger()
    assert not any(isinstance(overlay, Handles) for overlay in panel.stage.overlays)
