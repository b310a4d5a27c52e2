"""How well a few typed letters fit a title: in order, the closer together and to word starts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Match:
    """The higher the score the better; `at` are the positions of the letters found."""

    score: float
    at: tuple[int, ...]


def match(typed: str, text: str) -> Match | None:
    """The best way to find the letters of `typed` in `text` in order, or None.

    A letter counts 1; at the start of a word 3 more; next to the one before it 2 more. Of equal
    fits the shorter text wins. Spaces typed are left out. Cost: letters times length of the text.
    """
    letters = "".join(typed.casefold().split())
    low = text.casefold()
    if not letters:
        return Match(0.0, ())
    # best[j] = (score, positions) of fits of the letters so far whose last letter is at j
    best: dict[int, tuple[float, tuple[int, ...]]] = {-1: (0.0, ())}
    for letter in letters:
        found: dict[int, tuple[float, tuple[int, ...]]] = {}
        for j in (j for j, other in enumerate(low) if other == letter):
            worth = 1.0 + (3.0 if j == 0 or not low[j - 1].isalnum() else 0.0)
            before = [(s + worth + (2.0 if i == j - 1 and i >= 0 else 0.0), at)
                      for i, (s, at) in best.items() if i < j]  # fmt: skip
            if before:
                score, at = max(before)
                found[j] = (score, (*at, j))
        if not found:
            return None
        best = found
    score, at = max(best.values())
    return Match(score - 0.01 * len(text), at)
