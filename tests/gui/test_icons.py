"""Icons are drawn, tinted by the theme that holds when they are painted."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtSvg import QSvgRenderer

from gui.icon_shapes import SHAPES, svg
from gui.icons import icon, pixmap
from gui.theme import DARK, LIGHT, manager


@pytest.fixture(autouse=True)
def light_again():
    yield
    manager().set_mode("system")


def colours_in(picture) -> set[str]:
    image = picture.toImage()
    points = ((x, y) for x in range(image.width()) for y in range(image.height()))
    colours = (image.pixelColor(x, y) for x, y in points)
    return {colour.name() for colour in colours if colour.alpha() > 200}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_shape_is_valid_and_leaves_ink(qapp, name: str):
    assert QSvgRenderer(svg(name, "#000000")).isValid()
    assert colours_in(pixmap(name, 48, "text"))


def test_an_icon_follows_the_theme_without_being_made_again(qapp):
    manager().set_mode("light")
    made = icon("stop")
    before = colours_in(made.pixmap(24, 24))
    manager().set_mode("dark")
    after = colours_in(made.pixmap(24, 24))
    assert QColor(LIGHT.text_secondary).name() in before
    assert QColor(DARK.text_secondary).name() in after


def test_a_disabled_icon_is_fainter(qapp):
    manager().set_mode("light")
    drawn = icon("stop").pixmap(QSize(24, 24), QIcon.Mode.Disabled)
    assert QColor(LIGHT.border_strong).name() in colours_in(drawn)


def test_a_copied_icon_outlives_the_one_it_was_copied_from(qapp):
    made = icon("stop")
    copy = QIcon(made)
    copy.addPixmap(pixmap("play", 16))
    del made
    gc.collect()
    assert not copy.pixmap(24, 24).isNull()


def test_an_unknown_icon_is_refused_with_the_names_there_are(qapp):
    with pytest.raises(KeyError, match="gallery"):
        icon("galery")
