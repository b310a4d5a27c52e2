"""Things that are built: house, car, boat, mug, rocket, lamp. Each fills -1..1 of its frame."""

from __future__ import annotations

from core.data.toyland.draws import Draws
from core.data.toyland.layer import Layer
from core.data.toyland.palette import Inks
from core.data.toyland.shapes import (
    Point,
    both,
    box,
    circle,
    convex,
    either,
    ellipse,
    ring,
    stroke,
    trapezium,
)


def house(layer: Layer, inks: Inks, draws: Draws) -> None:
    """Walls of the main colour under a pointed roof, with a chimney, a door and windows."""
    frame = layer.frame
    wide, eaves = draws.uniform(0.55, 0.78), draws.uniform(0.0, 0.2)
    top, door = draws.uniform(0.85, 1.0), draws.uniform(-0.3, 0.3)
    middle = (eaves - 0.95) / 2
    layer.paint(box(frame, wide * 0.55, 0.5, 0.13, 0.42), inks.detail)
    layer.paint(box(frame, 0.0, middle, wide, eaves - middle), inks.main)
    roof: list[Point] = [(-wide - 0.2, eaves - 0.06), (wide + 0.2, eaves - 0.06), (0.0, top)]
    layer.paint(convex(frame, roof), inks.accent)
    layer.paint(box(frame, door, -0.62, 0.16, 0.33), inks.detail)
    layer.paint(box(frame, door - 0.4, -0.38, 0.13, 0.15), inks.light)
    layer.paint(box(frame, door + 0.4, -0.38, 0.13, 0.15), inks.light)
    layer.paint(circle(frame, 0.0, eaves + 0.26, 0.13), inks.light)


def car(layer: Layer, inks: Inks, draws: Draws) -> None:
    """A body of the main colour on two wheels, its cab on top, looking to the right."""
    frame = layer.frame
    back, front = draws.uniform(-0.75, -0.4), draws.uniform(0.3, 0.5)
    top, wheel = draws.uniform(0.5, 0.68), draws.uniform(0.25, 0.32)
    cab: list[Point] = [
        (back - 0.12, -0.05),
        (front + 0.3, -0.05),
        (front - 0.05, top),
        (back + 0.1, top),
    ]
    layer.paint(convex(frame, cab), inks.main)
    pane: list[Point] = [(back + 0.04, 0.05), (front + 0.1, 0.05), (front - 0.1, top - 0.13)]
    layer.paint(convex(frame, [*pane, (back + 0.16, top - 0.13)]), inks.light)
    layer.paint(box(frame, (back + front) / 2, 0.28, 0.06, 0.26), inks.main, outlined=False)
    layer.paint(box(frame, 0.0, -0.28, 1.0, 0.3, 0.16), inks.main)
    layer.paint(box(frame, 0.0, -0.3, 0.9, 0.06, 0.05), inks.accent, outlined=False)
    layer.paint(circle(frame, 0.9, -0.2, 0.1), inks.light, outlined=False)
    for place in (-0.54, 0.54):
        layer.paint(circle(frame, place, -0.58, wheel), inks.dark)
        layer.paint(circle(frame, place, -0.58, wheel * 0.45), inks.light, outlined=False)


def boat(layer: Layer, inks: Inks, draws: Draws) -> None:
    """A hull of the main colour, a mast with two sails, and a pennant."""
    frame = layer.frame
    mast, top = draws.uniform(-0.15, 0.15), draws.uniform(0.75, 0.9)
    stern, prow = draws.uniform(0.5, 0.8), draws.uniform(0.5, 0.7)
    layer.paint(box(frame, mast, 0.2, 0.05, top - 0.2), inks.dark)
    pennant: list[Point] = [(mast, top - 0.14), (mast, top + 0.1), (mast - 0.34, top - 0.02)]
    layer.paint(convex(frame, pennant), inks.detail)
    layer.paint(
        convex(frame, [(mast + 0.07, -0.28), (mast + 0.8, -0.28), (mast + 0.07, top - 0.1)]),
        inks.light,
    )
    layer.paint(
        convex(frame, [(mast - 0.6, -0.28), (mast - 0.07, -0.28), (mast - 0.07, top - 0.3)]),
        inks.accent,
    )
    hull: list[Point] = [(-stern, -0.9), (prow, -0.9), (1.0, -0.26), (-0.95, -0.26)]
    layer.paint(convex(frame, hull), inks.main)
    stripe = both(convex(frame, hull), box(frame, 0.0, -0.46, 1.2, 0.08)) + 0.03
    layer.paint(stripe, inks.light, outlined=False)


