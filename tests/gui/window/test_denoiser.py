"""Noise to pictures and pixel by pixel in the real window, by mouse, keys and commands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.runs import RunStore
from gui.panels.denoiser import DenoiserPanel
from gui.panels.pixel_by_pixel import PixelsPanel
from gui.window import Window
from tests.gui.window.acts import LONG, click, desk_in, key, press
from tests.gui.window.conftest import OpenWindow

RUNS = (("diffusion", {"width": 4, "sampling_steps": 4}), ("pixelcnn", {"width": 4, "depth": 2}))
Opener = Callable[[str], Window]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run of a denoiser and one of what draws pixels."""
    from core.engine import Engine
    from core.experiment import Experiment

    root = tmp_path_factory.mktemp("made") / "runs"
    for method, options in RUNS:
        tiny = {"steps": 2, "batch_size": 4, **options}
        engine = Engine(Experiment(method, "digits", options=tiny, threads=1), RunStore(root))
        engine.start()
        engine.join()
        assert engine.state == "finished", engine.message
    return root


@pytest.fixture
def opened(qtbot: QtBot, store: RunStore, made: Path, open_window: OpenWindow) -> Opener:
    """Opens a window with the run of a method."""
    shutil.copytree(made, store.root)

    def open_(method: str) -> Window:
        window = open_window()
        window.open_run(next(r.id for r in store.list() if f"-{method}-" in r.id))
        desk_in(qtbot, window, "finished")
        return window

    return open_


def panel_of(qtbot: QtBot, window: Window, dock: str) -> Any:
    desk = window.workbench.desk()
    assert desk is not None
    desk.set_layout("look")
    desk.toggle(dock, True)
    return desk.docks[dock].widget()


def test_the_way_out_of_noise_is_shown_and_a_slider_asks_again(
    qtbot: QtBot, opened: Opener
) -> None:
    panel: DenoiserPanel = panel_of(qtbot, opened("diffusion"), "denoise")
    qtbot.waitUntil(panel.grid.can_save, timeout=LONG)
    assert panel.steps.value == 4
    assert len(panel._times) == 4
    key(panel.steps.slider, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: len(panel._times) == 5, timeout=LONG)
    before = panel.grid._tiles.images.copy()
    click(panel.another)
    qtbot.waitUntil(lambda: bool((panel.grid._tiles.images != before).any()), timeout=LONG)


def test_a_click_on_a_moment_and_another_class_branch_the_way(qtbot: QtBot, opened: Opener) -> None:
    panel: DenoiserPanel = panel_of(qtbot, opened("diffusion"), "denoise")
    qtbot.waitUntil(panel.grid.can_save, timeout=LONG)
    rows = len(panel.grid._tiles.images) // 4
    tile = panel.grid._tiles.layout_for(panel.grid._tiles.viewport().width()).rect(2)
    QTest.mouseClick(
        panel.grid._tiles.viewport(), Qt.MouseButton.LeftButton, pos=tile.center() + QPoint(0, 0)
    )
    assert panel._then == panel._times[2]
    panel.branch.setCurrentIndex(panel.branch.findText("7"))
    panel.branch.activated.emit(panel.branch.currentIndex())
    qtbot.waitUntil(
        lambda: len(panel.grid._tiles.images) // 4 == rows + panel.count.value(), timeout=LONG
    )
    assert "→ 7" in panel.grid._tiles.captions


def test_the_menu_turns_the_denoisers_panel_and_is_off_for_others(
    qtbot: QtBot, opened: Opener
) -> None:
    window = opened("diffusion")
    panel: DenoiserPanel = panel_of(qtbot, window, "denoise")
    press(window, "Ctrl+Alt+2")
    qtbot.waitUntil(lambda: "9" in panel.grid._tiles.captions, timeout=LONG)
    press(window, "Ctrl+Alt+3")
    qtbot.waitUntil(lambda: "t 0.60" in panel.grid._tiles.captions, timeout=LONG)
    weight = panel.weight.value
    press(window, "Alt+Up")
    assert panel.weight.value > weight
    assert not window.commands.action("denoise.draw").isEnabled()
    window.go("runs")
    assert not window.commands.action("denoise.way").isEnabled()


def test_measuring_guidance_can_be_stopped_and_asks_first_to_be_begun(
    qtbot: QtBot, opened: Opener
) -> None:
    window = opened("diffusion")
    panel: DenoiserPanel = panel_of(qtbot, window, "denoise")
    panel.mode.choose("guidance")
    assert not panel.curve.can_save()
    click(panel.measure)
    assert not panel.work.isHidden()
    click(panel.work.stop)
    qtbot.waitUntil(lambda: panel.work.isHidden(), timeout=LONG)
    assert panel.measure.isEnabled()


def test_pictures_are_drawn_pixel_by_pixel_while_one_watches(qtbot: QtBot, opened: Opener) -> None:
    window = opened("pixelcnn")
    panel: PixelsPanel = panel_of(qtbot, window, "pixel by pixel")
    seen: list[str] = []

    def finished() -> bool:
        if panel.said.text() not in seen:
            seen.append(panel.said.text())
        return panel.said.text() == "Pixel 64 of 64"

    qtbot.waitUntil(finished, timeout=LONG)
    assert len(seen) > 5
    before = panel.grid._tiles.images.copy()
    press(window, "Ctrl+Alt+0")
    qtbot.waitUntil(finished, timeout=LONG)
    qtbot.waitUntil(lambda: bool((panel.grid._tiles.images != before).any()), timeout=LONG)


def test_a_covered_picture_is_completed_as_often_as_was_asked(qtbot: QtBot, opened: Opener) -> None:
    window = opened("pixelcnn")
    panel: PixelsPanel = panel_of(qtbot, window, "pixel by pixel")
    press(window, "Ctrl+Alt+7")
    qtbot.waitUntil(lambda: panel.said.text().startswith("Pixel 32 of 32"), timeout=LONG)
    assert len(panel.grid._tiles.images) == 12
    given = panel.cover.canvas.columns[0].images
    assert given is not None
    top = panel.grid._tiles.images[:, :4]
    assert (top == top[:1]).all()
    click(panel.halves["right"])
    qtbot.waitUntil(lambda: panel.said.text().startswith("Pixel 32 of 32"), timeout=LONG)
    assert panel.cover.canvas.hidden[:, 4:].all()
    assert not panel.cover.canvas.hidden[:, :4].any()
    press(window, "Ctrl+Alt+8")
    qtbot.waitUntil(panel.bits.can_save, timeout=LONG)
    press(window, "Ctrl+Alt+9")
    qtbot.waitUntil(panel.guess.can_save, timeout=LONG)


def test_a_card_opens_a_run_that_ships(
    qtbot: QtBot, made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    open_window: OpenWindow,
) -> None:  # fmt: skip
    from core import histories

    run = next(r for r in RunStore(made).list() if "-diffusion-" in r.id)
    histories.pack(RunStore(made).open(run.id), tmp_path / "all" / "noise", 2, {})
    for function in (histories.histories, histories.history_of, histories.bring):
        *others, _ = function.__defaults__ or ()
        monkeypatch.setattr(function, "__defaults__", (*others, tmp_path / "all"))
    window = open_window()
    card = next(c for c in window.gallery.cards if c.note.id == "diffusion")
    others_ = [c for c in window.gallery.cards if not c.learned.isHidden()]
    assert others_ == [card]
    click(card.learned)
    desk_in(qtbot, window, "finished")
    desk = window.workbench.desk()
    assert desk is not None
    assert desk.session.run is not None
    assert desk.session.run.id == run.id
    assert desk.bar.learned.isHidden()
