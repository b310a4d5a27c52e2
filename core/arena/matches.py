"""What can be put side by side in the arena: matches by name, each of a few lanes. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_LANES = 6


@dataclass(frozen=True)
class LanePlan:
    """A lane before it is played: its title and the options in which it differs."""

    title: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Match:
    """Lanes that say something beside one another, and what."""

    title: str
    sentence: str
    lanes: Sequence[LanePlan]


CLIPPED = {"objective": "wasserstein", "regulariser": "clipping", "discriminator_steps": 5}
PENALISED = {"objective": "wasserstein", "regulariser": "gradient penalty",
             "learning_rate": 2e-3, "discriminator_rate": 2e-3}  # fmt: skip

MATCHES: Mapping[str, Match] = {
    "losses": Match(
        "Three losses",
        "The same networks, data and seed; only what the players minimise differs.",
        (
            LanePlan("Non-saturating", {"objective": "non-saturating"}),
            LanePlan("Least squares", {"objective": "least squares"}),
            LanePlan("Wasserstein, clipped", CLIPPED),
        ),
    ),
    "wasserstein": Match(
        "Clipping or a gradient penalty",
        "Wasserstein's critic must not be steep: clipped weights against a penalty on its slope.",
        (
            LanePlan("Clipped weights", CLIPPED),
            LanePlan("Gradient penalty", PENALISED),
        ),
    ),
    "saturating": Match(
        "Minimax or non-saturating",
        "What Goodfellow's equation says, and what he recommends to minimise instead.",
        (
            LanePlan("Minimax", {"objective": "minimax"}),
            LanePlan("Non-saturating", {"objective": "non-saturating"}),
        ),
    ),
    "penalties": Match(
        "Kept smooth in four ways",
        "One loss, and what keeps the discriminator from growing too steep.",
        (
            LanePlan("Nothing", {}),
            LanePlan("R1", {"regulariser": "r1"}),
            LanePlan("Gradient penalty", {"regulariser": "gradient penalty"}),
            LanePlan("Spectral norm", {"regulariser": "spectral norm"}),
        ),
    ),
    "turns": Match(
        "Whose turn it is",
        "One update of the discriminator for each of the generator, or five.",
        (
            LanePlan("1 to 1", {}),
            LanePlan("5 to 1", {"discriminator_steps": 5}),
        ),
    ),
    "one": Match(
        "One game", "Large, to be taken apart step by step.", (LanePlan("Non-saturating"),)
    ),
}  # fmt: skip

KINDS: Mapping[str, str] = {
    "ring": "Ring of 8",
    "grid": "Grid of 25",
    "two": "Two modes",
    "circle": "Circle",
    "spirals": "Spirals",
    "moons": "Moons",
    "own": "Drawn by hand…",
}
