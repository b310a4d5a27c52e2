"""Things that live: tree, face, cat, fish, flower, mushroom. Each fills -1..1 of its frame."""

from __future__ import annotations

import numpy as np

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
    stroke,
    trapezium,
)

_NOWHERE = np.float32(9)  # the distance to a part that a picture does not have


def tree(layer: Layer, inks: Inks, draws: Draws) -> None:
    """A trunk under a crown of the main colour, a round one with fruit or a fir's three tiers."""
    frame = layer.frame
    wide, foot = draws.uniform(0.8, 1.0), draws.uniform(0.16, 0.24)
    fir = draws.chance(0.45)
    trunk: list[Point] = [
        (-foot - 0.06, -1.0),
        (foot + 0.06, -1.0),
        (foot - 0.06, 0.2),
        (0.06 - foot, 0.2),
    ]
    layer.paint(convex(frame, trunk), inks.detail)
    crown = either(
        circle(frame, wide * -0.46, 0.08, 0.46),
        circle(frame, wide * 0.46, 0.08, 0.46),
        circle(frame, 0.0, 0.46, 0.5),
    )
    for low, high, share in ((-0.5, 0.25, 0.9), (-0.08, 0.62, 0.72), (0.34, 1.0, 0.52)):
        tier = convex(frame, [(-wide * share, low), (wide * share, low), (0.0, high)])
        layer.paint(np.where(fir, tier, crown), inks.main)
        crown = np.full_like(crown, _NOWHERE)
    for x, y in ((-0.5, 0.0), (0.44, 0.14), (-0.06, 0.52)):
        fruit = circle(frame, x * wide, y, np.where(fir, -_NOWHERE, np.float32(0.12)))
        layer.paint(fruit, inks.accent)


def face(layer: Layer, inks: Inks, draws: Draws) -> None:
    """A head of the main colour with hair on top, eyes, cheeks, and a smile below them."""
    frame = layer.frame
    wide, fringe = draws.uniform(0.7, 0.84), draws.uniform(0.36, 0.52)
    apart, gaze = draws.uniform(0.26, 0.36), draws.uniform(-0.05, 0.05)
    long, laughing = draws.chance(0.4), draws.chance(0.5)
    hair = ellipse(frame, 0.0, 0.14, wide + 0.12, 0.84)
    tresses = box(frame, 0.0, -0.28, wide + 0.12, 0.5, 0.2)
    layer.paint(np.where(long, either(hair, tresses), both(hair, 0.15 - frame.v)), inks.accent)
    for sign in (-1.0, 1.0):
        layer.paint(circle(frame, sign * wide, -0.05, 0.17), inks.main)
    head = ellipse(frame, 0.0, -0.08, wide, 0.86)
    layer.paint(head, inks.main)
    parting = circle(frame, 0.35, -0.45, fringe + 0.48)
    layer.paint(both(head, -parting, -frame.v), inks.accent)
    for sign in (-1.0, 1.0):
        layer.paint(ellipse(frame, sign * apart, 0.02, 0.16, 0.19), inks.light)
        layer.paint(circle(frame, sign * apart + gaze, 0.0, 0.1), inks.dark, outlined=False)
        layer.paint(circle(frame, sign * 0.48, -0.34, 0.12), inks.detail, outlined=False)
    mouth = circle(frame, 0.0, -0.34, 0.34)
    smile = both(np.abs(mouth) - 0.07, frame.v + 0.42)
    laugh = both(mouth, frame.v + 0.38)
    layer.paint(np.where(laughing, laugh, smile), inks.dark, outlined=False)


def cat(layer: Layer, inks: Inks, draws: Draws) -> None:
    """A sitting cat of the main colour: pointed ears, whiskers, a bib, a tail curled upwards."""
    frame = layer.frame
    wide, tail = draws.uniform(0.44, 0.56), draws.uniform(0.0, 0.35)
    ear, head = draws.uniform(0.92, 1.0), draws.uniform(0.44, 0.5)
    low = stroke(frame, (0.3, -0.85), (0.8, -0.7), 0.11)
    layer.paint(either(low, stroke(frame, (0.8, -0.7), (0.78, tail), 0.11)), inks.main)
    body = both(ellipse(frame, 0.0, -0.62, wide, 0.72), -0.97 - frame.v)
    layer.paint(body, inks.main)
    layer.paint(ellipse(frame, 0.0, -0.62, 0.24, 0.34), inks.light, outlined=False)
    for sign in (-1.0, 1.0):
        tip = (sign * 0.4, ear)
        corners: list[Point] = [(sign * 0.46, 0.3), tip, (sign * 0.02, 0.6)]
        layer.paint(convex(frame, corners if sign > 0 else corners[::-1]), inks.main)
    layer.paint(ellipse(frame, 0.0, 0.26, head + 0.06, head - 0.04), inks.main)
    for sign in (-1.0, 1.0):
        layer.paint(circle(frame, sign * 0.2, 0.34, 0.12), inks.light, outlined=False)
        layer.paint(ellipse(frame, sign * 0.2, 0.34, 0.06, 0.1), inks.dark, outlined=False)
        whisker = stroke(frame, (sign * 0.25, 0.1), (sign * 0.66, 0.06), 0.03)
        layer.paint(whisker, inks.dark, outlined=False)
        layer.paint(ellipse(frame, sign * 0.2, -0.92, 0.18, 0.1), inks.accent)
    nose = convex(frame, [(0.0, 0.06), (0.12, 0.2), (-0.12, 0.2)])
    layer.paint(nose, inks.accent, outlined=False)


