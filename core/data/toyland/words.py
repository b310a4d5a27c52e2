"""A sentence for every picture: what it is, its colour, its place, what lies behind and beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.toyland.draws import Draws

_BEHIND = {
    "plain": ("on a plain background", "before a plain wall"),
    "gradient": ("on a background that fades", "before a fading wall"),
    "glow": ("in a soft glow", "before a glowing spot"),
    "stripes": ("on a striped background", "before stripes"),
    "dots": ("on a dotted background", "before dots"),
    "checks": ("on a chequered background", "before a chequered cloth"),
    "rings": ("on a background of rings", "before rings"),
    "meadow": ("under a clear sky", "in the sun"),
    "clouds": ("under a cloudy sky", "below the clouds"),
    "hills": ("before the hills", "in a hilly land"),
    "stars": ("under the stars", "on a starry night"),
}
_PLACES = {
    (-1, -1): "at the bottom left", (-1, 0): "on the left", (-1, 1): "at the top left",
    (0, -1): "at the bottom", (0, 0): "in the middle", (0, 1): "at the top",
    (1, -1): "at the bottom right", (1, 0): "on the right", (1, 1): "at the top right",
}  # fmt: skip
_PATTERNS = (
    "{a} {behind} {place}{more}",
    "{place}, {a} {behind}{more}",
    "{a} {place}, {behind}{more}",
    "there is {a} {place} {behind}{more}",
    "{behind}, {a} {place}{more}",
    "this is {a}, {place}, {behind}{more}",
)
_OFF_MIDDLE = 0.15  # farther from the middle than this has a side; the picture spans -1 to 1
_SMALL, _BIG = 0.62, 0.78


def captions(classes: list[str], attributes: Mapping[str, NDArray[Any]], draws: Draws) -> list[str]:
    """A sentence a picture, naming its class, colour and place."""
    pattern, variant, sized = (
        draws.integer(len(_PATTERNS)), draws.integer(2), draws.chance(0.5).ravel(),
    )  # fmt: skip
    found = []
    for i, name in enumerate(classes):
        facts = {key: values[i] for key, values in attributes.items()}
        words = _PATTERNS[pattern[i]].format(
            a=_a(_size(facts["size"]) if sized[i] else "", facts["colour"], name),
            behind=_BEHIND[facts["backdrop"]][variant[i]],
            place=_place(facts["x"], facts["y"]),
            more=_more(facts),
        )
        found.append(words[0].upper() + words[1:] + ".")
    return found


def _a(*words: str) -> str:
    """The words with their article."""
    noun = " ".join(word for word in words if word)
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _size(radius: float) -> str:
    return "small" if radius < _SMALL else "big" if radius > _BIG else ""


def _place(x: float, y: float) -> str:
    sides = [int(np.sign(at)) if abs(at) > _OFF_MIDDLE else 0 for at in (x, y)]
    return _PLACES[sides[0], sides[1]]


def _more(facts: Mapping[str, Any]) -> str:
    """What lies beside the object, and what hides a part of it."""
    beside = hidden = ""
    if facts["beside"]:
        beside = f", beside {_a(facts['beside_colour'], facts['beside'])}"
    if facts["hidden_by"]:
        hidden = f", partly behind {_a(facts['hidden_by_colour'], facts['hidden_by'])}"
    return beside + hidden
