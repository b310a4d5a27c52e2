"""What the painted world promises: purity, exact truths, balance, sentences, an up and a down."""

from __future__ import annotations

import numpy as np
import pytest

from core.config import configure
from core.data.toyland import BACKDROPS, CLASSES, Toyland, contact_sheet, render
from core.data.toyland.draws import draw
from core.data.toyland.layer import Layer
from core.data.toyland.palette import COLOURS, Inks
from core.data.toyland.scene import PAINTERS
from core.data.toyland.shapes import Frame, box, circle, convex, ellipse
from core.progress import Cancelled, Progress


@pytest.fixture(scope="module")
def world():
    return render(3, np.arange(240), 32)


@pytest.fixture(scope="module")
def loaded():
    options = configure(Toyland.Options, count=150, held_out=36)
    return Toyland().load(options, Progress())


def test_a_picture_does_not_depend_on_what_is_painted_beside_it(world):
    chosen = np.array([239, 0, 77, 131])
    for i in chosen:
        alone = render(3, [i], 32)
        assert np.array_equal(alone.images[0], world.images[i])
        assert np.array_equal(alone.masks[0], world.masks[i])
        assert alone.captions[0] == world.captions[i]
    together = render(3, chosen, 32)
    assert np.array_equal(together.images, world.images[chosen])
    assert np.array_equal(together.boxes, world.boxes[chosen])


def test_the_count_does_not_change_the_pictures(loaded):
    more = Toyland().load(configure(Toyland.Options, count=156, held_out=48), Progress())
    assert np.array_equal(more.train.images[:150], loaded.train.images)
    assert np.array_equal(more.held_out.images[:36], loaded.held_out.images)


def test_seeds_and_streams_share_no_picture():
    numbers = np.arange(60)
    sets = [render(0, numbers, 32), render(1, numbers, 32), render(0, numbers, 32, "held_out")]
    pictures = {image.tobytes() for found in sets for image in found.images}
    assert len(pictures) == 180


def test_another_side_paints_the_same_scene():
    small, large = render(0, np.arange(24), 32), render(0, np.arange(24), 64)
    assert np.array_equal(small.labels, large.labels)
    assert np.array_equal(small.attributes["colour"], large.attributes["colour"])
    assert np.abs(large.boxes / 2 - small.boxes).max() <= 2


def test_every_run_of_twelve_pictures_has_each_class_once(world):
    assert (np.sort(world.labels.reshape(-1, 12)) == np.arange(12)).all()
    assert len({tuple(row) for row in world.labels.reshape(-1, 12)}) > 15


def test_boxes_bound_the_masks_to_the_pixel(world):
    for mask, (x0, y0, x1, y1) in zip(world.masks, world.boxes.astype(int)):
        ys, xs = np.nonzero(mask)
        assert (x0, y0, x1, y1) == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)


def test_the_main_object_takes_a_good_part_of_every_picture(world):
    assert world.masks.mean(axis=(1, 2)).min() > 0.05
    assert world.attributes["visible"].min() > 0.6


def test_a_mask_is_where_the_colour_of_the_object_is():
    """A white ink on black shows exactly where the sheet says that it covers."""
    frame, draws, inks = _sheet(CLASSES.index("house"), 48)
    white = np.ones_like(inks.main)
    layer = Layer(frame, tone=1.0)
    PAINTERS[0](layer, Inks(inks.names, white, white, white, white, white), draws)
    canvas = np.zeros_like(layer.colour)
    layer.lay_on(canvas)
    assert np.array_equal(layer.cover >= 0.5, canvas[:, 0] >= 0.5)


def test_hidden_pixels_are_not_in_the_mask(world):
    hidden = world.attributes["hidden_by"] != ""
    assert 0.05 < hidden.mean() < 0.3
    assert (world.attributes["visible"][~hidden] == 1).all()
    assert (world.attributes["visible"][hidden] < 1).all()


def test_captions_name_class_colour_and_what_is_beside(world):
    for i, caption in enumerate(world.captions):
        words = caption.lower()
        assert f"{world.attributes['colour'][i]} {CLASSES[world.labels[i]]}" in words
        assert str(world.attributes["beside"][i]) in words
        assert str(world.attributes["hidden_by"][i]) in words
        assert caption[0].isupper()
        assert caption.endswith(".")
        assert not any(f" a {vowel}" in f" {words}" for vowel in "aeiou")


def test_captions_say_the_side_on_which_the_box_is(world):
    middle = (world.boxes[:, 0] + world.boxes[:, 2]) / 2
    left = np.array(["left" in caption for caption in world.captions])
    right = np.array(["right" in caption for caption in world.captions])
    assert middle[left].max() < middle[right].min()


def test_captions_vary(world):
    openings = {caption.split()[0] for caption in world.captions}
    assert len(openings) >= 6
    assert len(set(world.captions)) > 200


def test_colour_and_backdrop_tell_nothing_of_the_class():
    found = render(5, np.arange(2400), 32)
    for key, values in (("colour", COLOURS), ("backdrop", BACKDROPS)):
        for value in values:
            share = np.bincount(found.labels[found.attributes[key] == value], minlength=12)
            assert share.min() > 0.3 * share.mean(), f"{key} {value} favours a class"


