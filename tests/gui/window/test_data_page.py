"""The data page shows any source, says why it cannot, cancels, and trains on what is seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from core.config import options_of
from core.data.augment.config import Augmentation
from gui.pages.augmentations import Augmentations
from gui.pages.data import OWN_SIDE, DataPage
from gui.window import Window
from tests.data import odd
from tests.gui.window.acts import LONG, click, desk_in

# Where a strength alone changes nothing (the brightness of colours that are never changed), what
# it acts on is on too.
WITH = {name: {"jitter": 1.0} for name in ("brightness", "contrast", "saturation", "hue")}
WITH["stretch"] = {"crop": 0.5}


@pytest.fixture
def page(window: Window) -> DataPage:
    window.go("data")
    return window.rooms.data()


def show(qtbot: QtBot, page: DataPage, source: str, **options: object) -> None:
    page.show_source(source, options)
    qtbot.waitUntil(lambda: page._task is None, timeout=LONG)


def test_the_first_source_is_shown_without_a_click(qtbot: QtBot, page: DataPage) -> None:
    qtbot.waitUntil(lambda: page.train_button.isEnabled(), timeout=LONG)
    assert page.facts.text().startswith("1,347 to learn from, 450 held out, 8 px, 10 classes")


def test_every_source_that_is_here_is_shown(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page, "toyland", count=24, held_out=12, side=64)
    assert page.facts.text() == "24 to learn from, 12 held out, 64 px, 12 classes."
    assert page.grid.can_save()
    show(qtbot, page, "photos", count=64)
    assert "held out, 32 px" in page.facts.text()
    assert page.grid.can_save()
    show(qtbot, page, "clips", count=2, held_out=1, frames=4, side=48)
    assert page.facts.text() == "8 to learn from, 4 held out, 48 px, no labels."
    assert page.grid.can_save()


def test_pictures_are_chosen_by_part_and_class(qtbot: QtBot, page: DataPage) -> None:
    show(qtbot, page, "digits")
    page.part.setCurrentIndex(1)
    page.classes.setCurrentIndex(page.classes.findText("7"))
    assert set(page.grid._tiles.captions) == {"7"}
    assert len(page.grid._tiles.images) == 45


def test_a_download_that_nobody_allowed_is_said_and_not_begun(qtbot: QtBot, page: DataPage) -> None:
    for source in ("mnist", "cifar10", "stl10", "svhn"):
        show(qtbot, page, source)
        assert "download" in page.grid._empty.text()
        assert not page.train_button.isEnabled()


def test_what_cannot_be_used_is_listed_with_its_reason(
    qtbot: QtBot, page: DataPage, tmp_path: Path
) -> None:
    odd.make(tmp_path)
    show(qtbot, page, "folder", path=str(tmp_path))
    count = len(page._data.problems)
    assert page.tabs.tabText(2) == f"Left out ({count})"
    assert all(reason for _, reason in page.problems.table()[1:])


def test_loading_is_cancelled_by_its_button(qtbot: QtBot, page: DataPage) -> None:
    page.show_source("toyland", {"count": 200_000})
    qtbot.waitUntil(lambda: page.bar.isVisible(), timeout=LONG)
    assert page.load_button.text() == "Cancel"
    click(page.load_button)
    qtbot.waitUntil(lambda: page.load_button.text() == "Show", timeout=LONG)
    assert page.grid._empty.text().startswith("Cancelled.")


def test_another_source_gives_up_what_is_loading(qtbot: QtBot, page: DataPage) -> None:
    page.show_source("toyland", {"count": 200_000})
    show(qtbot, page, "digits")
    assert "8 px" in page.facts.text()


def test_training_takes_the_pictures_that_are_seen(
    qtbot: QtBot, window: Window, page: DataPage
) -> None:
    show(qtbot, page, "digits", side=16)
    page.form.set_values({"side": 32})
    click(page.train_button)
    experiment = desk_in(qtbot, window, "training").session.experiment
    assert (experiment.method, experiment.data) == ("rotation", "digits")
    assert experiment.data_options == {"side": 16}


class TestAugmentations:
    """The tab that shows what is made of a picture."""

    @pytest.fixture
    def tab(self, qtbot: QtBot, page: DataPage) -> Augmentations:
        show(qtbot, page, "toyland", count=24, held_out=12)
        page.grid.picked.emit(3)
        qtbot.waitUntil(lambda: page.augmentations.view.can_save(), timeout=LONG)
        return page.augmentations

    @staticmethod
    def drawn(tab: Augmentations) -> np.ndarray:
        tab._draw()
        return tab.view._tiles.images.astype(int)

    def test_every_strength_does_something_that_is_seen(self, tab: Augmentations) -> None:
        dead = []
        for option in options_of(Augmentation):
            click(tab.off)
            tab.form.set_values(WITH.get(option.name, {}) | {option.name: option.default})
            if option.name in WITH:
                off = 1.0 if option.name == "stretch" else 0.0
                tab.form.set_values({option.name: off})
            before = self.drawn(tab)
            strong = True if option.type is bool else option.low if option.name == "crop" else (
                min(option.high, 45.0))  # fmt: skip
            tab.form.set_values({option.name: strong})
            if np.abs(self.drawn(tab) - before)[1:].mean() < 1.0:
                dead.append(option.name)
        assert dead == []

    def test_the_original_stays_as_it_is_and_all_off_gives_it_back(
        self, tab: Augmentations
    ) -> None:
        first = self.drawn(tab)
        click(tab.off)
        plain = self.drawn(tab)
        assert (plain == first[0]).all()

    def test_draw_again_draws_otherwise(self, tab: Augmentations) -> None:
        before = self.drawn(tab)
        click(tab.again)
        assert np.abs(self.drawn(tab) - before).mean() > 1.0

    def test_a_slider_switches_its_augmentation_on_and_off(self, tab: Augmentations) -> None:
        click(tab.off)
        tab._draw()
        assert not any(switch.isChecked() for switch in tab.strengths.switches.values())
        click(tab.strengths.switches["Sobel"])
        assert tab.form.values()["sobel"] is True
        tab.strengths.sliders["noise"].setValue(80)
        assert tab.form.values()["noise"] == 0.8
        assert tab.strengths.switches["noise"].isChecked()
        tab.strengths.sliders["noise"].setValue(0)
        assert tab.form.values()["noise"] == 0.0
        assert not tab.strengths.switches["noise"].isChecked()

    def test_a_number_typed_into_the_form_moves_the_slider(self, tab: Augmentations) -> None:
        tab.form.set_values({"crop": 0.6, "turn": 90.0})
        tab._draw()
        assert tab.strengths.strength("crop") == 0.4
        assert tab.strengths.strength("rotate") == 0.5

    def test_each_alone_shows_all_nine_under_their_names(self, tab: Augmentations) -> None:
        tab.mode.setCurrentIndex(1)
        titles = [title for title, _ in tab.view._tiles.groups]
        assert titles == ["The picture", "Crop", "Flip", "Colour drop", "Colour jitter", "Rotate",
                          "Cutout", "Noise", "Blur", "Sobel"]  # fmt: skip
        images, first = tab.view._tiles.images.astype(int), 1
        for title, count in tab.view._tiles.groups[1:]:
            assert (images[first : first + count] != images[0]).any(), title
            first += count

    def test_a_picture_of_one_s_own_is_augmented(
        self, qtbot: QtBot, page: DataPage, tab: Augmentations, tmp_path: Path
    ) -> None:
        mine = np.full((40, 50, 3), (200, 30, 60), np.uint8)
        Image.fromarray(mine).save(tmp_path / "mine.png")
        page.augment_own(tmp_path / "mine.png")
        qtbot.waitUntil(lambda: tab.view._tiles.images.shape[1] == OWN_SIDE, timeout=LONG)
        assert (tab.view._tiles.images[0] == (200, 30, 60)).all()
