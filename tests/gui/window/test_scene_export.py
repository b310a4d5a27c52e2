"""A scene leaves the real window as a mesh that opens again."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.engine import Engine
from core.experiment import Experiment
from core.render.mesh_files import read_mesh
from core.runs import RunStore
from gui.pages.model_viewer import ModelViewer
from gui.pages.scene_export import SceneExport
from gui.window import Window
from tests.gui.window.acts import LONG, click, desk_in
from tests.gui.window.conftest import OpenWindow


@pytest.fixture
def at_scene(qtbot: QtBot, store: RunStore, open_window: OpenWindow) -> Window:
    options = {"steps": 3, "rays": 64, "width": 12, "coarse": 1}
    data = {"views": 4, "held_out": 1, "side": 12}
    engine = Engine(Experiment("voxels", "scenes", options, data, threads=1), store)
    engine.start()
    engine.join()
    assert engine.state == "finished", engine.message
    window = open_window()
    window.open_run(store.list()[0].id)
    desk_in(qtbot, window, "finished")
    return window


def as_small_as_can_be(dialog: SceneExport) -> None:
    """A mesh that a scene of three steps has."""
    dialog.resolution.setValue(16)
    dialog.automatic.setChecked(False)
    dialog.level.setValue(0.5)


def test_the_menu_writes_a_mesh_and_a_film_of_the_scene_in_front(
    qtbot: QtBot, at_scene: Window, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: at_scene.commands.action("scene.export").isEnabled(), timeout=LONG)
    at_scene.commands.action("scene.export").trigger()
    dialog = at_scene.findChild(SceneExport)
    kinds = [dialog.kind.itemData(at) for at in range(dialog.kind.count())]
    assert kinds == ["mesh", "points", "voxels", "film"]  # no Gaussians, and no way laid yet
    as_small_as_can_be(dialog)
    path = tmp_path / "scene.ply"
    dialog.write(path)
    qtbot.waitUntil(path.exists, timeout=LONG)
    qtbot.waitUntil(lambda: dialog.go.isEnabled(), timeout=LONG)
    assert len(read_mesh(path).faces) > 0
    assert dialog.show_it.isVisible()
    dialog.kind.setCurrentIndex(dialog.kind.findData("film"))
    dialog.seconds.setValue(0.5)
    dialog.width_.setValue(16)
    dialog.height_.setValue(16)
    film = tmp_path / "scene.gif"
    dialog.write(film)
    qtbot.waitUntil(dialog.show_it.isVisible, timeout=LONG)
    assert film.exists()
    dialog.close()


def test_what_was_written_is_opened_from_the_dialog(
    qtbot: QtBot, at_scene: Window, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: at_scene.commands.action("scene.export").isEnabled(), timeout=LONG)
    at_scene.commands.action("scene.export").trigger()
    dialog = at_scene.findChild(SceneExport)
    dialog.write(tmp_path / "points.npz")  # of numbers where a mesh should be
    qtbot.waitUntil(dialog.go.isEnabled, timeout=LONG)
    assert not dialog.show_it.isVisible()
    as_small_as_can_be(dialog)
    dialog.write(tmp_path / "scene.ply")
    qtbot.waitUntil(dialog.show_it.isVisible, timeout=LONG)
    click(dialog.show_it)
    qtbot.waitUntil(lambda: at_scene.findChild(ModelViewer) is not None, timeout=LONG)
    at_scene.findChild(ModelViewer).close()
