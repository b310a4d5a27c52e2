"""The panels of what makes pictures: samples and their quality, latents, denoising, drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QObject

from gui.nursery.referee import Referee
from gui.panels.arithmetic import ArithmeticPanel
from gui.panels.base import Panel
from gui.panels.denoiser import DenoiserPanel
from gui.panels.interpolation import InterpolationPanel
from gui.panels.inversion import InversionPanel
from gui.panels.latent import LatentPanel
from gui.panels.nursery import NurseryPanel
from gui.panels.pixel_by_pixel import PixelsPanel
from gui.panels.samples_judged import QualityPanel
from gui.session import Session
from gui.tasks import Tasks

LATENT = ("latent space", "interpolation", "arithmetic", "inversion")


def panels_of_makers(
    session: Session, tasks: Tasks, able: Sequence[str], owner: QObject
) -> Iterator[tuple[str, Panel]]:
    """The name of each dock and its panel, by what the method is able to do."""
    from core.data.sources import makes_points

    if "Generates" in able:
        referee = Referee(session, tasks, owner)
        yield "nursery", NurseryPanel(session, tasks, referee)
        yield "quality", QualityPanel(session, tasks, referee)
    if DenoiserPanel.ability in able:
        yield "denoise", DenoiserPanel(session, tasks)
    if PixelsPanel.ability in able:
        yield "pixel by pixel", PixelsPanel(session)
    if "Generates" not in able or makes_points(session.experiment.data):
        return  # points are shown by the arena
    slow = "Denoises" in able
    yield "latent space", LatentPanel(session, tasks, slow)
    yield "interpolation", InterpolationPanel(session, tasks, slow)
    yield "arithmetic", ArithmeticPanel(session, tasks, slow)
    yield "inversion", InversionPanel(session, tasks, slow, "Inverts" in able)
