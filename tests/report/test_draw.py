"""Every type of picture becomes HTML that needs nothing beside it, also with nothing in it."""

from __future__ import annotations

import base64
import io
import re
import typing
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from core import pictures as kinds
from core.pictures import (
    Curve,
    Guess,
    HeatMaps,
    Histogram,
    ImageGrid,
    Line,
    Matrix,
    Picture,
    Points,
    Table,
)
from core.report.draw import overlay, png, to_html

DICE = np.random.default_rng(0)
IMAGES = DICE.integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
NONE = np.zeros((0, 8, 8, 3), np.uint8)

FULL: dict[type, Picture] = {
    ImageGrid: ImageGrid(IMAGES, ["a & b", "<c>", "d"], columns=2),
    Matrix: Matrix(DICE.random((3, 3)), ["r & s", "t", "u"], ["v", "w", "x"], "Row", "Column"),
    HeatMaps: HeatMaps(IMAGES, DICE.random((3, 2, 4, 4)), ["one", "two & three"]),
    Histogram: Histogram(np.linspace(0, 1, 5), {"p & q": np.array([1.0, 4, 2, 0])}, "x"),
    Points: Points(DICE.random((9, 2)), np.arange(9) % 3, ["a & b", "c", "d"]),
    Curve: Curve(
        {"loss & more": Line(np.arange(5.0), DICE.random(5), DICE.random(5))},
        "step",
        "loss",
        marks={"a & b": 2.0},
    ),
    Table: Table(["name", "value"], [["a & b", 0.1234], ["c", 1234567]], "notes & more"),
    Guess: Guess("Which & why?", IMAGES, ["up & on", "down"], DICE.random((3, 2)), np.arange(3)),
}
EMPTY: dict[type, Picture] = {
    ImageGrid: ImageGrid(NONE),
    Matrix: Matrix(np.zeros((0, 0))),
    HeatMaps: HeatMaps(NONE, np.zeros((0, 1, 8, 8)), ["one"]),
    Histogram: Histogram(np.zeros(1), {}),
    Points: Points(np.zeros((0, 2))),
    Curve: Curve({"none": Line(np.zeros(0), np.zeros(0))}),
    Table: Table(["name"], []),
    Guess: Guess("Which?", NONE, ["a"], np.zeros((0, 1)), np.zeros(0, int)),
}


def parsed(html: str) -> ElementTree.Element:
    """As XML, which every piece is: what is opened is closed, what is special is escaped."""
    closed = re.sub("(<img[^>]*)>", r"\1/>", html)
    return ElementTree.fromstring(f"<body>{closed}</body>")


def shown(html: str) -> list[np.ndarray]:
    """The embedded images."""
    found = re.findall(r'src="data:image/png;base64,([^"]*)"', html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))) for data in found]


def test_every_type_of_picture_is_tried() -> None:
    assert set(FULL) == set(EMPTY) == set(typing.get_args(kinds.Picture))


@pytest.mark.parametrize("kind", FULL, ids=lambda kind: kind.__name__)
def test_every_picture_is_well_formed_and_self_contained(kind: type) -> None:
    html = to_html(FULL[kind])
    assert len(parsed(html)) > 0
    assert not re.findall(r'(?:src|href)="(?!data:)', html)


@pytest.mark.parametrize("kind", EMPTY, ids=lambda kind: kind.__name__)
def test_an_empty_picture_is_drawn_too(kind: type) -> None:
    assert parsed(to_html(EMPTY[kind])).tag


@pytest.mark.parametrize("kind", FULL, ids=lambda kind: kind.__name__)
def test_words_are_text_and_no_markup(kind: type) -> None:
    words = " ".join(parsed(to_html(FULL[kind])).itertext())
    assert "&" in words


def test_images_are_those_of_the_grid() -> None:
    np.testing.assert_array_equal(shown(to_html(FULL[ImageGrid])), IMAGES)


def test_heat_of_any_size_is_laid_over_the_image() -> None:
    heat = np.zeros((2, 2))
    heat[0, 0] = 1.0
    mixed = overlay(np.full((8, 8, 3), 128, np.uint8), heat)
    assert mixed.shape == (8, 8, 3)
    assert mixed[0, 0].sum() > mixed[-1, -1].sum()


def test_a_guess_shows_its_probabilities_and_the_truth() -> None:
    guess = Guess("Which?", IMAGES[:1], ["a", "b"], np.array([[0.25, 0.75]]), np.array([1]))
    words = " ".join(parsed(to_html(guess)).itertext())
    assert "a 25 %" in words
    assert "b ✓ 75 %" in words


def test_the_number_of_a_cell_can_be_read_on_its_colour() -> None:
    html = to_html(Matrix(np.array([[0.0, 1.0]])))
    cells = re.findall(r"rgb\((\d+),(\d+),(\d+)\); color: (#\w+)", html)
    assert [ink for *_, ink in cells] == ["#fff", "#000"]  # on viridis: dark, then bright


def test_a_large_matrix_is_one_image() -> None:
    [image] = shown(to_html(Matrix(DICE.random((40, 50)))))
    assert image.shape == (40, 50, 3)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_left_out(bad: Any) -> None:
    y = np.array([1.0, bad, 3.0])
    x = np.arange(3.0)
    for picture in (
        Curve({"a": Line(x, y)}, log_y=True),
        Matrix(y[None]),
        Points(np.stack([x, y], axis=1)),
    ):
        html = to_html(picture)
        parsed(html)
        assert not re.findall(r'(?:points|c[xy])="[^"]*(?:nan|inf)', html)


def test_png_holds_grey_and_colour() -> None:
    for image in (IMAGES[0], IMAGES[0, :, :, 0]):
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png(image)))), image)
