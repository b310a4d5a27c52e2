"""What holds for every test: a home of its own, few threads, own looks, no trace left."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.leaks import ProcessTrace, QtTrace

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

# Read by torch, NumPy, numba and Qt as they start, which none of them has done yet.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.update(QT_SCALE_FACTOR="1", QT_FONT_DPI="96")
THREADS = "1" if "PYTEST_XDIST_WORKER" in os.environ else "2"  # a worker has one core to itself
for pool in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(pool, THREADS)
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the program: threads that wait sleep

_tests = itertools.count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that need a screen where Qt draws into memory."""
    if sys.platform != "linux" or os.environ["QT_QPA_PLATFORM"] != "offscreen":
        return
    for item in items:
        if item.get_closest_marker("display"):
            item.add_marker(pytest.mark.skip(reason="needs an X display; ./test runs these apart"))


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application in the program's own style, palette and fonts, whatever the machine has."""
    from gui.theme import manager

    manager().set_mode("light")
    manager().install(qapp)
    return qapp


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's home, and the system's folders for settings, are empty and this test's own."""
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(_tests))
    home.mkdir(parents=True)
    monkeypatch.setenv("SELFSIGHT_HOME", str(home))
    for place in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(place, str(home / place.lower()))
    return home


@pytest.fixture(scope="session")
def scene_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs with a small finished one of a scene in it; not to be changed."""
    from core.engine import Engine
    from core.experiment import Experiment
    from core.runs import RunStore

    home = tmp_path_factory.mktemp("scene")
    options = {"steps": 3, "rays": 64, "batch_size": 4, "width": 6, "coarse": 1,
               "backbone": "torch"}  # fmt: skip
    views = {"views": 8, "held_out": 2, "side": 16}
    experiment = Experiment("voxels", "scenes", options, views, threads=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SELFSIGHT_HOME", str(home))
        engine = Engine(experiment, RunStore(home / "runs"))
        engine.start()
        engine.join()
    assert engine.state == "finished", engine.message
    return home / "runs"


@pytest.fixture(autouse=True)
def equal_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads keep the priority of the test: lowered, a busy machine starves what it waits for.

    There are no more of them than the worker has cores, whatever a test before asked for.
    """
    monkeypatch.setattr("core.device.lower_priority", lambda: None)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


@pytest.fixture(autouse=True)
def no_trace(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, process, widget or timer, or moves torch's dice."""
    uses_qt = "qapp" in request.fixturenames
    app = request.getfixturevalue("qapp") if uses_qt else None
    traces = [ProcessTrace(), *([QtTrace(app)] if app else [])]
    yield
    left = [what for trace in reversed(traces) for what in trace.left()]
    if left:
        pytest.fail("the test left behind:\n  " + "\n  ".join(left), pytrace=False)


@pytest.fixture(autouse=True)
def same_looks(request: pytest.FixtureRequest, no_trace: None) -> Iterator[None]:
    """Give the application back the looks that it had before a test changed them."""
    if "qapp" not in request.fixturenames:
        yield
        return
    from gui.theme import manager

    app = request.getfixturevalue("qapp")
    mode, style, font, palette = manager().mode, app.styleSheet(), app.font(), app.palette()
    yield
    manager().set_mode(mode)
    if app.styleSheet() != style:
        app.setStyleSheet(style)
    if app.font() != font:
        app.setFont(font)
    if app.palette() != palette:
        app.setPalette(palette)
