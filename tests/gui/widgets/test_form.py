"""The form of a config: what it shows, what it takes, what it says of what it cannot take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QToolButton

from core.config import ConfigError, Option, option, options_of
from gui.widgets.choice_edit import ComboEdit, SegmentEdit
from gui.widgets.form import ConfigForm, Fold
from gui.widgets.number_edit import next_nice, stepped, written
from gui.widgets.path_edit import PathEdit
from gui.widgets.switch import Switch


@dataclass(frozen=True)
class Sample:
    steps: int = option(600, "Steps in all.", low=1, high=10_000_000, log=True, group="Training")
    learning_rate: float = option(
        1e-3, "Size of a step.", low=1e-7, high=10.0, log=True, live=True, group="Training"
    )
    decay: float = option(0.0, "Pull to zero.", low=0.0, high=1.0, group="Training", advanced=True)
    backbone: str = option("convnet", "The network.", choices=("convnet", "resnet18", "vit"))
    power: int = option(2, "The power.", choices=(1, 2, 4))
    flip: bool = option(False, "Mirror half of the images.")
    folder: str = option("", "Where the images are.", path=True)
    name: str = option("run", "What the run is called.")


@pytest.fixture
def form(qtbot):
    made = ConfigForm(Sample)
    qtbot.addWidget(made)
    made.show()
    return made


def type_into(qtbot, form, name, text):
    editor = form.fields[name].editor
    editor.selectAll()
    qtbot.keyClicks(editor, text)


def test_an_untouched_form_is_the_default_config(form):
    assert form.config() == Sample()
    assert form.changes() == {}


def test_a_learning_rate_is_shown_in_full(form):
    assert form.fields["learning_rate"].editor.text() == "0.001"


@pytest.mark.parametrize("text", ["3e-4", "0.0003", " 3E-04 "])
def test_a_small_number_may_be_typed_in_any_notation(form, qtbot, text):
    type_into(qtbot, form, "learning_rate", text)
    assert form.config().learning_rate == 3e-4


def test_a_change_by_hand_is_told_with_its_parsed_value(form, qtbot):
    told = []
    form.changed.connect(lambda name, value: told.append((name, value)))
    type_into(qtbot, form, "steps", "42")
    assert told[-1] == ("steps", 42)


def test_a_wrong_value_stays_as_typed_and_the_bounds_are_named(form, qtbot):
    with qtbot.waitSignal(form.validity_changed) as told:
        type_into(qtbot, form, "learning_rate", "30")
    assert told.args == [False]
    assert form.fields["learning_rate"].editor.text() == "30"
    error = form.errors()["learning_rate"]
    assert "1e-07" in error
    assert "10" in error
    assert form.values()["learning_rate"] == "30"
    with pytest.raises(ConfigError, match="learning_rate"):
        form.config()


def test_a_wrong_value_is_not_told_as_a_change(form, qtbot):
    told = []
    form.changed.connect(lambda *change: told.append(change))
    type_into(qtbot, form, "steps", "x")
    assert told == []


def test_a_value_put_right_is_valid_again(form, qtbot):
    type_into(qtbot, form, "learning_rate", "30")
    with qtbot.waitSignal(form.validity_changed) as told:
        type_into(qtbot, form, "learning_rate", "3")
    assert told.args == [True]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"steps": 5, "flip": True}, {"steps": 5, "flip": True}),
        (
            {"backbone": "vit", "power": 4, "folder": "/x", "name": "n"},
            {"backbone": "vit", "power": 4, "folder": "/x", "name": "n"},
        ),
    ],
)
def test_values_come_back_as_they_were_set(form, qtbot, values, expected):
    with qtbot.assertNotEmitted(form.changed):
        form.set_values(values)
    assert form.changes() == expected


def test_each_kind_of_option_has_its_editor(form):
    kinds = {"backbone": ComboEdit, "power": SegmentEdit, "flip": Switch, "folder": PathEdit}
    for name, kind in kinds.items():
        assert isinstance(form.fields[name].editor, kind)


def test_while_running_only_live_options_can_be_edited(form):
    form.set_running(True)
    assert {n for n, f in form.fields.items() if f.editor.isEnabled()} == {"learning_rate"}
    form.set_running(False)
    assert all(field.editor.isEnabled() for field in form.fields.values())


def test_reset_while_running_leaves_what_cannot_be_edited(form):
    form.set_values({"steps": 7, "learning_rate": 0.5})
    form.set_running(True)
    form.reset()
    assert form.changes() == {"steps": 7}


def test_a_changed_field_is_marked_and_goes_back_to_its_default(form, qtbot):
    field = form.fields["steps"]
    assert field.is_default
    type_into(qtbot, form, "steps", "7")
    assert not field.is_default
    with qtbot.waitSignal(form.changed) as told:
        field.reset()
    assert told.args == ["steps", 600]


def test_advanced_options_are_folded_away_at_first(form):
    decay = form.fields["decay"]
    assert not decay.isVisible()
    form.findChild(Fold).set_open(True)
    assert decay.isVisible()


def wheel_over(widget):
    event = QWheelEvent(
        QPointF(5, 5),
        widget.mapToGlobal(QPointF(5, 5)),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("name", ["steps", "learning_rate", "backbone", "power"])
def test_the_wheel_changes_nothing_without_focus(form, name):
    form.fields["name"].editor.setFocus()
    wheel_over(form.fields[name].editor)
    assert form.changes() == {}


def test_arrows_step_a_logarithmic_number_by_1_2_5(form, qtbot):
    editor, seen = form.fields["learning_rate"].editor, []
    for _ in range(4):
        qtbot.keyClick(editor, Qt.Key.Key_Up)
        seen.append(editor.text())
    assert seen == ["0.002", "0.005", "0.01", "0.02"]


def test_a_folder_can_be_dropped_on_a_path(form, tmp_path):
    editor = form.fields["folder"].editor
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    editor.dropEvent(
        QDropEvent(
            QPointF(2, 2),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    assert form.config().folder == str(tmp_path)


def test_a_path_is_browsed_for_as_a_folder_or_a_file(qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "/there")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/there/walk.mp4", ""))
    editor = PathEdit(options_of(Sample)[6])
    qtbot.addWidget(editor)
    folder, file = editor.findChild(QMenu).actions()
    folder.trigger()
    assert editor.value() == "/there"
    file.trigger()
    assert editor.value() == "/there/walk.mp4"


def test_browsing_asks_from_where_it_stands_and_takes_the_answer(qtbot):
    asked = []
    editor = PathEdit(options_of(Sample)[6], ask=lambda _, start: asked.append(start) or "/there")
    qtbot.addWidget(editor)
    editor.set_value("/here")
    editor.findChild(QToolButton).click()
    assert (asked, editor.value()) == (["/here"], "/there")


def test_every_editor_can_be_named_by_a_screen_reader(form):
    for field in form.fields.values():
        assert field.editor.accessibleName() == field.option.title
        assert field.editor.toolTip() == field.option.help


def test_a_written_number_reads_back_as_the_same():
    rng = np.random.default_rng(0)
    for number in (10.0 ** rng.uniform(-12, 12, 500)).tolist():
        assert float(written(number)) == number
    assert written(1e-3) == "0.001"
    assert written(3e-5) == "0.00003"


@pytest.mark.parametrize(("number", "up", "down"), [(1, 2, 0.5), (3, 5, 2), (0.05, 0.1, 0.02)])
def test_nice_numbers_follow_each_other(number, up, down):
    assert next_nice(number, True) == pytest.approx(up)
    assert next_nice(number, False) == pytest.approx(down)


def test_a_step_never_leaves_the_bounds():
    wide = Option("x", float, 0.0, "", low=0.0, high=3.0, log=True)
    assert stepped(wide, 2.0, up=True) == 3.0
    assert stepped(wide, 0.0, up=False) == 0.0
    assert stepped(wide, 0.0, up=True) > 0.0
    whole = Option("n", int, 1, "", low=1, high=8)
    assert stepped(whole, 8, up=True) == 8


def test_a_click_on_a_switch_tells_the_new_value(form, qtbot):
    field = form.fields["flip"]
    before = field.value()
    with qtbot.waitSignal(
        form.changed, check_params_cb=lambda n, v: (n, v) == ("flip", not before)
    ):
        qtbot.mouseClick(field.editor, Qt.MouseButton.LeftButton)
    assert field.value() is (not before)
