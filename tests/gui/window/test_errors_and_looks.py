"""An error in a slot is a notice and the window lives; a theme dresses every page at once."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.panels.base import Panel
from gui.panels.evaluation import EvaluationPanel
from gui.rooms import PAGES
from gui.widgets.details import DetailsDialog
from gui.window import Window
from tests.gui.window.acts import accept, press, wait_for_notice

WIDEST = 440  # of a panel, beside the options and the curves at 1280


def brightness(window: Window) -> float:
    """The mean grey of what the window shows, 0 to 255."""
    small = window.grab().toImage().scaled(
        16, 16, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )  # fmt: skip
    grey = small.convertToFormat(QImage.Format.Format_Grayscale8)
    return sum(grey.pixelColor(x, y).lightness() for x in range(16) for y in range(16)) / 256


def test_an_error_in_a_slot_is_told_with_its_details_and_the_window_lives(
    qtbot: QtBot, window: Window
) -> None:
    def broken() -> None:
        raise RuntimeError("the tray is stuck")

    QTimer.singleShot(0, broken)
    notice = wait_for_notice(qtbot, window, "the tray is stuck")
    accept(notice, "Details")
    (dialog,) = window.findChildren(DetailsDialog)
    assert "in broken" in dialog.text.toPlainText()
    dialog.reject()
    press(window, "Ctrl+3")
    assert window.page == "runs"


def test_a_theme_dresses_every_page_without_a_restart(at_desk: Window) -> None:
    for theme, low, high in (("light", 185, 255), ("dark", 0, 80)):
        at_desk.commands.action(f"theme.{theme}").trigger()
        for page in PAGES:
            at_desk.go(page)
            QApplication.processEvents()
            assert low < brightness(at_desk) < high, (theme, page)


def test_no_panel_is_wider_than_a_small_window_has_room_for(at_desk: Window) -> None:
    desk = at_desk.workbench.desk()
    assert desk is not None
    (evaluation,) = desk.findChildren(EvaluationPanel)
    evaluation.earlier.addItem("22 November 2026, 11:57, kNN, linear probe and nine more, 3 seeds")
    evaluation.earlier.show()
    QApplication.processEvents()
    widths = {panel.title: panel.minimumSizeHint().width() for panel in desk.findChildren(Panel)}
    assert len(widths) > 4
    assert {title: width for title, width in widths.items() if width > WIDEST} == {}
