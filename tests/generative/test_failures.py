"""Each way to fail is named with its figures, and what goes well is not."""

from __future__ import annotations

from core.evaluate.generative.modes import Modes
from core.generative.failures import WINDOW, collapse, discriminator_wins, oscillation


def test_a_discriminator_that_is_sure_wins() -> None:
    said = discriminator_wins([0.5] * WINDOW + [0.95] * WINDOW, [0.5] * WINDOW + [0.02] * WINDOW)
    assert "D(real) is 0.95 and D(fake) 0.020" in said
    assert discriminator_wins([0.6] * WINDOW, [0.4] * WINDOW) == ""
    assert discriminator_wins([0.95] * 5, [0.02] * 5) == ""


def test_recall_that_was_there_and_went_is_a_collapse() -> None:
    assert "fell from 0.90 to 0.30" in collapse([0.1, 0.9, 0.3])
    assert collapse([0.1, 0.5, 0.9]) == ""
    assert collapse([0.05, 0.01]) == ""
    assert collapse([]) == ""


def test_a_generator_far_behind_its_average_circles() -> None:
    whole, part = Modes([1 / 8] * 8, 1.0), Modes([0.5, 0.5, *[0.0] * 6], 1.0)
    assert "covers 2 of 8 modes at this step, its average over the steps 8" in oscillation(
        whole, part
    )
    assert oscillation(whole, whole) == ""
