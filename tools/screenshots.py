"""Makes the screenshots of the README: trains in the real window and takes its picture.

Run it where there is a display, or under Xvfb:

    xvfb-run -a -s "-screen 0 1920x1080x24" .venv/bin/python -m tools.screenshots [FOLDER]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

SIZE = (1440, 900)
FOLDER = Path(__file__).resolve().parent.parent / "assets" / "screenshots"
MOST_SECONDS = 240.0


def main(folder: Path = FOLDER) -> int:
    """Take the pictures into `folder`; returns the exit status."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["SELFSIGHT_HOME"] = home
        _Photographer(folder).work()
    return 0


class _Photographer:
    """Drives one window from the gallery to a judged run."""

    def __init__(self, folder: Path) -> None:
        sys.setswitchinterval(0.00005)
        from core.runs import RunStore
        from gui.app import make_application, settings
        from gui.theme import manager
        from gui.window import Window

        self.folder = folder
        self.app = make_application([])
        self.manager = manager()
        self.manager.install(self.app)
        self.manager.set_mode("light")
        self.window = Window(RunStore(), settings())
        self.window.ask = lambda *_: True
        self.window.resize(*SIZE)
        self.window.show()
        self.window.begin()

    def work(self) -> None:
        window = self.window
        self.wait(1.0)
        self.take("gallery")
        from core.experiment import Experiment

        window.go("workbench")
        window.laboratory.train(
            lambda: Experiment(
                "rotation", "toyland", {"steps": 700}, {"count": 3000, "held_out": 500}
            )
        )
        self.wait(MOST_SECONDS, lambda: self.state() == "training")
        desk = window.workbench.desk()
        assert desk is not None
        self.wait(MOST_SECONDS, lambda: self.step() >= 0.6 * 700)
        self.take("training")
        self.wait(MOST_SECONDS, lambda: self.state() in ("finished", "failed"))
        self.manager.set_mode("dark")
        desk.docks["attention"].raise_()
        desk.set_layout("look")
        desk.docks["attention"].raise_()
        desk.session.picked.emit(desk.session.pictures[0])
        self.wait(3.0)
        self.take("looking")
        self.browse()
        self.map()
        window.close()
        self.wait(0.2)

    def browse(self) -> None:
        """The data page, showing the painted world."""
        self.manager.set_mode("light")
        self.window.go("data")
        page = self.window.rooms.data()
        page.show_source("toyland", {"count": 1200, "held_out": 100, "side": 64})
        self.wait(1.0)
        self.wait(MOST_SECONDS, lambda: not self.window.tasks.running)
        self.wait(1.0)
        self.take("data")

    def map(self) -> None:
        """The page of maps: the end of the training beside its beginning, a class chosen."""
        self.window.go("maps")
        page = self.window.rooms.maps()
        id = self.window.laboratory.store.list()[0].id
        page.compare.setChecked(True)
        for seat, step in zip(page.seats, (None, 0)):
            instrument = seat.instrument
            box = instrument.controls.layout_choice
            box.setCurrentIndex(box.findData("tsne"))
            seat.show_run(id, step)
            self.wait(MOST_SECONDS, lambda i=instrument: i.layouter.places is not None)
            self.wait(MOST_SECONDS, lambda i=instrument: not i.layouter.busy)
        instrument = page.seats[0].instrument
        page.seats[0].selection.choose((instrument.table.labels == 0).nonzero()[0])
        self.wait(2.0)
        self.take("maps")

    def state(self) -> str:
        desk = self.window.workbench.desk()
        return desk.session.state if desk is not None else ""

    def step(self) -> int:
        desk = self.window.workbench.desk()
        engine = desk.session.engine if desk is not None else None
        return engine.trainer.step if engine is not None and engine.trainer is not None else 10**9

    def wait(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        """Let the window live for so long, or until something is true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (until is not None and until()):
            self.app.processEvents()
            time.sleep(0.01)

    def take(self, name: str) -> None:
        """A picture of the window as it is now."""
        self.wait(0.5)
        path = self.folder / f"{name}.png"
        self.window.grab().save(str(path))
        print(path)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
