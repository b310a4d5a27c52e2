"""Tokens can be read, themes switch in place, and choices are kept."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QLabel

from core import colours
from gui import fonts, style
from gui.theme import DARK, LIGHT, Theme, ThemeManager

SURFACES = ("window", "panel", "raised", "hover", "selected")
TEXTS = ("text", "text_secondary", "text_faint", "accent", "success", "warning", "danger")

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SEEN = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_every_text_is_readable_on_every_surface(theme: Theme):
    for surface in SURFACES:
        for text in TEXTS:
            ratio = colours.contrast(getattr(theme, text), getattr(theme, surface))
            assert ratio >= 4.5, f"{text} on {surface}: {ratio:.2f}"
    assert colours.contrast(theme.accent_text, theme.accent) >= 4.5
    assert colours.contrast(theme.accent_text, theme.accent_hover) >= 4.5
    assert colours.contrast(theme.plot_axis, theme.plot_background) >= 4.5


def test_contrast_of_black_and_white_is_21():
    assert colours.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_every_category_stands_out_from_its_background(theme: Theme):
    assert len(theme.palette) >= 12
    for colour in theme.palette:
        assert colours.contrast(colour, theme.plot_background) >= 3.0, colour


def lab(linear):
    """Linear RGB (N, 3) as CIELAB for D65."""
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                       [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
    xyz = np.clip(linear, 0, 1) @ to_xyz.T / to_xyz.sum(axis=1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
@pytest.mark.parametrize("eyes", SEEN)
def test_no_two_categories_look_alike(theme: Theme, eyes: str):
    srgb = np.array([colours.rgb(c) for c in theme.palette]) / 255.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = lab(linear @ np.array(SEEN[eyes]).T)
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=-1)[np.triu_indices(len(seen), 1)]
    assert apart.min() >= 18.0


@pytest.mark.parametrize("name", colours.MAP_NAMES)
def test_a_colour_map_has_256_colours_and_cannot_be_changed(name: str):
    table = colours.colour_map(name)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 0


@pytest.mark.parametrize("name", ["viridis", "magma", "cividis", "grey"])
def test_a_sequential_map_only_grows_lighter(name: str):
    light = [colours.luminance("#{:02X}{:02X}{:02X}".format(*c)) for c in colours.colour_map(name)]
    assert (np.diff(light) > -2e-3).all()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_the_middle_of_a_diverging_map_is_near_the_background(theme: Theme):
    middle = colours.diverging_map(theme.dark)[128].astype(int)
    assert np.abs(middle - colours.rgb(theme.plot_background)).max() <= 16


def test_an_unknown_map_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match="viridis"):
        colours.colour_map("jet")


def test_a_class_beyond_the_palette_begins_it_again_and_no_class_is_faint():
    assert LIGHT.category(len(LIGHT.palette)) == LIGHT.category(0)
    assert LIGHT.category(-1) == LIGHT.color("text_faint")


def test_changing_the_mode_says_so_once(qtbot):
    manager = ThemeManager()
    manager.set_mode("light")
    with qtbot.waitSignal(manager.changed) as told:
        manager.set_mode("dark")
    assert told.args == [DARK]
    with qtbot.assertNotEmitted(manager.changed):
        manager.set_mode("dark")


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="light, dark, system"):
        ThemeManager().set_mode("sepia")


def test_the_mode_is_kept_in_the_settings(settings):
    ThemeManager(settings).set_mode("dark")
    again = ThemeManager(settings)
    assert again.mode == "dark"
    assert again.theme is DARK


def test_a_mode_in_the_settings_that_makes_no_sense_is_the_systems(settings):
    settings.setValue("theme/mode", "sepia")
    assert ThemeManager(settings).mode == "system"


def test_the_application_changes_colours_without_a_restart(qapp, qtbot):
    before = qapp.styleSheet(), qapp.palette()
    manager = ThemeManager()
    try:
        manager.set_mode("light")
        manager.install(qapp)
        widget = QLabel("text")
        qtbot.addWidget(widget)
        manager.set_mode("dark")
        assert qapp.palette().color(QPalette.ColorRole.Window) == DARK.color("window")
        assert widget.palette().color(QPalette.ColorRole.WindowText) == DARK.color("text")
    finally:
        qapp.setStyleSheet(before[0])
        qapp.setPalette(before[1])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_the_style_sheet_leaves_no_token_open(qapp, theme: Theme):
    sheet = style.sheet(theme)
    assert "$" not in sheet.split("*/", 1)[1]
    assert theme.accent in sheet


def test_the_bundled_fonts_are_found(qapp):
    fonts.load()
    for font in (fonts.text(), fonts.code(), fonts.formula()):
        assert QFont(font.family()).exactMatch() or font.families()[0] == font.family()
    assert all((fonts.FOLDER / f"{name}.copyright.txt").is_file()
               for name in ("Inter", "JetBrainsMono", "STIX"))  # fmt: skip


def test_counting_numbers_stand_still(qapp):
    fonts.load()
    from PySide6.QtGui import QFontMetricsF

    measure = QFontMetricsF(fonts.numbers())
    assert measure.horizontalAdvance("1111") == pytest.approx(measure.horizontalAdvance("8888"))
