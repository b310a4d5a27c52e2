"""Preferences are kept, checked when read, and chosen together."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings

from gui.preferences import PREFIX, Preferences, load, save
from gui.widgets.settings import SettingsDialog


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def test_what_is_saved_is_read_again_from_disk(settings, tmp_path):
    chosen = Preferences(theme="dark", runs_folder="/runs", autosave=60)
    save(chosen, settings)
    settings.sync()
    assert load(QSettings(settings.fileName(), QSettings.Format.IniFormat)) == chosen


def test_a_kept_value_that_is_no_longer_allowed_is_the_default(settings):
    settings.setValue(PREFIX + "autosave", "-3")
    settings.setValue(PREFIX + "threads", "many")
    assert load(settings) == Preferences()


def test_accepting_the_dialog_tells_the_choice_once(qtbot):
    dialog = SettingsDialog(Preferences(autosave=60))
    qtbot.addWidget(dialog)
    dialog.form.set_values({"theme": "light"})
    with qtbot.waitSignal(dialog.chosen) as told:
        dialog.save_button.click()
    assert told.args == [Preferences(theme="light", autosave=60)]


def test_a_wrong_value_cannot_be_saved(qtbot):
    dialog = SettingsDialog(Preferences())
    qtbot.addWidget(dialog)
    dialog.show()
    field = dialog.form.fields["autosave"].editor
    field.selectAll()
    qtbot.keyClicks(field, "1")
    assert not dialog.save_button.isEnabled()
