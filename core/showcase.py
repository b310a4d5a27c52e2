"""Where the training thread leaves a copy of the weights for those who look.

Only while somebody looks, at most four times a second; nobody holds a lock during a step.
"""

from __future__ import annotations

import time

from torch import Tensor

from core.method import Method, MethodConfig

INTERVAL = 0.25
LOOKED_SECONDS = 2.0  # a looker who has not asked for this long has gone


class Showcase:
    """The latest published weights: (step, config, weights), replaced whole."""

    def __init__(self) -> None:
        self.pasts = 0  # how often the training went back: steps looked at before may be others now
        self._latest: tuple[int, MethodConfig, dict[str, Tensor]] | None = None
        self._wanted = 0.0
        self._shown = 0.0

    def want(self) -> None:
        """Somebody looks now."""
        self._wanted = time.monotonic()

    def publish(self, step: int, method: Method, at_once: bool = False) -> None:
        """Called by the training thread between two steps."""
        now = time.monotonic()
        latest = self._latest
        if latest is not None and latest[0] == step and latest[1] == method.config:
            return
        unwanted = now - self._wanted > LOOKED_SECONDS or now - self._shown < INTERVAL
        if latest is not None and unwanted and not at_once:
            return
        weights = {name: t.detach().clone() for name, t in method.state_dict().items()}
        self._latest = (step, method.config, weights)
        self._shown = now

    def forget(self) -> None:
        """The training went back: what was shown is of a past that was given up."""
        self.pasts += 1
        self._latest = None

    def latest(self) -> tuple[int, MethodConfig, dict[str, Tensor]] | None:
        """What was published last."""
        return self._latest