def test_most_backdrops_have_no_up():
    found = render(5, np.arange(1200), 32)
    outdoors = np.isin(found.attributes["backdrop"], ("meadow", "clouds", "hills", "stars"))
    assert 0.3 < outdoors.mean() < 0.5


def test_no_side_of_a_patterned_picture_is_lighter():
    """Light, shadow and noise give the orientation away no more than chance does."""
    found = render(6, np.arange(1200), 32)
    patterned = ~np.isin(found.attributes["backdrop"], ("meadow", "clouds", "hills", "stars"))
    border = found.images[patterned].mean(axis=1)
    sides = [border[:, :3].mean(), border[:, -3:].mean(), border[:, :, :3].mean(),
             border[:, :, -3:].mean()]  # fmt: skip
    assert np.ptp(sides) < 0.03 * np.mean(sides)


@pytest.mark.parametrize(
    ("name", "upper", "lower"),
    [("house", "accent", "detail"), ("tree", "main", "detail"), ("lamp", "main", "accent"),
     ("mushroom", "main", "accent"), ("face", "accent", "main"), ("car", "main", "dark"),
     ("boat", "accent", "main"), ("flower", "main", "detail"), ("rocket", "main", "detail"),
     ("cat", "main", "accent"), ("mug", "dark", "accent"), ("fish", "main", "detail")],
)  # fmt: skip
def test_what_belongs_above_is_above(name, upper, lower):
    """The mean height of one ink's pixels over another's, say of a roof over its door's."""
    frame, draws, inks = _sheet(CLASSES.index(name), 64)
    heights = []
    for part in (upper, lower):
        only = {ink: np.full_like(inks.main, ink == part) for ink in _INKS}
        layer = Layer(frame, tone=1.0)
        PAINTERS[CLASSES.index(name)](layer, Inks(inks.names, **only), draws.rows(np.arange(40)))
        weight = layer.colour[:, 0]
        heights.append((weight * frame.v).sum(axis=(1, 2)) / weight.sum(axis=(1, 2)))
    assert (heights[0] > heights[1] + 0.05).all()


def test_a_load_has_the_shapes_and_facts_that_are_promised(loaded):
    assert loaded.train.images.shape == (150, 3, 32, 32)
    assert loaded.held_out.images.dtype == np.uint8
    assert loaded.classes == CLASSES
    assert len(CLASSES) == 12
    for name, count in (("train", 150), ("held_out", 36)):
        facts = loaded.facts[name]
        assert facts["boxes"].shape == (count, 4)
        assert facts["boxes"].dtype == np.float32
        assert facts["masks"].shape == (count, 32, 32)
        assert len(facts["captions"]) == len(facts["colours"]) == count
        assert all(len(values) == count for values in facts["attributes"].values())


@pytest.mark.parametrize("side", [48, 64])
def test_larger_sides_are_painted(side):
    found = render(0, np.arange(12), side)
    assert found.images.shape == (12, 3, side, side)
    assert found.masks.any(axis=(1, 2)).all()


def test_progress_reaches_the_end():
    ticks = []
    Toyland().load(configure(Toyland.Options, count=20, held_out=12), Progress(ticks.append))
    assert (ticks[-1].done, ticks[-1].total) == (32, 32)


def test_cancelling_stops_before_more_is_painted():
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 1

    with pytest.raises(Cancelled):
        Toyland().load(configure(Toyland.Options, count=200_000), Progress(cancelled=cancelled))
    assert len(asked) == 2


def test_a_contact_sheet_has_a_row_a_class():
    assert contact_sheet(side=32, columns=3, gap=2).shape == (12 * 34 + 2, 3 * 34 + 2, 3)


@pytest.mark.parametrize(
    "shape",
    [
        lambda f: circle(f, 0.1, -0.2, 0.6),
        lambda f: ellipse(f, 0.0, 0.0, 0.7, 0.7),
        lambda f: box(f, 0.0, 0.0, 0.7, 0.5, 0.1),
        lambda f: convex(f, [(-0.8, -0.6), (0.8, -0.6), (0.0, 0.8)]),
    ],
)
def test_a_distance_changes_by_a_pixel_from_pixel_to_pixel(shape):
    frame = _frame(1, 64)
    pixels = shape(frame) * frame.scale
    rise = np.hypot(np.gradient(pixels, axis=1), np.gradient(pixels, axis=2))
    assert np.median(np.abs(rise[np.abs(pixels) < 3] - 1)) < 0.05


_INKS = ("main", "accent", "detail", "light", "dark")


def _frame(count: int, side: int) -> Frame:
    nothing = np.zeros((count, 1, 1), dtype=np.float32)
    return Frame.placed(side, nothing, nothing, nothing + 1, nothing, 1.0)


def _sheet(kind: int, side: int):
    draws, _ = draw(0, "train", np.arange(40), 32)
    inks = Inks.drawn(draws["object"])
    return _frame(40, side), draws["object"], inks
