"""The experiment of a companion: the method a paper compares its own with, on equal terms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.experiment import Experiment


def companion_of(experiment: Experiment, method: str) -> Experiment:
    """The same pictures, seed and network, and the companion's own options for the rest."""
    from core.config import options_of
    from core.registry import method_class

    shared = {o.name for o in options_of(method_class(method).Config) if o.group == "Network"}
    options = {name: value for name, value in experiment.options.items() if name in shared}
    return replace(experiment, method=method, options=options, title="")
