"""The log takes messages from any thread and shows those that are wanted."""

from __future__ import annotations

import logging
import threading

import pytest
from PySide6.QtGui import QGuiApplication

from gui.widgets.log_view import KEPT, LogFeed, LogView


@pytest.fixture
def log(qapp):
    """A logger of our own with a feed, and the feed."""
    feed = LogFeed()
    logger = logging.Logger("test")
    logger.addHandler(feed)
    return logger, feed


@pytest.fixture
def view(log, qtbot):
    made = LogView(log[1])
    qtbot.addWidget(made)
    yield made
    made.stop()


def test_messages_of_many_threads_all_arrive(log, view, qtbot):
    def talk():
        for number in range(50):
            log[0].info("number %d", number)

    threads = [threading.Thread(target=talk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: view.text.toPlainText().count("number") == 200)


def test_the_level_and_the_search_choose_what_is_shown(log, view, qtbot):
    log[0].debug("quiet")
    log[0].info("loss 0.4")
    log[0].error("disk full")
    qtbot.waitUntil(lambda: "disk full" in view.text.toPlainText())
    assert "quiet" not in view.text.toPlainText()
    view.level.setCurrentIndex(0)
    assert "quiet" in view.text.toPlainText()
    view.search.setText("DISK")
    assert view.text.toPlainText().count("\n") == 0
    assert "disk full" in view.text.toPlainText()


def test_copy_takes_all_that_is_shown_or_the_selection(log, view, qtbot):
    log[0].info("first")
    log[0].info("second")
    qtbot.waitUntil(lambda: "second" in view.text.toPlainText())
    view.copy()
    assert QGuiApplication.clipboard().text() == view.text.toPlainText()
    view.text.selectAll()
    view.copy()
    assert QGuiApplication.clipboard().text().count("\n") == 1


def test_a_flood_is_bounded(log):
    for number in range(KEPT + 100):
        log[0].info("%d", number)
    drained = log[1].drain(10 * KEPT)
    assert len(drained) == KEPT
    assert drained[-1].text == str(KEPT + 99)


def test_a_message_that_cannot_be_formatted_breaks_nothing(log, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    log[0].info("%d", "not a number")
    assert log[1].drain() == []


def test_a_message_is_text_and_not_html(log, view, qtbot):
    log[0].warning("<b>bold</b>")
    qtbot.waitUntil(lambda: "<b>bold</b>" in view.text.toPlainText())
