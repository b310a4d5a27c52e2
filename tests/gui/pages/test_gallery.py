"""The gallery shows every note, finds, trains and opens, by mouse and by keyboard."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QPushButton

from core.registry import Note, read_note
from gui.pages.gallery import Gallery, RecentRun
from gui.widgets.cards import expected

HEADER = """+++
title = "{title}"
family = "{family}"
year = 2018
paper = "Somebody, 2018"
sentence = "What is learned by {title}, in one sentence that is long enough to be wrapped."
minutes = 1
+++
Text.
"""


def make_notes(folder, count) -> list[Note]:
    made = []
    for number in range(count):
        path = folder / f"method{number}.md"
        family = f"Family {number // 6}"
        path.write_text(HEADER.format(title=f"Method {number}", family=family), encoding="utf-8")
        made.append(read_note(path))
    return made


@pytest.fixture
def gallery(qtbot, tmp_path):
    made = Gallery(make_notes(tmp_path, 8))
    made.resize(1280, 800)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def test_clicking_anywhere_on_a_card_trains_its_method(gallery, qtbot):
    with qtbot.waitSignal(gallery.train) as told:
        qtbot.mouseClick(
            gallery.cards[0], Qt.MouseButton.LeftButton, pos=gallery.cards[0].rect().center()
        )
    assert told.args == ["method0"]


def test_train_is_told_once_by_its_button_and_set_up_never_trains(gallery, qtbot):
    trained, opened = [], []
    gallery.train.connect(trained.append)
    gallery.open.connect(opened.append)
    for button in gallery.cards[1].findChildren(QPushButton):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (trained, opened) == (["method1"], ["method1"])


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_enter_and_space_train_the_focused_card(gallery, qtbot, key):
    gallery.cards[2].setFocus()
    with qtbot.waitSignal(gallery.train) as told:
        qtbot.keyClick(gallery.cards[2], key)
    assert told.args == ["method2"]


def test_arrows_walk_over_the_cards(gallery, qtbot):
    cards = gallery.cards
    cards[0].setFocus()
    qtbot.keyClick(cards[0], Qt.Key.Key_Right)
    assert cards[1].hasFocus()
    qtbot.keyClick(cards[1], Qt.Key.Key_Down)
    below = next(card for card in cards if card.hasFocus())
    assert (
        below.mapTo(gallery, below.rect().topLeft()).y()
        != cards[1].mapTo(gallery, cards[1].rect().topLeft()).y()
    )
    qtbot.keyClick(below, Qt.Key.Key_Up)
    assert cards[1].hasFocus()
    qtbot.keyClick(cards[1], Qt.Key.Key_Left)
    assert cards[0].hasFocus()


def test_the_search_hides_what_does_not_match_and_enter_goes_to_the_first(gallery, qtbot):
    qtbot.keyClicks(gallery.search, "method 7")
    assert [card.note.id for card in gallery.cards if card.isVisible()] == ["method7"]
    qtbot.keyClick(gallery.search, Qt.Key.Key_Return)
    assert gallery.cards[7].hasFocus()


def test_a_search_without_result_says_so(gallery, qtbot):
    qtbot.keyClicks(gallery.search, "xyzzy")
    said = [part.text() for part in gallery.findChildren(QLabel) if part.isVisible()]
    assert any("xyzzy" in text for text in said)


def test_recent_runs_are_hidden_until_there_are_some_and_open_by_a_click(gallery, qtbot):
    strip = gallery._recent
    assert not strip.isVisible()
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    gallery.set_recent([RecentRun("a", "Run A", "Finished", "method0", picture),
                        RecentRun("b", "Run B", "Paused", "method1")])  # fmt: skip
    assert strip.isVisible()
    with qtbot.waitSignal(gallery.open_run) as told:
        qtbot.mouseClick(gallery._recent_cards[1], Qt.MouseButton.LeftButton)
    assert told.args == ["b"]
    gallery.set_recent([])
    assert not strip.isVisible()


@pytest.mark.parametrize("count", [1, 2, 7, 40])
@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (760, 500)])
def test_no_card_is_cut_off_or_covers_another(qtbot, tmp_path, count, size):
    gallery = Gallery(make_notes(tmp_path, count))
    qtbot.addWidget(gallery)
    gallery.resize(*size)
    gallery.show()
    inside = gallery.widget()
    qtbot.waitUntil(lambda: inside.height() >= inside.heightForWidth(inside.width()) > 100)
    places = [
        card.rect().translated(card.mapTo(inside, card.rect().topLeft())) for card in gallery.cards
    ]
    assert all(
        place.left() >= 0 and place.right() <= gallery.viewport().width() for place in places
    )
    assert not any(a.intersects(b) for i, a in enumerate(places) for b in places[:i])
    for card in gallery.cards[:3]:
        for part in card.findChildren(QLabel):
            wanted = (
                part.heightForWidth(part.width()) if part.wordWrap() else part.sizeHint().height()
            )
            assert part.height() >= wanted, part.text()
            assert part.wordWrap() or part.width() >= part.sizeHint().width(), part.text()


def test_without_notes_it_says_where_they_belong(qtbot):
    gallery = Gallery([])
    qtbot.addWidget(gallery)
    assert any("assets/methods" in part.text() for part in gallery.findChildren(QLabel))


@pytest.mark.parametrize(("minutes", "said"), [(0.1, "about 5 s"), (0.5, "about 30 s"),
                                               (3, "about 3 min"), (120, "about 2 h")])  # fmt: skip
def test_times_are_said_as_people_say_them(minutes, said):
    assert expected(minutes) == said


def test_the_gallery_needs_no_torch():
    heavy = "torch", "sklearn", "umap", "vispy"
    code = f"import sys, gui.pages.gallery; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
