"""What must not be imported by the time the window is visible, found in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "torch",
    "torchvision",
    "sklearn",
    "skimage",
    "scipy",
    "numba",
    "umap",
    "openTSNE",
    "vispy",
    "pyarrow",
)
QT = ("PySide6", "shiboken6", "pyqtgraph")


def loaded_by(code: str, among: tuple[str, ...], seen: str = "sys.modules") -> list[str]:
    """Those of the packages that a fresh interpreter has imported once the code has run.

    `seen` is an expression for the names of its modules.
    """
    ask = f"import sys\n{code}\nprint(*[name for name in {among!r} if name in {seen}])"
    done = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_gallery_is_drawn_from_modules_that_import_nothing_heavy() -> None:
    code = """
import core.registry; core.registry.notes()
import core.config, core.progress, core.pictures, core.mailbox
import core.runs; core.runs.RunStore
import core.embeddings.files, core.embeddings.writing, core.embeddings.choices
import core.videos, core.report.map_film
import core.data.sources; core.data.sources.sources()
"""
    assert loaded_by(code, HEAVY + QT) == []


def test_a_visible_window_has_imported_nothing_heavy() -> None:
    code = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
app = QApplication([])
found = []
def look():
    assert any(widget.isVisible() for widget in app.topLevelWidgets())
    found.extend(sys.modules)
    app.quit()
QTimer.singleShot(0, look)
import gui.app
gui.app.main([])
"""
    assert loaded_by(code, HEAVY, seen="found") == []


def test_to_train_a_scene_and_to_look_at_it_torch_needs_no_compiler() -> None:
    code = """
import torch
from core.device import rehearse
from core.experiment import rebuild
from core.method import DataShape
from core.methods.scenes.voxels import Voxels, VoxelsConfig
from core.optimisers import without_compiler
rehearse()
without_compiler()
method = Voxels(VoxelsConfig(width=8), DataShape(3, 16, ()))
optimizer = method.optimizers()["main"]
method.grid.table.sum().backward()
optimizer.step()
optimizer.load_state_dict(optimizer.state_dict())
rebuild(Voxels, method.config, method.data, method.state_dict(), torch.device("cpu"))
"""
    assert loaded_by(code, ("torch._dynamo", "sympy")) == []


def test_neither_the_engine_nor_a_method_needs_qt() -> None:
    code = """
import core.engine, core.observer, core.cli
from core import registry
for note in registry.notes(): registry.method_class(note.id)
"""
    assert loaded_by(code, QT) == []