def fish(layer: Layer, inks: Inks, draws: Draws) -> None:
    """A fish of the main colour looking to the right: a fin on its back, a pale belly, bubbles."""
    frame = layer.frame
    deep, tail = draws.uniform(0.44, 0.56), draws.uniform(0.36, 0.5)
    fin, lean = draws.uniform(0.72, 0.92), draws.uniform(-0.35, -0.1)
    layer.paint(convex(frame, [(-0.98, 0.1 - tail), (-0.42, -0.08), (-0.98, tail)]), inks.accent)
    layer.paint(convex(frame, [(-0.45, 0.2), (0.4, 0.25), (lean, fin)]), inks.accent)
    body = ellipse(frame, 0.12, -0.08, 0.76, deep)
    layer.paint(body, inks.main)
    belly = both(body + 0.05, -circle(frame, 0.1, 0.72, 0.94))
    layer.paint(belly, inks.light, outlined=False)
    layer.paint(convex(frame, [(-0.3, -0.42), (0.12, -0.16), (-0.12, -0.1)]), inks.detail)
    layer.paint(circle(frame, 0.5, 0.08, 0.15), inks.light)
    layer.paint(circle(frame, 0.53, 0.09, 0.08), inks.dark, outlined=False)
    layer.paint(stroke(frame, (0.62, -0.24), (0.82, -0.2), 0.035), inks.dark, outlined=False)
    layer.paint(circle(frame, 0.85, 0.46, 0.1), inks.light)
    layer.paint(circle(frame, 0.72, 0.74, 0.14), inks.light)


def flower(layer: Layer, inks: Inks, draws: Draws) -> None:
    """A blossom of the main colour with petals around its heart, on a stem with two leaves."""
    frame = layer.frame
    reach, bend = draws.uniform(0.36, 0.42), draws.uniform(-0.12, 0.12)
    petal, leaf = draws.uniform(0.23, 0.29), draws.uniform(-0.78, -0.6)
    high = 0.36
    layer.paint(stroke(frame, (bend, -1.0), (0.0, high), 0.075), inks.detail)
    for sign in (-1.0, 1.0):
        blade = frame.moved(sign * 0.4 + bend, leaf, sign * 0.6)
        layer.paint(ellipse(blade, 0.0, 0.0, 0.44, 0.17), inks.detail)
    petals = [
        circle(frame, reach * np.sin(turn), high + reach * np.cos(turn), petal)
        for turn in np.arange(6, dtype=np.float32) * np.float32(np.pi / 3)
    ]
    layer.paint(either(*petals), inks.main)
    layer.paint(circle(frame, 0.0, high, 0.22), inks.accent)


def mushroom(layer: Layer, inks: Inks, draws: Draws) -> None:
    """A stalk under a domed cap of the main colour with spots, its gills showing below."""
    frame = layer.frame
    wide, hem = draws.uniform(0.8, 1.0), draws.uniform(-0.12, 0.1)
    slim, foot = draws.uniform(0.2, 0.3), draws.uniform(0.32, 0.42)
    layer.paint(trapezium(frame, foot, -0.95, slim, hem + 0.05), inks.light)
    layer.paint(box(frame, 0.0, -0.32, slim + 0.1, 0.07, 0.06), inks.accent)
    layer.paint(ellipse(frame, 0.0, hem, wide * 0.94, 0.17), inks.dark, outlined=False)
    cap = both(ellipse(frame, 0.0, hem, wide, 0.92 - hem), hem - frame.v)
    layer.paint(cap, inks.main)
    for x, y, radius in ((-0.48, 0.2, 0.13), (0.05, 0.5, 0.17), (0.5, 0.22, 0.14)):
        spot = circle(frame, x * wide, hem + y, radius)
        layer.paint(both(cap + 0.05, spot), inks.light, outlined=False)
