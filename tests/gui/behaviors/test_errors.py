"""Uncaught errors of any thread are reported once, in the window's thread, and survived."""

from __future__ import annotations

import logging
import sys
import threading

import pytest
from PySide6.QtCore import QThread, qWarning

from gui.behaviors.errors import Errors, report_of


@pytest.fixture
def caught(qapp):
    reports, threads = [], []

    def report(error):
        reports.append(error)
        threads.append(QThread.currentThread())

    errors = Errors(report)
    hooks = sys.excepthook, threading.excepthook
    errors.install()
    yield reports, threads
    errors.uninstall()
    assert (sys.excepthook, threading.excepthook) == hooks


def broken():
    raise ValueError("patch 7 does not divide 32")


def raised(function):
    try:
        function()
    except Exception as error:
        return type(error), error, error.__traceback__


def test_an_error_in_a_thread_is_told_in_the_window_s_thread(caught, qtbot):
    reports, threads = caught
    thread = threading.Thread(target=broken, name="trainer")
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(reports) == 1)
    assert "trainer" in reports[0].title
    assert reports[0].text == "patch 7 does not divide 32"
    assert threads == [QThread.currentThread()]


def test_the_details_hold_the_traceback_and_the_versions(caught, qtbot):
    reports, _ = caught
    sys.excepthook(*raised(broken))
    qtbot.waitUntil(lambda: len(reports) == 1)
    assert "in broken" in reports[0].details
    assert "Python 3" in reports[0].details
    assert "torch" in reports[0].details


def test_the_same_error_is_told_once_and_another_is_told_too(caught, qtbot):
    reports, _ = caught
    for _ in range(5):
        sys.excepthook(*raised(broken))
    sys.excepthook(*raised(lambda: {}["missing"]))
    qtbot.waitUntil(lambda: len(reports) == 2)
    assert ["ValueError" in reports[0].title, "KeyError" in reports[1].title] == [True, True]


def test_every_error_is_logged_even_when_it_is_not_told(caught, caplog):
    with caplog.at_level(logging.ERROR, "selfsight"):
        for _ in range(3):
            sys.excepthook(*raised(broken))
    assert len(caplog.records) == 3


def test_an_interrupt_is_left_to_the_interpreter(caught, qtbot, capsys):
    reports, _ = caught
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert "KeyboardInterrupt" in capsys.readouterr().err
    assert reports == []


@pytest.mark.qt_log_level_fail("CRITICAL")
def test_what_qt_says_goes_to_the_log(caught, caplog):
    with caplog.at_level(logging.WARNING, "selfsight.qt"):
        qWarning("a size that makes no sense")
    assert "a size that makes no sense" in caplog.text


def test_an_error_without_a_message_still_says_something():
    assert report_of(ValueError()).text
