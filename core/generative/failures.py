"""The three ways in which two players fail, named in a sentence with the figures that say so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.evaluate.generative.modes import Modes

WINDOW = 100  # steps that are looked at
SURE, CAUGHT = 0.85, 0.1  # D(real) above and D(fake) below: it wins
FALLEN = 0.5  # share of its best that recall has left where the generator has collapsed
HAD = 0.2  # recall that a generator needs to have had, to have lost it


def discriminator_wins(real: Sequence[float], fake: Sequence[float]) -> str:
    """A sentence where D takes real for real and made for made without doubt; else nothing.

    Its probabilities at the last steps, one a step.
    """
    if min(len(real), len(fake)) < WINDOW:
        return ""
    on_real, on_fake = (float(np.mean(v[-WINDOW:])) for v in (real, fake))
    if on_real < SURE or on_fake > CAUGHT:
        return ""
    return (
        f"The discriminator wins: D(real) is {on_real:.2f} and D(fake) {on_fake:.3f} over the last "
        f"{WINDOW} steps, so the generator hears nothing it could use. Lower the discriminator's "
        "rate, or choose spectral norm."
    )


def collapse(recalls: Sequence[float]) -> str:
    """A sentence where recall, measured now and then, has fallen to half of its best."""
    best, now = max(recalls, default=0.0), recalls[-1] if len(recalls) else 0.0
    if best < HAD or now > FALLEN * best:
        return ""
    return (
        f"The generator has collapsed: recall fell from {best:.2f} to {now:.2f}, it makes less "
        "and less of what there is. Go back to a snapshot before that, with smaller steps."
    )


def oscillation(averaged: Modes, raw: Modes) -> str:
    """A sentence where the average over steps covers twice the modes of the generator itself."""
    if averaged.covered < 2 or raw.covered * 2 > averaged.covered:
        return ""
    return (
        f"The players circle: the generator covers {raw.covered} of {raw.count} modes at this "
        f"step, its average over the steps {averaged.covered}. Smaller steps would let it settle."
    )