def mug(layer: Layer, inks: Inks, draws: Draws) -> None:
    """A cup of the main colour with a handle at the side, open and steaming at the top."""
    frame = layer.frame
    top, foot = draws.uniform(0.56, 0.68), draws.uniform(0.42, 0.56)
    rim, band = draws.uniform(0.22, 0.34), draws.uniform(-0.5, -0.2)
    for place in (-0.3, 0.2):
        low = stroke(frame, (place, rim), (place + 0.14, 0.62), 0.09)
        high = stroke(frame, (place + 0.14, 0.62), (place - 0.02, 0.94), 0.09)
        layer.paint(either(low, high), inks.light)
    layer.paint(ring(frame, top - 0.02, -0.22, 0.3, 0.1), inks.main)
    cup = trapezium(frame, foot, -0.92, top, rim)
    layer.paint(cup, inks.main)
    stripe = both(cup + 0.05, box(frame, 0.0, band, 1.0, 0.14))
    layer.paint(stripe, inks.accent, outlined=False)
    layer.paint(ellipse(frame, 0.0, rim, top, 0.17), inks.light)
    layer.paint(ellipse(frame, 0.0, rim - 0.02, top - 0.13, 0.09), inks.dark, outlined=False)


def rocket(layer: Layer, inks: Inks, draws: Draws) -> None:
    """A hull of the main colour, its nose up, with fins, a round window and fire below."""
    frame = layer.frame
    slim, nose = draws.uniform(0.4, 0.5), draws.uniform(0.3, 0.5)
    fin, fire = draws.uniform(0.68, 0.85), draws.uniform(-1.1, -0.95)
    layer.paint(convex(frame, [(0.0, fire), (0.28, -0.5), (-0.28, -0.5)]), inks.detail)
    layer.paint(convex(frame, [(0.0, fire + 0.2), (0.14, -0.5), (-0.14, -0.5)]), inks.light, False)
    left: list[Point] = [(-fin, -0.82), (-0.2, -0.55), (-0.25, 0.0)]
    right: list[Point] = [(0.25, 0.0), (0.2, -0.55), (fin, -0.82)]
    layer.paint(convex(frame, left), inks.accent)
    layer.paint(convex(frame, right), inks.accent)
    # Two large discs cross in a pointed lens; they are cut flat where the engine sits.
    away = (1.1**2 - slim**2) / (2 * slim)
    discs = [circle(frame, x, -0.1, away + slim) for x in (-away, away)]
    hull = both(*discs, -0.62 - frame.v)
    layer.paint(hull, inks.main)
    layer.paint(both(hull, nose - frame.v), inks.accent)
    layer.paint(circle(frame, 0.0, 0.05, 0.19), inks.light)
    layer.paint(circle(frame, 0.0, 0.05, 0.1), inks.dark, outlined=False)


def lamp(layer: Layer, inks: Inks, draws: Draws) -> None:
    """A shade of the main colour on a thin stand, its bulb below the shade, its foot flat."""
    frame = layer.frame
    wide, narrow = draws.uniform(0.62, 0.85), draws.uniform(0.24, 0.42)
    hem, foot = draws.uniform(-0.1, 0.12), draws.uniform(0.36, 0.58)
    layer.paint(box(frame, 0.0, -0.4, 0.07, 0.55), inks.accent)
    layer.paint(circle(frame, 0.0, -0.52, 0.15), inks.accent)
    layer.paint(box(frame, 0.0, -0.88, foot, 0.11, 0.1), inks.detail)
    layer.paint(circle(frame, 0.0, hem, 0.2), inks.light)
    layer.paint(stroke(frame, (wide * 0.6, hem), (wide * 0.6, hem - 0.3), 0.04), inks.dark)
    shade = trapezium(frame, wide, hem, narrow, 0.95)
    layer.paint(shade, inks.main)
    trim = both(shade + 0.04, frame.v - (hem + 0.2))
    layer.paint(trim, inks.detail, outlined=False)
