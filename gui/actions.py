"""What each command of the table does in the window, and when it can be done."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QDockWidget

from gui.choosers import Choosers
from gui.command_table import BY_ID
from gui.theme import Theme, manager
from gui.widgets.savable import Savable
from gui.widgets.strip import IMAGE_TYPES

if TYPE_CHECKING:
    from core.runs import Run
    from gui.pages.desk import Desk
    from gui.window import Window

NEEDS_DESK = ("run.toggle", "run.step", "run.stop", "run.new", "run.how_long", "run.live",
              "run.picture", "run.evaluate", "run.companion", "run.copy_command",
              "run.copy_config", "run.folder", "run.export", "run.report", "snapshot.previous",
              "snapshot.next", "snapshot.first", "snapshot.last", "snapshot.live", "snapshot.play",
              "layout.train", "layout.look", "layout.present", "layout.reset",
              "view.note")  # fmt: skip
KINDS = " ".join(f"*{suffix}" for suffix in IMAGE_TYPES)
AT_WORK = ("preparing", "training", "paused")
TOGGLES = {"training": ("Pause", "pause"), "preparing": ("Pause", "pause"),
           "paused": ("Resume", "play"), "idle": ("Start", "play"),
           "failed": ("Try again", "play")}  # fmt: skip
GO_ON = ("Continue", "play")


class Actions(QObject):
    """Binds the commands to the window and to whichever desk is in front."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._commands = window.commands
        self.choosers = Choosers(window)
        self.open_url: Callable[[QUrl], object] = QDesktopServices.openUrl
        self._figure: Savable | None = None
        self._known: WeakSet[Desk] = WeakSet()
        self._bind_window()
        self._bind_desk()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._remember_figure)
        manager().changed.connect(self._theme_changed)
        window.workbench.current_changed.connect(self._desk_changed)
        self._desk_changed(None)

    def _bind_window(self) -> None:
        window, bind = self._window, self._commands.bind
        for page in (id.removeprefix("go.") for id in BY_ID if id.startswith("go.")):
            bind(f"go.{page}", lambda _=True, p=page: window.go(p))
        for mode in ("light", "dark", "system"):
            bind(f"theme.{mode}", lambda _=True, m=mode: manager().set_mode(m))
        self._theme_changed()
        bind("data.folder", self._open_folder)
        bind("data.zip", self._open_zip)
        bind("data.picture", self.open_picture)
        bind("run.import", self._import_run)
        bind("quit", window.close)
        bind("window.screenshot", self._screenshot)
        bind("compare.export", self._export_comparison)
        bind("layout.reset", window.workbench.reset_layout)
        bind("settings", window.show_settings)
        bind("view.palette", window.show_palette)
        bind("view.log", window.show_log)
        bind("help.shortcuts", window.show_shortcuts)
        bind("help.about", window.show_about)
        bind("help.welcome", window.show_welcome)
        bind("help.tour", window.tour.start)

    def _bind_desk(self) -> None:
        def on(do: Callable[[Desk], object]) -> Callable[..., None]:
            def run(*_: object) -> None:
                desk = self._window.workbench.desk()
                if desk is not None:
                    do(desk)
                self._show_state()

            return run

        bind = self._commands.bind
        bind("run.toggle", on(lambda d: d.start_or_pause()))
        bind("run.step", on(lambda d: d.step_once()))
        bind("run.stop", on(lambda d: d.stop()))
        bind("run.new", on(lambda d: d.restart()))
        bind("run.live", on(lambda d: d.focus_live()))
        bind("run.picture", on(self._own_picture))
        bind("run.how_long", on(lambda d: d.setup and d.setup.how_long.emit()))
        bind("run.evaluate", on(lambda d: d.evaluate()))
        bind("run.companion", on(lambda d: d.train_companion()))
        bind("run.copy_command", on(self._copy_command))
        bind("run.copy_config", on(self._copy_config))
        bind("run.folder", on(self._show_folder))
        bind("run.export", on(self._export))
        bind("run.report", on(self._report))
        bind("snapshot.previous", on(lambda d: d.timeline.previous()))
        bind("snapshot.next", on(lambda d: d.timeline.next()))
        bind("snapshot.first", on(lambda d: d.timeline.first()))
        bind("snapshot.last", on(lambda d: d.timeline.last()))
        bind("snapshot.live", on(lambda d: d.session.go_to(None)))
        bind("snapshot.play", on(lambda d: d.timeline.toggle_play()))
        for name in ("train", "look", "present"):
            bind(f"layout.{name}", on(lambda d, n=name: d.set_layout(n)))
        bind("view.note", on(lambda d: d.toggle("note")))
        bind("figure.png", lambda: self._save_figure(".png"))
        bind("figure.svg", lambda: self._save_figure(".svg"))
        bind("figure.csv", lambda: self._save_figure(".csv"))
        bind("figure.copy", lambda: self._with_figure(self._copy_figure))

    # --- what can be done, and what is on ---------------------------------------------------------

    def _desk_changed(self, desk: Desk | None) -> None:
        for id in NEEDS_DESK:
            self._commands.enable(id, desk is not None)
        if desk is not None and desk not in self._known:
            self._known.add(desk)
            desk.session.state_changed.connect(self._show_state)
            desk.session.step_changed.connect(self._show_state)
            desk.timeline.playing_changed.connect(self._show_state)
            desk.furnished.connect(lambda: self._watch_note(desk))
        self._show_state()

    def _watch_note(self, desk: Desk) -> None:
        desk.docks["note"].visibilityChanged.connect(self._show_state)
        self._show_state()

    def _show_state(self, *_: object) -> None:
        """Let menus and palette say what the desk in front is doing."""
        desk, check = self._window.workbench.desk(), self._commands.check
        check("snapshot.live", desk is not None and desk.session.step is None)
        check("snapshot.play", desk is not None and desk.timeline.playing)
        note = desk.docks.get("note") if desk is not None else None
        check("view.note", note is not None and note.isVisible())
        if desk is not None:
            state = desk.session.state
            self._commands.rename("run.toggle", *TOGGLES.get(state, GO_ON))
            self._commands.enable("run.stop", state in AT_WORK)

    def _theme_changed(self, _: Theme | None = None) -> None:
        self._commands.check(f"theme.{manager().mode}", True)

    # --- data -------------------------------------------------------------------------------------

    def _open_folder(self) -> None:
        path = self.choosers.folder("Open a folder of images")
        if path:
            self._window.drops.offer(Path(path))

    def _open_zip(self) -> None:
        path = self.choosers.file("Open a zip of images", "Archives (*.zip)")
        if path:
            self._window.drops.offer(Path(path))

    def open_picture(self) -> None:
        """Ask for a picture and show what the augmentations make of it."""
        path = self.choosers.file("Open a picture", f"Pictures ({KINDS})")
        if path:
            self._window.augment_image(Path(path))

    def _import_run(self) -> None:
        path = self.choosers.folder("Open a run folder made elsewhere")
        if path:
            self._window.open_run(path)

    # --- the run in front -------------------------------------------------------------------------

    def _copy_command(self, desk: Desk) -> None:
        QGuiApplication.clipboard().setText(desk.session.experiment.command())
        self._window.notices.show("success", "The command line of this run is copied.")

    def _copy_config(self, desk: Desk) -> None:
        from dataclasses import asdict

        QGuiApplication.clipboard().setText(json.dumps(asdict(desk.session.experiment), indent=2))
        self._window.notices.show("success", "The options of this run are copied.")

    def _run_of(self, desk: Desk) -> Run | None:
        """The run that is shown; where there is none yet, that is said."""
        if desk.session.run is None:
            self._window.notices.show("info", "There is no run yet. Start the training first.")
        return desk.session.run

    def _own_picture(self, desk: Desk) -> None:
        if self._run_of(desk) is None:
            return
        path = self.choosers.file("Look at a picture of your own", f"Pictures ({KINDS})")
        if path:
            desk.add_own_picture(Path(path))

    def _show_folder(self, desk: Desk) -> None:
        run = self._run_of(desk)
        if run is not None:
            self.open_url(QUrl.fromLocalFile(str(run.path)))

    def _export(self, desk: Desk) -> None:
        run = self._run_of(desk)
        folder = self.choosers.folder("Export curves, figures and weights into") if run else ""
        if run is None or not folder:
            return

        def export(_: object) -> Path:
            from core.report.export import export_run

            return export_run(run, Path(folder))

        self._start("Exporting the run", export, lambda found: f"Exported to {found}.")

    def _report(self, desk: Desk) -> None:
        run = self._run_of(desk)
        if run is None:
            return

        def report(_: object) -> Path:
            from core.report.page import write

            return write(run)

        def show(path: Path) -> str:
            self.open_url(QUrl.fromLocalFile(str(path)))
            return f"The report is {path}."

        self._start("Writing the report", report, show)

    def _export_comparison(self) -> None:
        self._window.go("compare")
        self._window.rooms.compare().export.write_all()

    def _start(self, title: str, work: Callable[..., Path], said: Callable[[Path], str]) -> None:
        """Work in a thread; the notice that says so gives way to the one that it is done."""
        notices = self._window.notices
        notices.show("info", f"{title}…", key=title)
        self._window.tasks.start(
            title, work, lambda found: notices.show("success", said(found), key=title)
        )

    def _done(self, text: str) -> None:
        self._window.notices.show("success", text)

    # --- figures ----------------------------------------------------------------------------------

    def _remember_figure(self, _: object, now: QObject | None) -> None:
        """The picture that has, or last had, the focus is the active figure."""
        while now is not None and not isinstance(now, Savable | QDockWidget):
            now = now.parent()
        if isinstance(now, Savable):
            self._figure = now

    def _active_figure(self) -> Savable | None:
        figure = self._figure
        try:
            if figure is not None and figure.isVisible() and figure.can_save():
                return figure
        except RuntimeError:  # it was deleted with its desk
            self._figure = None
        page = self._window.rooms.currentWidget()
        seen = [f for f in page.findChildren(Savable) if f.isVisible() and f.can_save()]
        return seen[0] if seen else None

    def _with_figure(self, do: Callable[[Savable], object]) -> None:
        figure = self._active_figure()
        if figure is None:
            self._window.notices.show(
                "info", "There is no figure to save yet. Open one and click it first."
            )
            return
        try:
            do(figure)
        except (OSError, ValueError) as error:
            self._window.warn(str(error))

    def _save_figure(self, suffix: str) -> None:
        def save(figure: Savable) -> None:
            name = f"{figure.name.lower()}{suffix}"
            path = self.choosers.new_file("Save the figure", name, f"*{suffix}")
            if path:
                path = path if Path(path).suffix else path + suffix
                figure.save(path)
                self._done(f"Saved {path}.")

        self._with_figure(save)

    def _copy_figure(self, figure: Savable) -> None:
        figure.copy()
        self._done(f"{figure.name} copied.")

    def _screenshot(self) -> None:
        seen = self._window.grab()  # before the chooser covers it
        path = self.choosers.new_file("Save a picture of the window", "selfsight.png", "*.png")
        if not path:
            return
        path = path if Path(path).suffix else path + ".png"
        if seen.save(path):
            self._done(f"Saved {path}.")
        else:
            self._window.warn(f"{path} could not be written; choose another folder.")
