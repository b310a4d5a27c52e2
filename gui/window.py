"""The window: a rail of pages, the menus, and the behaviours that are installed in it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QToolBar,
    QWidget,
)

from core.registry import notes
from core.runs import RunStore
from gui import preferences
from gui.about import show_about
from gui.actions import Actions
from gui.behaviors import denoise, samples, scene
from gui.behaviors.arena import ArenaCommands
from gui.behaviors.board import BoardCommands
from gui.behaviors.docks import DockCommands
from gui.behaviors.drops import Drops
from gui.behaviors.errors import ErrorReport, Errors
from gui.behaviors.histories import Histories
from gui.behaviors.latent import LatentCommands
from gui.behaviors.mapping import Mapping
from gui.behaviors.models import Models
from gui.behaviors.recovery import Recovery
from gui.behaviors.scene_out import SceneOut
from gui.behaviors.scenes import ScenesCommands
from gui.behaviors.tour import Tour
from gui.behaviors.video import Video
from gui.commands import Commands
from gui.laboratory import Laboratory
from gui.pages.gallery import Gallery
from gui.pages.recent import recent_runs
from gui.pages.workbench import Workbench
from gui.preferences import Preferences
from gui.rooms import PAGES, Rooms
from gui.tasks import Tasks
from gui.theme import manager
from gui.widgets.log_view import LogFeed, LogView
from gui.widgets.notices import Notices
from gui.widgets.palette import CommandPalette
from gui.widgets.settings import SettingsDialog
from gui.widgets.shortcut_sheet import ShortcutSheet

if TYPE_CHECKING:
    from core.experiment import Experiment

LATER = ("gui.pages.desk", "gui.pages.runs")  # imported behind the scenes once the window is seen
SMALLEST = QSize(1024, 640)
FIRST = QSize(1280, 800)


class Window(QMainWindow):
    """Holds the pages. What a menu entry does is in `gui.actions`."""

    painted = Signal()  # for the first time

    def __init__(self, store: RunStore, settings: QSettings) -> None:
        super().__init__()
        self.setWindowTitle("Selfsight")
        self.setMinimumSize(SMALLEST)
        self.resize(FIRST)
        self.settings = settings
        self.ask = self._ask
        self.laboratory = Laboratory(store, self, also=LATER)
        self.tasks = Tasks(self)
        self.commands = Commands(self)
        self.notices = Notices(self)
        self.gallery = Gallery(notes())
        self.workbench = Workbench(self.laboratory, self.tasks, settings)
        self.rooms = Rooms(self, self.gallery, self.workbench)
        self._is_painted = False
        self._feed = LogFeed()
        logging.getLogger().addHandler(self._feed)
        logging.getLogger().setLevel(logging.INFO)
        self.log = LogView(self._feed)
        self._log_dock = QDockWidget("Log", self)
        self.palette_of_commands = CommandPalette(self, self.commands)
        self.shortcuts = ShortcutSheet(self)
        self.drops = Drops(self)
        self.recovery = Recovery(self)
        self.tour = Tour(self)
        self._lay_out()
        self._connect()
        self.mapping = Mapping(self)
        self.video = Video(self)
        self.arena = ArenaCommands(self)
        self.board = BoardCommands(self)
        self.latent = LatentCommands(self)
        self.denoise = DockCommands(self, "denoise", denoise.ACTS)
        self.histories = Histories(self)
        self.samples = DockCommands(self, "samples", samples.ACTS)
        self.scenes = ScenesCommands(self)
        self.scene = DockCommands(self, "scene", scene.ACTS)
        self.models = Models(self)
        self.scene_out = SceneOut(self)
        self.errors = Errors(self._tell_error)
        self.errors.install()
        self._restore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self.painted.emit)  # when all of it is on the screen

    def begin(self) -> None:
        """Called once the window is painted: warm up, look for interrupted runs."""
        self.laboratory.start()
        self.show_recent()
        self.recovery.offer()

    def go(self, page: str) -> None:
        """Show a page by its name."""
        self.rooms.go(page)
        for name in PAGES:
            self.commands.check(f"go.{name}", name == page)
        if page == "gallery":
            self.show_recent()

    @property
    def page(self) -> str:
        """The name of the page that is shown."""
        return self.rooms.page

    def train(
        self, method: str, data: str | None = None, data_options: dict[str, object] | None = None
    ) -> None:
        """One click: train a method with its default settings, on its first data or on these."""

        def make() -> Experiment:
            from core.experiment import Experiment
            from core.registry import note

            return Experiment(method, data or note(method).data, data_options=data_options or {})

        self._begin(make, start=True)

    def train_experiment(self, experiment: Experiment) -> None:
        """Train a run of an experiment that is already described."""
        self._begin(lambda: experiment, start=True)

    def set_up(self, method: str) -> None:
        """Open a method's desk without starting it."""

        def make() -> Experiment:
            from core.experiment import Experiment
            from core.registry import note

            return Experiment(method, note(method).data)

        self._begin(make, start=False)

    def _begin(self, make: Callable[[], Experiment], start: bool) -> None:
        self.go("workbench")
        busy = self.laboratory.busy()
        if start and busy is not None:
            if not self.ask(
                "A run is training",
                f"{busy.note.title} is training now. Two trainings at once "
                "slow each other down. Pause it and start the new one?",
            ):
                return
            assert busy.engine is not None
            busy.engine.pause()
        if not self.laboratory.is_warm:
            self.notices.show(
                "info", "The engine is being loaded; the run opens in a moment.", key="warm"
            )
        self.workbench.expect()
        (self.laboratory.train if start else self.laboratory.prepare)(make)

    def show_recent(self) -> None:
        """The last runs, at the top of the gallery."""
        self.gallery.set_recent(recent_runs(self.laboratory.store))

    def _lay_out(self) -> None:
        self.commands.fill_menu_bar(self.menuBar())
        rail = QToolBar("Pages")
        rail.setObjectName("rail")
        rail.setMovable(False)
        rail.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.commands.fill_tool_bar(rail, [f"go.{name}" for name in PAGES])
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, rail)
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.rooms)
        self.setCentralWidget(middle)
        self._log_dock.setObjectName("log")
        self._log_dock.setWidget(self.log)
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self._log_dock)
        self._log_dock.hide()
        self._log_dock.visibilityChanged.connect(lambda on: self.commands.check("view.log", on))

    def _connect(self) -> None:
        self.actions_of_window = Actions(self)
        self.gallery.train.connect(self.train)
        self.gallery.open.connect(self.set_up)
        self.gallery.open_run.connect(self.open_run)
        self.laboratory.failed.connect(self.warn)
        self.laboratory.failed.connect(lambda _: self.workbench.give_up())
        self.tasks.problem.connect(
            lambda text, trace: self.notices.show("error", text, details=trace)
        )
        self.laboratory.opened.connect(lambda _: self.go("workbench"))
        self.workbench.problem.connect(self.warn)
        self.workbench.wants.connect(lambda id: self.commands.action(id).trigger())
        self.workbench.again.connect(self.train_experiment)
        self.workbench.files_dropped.connect(self.drops.offer_first)

    def open_run(self, id: str) -> None:
        """Show a run of the store, or of any folder."""
        self.go("workbench")
        self.workbench.expect()
        self.laboratory.open(id)

    def continue_run(self, id: str) -> None:
        """Open a run and go on training it from its last checkpoint."""
        self.open_run(id)
        self.laboratory.when_warm(lambda: self._continue_front(id))

    def _continue_front(self, id: str) -> None:
        desk = self.workbench.desk()  # of another run, where this one could not be opened
        if desk is not None and desk.session.run is not None and desk.session.run.id == id:
            desk.go_on()

    def browse(self, source: str, options: dict[str, object]) -> None:
        """Show pictures of a source on the data page."""
        self.go("data")
        self.rooms.data().show_source(source, options)

    def augment_image(self, path: Path) -> None:
        """Show what the augmentations make of a picture of the person's own."""
        self.go("data")
        self.rooms.data().augment_own(path)

    def look_at_image(self, path: Path) -> None:
        """Let the run in front look at a picture of the person's own."""
        desk = self.workbench.desk()
        if desk is None or desk.session.probe is None:
            self.warn(
                "No run is open to look at this picture with. Train or open one, then drop it again"
            )
            return
        self.go("workbench")
        desk.add_own_picture(path)

    # --- saying -----------------------------------------------------------------------------------

    def warn(self, text: str) -> None:
        """A sentence that something asked for could not be done."""
        self.notices.show("warning", text, key=text)

    def _tell_error(self, report: ErrorReport) -> None:
        self.notices.show(
            "error", report.title, report.text, details=report.details, key=report.key
        )

    def show_palette(self) -> None:
        self.palette_of_commands.appear()

    def show_shortcuts(self) -> None:
        self.shortcuts.appear()

    def show_log(self, on: bool) -> None:
        self._log_dock.setVisible(on)

    def show_settings(self) -> None:
        kept = replace(preferences.load(self.settings), theme=manager().mode)
        dialog = SettingsDialog(kept, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self.apply_preferences)
        dialog.open()

    def apply_preferences(self, chosen: Preferences) -> None:
        """Keep the choices and live by them."""
        preferences.save(chosen, self.settings)
        manager().set_mode(chosen.theme)
        self.laboratory.prefer(chosen.autosave, chosen.threads, chosen.runs_folder)

    def show_about(self) -> None:
        show_about(self)

    def show_welcome(self) -> None:
        self.go("gallery")
        self.gallery.verticalScrollBar().setValue(0)

    # --- staying and leaving ----------------------------------------------------------------------

    def _restore(self) -> None:
        kept = preferences.load(self.settings)
        self.laboratory.prefer(kept.autosave, kept.threads, kept.runs_folder)
        geometry = self.settings.value("window/geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)
        self.go("gallery")

    def _ask(self, title: str, text: str) -> bool:
        """A question that yes or no answers."""
        return QMessageBox.question(self, title, text) == QMessageBox.StandardButton.Yes

    def closeEvent(self, event: QCloseEvent) -> None:
        busy = self.laboratory.busy()
        if busy is not None and not self.ask(
            "A run is training",
            f"{busy.note.title} is training. Save it and leave? It can be continued "
            "from where it stands.",
        ):
            event.ignore()
            return
        self.settings.setValue("window/geometry", self.saveGeometry())
        self.workbench.keep_layout()
        self.settings.sync()
        self.models.close()
        self.hide()  # what is left may take a few seconds, and nobody need watch it
        self.workbench.end()
        self.rooms.end()
        self.tasks.shut_down()
        self.laboratory.shut_down()
        self.log.stop()
        logging.getLogger().removeHandler(self._feed)
        self.errors.uninstall()
        super().closeEvent(event)
