"""The panels about latents, for every method that makes pictures out of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gui.panels.arithmetic import ArithmeticPanel
from gui.panels.base import Panel
from gui.panels.interpolation import InterpolationPanel
from gui.panels.inversion import InversionPanel
from gui.panels.latent import LatentPanel
from gui.session import Session
from gui.tasks import Tasks

NAMES = ("latent space", "interpolation", "arithmetic", "inversion")


def latent_panels(
    session: Session, tasks: Tasks, able: Sequence[str]
) -> Iterator[tuple[str, Panel]]:
    """The name of each dock and its panel; none for what makes points, which the arena shows."""
    from core.data.sources import makes_points

    if "Generates" not in able or makes_points(session.experiment.data):
        return
    slow = "Denoises" in able
    yield "latent space", LatentPanel(session, tasks, slow)
    yield "interpolation", InterpolationPanel(session, tasks, slow)
    yield "arithmetic", ArithmeticPanel(session, tasks, slow)
    yield "inversion", InversionPanel(session, tasks, slow, "Inverts" in able)
