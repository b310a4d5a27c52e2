"""The pages of the window: two are there at once, the others are made when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QStackedWidget, QWidget

if TYPE_CHECKING:
    from gui.pages.arena import ArenaPage
    from gui.pages.compare import ComparePage
    from gui.pages.data import DataPage
    from gui.pages.maps import MapsPage
    from gui.pages.runs import RunsPage
    from gui.pages.scenes import ScenesPage
    from gui.pages.video import VideoPage
    from gui.window import Window

P = TypeVar("P", bound=QWidget)

PAGES = ("gallery", "workbench", "runs", "data", "compare", "maps", "video", "arena", "scenes")
LISTING = ("runs", "maps", "video")  # these list the store, and look again when they are gone to


class Rooms(QStackedWidget):
    """Holds the pages in the order of `PAGES`; a page is asked for by its name."""

    def __init__(self, window: Window, gallery: QWidget, workbench: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._made: dict[str, QWidget] = {"gallery": gallery, "workbench": workbench}
        for name in PAGES:
            self.addWidget(self._made.get(name) or QWidget())

    @property
    def page(self) -> str:
        """The name of the page that is shown."""
        return PAGES[self.currentIndex()]

    def go(self, name: str) -> None:
        """Show a page by its name."""
        if name not in self._made:
            getattr(self, name)()
        if name in LISTING:
            self._made[name].refresh()  # type: ignore[attr-defined]
        self.setCurrentIndex(PAGES.index(name))

    def end(self) -> None:
        """Let the pages that hold work of their own end it."""
        for page in self._made.values():
            if hasattr(page, "end"):
                page.end()

    def data(self) -> DataPage:
        """The page of data."""

        def make() -> DataPage:
            from gui.pages.data import DataPage

            page = DataPage(self._window.tasks)
            wanted = self._window.actions_of_window.open_picture
            page.augmentations.picture_wanted.connect(wanted)
            page.train.connect(self._window.train)
            return page

        return self._page("data", make)

    def runs(self) -> RunsPage:
        """The page of runs."""

        def make() -> RunsPage:
            from gui.pages.runs import RunsPage

            page = RunsPage(self._window.laboratory, self._window.tasks)
            page.open_run.connect(self._window.open_run)
            page.continue_run.connect(self._window.continue_run)
            self._window.laboratory.runs_changed.connect(page.refresh_soon)
            return page

        return self._page("runs", make)

    def compare(self) -> ComparePage:
        """The page of comparisons."""

        def make() -> ComparePage:
            from gui.pages.compare import ComparePage

            page = ComparePage(self._window.laboratory, self._window.tasks)
            page.open_run.connect(self._window.open_run)
            return page

        return self._page("compare", make)

    def maps(self) -> MapsPage:
        """The page of maps."""

        def make() -> MapsPage:
            from gui.pages.maps import MapsPage

            page = MapsPage(self._window.laboratory, self._window.tasks)
            page.open_wanted.connect(self._window.mapping.open_file)
            return page

        return self._page("maps", make)

    def video(self) -> VideoPage:
        """The page of videos."""

        def make() -> VideoPage:
            from gui.pages.video import VideoPage

            page = VideoPage(self._window.laboratory, self._window.tasks)
            page.train_wanted.connect(self._window.train)
            page.wants.connect(lambda id: self._window.commands.action(id).trigger())
            return page

        return self._page("video", make)

    def arena(self) -> ArenaPage:
        """The page of games."""

        def make() -> ArenaPage:
            from gui.pages.arena import ArenaPage

            page = ArenaPage(self._window.laboratory, self._window.tasks)
            page.train_wanted.connect(self._window.train_experiment)
            return page

        return self._page("arena", make)

    def scenes(self) -> ScenesPage:
        """The page of races and ablations."""

        def make() -> ScenesPage:
            from gui.pages.scenes import ScenesPage

            page = ScenesPage(self._window.laboratory, self._window.tasks)
            page.train_wanted.connect(self._window.train_experiment)
            return page

        return self._page("scenes", make)

    def _page(self, name: str, make: Callable[[], P]) -> P:
        """The page of that name, put where an empty one kept its place."""
        if name not in self._made:
            page = make()
            page.problem.connect(self._window.warn)  # type: ignore[attr-defined]
            if hasattr(page, "done"):
                done = self._window.notices
                page.done.connect(lambda text: done.show("success", text))
            at = PAGES.index(name)
            empty = self.widget(at)
            self.insertWidget(at, page)
            self.removeWidget(empty)
            empty.deleteLater()
            self._made[name] = page
        return self._made[name]  # type: ignore[return-value]
