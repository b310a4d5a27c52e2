"""What is written beside a map: how it was made, and how far it may be believed."""

from __future__ import annotations

from collections.abc import Mapping

from core.config import to_dict
from core.embeddings.table import FEATURES
from core.maps.layout import plan
from core.maps.params import METHODS, TITLES, LayoutParams

ALWAYS = ("metric", "seed", "perplexity", "neighbours")  # told even where they are the usual ones
UNTOLD = ("every", "dims")  # of watching, and seen at once


def method_of(params: LayoutParams) -> str:
    """The layout method that settings belong to."""
    return next(method for method, cls in METHODS.items() if cls is type(params))


def settings(
    params: LayoutParams, stage: str, quality: Mapping[str, float] | None
) -> dict[str, str]:
    """Everything that a file of the map tells of it."""
    found = {"layout": method_of(params), "stage": stage}
    found |= {n: _plain(v) for n, v in to_dict(params).items() if n != "every"}
    return found | {name: f"{value:.4g}" for name, value in (quality or {}).items()}


def notes(
    params: LayoutParams, count: int, stage: str, quality: Mapping[str, float] | None
) -> list[str]:
    """Settings in a line, reliability in another."""
    usual = to_dict(type(params)())
    said = [f"{TITLES[method_of(params)]} of {count:,} points"]
    said += [stage] if stage != FEATURES else []
    said += [
        f"{name.replace('_', ' ')} {_plain(value)}"
        for name, value in to_dict(params).items()
        if name not in UNTOLD and (name in ALWAYS or value != usual[name])
    ]
    note = plan(count, params).note
    return [", ".join([*said, note] if note else said), *_believed(quality)]


def _believed(quality: Mapping[str, float] | None) -> list[str]:
    if quality is None:
        return []
    return [
        f"Trustworthiness {quality['trust']:.3f}, continuity {quality['continuity']:.3f}; "
        f"{quality['preserved']:.0%} of the {quality['k']:.0f} nearest neighbours are kept."
    ]


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
