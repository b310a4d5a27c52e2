"""A picture into the latent space: by the encoder, or by searching for what is most like it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QPushButton, QSpinBox, QWidget

from core.pictures import ImageGrid, as_images
from gui.panels.base import PicturePanel
from gui.session import Session
from gui.tasks import Tasks
from gui.theme import SPACE
from gui.views.image_grid import ImageGridView
from gui.widgets.flow import FlowLayout
from gui.widgets.latent_tiles import Kept
from gui.widgets.text import label
from gui.working import Working

if TYPE_CHECKING:
    from core.generative.asking import Sampled
    from core.observer import Answer
    from core.progress import Progress

STEPS, STEPS_SLOW = 200, 20
STARTS, STARTS_SLOW = 8, 1
HELP = (
    "What is found lies on the shelf: drag it onto a corner of the plane or into a tray of a sum."
)


class InversionPanel(PicturePanel):
    """The picture, and beside it what the network makes of the latent that was found."""

    title = "Inversion"
    ability = "Generates"

    def __init__(self, session: Session, tasks: Tasks, slow: bool = False, encodes: bool = False,
                 parent: QWidget | None = None) -> None:  # fmt: skip
        super().__init__(session, parent)
        self.encodes, self.starts = encodes, STARTS_SLOW if slow else STARTS
        self.view, self.steps = ImageGridView(), QSpinBox()
        self.search = QPushButton("Search")
        self.keep = QPushButton("Keep the encoder's")
        self.working = Working(tasks)
        self.said = label(HELP, "small", "secondary", wrap=True)
        self._shown: dict[str, Kept] = {}
        self._errors: dict[str, float] = {}
        self._of = b""  # the pixels that `_shown` belongs to
        self.steps.setRange(1, 5000)
        self.steps.setValue(STEPS_SLOW if slow else STEPS)
        self.steps.setSuffix(" steps")
        self.steps.setAccessibleName("Steps of the search")
        self.search.setProperty("kind", "primary")
        self.search.setToolTip("Go downhill from a few latents to what is most like the picture")
        self.keep.setVisible(encodes)
        self.view.set_side(128)
        flow = FlowLayout(gap=SPACE.small)
        for widget in (self.turner, self.steps, self.search, self.keep):
            flow.addWidget(widget)
        self.body.addLayout(flow)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.working)
        self.body.addWidget(self.said)
        self.search.clicked.connect(self.invert)
        self.keep.clicked.connect(self._keep_encoded)
        self.working.failed.connect(self.said.setText)
        self.view.problem.connect(self.problem)

    # --- asking -----------------------------------------------------------------------------------

    def ask(self) -> bool:
        from core.generative.asking import inverted

        if self.session.probe is None:
            return False
        if not self.follow_pictures():
            self.view.clear("Choose a picture in the strip below, or open one of your own.")
            return True
        picture = self.picture()
        if picture is not None and picture.tobytes() != self._of:
            self._of = picture.tobytes()
            self._shown.clear()
        if self.encodes:
            return self.put(inverted(self.turner.at), self._show_encoded)
        self._draw()
        return True

    def picture(self) -> np.ndarray | None:
        """The picture in hand, (1, C, H, W) uint8: the person's own come first."""
        own, probe = self.session.own_pictures, self.session.probe
        if probe is None:
            return None
        given = probe.images[self.session.pictures]
        both = given if own is None else np.concatenate([own, given])
        return both[self.turner.at : self.turner.at + 1] if len(both) else None

    def refused(self, reason: str) -> None:
        if not self._shown:
            self.view.clear(reason)
        self.said.setText(reason)

    def _show_encoded(self, answer: Answer) -> None:
        found: Sampled = answer.value
        self._take("encoded", found.latents[0], found.images[0])

    def _take(self, how: str, latent: np.ndarray, image: np.ndarray) -> None:
        picture = self.picture()
        if picture is None:
            return
        self._shown[how] = Kept(latent, image, f"picture {self.turner.at + 1}, {how}")
        truth = as_images(picture / 255.0)[0]
        self._errors[how] = float(((truth / 255.0 - image / 255.0) ** 2).mean())
        self._draw()

    def _draw(self) -> None:
        picture = self.picture()
        if picture is None:
            return
        images, captions = [as_images(picture / 255.0)[0]], ["picture"]
        for how, kept in self._shown.items():
            images.append(kept.picture)
            captions.append(f"{how}, error {self._errors[how]:.4f}")
        self.view.set_stamp(self.stamp(self.session.step or 0))
        self.view.show_picture(ImageGrid(np.stack(images), captions))

    # --- what a person does -----------------------------------------------------------------------

    def _keep_encoded(self) -> None:
        if "encoded" in self._shown:
            self.session.shelf.keep(self._shown["encoded"])
            self.said.setText(f"{len(self.session.shelf.items)} samples on the shelf.")

    def invert(self) -> None:
        """Search for the latent of the picture in hand; what is found goes onto the shelf."""
        run, step, picture = self.session.run, self.session.step, self.picture()
        if run is None or picture is None:
            self.said.setText("There is no run, or no picture, to search for yet.")
            return
        steps, starts, at = self.steps.value(), self.starts, self.turner.at

        def work(progress: Progress) -> tuple[np.ndarray, np.ndarray]:
            from core.judge import inverted_by_search

            return inverted_by_search(run, step, picture, steps, starts, progress)

        done = partial(self._take_searched, f"picture {at + 1}, searched", picture.tobytes())
        self.working.start("Searching for the latent", work, done)

    def _take_searched(self, name: str, of: bytes, found: tuple[np.ndarray, np.ndarray]) -> None:
        self.session.shelf.keep(Kept(*found, name))
        if of != self._of:
            self.said.setText("Found, and kept; another picture is in hand now.")
            return
        self._take("searched", *found)
        self.said.setText(f"Found, error {self._errors['searched']:.4f}. {HELP}")

    def end(self) -> None:
        self.working.cancel()
        super().end()
