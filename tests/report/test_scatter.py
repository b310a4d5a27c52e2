"""A map on paper: points where they belong, in the colours of the legend; and films of maps."""

from __future__ import annotations

import numpy as np
import pytest

from core.colours import PALETTE_ON_LIGHT, rgb
from core.embeddings.table import Column
from core.report import map_film
from core.report.drawing import MOST_CIRCLES, Dots, Drawing, Words
from core.report.scatter import SIDE, Frame, category_colours, colours_of, scatter, seen

SQUARE = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0]], dtype=np.float32)


def dots(drawing: Drawing) -> Dots:
    return next(mark for mark in drawing.marks if isinstance(mark, Dots))


def words(drawing: Drawing) -> list[str]:
    return [mark.text for mark in drawing.marks if isinstance(mark, Words)]


def test_a_map_is_not_stretched_and_its_second_axis_points_up() -> None:
    flat = Frame.around(SQUARE).pixels(SQUARE)
    assert flat[1, 0] - flat[0, 0] == pytest.approx(flat[0, 1] - flat[2, 1])
    assert flat[2, 1] < flat[0, 1]
    wide = Frame.around(SQUARE * (3, 1)).pixels(SQUARE * (3, 1))
    assert np.ptp(wide[:, 0]) == pytest.approx(3 * np.ptp(wide[:, 1]))
    assert np.ptp(wide[:, 0]) < SIDE


def test_the_paint_has_each_point_in_its_colour() -> None:
    drawing = scatter(SQUARE, Column(np.array([0, 1, 2, -1]), ("a", "b", "c")))
    pixels = drawing.pixels()
    flat = Frame.around(SQUARE).pixels(SQUARE).round().astype(int)
    for at in range(3):
        x, y = flat[at]
        assert tuple(pixels[y, x]) == rgb(PALETTE_ON_LIGHT[at])


def test_the_legend_counts_each_class_and_what_is_unknown() -> None:
    labels = Column(np.array([0, 0, 2, -1]), ("cat", "never", "dog"))
    said = words(scatter(SQUARE, labels, "Title", "class", ["a note"]))
    assert said == ["Title", "class", "cat  2", "dog  1", "unknown  1", "a note"]


def test_numbers_have_a_scale_and_missing_ones_are_grey() -> None:
    column = Column(np.array([0.0, 10.0, 5.0, np.nan]))
    found = colours_of(column, 4)
    assert len({tuple(colour) for colour in found.tolist()}) == 4
    assert "not known: 1, grey" in words(scatter(SQUARE, column, "", "loss"))


def test_forty_classes_have_colours_of_their_own_as_far_as_it_goes() -> None:
    found = category_colours(36)
    assert len(np.unique(found, axis=0)) == 36


def test_points_lie_in_one_shuffled_order() -> None:
    places = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
    labels = Column(np.repeat([0, 1], 50), ("a", "b"))
    first, again = dots(scatter(places, labels)), dots(scatter(places, labels))
    np.testing.assert_array_equal(first.colours, again.colours)
    runs = np.count_nonzero(np.diff(first.colours[:, 0].astype(int)))
    assert runs > 20


def test_in_space_the_nearer_point_covers_the_farther() -> None:
    places = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    turned = seen(np.eye(3))
    assert turned.shape == (3, 2)
    assert turned[1, 1] > 0.9  # up stays up
    drawn = dots(scatter(places, Column(places @ _towards())))
    assert (np.diff(drawn.colours[:, 1].astype(int)) >= 0).all()  # viridis: green grows


def _towards() -> np.ndarray:
    """The direction to who looks, out of the two that are seen."""
    right, up = seen(np.eye(3)).T
    return np.cross(right, up)


def test_very_many_points_are_a_picture_within_the_svg() -> None:
    places = np.random.default_rng(0).normal(size=(MOST_CIRCLES + 1, 2)).astype(np.float32)
    svg = scatter(places, None, "Many").svg()
    assert "<circle" not in svg
    assert "data:image/png;base64," in svg
    assert ">Many<" in svg


def test_a_film_begins_and_ends_with_the_maps_that_were_given() -> None:
    maps = [SQUARE, SQUARE + 6, SQUARE * 2]
    made = list(map_film.frames([0, 10, 20], maps, title="Run"))
    assert len(made) == map_film.count(3)
    assert len({frame.shape for frame in made}) == 1
    frame = Frame.around(np.concatenate(maps))
    first = scatter(SQUARE, None, "Run, step 0", frame=frame).pixels()
    last = scatter(SQUARE * 2, None, "Run, step 20", frame=frame).pixels()
    np.testing.assert_array_equal(made[0], first)
    np.testing.assert_array_equal(made[-1], last)
    assert (made[6] != made[0]).any()


def test_a_point_glides_slowly_at_both_ends() -> None:
    ways = [map_film.between(SQUARE, SQUARE + 1, share)[0, 0] for share in (0, 0.1, 0.5, 0.9, 1)]
    assert ways[0] == 0
    assert ways[2] == 0.5
    assert ways[4] == 1
    assert ways[1] < 0.1
    assert ways[3] > 0.9
