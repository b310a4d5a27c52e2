"""Walking latents, ways between them, sums and inversion, by mouse and keys in the real window."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.panels.arithmetic import ArithmeticPanel
from gui.panels.interpolation import InterpolationPanel
from gui.panels.inversion import InversionPanel
from gui.panels.latent import LatentPanel
from gui.window import Window
from tests.gui.window.acts import LONG, desk_in, key
from tests.gui.window.conftest import OpenWindow

FACES = {"count": 64, "held_out": 32}
RUNS = (
    ("gan", "faces", {"steps": 2, "batch_size": 8, "width": 8}, FACES),
    ("vae", "digits", {"steps": 3, "batch_size": 8, "width": 4}, {}),
)
LEFT = Qt.MouseButton.LeftButton
Opener = Callable[[str, str], Any]


class Guesser:
    """A judge that tells attributes of a picture by its pixels' sum: any, but always the same."""

    learns = "attributes"
    names = ("glasses", "smile", "long hair", "beard", "hat")

    def probabilities(self, images: Any) -> np.ndarray:
        sums = (images.flatten(1).double().sum(dim=1) * 1e4).long().numpy()
        return np.stack([(sums >> bit) & 1 for bit in range(5)], axis=1).astype(np.float32)


@pytest.fixture(scope="session")
def generators(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished GAN and a finished VAE of two numbers."""
    from core.engine import Engine
    from core.experiment import Experiment

    root = tmp_path_factory.mktemp("generators") / "runs"
    for method, data, options, data_options in RUNS:
        experiment = Experiment(method, data, options=options, data_options=data_options, threads=1)
        engine = Engine(experiment, RunStore(root))
        engine.start()
        engine.join()
        assert engine.state == "finished", engine.message
    return root


@pytest.fixture
def opened(qtbot: QtBot, store: RunStore, generators: Path, open_window: OpenWindow) -> Opener:
    """Opens a run of a method with one of its docks in front; the panel of it."""
    shutil.copytree(generators, store.root)

    def open_(method: str, dock: str) -> Any:
        window: Window = open_window()
        window.open_run(next(r.id for r in store.list() if f"-{method}-" in r.id))
        desk = desk_in(qtbot, window, "finished")
        desk.set_layout("present")
        desk.toggle(dock, True)
        return desk.docks[dock].widget()

    return open_


def test_the_picture_follows_a_dragged_mouse_and_can_be_kept(qtbot: QtBot, opened: Opener) -> None:
    panel: LatentPanel = opened("gan", "latent space")
    qtbot.waitUntil(lambda: panel.plane.can_save() and bool(panel.sliders.sliders), timeout=LONG)
    first = panel.here.items[0]
    spot = panel.plane.to_pixels(1.0, 0.0).toPoint()
    QTest.mousePress(panel.plane, LEFT, pos=panel.plane.to_pixels(0.5, 0.2).toPoint())
    QTest.mouseMove(panel.plane, spot)
    QTest.mouseRelease(panel.plane, LEFT, pos=spot)
    panel.plane.move_to(1.0, 0.0)

    def there() -> bool:
        now, corner = panel.here.items[0].latent, panel.tiles[1].items[0].latent
        size = np.linalg.norm(now) / np.linalg.norm(corner)
        return bool(np.allclose(now, corner * size, atol=1e-3))

    qtbot.waitUntil(there, timeout=LONG)
    assert not np.array_equal(first.latent, panel.here.items[0].latent)
    panel.keep.click()
    assert panel.session.shelf.items == panel.here.items
    panel.shelf.setFocus()
    key(panel.shelf, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: panel.tiles[0].items[0].name.startswith("plane"), timeout=LONG)


def test_sliders_move_the_sample_and_reset_brings_it_back(qtbot: QtBot, opened: Opener) -> None:
    panel: LatentPanel = opened("gan", "latent space")
    qtbot.waitUntil(lambda: bool(panel.sliders.sliders and panel.here.items), timeout=LONG)
    before = panel.here.items[0].latent
    panel.sliders.sliders[0].setValue(150)
    qtbot.waitUntil(lambda: not np.array_equal(panel.here.items[0].latent, before), timeout=LONG)
    panel.reset.click()
    qtbot.waitUntil(lambda: np.array_equal(panel.here.items[0].latent, before), timeout=LONG)
    assert panel.sliders.shift() is None


def test_a_flat_latent_is_shown_as_it_is_with_the_codes_of_pictures(
    qtbot: QtBot, opened: Opener
) -> None:
    panel: LatentPanel = opened("vae", "latent space")
    qtbot.waitUntil(lambda: len(panel.plane._codes) > 100, timeout=LONG)
    panel.plane.move_to(1.5, -2.0)
    qtbot.waitUntil(lambda: np.allclose(panel.here.items[0].latent, [1.5, -2.0]), timeout=LONG)
    assert not panel.corners[0].isVisible()
    assert sum(row[0] == "code" for row in panel.plane.table()) == len(panel.plane._codes)


def test_two_ways_lie_side_by_side_and_become_a_film(
    qtbot: QtBot, opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.panels.interpolation.FILMED", 6)
    panel: InterpolationPanel = opened("gan", "interpolation")
    qtbot.waitUntil(panel.strips.can_save, timeout=LONG)
    assert len(panel.strips.table()) == 1 + 2 * panel.count
    kept = panel.ends[0].items[0]
    panel.session.shelf.keep(kept)
    panel.shelf.setFocus()
    key(panel.shelf, Qt.Key.Key_2)
    qtbot.waitUntil(
        lambda: np.array_equal(panel.ends[1].items[0].latent, kept.latent), timeout=LONG
    )
    film = tmp_path / "walk.gif"
    panel.write_film(film)
    qtbot.waitUntil(lambda: film.exists() and not panel.working.busy, timeout=LONG)
    assert "10 frames" in panel.said.text()


def test_samples_sent_by_keys_add_up_and_leave_by_delete(qtbot: QtBot, opened: Opener) -> None:
    panel: ArithmeticPanel = opened("gan", "arithmetic")
    qtbot.waitUntil(lambda: len(panel.pool.items) > 3, timeout=LONG)
    for at, digit in enumerate((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3)):
        QTest.mouseClick(panel.pool, LEFT, pos=panel.pool.place(at).center())
        key(panel.pool, digit)
    qtbot.waitUntil(lambda: len(panel.results.items) == 9, timeout=LONG)
    a, b, c = (tray.items[0].latent for tray in panel.trays)
    wanted = (c + a - b) * len(a) ** 0.5 / np.linalg.norm(c + a - b)
    assert np.allclose(panel.results.items[4].latent, wanted, atol=1e-4)
    panel.measure()
    assert "fill all three trays" in panel.said.text()
    key(panel.trays[0].tiles, Qt.Key.Key_Right)
    key(panel.trays[0].tiles, Qt.Key.Key_Delete)
    assert not panel.trays[0].items
    assert not panel.results.items


def test_an_example_fills_the_trays_and_is_scored_against_chance(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.judge.judge_of", lambda *_: Guesser())
    monkeypatch.setattr("core.generative.measuring.DRAWN", 120)
    panel: ArithmeticPanel = opened("gan", "arithmetic")
    qtbot.waitUntil(lambda: bool(panel.pool.items), timeout=LONG)
    panel.trials = 60
    panel.example.setCurrentIndex(5)
    panel.example.activated.emit(5)
    qtbot.waitUntil(lambda: panel.heat.can_save() and not panel.working.busy, timeout=LONG)
    assert [len(tray.items) for tray in panel.trays] == [3, 3, 3]
    panel.score.click()
    qtbot.waitUntil(panel.curve.can_save, timeout=LONG)
    lines = {row[0] for row in panel.curve.table()[1:]}
    assert lines == {"success", "chance"}
    assert "more exemplars do not help" in panel.said.text()
    assert panel.trays[0].said.words.endswith("glasses or hat, not both")
    assert panel.minimumSizeHint().width() < 420  # what was filled in asks for no more room


def test_a_searched_latent_lies_on_the_shelf_beside_the_encoders(
    qtbot: QtBot, opened: Opener
) -> None:
    panel: InversionPanel = opened("vae", "inversion")
    qtbot.waitUntil(lambda: "encoded" in panel._errors, timeout=LONG)
    panel.steps.setValue(8)
    panel.search.click()
    qtbot.waitUntil(lambda: bool(panel.session.shelf.items), timeout=LONG)
    assert panel._errors["searched"] <= panel._errors["encoded"] + 1e-3
    captions = [row[1] for row in panel.view.table()[1:]]
    assert captions[0] == "picture"
    assert captions[2].startswith("searched")


def test_the_menu_brings_a_panel_to_the_front(qtbot: QtBot, opened: Opener) -> None:
    panel: LatentPanel = opened("gan", "interpolation")
    window = panel.window()
    assert isinstance(window, Window)
    window.commands.action("latent.keep").trigger()
    desk = window.workbench.desk()
    assert desk is not None
    qtbot.waitUntil(lambda: desk.docks["latent space"].widget().isVisible(), timeout=LONG)
    window.go("gallery")
    assert not window.commands.action("latent.keep").isEnabled()
