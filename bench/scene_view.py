"""The view of a scene in the real window: frames, a drag's answer, a whole picture, what it costs.

    python -m bench.scene_view [--methods voxels gaussians] [--seconds 5] [--rounds 3]

A mouse drags the stage 60 times a second. Of each movement it is told how long it took until its
picture, or that of a later one, was shown. Beside the wall times stand the processor times of the
thread that renders: on a machine that is busy otherwise only they mean something.
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from bench.common import heading, own_home, ratio, rounds, said, table
from bench.screen import desk_of, screen, show_only, wait, window

if TYPE_CHECKING:
    from threading import Thread

    from core.viewing import Frame
    from gui.pages.desk import Desk
    from gui.panels.scene import ScenePanel

# Frames a second in training and paused; ms; seconds; times slower; MB.
TRAINING, PAUSED, DRAG, WHOLE, IDLE, MEMORY = 15, 40, 100.0, 0.5, 1.05, 1200
SMALL, LARGE = (160, 120), (640, 480)
EVERY_MS = 16
SETTLE = 1.0
# Grids are as fine as they become from the 41st step on; no training ends meanwhile.
OPTIONS = {
    "voxels": {"steps": 100_000, "first_growth": 0.0002},
    "gaussians": {"steps": 100_000},
}
WARM = 60  # steps before anything is measured


@dataclass
class Drag:
    """What came of a mouse that moved for some seconds."""

    frames: float  # shown a second
    processor: float  # ms of the rendering thread, a frame
    answers: list[float] = field(default_factory=list)  # ms, of each movement

    @property
    def late(self) -> float:
        """Milliseconds, 95th percentile; infinite where nothing was answered."""
        found = sorted(self.answers)
        return found[int(0.95 * (len(found) - 1))] if found else math.inf


def processor(thread: Thread) -> float:
    """Seconds that a thread has computed."""
    assert thread.ident is not None
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


def renders(panel: ScenePanel) -> Thread:
    """The thread that answers the questions of a panel."""
    observer = panel.session._observer
    assert observer is not None
    return observer._thread


def dragged(panel: ScenePanel, seconds: float) -> Drag:
    """The stage dragged to and fro for so long."""
    from PySide6.QtCore import QPoint, Qt, QTimer
    from PySide6.QtTest import QTest

    left, stage, waiting = Qt.MouseButton.LeftButton, panel.stage, []
    found, shown, turn = Drag(0.0, 0.0), 0, 0

    def move() -> None:
        nonlocal turn
        turn += 1
        across = stage.width() // 8 + abs(turn % 100 - 50) * stage.width() // 70
        QTest.mouseMove(stage, QPoint(across, stage.height() // 2))
        waiting.append((time.perf_counter(), stage.viewpoint))

    def answered(frame: Frame) -> None:
        nonlocal shown
        shown += 1
        known = [view for _, view in waiting]
        if frame.wish.viewpoint in known:
            upto = len(known) - known[::-1].index(frame.wish.viewpoint)
            now = time.perf_counter()
            found.answers.extend(1000 * (now - put) for put, _ in waiting[:upto])
            del waiting[:upto]

    mouse = QTimer(interval=EVERY_MS)
    mouse.timeout.connect(move)
    QTest.mousePress(stage, left, pos=QPoint(stage.width() // 2, stage.height() // 2))
    mouse.start()
    wait(SETTLE)
    waiting.clear()
    panel.renderer.shown.connect(answered)
    began, computed = time.perf_counter(), processor(renders(panel))
    wait(seconds)
    took, computed = time.perf_counter() - began, processor(renders(panel)) - computed
    panel.renderer.shown.disconnect(answered)
    mouse.stop()
    QTest.mouseRelease(stage, left, pos=QPoint(stage.width() // 2, stage.height() // 2))
    found.frames, found.processor = shown / took, 1000 * computed / max(1, shown)
    return found


def whole(panel: ScenePanel) -> tuple[float, float]:
    """Seconds, and of the processor, until every pixel of a large stage has been seen once."""
    panel.stage.setFixedSize(*LARGE)
    wait(SETTLE)
    begun, first = time.perf_counter(), []
    computed = processor(renders(panel))

    def seen(frame: Frame) -> None:
        if not first and frame.wish.size == LARGE and (frame.passes or frame.ready == 1):
            first.append((time.perf_counter() - begun, processor(renders(panel)) - computed))

    panel.renderer.shown.connect(seen)
    panel.stage.go(panel.stage.viewpoint.orbit(40, 5))
    begun, computed = time.perf_counter(), processor(renders(panel))
    panel.renderer.settle()
    wait(30.0, lambda: bool(first))
    panel.renderer.shown.disconnect(seen)
    panel.stage.setFixedSize(*SMALL)
    return first[0]


def steps_a_second(desk: Desk, dock: str, seconds: float) -> float:
    """Of the training, with this dock in front."""
    show_only(desk, dock)
    wait(SETTLE)
    assert desk.session.engine is not None
    trainer = desk.session.engine.trainer
    assert trainer is not None
    before, began = trainer.step, time.perf_counter()
    wait(seconds)
    return (trainer.step - before) / (time.perf_counter() - began)


def measured(desk: Desk, seconds: float, count: int) -> list[list[str]]:
    """All bars of one run that trains, as rows."""
    from gui.panels.scene import ScenePanel

    panel = next(p for p in desk.panels if isinstance(p, ScenePanel))
    show_only(desk, "scene")
    wait(60.0, lambda: panel.frame_shown is not None)
    panel.stage.setFixedSize(*SMALL)
    wait(SETTLE)
    moving = dragged(panel, seconds)
    wait(SETTLE)
    turns = rounds(
        count,
        {
            "closed": lambda: steps_a_second(desk, "setup", seconds),
            "open": lambda: steps_a_second(desk, "scene", seconds),
        },
    )
    slower = ratio(turns["closed"], turns["open"])
    show_only(desk, "scene")
    desk.start_or_pause()
    wait(30.0, lambda: desk.session.state == "paused")
    still = dragged(panel, seconds)
    wait(SETTLE)
    wall, computed = whole(panel)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = [(name, f"{drag.frames:.0f}", f"at least {bar}", said(bar, drag.frames),
              f"{1000 / max(drag.processor, 1e-6):.0f} a second of one core")
             for name, drag, bar in (("frames a second, training", moving, TRAINING),
                                     ("frames a second, paused", still, PAUSED))]  # fmt: skip
    found += [
        (f"drag, 95 %, {name}", f"{drag.late:.0f} ms", f"{DRAG:.0f} ms", said(drag.late, DRAG),
         f"{drag.processor:.1f} ms a frame")
        for name, drag in (("training", moving), ("paused", still))
    ]  # fmt: skip
    found += [
        ("640 x 480, still", f"{wall:.2f} s", f"{WHOLE} s", said(wall, WHOLE), f"{computed:.2f} s"),
        ("training slower, view idle", f"{slower:.3f}", f"{IDLE}", said(slower, IDLE),
         f"{median(turns['closed']):.1f}, {median(turns['open']):.1f} steps a second"),
        ("memory, at most", f"{most:.0f} MB", f"{MEMORY} MB", said(most, MEMORY), ""),
    ]  # fmt: skip
    return [list(row) for row in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--methods", nargs="+", choices=list(OPTIONS), default=list(OPTIONS))
    parser.add_argument("--seconds", type=float, default=5.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=3, help="of the view open and closed")
    given = parser.parse_args()
    with own_home(), screen() as where, window() as found:
        from core.experiment import Experiment

        for method in given.methods:
            options = OPTIONS[method]

            def begin(method: str = method, options: dict = options) -> Experiment:  # type: ignore[type-arg]
                return Experiment(method, "scenes", options=options, threads=1)

            found.laboratory.train(begin)
            desk = desk_of(found)
            wait(120.0, lambda desk=desk: _warm(desk))  # type: ignore[misc]
            heading(f"The view of {method} at 160 x 120, {where}.")
            table(["what", "found", "bar", "", "processor"],
                  measured(desk, given.seconds, given.rounds))  # fmt: skip
            desk.stop()
            wait(30.0, lambda desk=desk: not desk.session.training)  # type: ignore[misc]


def _warm(desk: Desk) -> bool:
    """Whether its training is past its first steps."""
    engine = desk.session.engine
    return engine is not None and engine.trainer is not None and engine.trainer.step > WARM


if __name__ == "__main__":
    main()
