"""A dialog that writes a scene as a mesh, points, splats, a grid or a film, beside the training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.render.camera_path import LONGEST, CameraPath
from gui.tasks import Task, Tasks
from gui.theme import SPACE
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.observer import Answer
    from core.progress import Progress, Tick
    from gui.session import Session

# What can be written: its title, the usual name of its file, and the endings there are.
KINDS: dict[str, tuple[str, str, str]] = {
    "mesh": ("Mesh", "scene.ply", "Mesh (*.ply *.obj)"),
    "points": ("Points", "points.ply", "Points (*.ply *.obj)"),
    "voxels": ("Voxel grid", "voxels.npz", "NumPy archive (*.npz)"),
    "splats": ("Gaussians", "scene.ply", "Gaussians (*.ply *.splat)"),
    "film": ("Film once around", "scene.mp4", "Film (*.mp4 *.gif)"),
    "path": ("Film along the path", "scene.mp4", "Film (*.mp4 *.gif)"),
}
NEEDS_FIELD = ("mesh", "voxels")
FILMS = ("film", "path")
FILM_ENDINGS = (".mp4", ".gif")
OPENED = ("mesh", "points", "splats", *FILMS)  # what the program can show
FPS = 25


def copied(method: Any, _look: Any) -> Any:
    """A question: the method as it is now, for a thread of its own."""
    from core.experiment import rebuild

    weights = {name: tensor.detach().cpu().clone() for name, tensor in method.state_dict().items()}
    import torch

    return rebuild(type(method), method.config, method.data, weights, torch.device("cpu")).eval()


class SceneExport(QDialog):
    """What is written is of the step that the timeline shows."""

    open_wanted = Signal(object)  # Path of what was written

    def __init__(
        self,
        session: Session,
        tasks: Tasks,
        without: Sequence[str] = (),
        path: CameraPath | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`without`: those of KINDS that the method cannot give; `path` that a film may follow."""
        super().__init__(parent)
        self.setWindowTitle("Export the scene")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._tasks = session, tasks
        self._task: Task | None = None
        self._path = path or CameraPath()
        self.kind = QComboBox()
        for name, (title, _, _) in KINDS.items():
            if name not in without and (name != "path" or len(self._path.keys) > 1):
                self.kind.addItem(title, name)
        self.resolution = QSpinBox(minimum=16, maximum=512, value=128, singleStep=16)
        self.automatic = QCheckBox("where the views see the surface", checked=True)
        self.level = QDoubleSpinBox(minimum=-1e4, maximum=1e6, decimals=3, value=10.0)
        self.seconds = QDoubleSpinBox(minimum=0.5, maximum=LONGEST, value=4.0, suffix=" s")
        self.width_, self.height_ = (
            QSpinBox(minimum=16, maximum=1920, value=side, suffix=" px") for side in (320, 240)
        )
        self.bar, self.said = QProgressBar(), label("", "small", "secondary", wrap=True)
        self.go, self.leave = QPushButton("Export…"), QPushButton("Close")
        self.show_it = QPushButton("Open it", toolTip="Show what was written")
        self._written: Path | None = None
        self._lay_out()
        self._connect()
        self._offer()

    def _lay_out(self) -> None:
        self.go.setProperty("kind", "primary")
        self.bar.hide()
        self.show_it.hide()
        level, size = QHBoxLayout(), QHBoxLayout()
        level.addWidget(self.automatic)
        level.addWidget(self.level)
        for part in (self.width_, self.height_):
            size.addWidget(part)
        self.form = QFormLayout()
        self.form.addRow("What", self.kind)
        self.form.addRow("Corners a side", self.resolution)
        self.form.addRow("Level", level)
        self.form.addRow("Length", self.seconds)
        self.form.addRow("Width and height", size)
        for widget, name in (
            (self.kind, "What is exported"), (self.resolution, "Corners of the grid a side"),
            (self.level, "Density of the surface"), (self.seconds, "Length of the film"),
            (self.width_, "Width of the film"), (self.height_, "Height of the film"),
        ):  # fmt: skip
            widget.setAccessibleName(name)
        buttons = QHBoxLayout()
        buttons.addWidget(self.show_it)
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE.medium)
        column.addLayout(self.form)
        column.addWidget(self.bar)
        column.addWidget(self.said)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._offer)
        self.automatic.toggled.connect(self._offer)
        self.go.clicked.connect(self._ask_where)
        self.leave.clicked.connect(self._leave)
        self.show_it.clicked.connect(self._open)
        self._tasks.progress.connect(self._tell)

    def _offer(self, *_: object) -> None:
        """Rows that mean something for what is chosen."""
        kind = self.kind.currentData()
        for row, kinds in ((1, NEEDS_FIELD), (2, ("mesh",)), (3, FILMS), (4, FILMS)):
            self.form.setRowVisible(row, kind in kinds)
        if kind == "path":
            self.seconds.setValue(self._path.seconds)
        self.level.setEnabled(not self.automatic.isChecked())
        if self._task is None:
            self.said.setText("")
            self.show_it.hide()

    def _ask_where(self) -> None:
        _, name, endings = KINDS[self.kind.currentData()]
        path, _ = QFileDialog.getSaveFileName(self, "Export the scene", name, endings)
        if path:
            self.write(Path(path))

    def write(self, path: Path) -> None:
        """Write what is chosen there; the dialog stays and says when it is done."""
        if self._task is not None:
            return
        if not path.suffix:
            path = path.with_suffix(Path(KINDS[self.kind.currentData()][1]).suffix)

        def begin(answer: Answer) -> None:
            if answer.error:
                self._fail(answer.error)
                return
            method = answer.value
            self._task = self._tasks.start(
                f"Writing {path.name}", lambda p: work(method, p), self._end, self._fail
            )

        work = self._work(path)
        self._written = path if self.kind.currentData() in OPENED else None
        self.show_it.hide()
        self.go.setEnabled(False)
        self.kind.setEnabled(False)
        self.leave.setText("Cancel")
        self.bar.setRange(0, 0)
        self.bar.show()
        if not self._session.ask("scene export", copied, begin, indices=[0], prompt=True):
            self._fail("There is nothing to export yet; train for a step first.")

    def _work(self, path: Path) -> Any:
        """A function of (method, progress) that writes and returns a sentence."""
        kind, side, way = self.kind.currentData(), self.resolution.value(), self._path
        level = None if self.automatic.isChecked() else self.level.value()
        count = round(self.seconds.value() * FPS)
        size = self.width_.value(), self.height_.value()

        def work(method: Any, progress: Progress) -> str:
            from core import scene_out
            from core.render.path import around

            if kind in FILMS:
                cameras = around(count, size) if kind == "film" else way.cameras(count, size)
                scene_out.write_film(path, method, cameras, FPS, progress)
                return f"{path.name}: {count} pictures."
            if kind == "splats":
                return f"{path.name}: {scene_out.write_splats(path, method):,} Gaussians."
            if kind == "voxels":
                scene_out.write_voxels(path, scene_out.make_voxels(method, side, progress))
                return f"{path.name}: {side}³ corners."
            if kind == "mesh":
                mesh = scene_out.make_mesh(method, side, level, progress)
            else:
                mesh = scene_out.make_points(method, progress=progress)
            scene_out.write_mesh(path, mesh)
            return f"{path.name}: {len(mesh.vertices):,} vertices, {len(mesh.faces):,} triangles."

        return work

    def _tell(self, task: Task, tick: Tick) -> None:
        if task is self._task:
            self.bar.setRange(0, tick.total)
            self.bar.setValue(tick.done)
            self.said.setText(f"{tick.what.capitalize()}…")

    def _end(self, words: str) -> None:
        self._task = None
        self.go.setEnabled(True)
        self.kind.setEnabled(True)
        self.leave.setText("Close")
        self.bar.hide()
        self.said.setText(words)
        self.show_it.setVisible(self._written is not None)

    def _fail(self, words: str) -> None:
        self._written = None
        self._end(words)

    def _open(self) -> None:
        """The window shows it; this dialog would lie before it."""
        path = self._written
        self.close()
        self.open_wanted.emit(path)

    def _leave(self) -> None:
        if self._task is not None:
            self._tasks.cancel(self._task)
        else:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._task is not None:  # its words would come to a dialog that is gone
            self._tasks.cancel(self._task)
            self._task.done = lambda _: None
            self._task.failed = lambda _: None
        self._tasks.progress.disconnect(self._tell)
        super().closeEvent(event)
