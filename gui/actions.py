"""What each command of the table does in the window, and when it can be done."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QDockWidget, QFileDialog

from gui.theme import manager
from gui.views.base import View

if TYPE_CHECKING:
    from gui.pages.desk import Desk
    from gui.window import Window

NEEDS_DESK = ("run.toggle", "run.step", "run.stop", "run.new", "run.live", "run.evaluate",
              "run.companion", "run.copy_command", "run.copy_config", "run.folder", "run.export",
              "run.report", "snapshot.previous", "snapshot.next", "snapshot.first", "snapshot.last",
              "snapshot.live", "snapshot.play", "layout.train", "layout.look", "layout.present",
              "view.note", "figure.png", "figure.svg", "figure.csv", "figure.copy")  # fmt: skip


class Actions(QObject):
    """Binds the commands to the window and to whichever desk is in front."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._commands = window.commands
        self._bind_window()
        self._bind_desk()
        self._figure: View | None = None
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._remember_figure)
        window.workbench.current_changed.connect(self._desk_changed)
        self._desk_changed(None)

    def _bind_window(self) -> None:
        window, bind = self._window, self._commands.bind
        for page in ("gallery", "workbench", "runs", "data"):
            bind(f"go.{page}", lambda _=True, p=page: window.go(p))
        for mode in ("light", "dark", "system"):
            bind(f"theme.{mode}", lambda _=True, m=mode: manager().set_mode(m))
        self._commands.check(f"theme.{manager().mode}", True)
        bind("data.folder", self._open_folder)
        bind("data.zip", self._open_zip)
        bind("run.import", self._import_run)
        bind("quit", window.close)
        bind("window.screenshot", self._screenshot)
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

            return run

        bind = self._commands.bind
        bind("run.toggle", on(lambda d: d.start_or_pause()))
        bind("run.step", on(lambda d: d.step_once()))
        bind("run.stop", on(lambda d: d.stop()))
        bind("run.new", on(lambda d: d.restart()))
        bind("run.live", on(lambda d: d.focus_live()))
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
        bind("figure.copy", lambda: self._with_figure(lambda view: view.copy()))

    def _desk_changed(self, desk: Desk | None) -> None:
        for id in NEEDS_DESK:
            self._commands.enable(id, desk is not None)

    # --- data -------------------------------------------------------------------------------------

    def _open_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self._window, "Open a folder of images")
        if path:
            self._window.drops.offer(Path(path))

    def _open_zip(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a zip of images", "", "Archives (*.zip)")
        if path:
            self._window.drops.offer(Path(path))

    def _import_run(self) -> None:
        path = QFileDialog.getExistingDirectory(self._window, "Open a run folder made elsewhere")
        if path:
            self._window.open_run(path)

    # --- the run in front -------------------------------------------------------------------------

    def _copy_command(self, desk: Desk) -> None:
        QGuiApplication.clipboard().setText(desk.session.experiment.command())
        self._window.notices.info("The command line of this run is copied.")

    def _copy_config(self, desk: Desk) -> None:
        from dataclasses import asdict

        QGuiApplication.clipboard().setText(json.dumps(asdict(desk.session.experiment), indent=2))
        self._window.notices.info("The options of this run are copied.")

    def _show_folder(self, desk: Desk) -> None:
        if desk.session.run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(desk.session.run.path)))

    def _export(self, desk: Desk) -> None:
        run = desk.session.run
        if run is None:
            return
        folder = QFileDialog.getExistingDirectory(self._window, "Export curves, figures and weights into")
        if folder:
            self._window.tasks.start("Exporting the run", lambda progress: _export(run, folder),
                                     lambda found: self._done(f"Exported to {found}."))

    def _report(self, desk: Desk) -> None:
        run = desk.session.run
        if run is None:
            return

        def show(path: Path) -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
            self._done(f"The report is {path}.")

        self._window.tasks.start("Writing the report", lambda progress: _report(run), show)

    def _done(self, text: str) -> None:
        self._window.notices.success(text)

    # --- figures ----------------------------------------------------------------------------------

    def _remember_figure(self, _: object, now: QObject | None) -> None:
        """The view that has, or last had, the focus is the active figure."""
        while now is not None and not isinstance(now, View | QDockWidget):
            now = now.parent()
        if isinstance(now, View):
            self._figure = now

    def _active_figure(self) -> View | None:
        figure, desk = self._figure, self._window.workbench.desk()
        try:
            if figure is not None and figure.isVisible():
                return figure
        except RuntimeError:  # it was deleted with its desk
            self._figure = None
        if desk is None:
            return None
        seen = [v for v in desk.findChildren(View) if v.isVisible() and not v.is_empty()]
        return seen[0] if seen else None

    def _with_figure(self, do: Callable[[View], object]) -> None:
        figure = self._active_figure()
        if figure is None:
            self._window.notices.info("There is no figure to save yet. Open one and click it first.")
            return
        try:
            do(figure)
        except (OSError, ValueError) as error:
            self._window.notices.warning(str(error))

    def _save_figure(self, suffix: str) -> None:
        def save(view: View) -> None:
            path, _ = QFileDialog.getSaveFileName(self._window, "Save the figure",
                                                  f"{view.name.lower()}{suffix}", f"*{suffix}")
            if path:
                view.save(path if Path(path).suffix else path + suffix)
                self._done(f"Saved {path}.")

        self._with_figure(save)

    def _screenshot(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self._window, "Save a picture of the window",
                                              "selfsight.png", "*.png")
        if path and not self._window.grab().save(path):
            self._window.notices.warning(f"{path} could not be written; choose another folder.")


def _export(run: object, folder: str) -> Path:
    from core.report.export import export_run

    return export_run(run, Path(folder))  # type: ignore[arg-type]


def _report(run: object) -> Path:
    from core.report.page import write

    return write(run)  # type: ignore[arg-type]


