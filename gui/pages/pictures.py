"""Which pictures the strip of a desk offers: a few of every class, others, or those of the map."""

from __future__ import annotations

from PySide6.QtCore import QObject

from core.pictures import as_images
from gui.session import DEFAULT_PICTURES, Session
from gui.widgets.strip import Strip

IN_STRIP = 120  # pictures offered at a time


class Pictures(QObject):
    """What is chosen on the map is offered in the strip, and its first pictures are looked at."""

    def __init__(self, session: Session, strip: Strip) -> None:
        super().__init__(strip)
        self._session, self._strip = session, strip
        self._offered = 0  # how often other pictures were asked for
        self._of_map = False  # whether the strip offers what is chosen on the map
        strip.chosen.connect(session.look_at)
        strip.shuffle.connect(self.shuffle)
        session.selection.changed.connect(self._follow_map)

    def fill(self) -> None:
        """Offer pictures of the probe."""
        probe = self._session.probe
        if probe is None:
            return
        order = probe.first_of_each_class(len(probe))
        first = self._offered * IN_STRIP % max(1, len(order))
        offered = [*order[first:], *order[:first]][:IN_STRIP]
        chosen = self._session.pictures if self._offered == 0 else offered[:DEFAULT_PICTURES]
        self._strip.set_pictures(as_images(probe.images[offered]), offered, chosen)

    def shuffle(self) -> None:
        """Offer other pictures of the probe, and look at the first of them."""
        self._offered += 1
        self._of_map = False
        self.fill()
        self._session.look_at(self._strip.selection)

    def _follow_map(self) -> None:
        probe, found = self._session.probe, self._session.selection.chosen
        if probe is None or (not len(found) and not self._of_map):
            return
        self._of_map = len(found) > 0
        if self._of_map:
            offered = found[:IN_STRIP].tolist()
            chosen = offered[:DEFAULT_PICTURES]
            self._strip.set_pictures(as_images(probe.images[offered]), offered, chosen)
        else:
            self._session.pictures = probe.first_of_each_class(DEFAULT_PICTURES)
            self._offered = 0
            self.fill()
        self._session.look_at(self._strip.selection, self._session.own_pictures)
