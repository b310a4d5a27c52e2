"""Charts as drawings: round numbers on the axes, bars as long as their values, files that open."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from core.pictures import Curve, Line
from core.report.charts import Bar, bars, dashed, lines, log_ticks, ticks
from core.report.drawing import Area, Drawing, Stroke, Words

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0.0, 100.0, [0, 20, 40, 60, 80, 100]),
        (91.2, 98.9, [92, 94, 96, 98]),
        (0.0, 0.6, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, found: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(found)


def test_logarithmic_ticks_are_1_2_and_5() -> None:
    assert log_ticks(0.0, 2.0) == [1, 2, 5, 10, 20, 50, 100]


def test_a_bar_is_as_long_as_its_value() -> None:
    drawn = bars([Bar("a", 100.0), Bar("b", 25.0, 5.0), Bar("c", float("nan"))], "kNN")
    whole, quarter = [mark for mark in drawn.marks if isinstance(mark, Area)]
    wide = [area.places[1][0] - area.places[0][0] for area in (whole, quarter)]
    assert wide[1] == pytest.approx(wide[0] / 4)
    said = [mark.text for mark in drawn.marks if isinstance(mark, Words)]
    assert {"kNN", "a", "b", "c", "100.0", "25.0 ± 5.0"} <= set(said)


def test_lines_are_named_in_the_order_in_which_they_end() -> None:
    x = np.array([1.0, 10.0])
    low = Line(x, np.array([9.0, 1.0]))
    high = Line(x, np.array([0.0, 5.0]), np.array([1.0, 1.0]))
    curve = Curve({"low & last": low, "high": high}, "labels", "accuracy", log_x=True)
    drawn = lines(curve, "Title")
    named = [m for m in drawn.marks if isinstance(m, Words) and m.x > 650 and "  " in m.text]
    assert [words.text for words in named] == ["high  5.0", "low & last  1.0"]
    assert sum(isinstance(mark, Area) for mark in drawn.marks) == 1  # one line has a spread
    tree = ElementTree.fromstring(drawn.svg())
    texts = [text.text for text in tree.iter(f"{SVG}text")]
    assert {"Title", "labels", "accuracy", "1", "2", "5", "10"} <= set(texts)


def test_a_thirteenth_line_is_told_apart_by_dashes() -> None:
    line = Line(np.zeros(1), np.zeros(1))
    assert [dashed(line, at) for at in (0, 11, 12)] == [False, False, True]


def test_the_png_shows_what_was_drawn_where() -> None:
    drawing = Drawing(60, 40, [
        Area([(0, 0), (20, 0), (20, 20), (0, 20)], "#FF0000"),
        Area([(0, 20), (20, 20), (20, 40), (0, 40)], "#FF0000", opacity=0.5),
        Stroke([(30, 20), (60, 20)], "#0000FF", 4.0, dashed=True),
    ])  # fmt: skip
    image = Image.open(io.BytesIO(drawing.png(scale=2.0))).convert("RGB")
    assert image.size == (120, 80)
    assert image.getpixel((20, 20)) == (255, 0, 0)
    assert image.getpixel((20, 60)) == pytest.approx((255, 127, 127), abs=1)
    dashes = ["white" if image.getpixel((x, 40))[0] > 128 else "blue" for x in (64, 78, 86, 102)]
    assert dashes == ["blue", "white", "blue", "white"]


def test_upright_words_stand_left_of_where_they_are_put() -> None:
    drawing = Drawing(60, 200, [Words(30, 100, "wide words", "#000000", 12, "middle", True)])
    dark = np.asarray(Image.open(io.BytesIO(drawing.png(1.0))).convert("L")) < 128
    ys, xs = np.nonzero(dark)
    assert ys.max() - ys.min() > 3 * (xs.max() - xs.min())
    assert abs((ys.max() + ys.min()) / 2 - 100) < 3
    assert xs.max() <= 34
