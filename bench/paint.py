"""How fast the map of points is painted and answers the mouse, on this machine as it is.

Panning: the map is dragged by a real mouse event each time the last one was painted; what counts is
`paintEvent`, not the call that asks for it. Picking and lasso are timed at 500,000 points.

    xvfb-run -a python -m bench.paint [--seconds 5]
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np

from bench.common import heading, own_home, table
from bench.screen import screen, wait

if TYPE_CHECKING:
    from gui.widgets.points.map import PointMap

SIZE = 1000, 750  # logical pixels of the canvas
PANNED = {5_000: 60.0, 50_000: 30.0, 500_000: 15.0}  # points -> frames a second
PICK_BAR, LASSO_BAR = 5.0, 150.0  # milliseconds
STEP = 9  # pixels a drag moves the map
PICKS, LASSOS = 400, 40


def blobs(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 2) in ten clusters of unlike width, and their labels (N,)."""
    dice = np.random.default_rng(0)
    labels = dice.integers(10, size=count)
    middles, widths = dice.uniform(-8, 8, size=(10, 2)), dice.uniform(0.3, 1.6, size=(10, 1))
    xy = middles[labels] + dice.normal(size=(count, 2)) * widths[labels]
    return xy.astype(np.float32), labels


def shown(count: int) -> PointMap:
    """A map of so many points on the screen, painted once, its tree grown."""
    from gui.widgets.points.map import PointMap

    found = PointMap()
    found.resize(SIZE[0], SIZE[1] + 40)
    found.show()
    xy, labels = blobs(count)
    found.set_points(xy, move=False)
    found.colour_by_label(labels, [str(n) for n in range(10)])
    wait(0.5)
    found.canvas.wait_for_tree(10.0)
    return found


def panning(points: PointMap, seconds: float) -> tuple[float, float, float]:
    """Painted frames a second; 95th percentile and most of the milliseconds between paints."""
    from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    canvas, at, moments = points.canvas, QPointF(500, 375), []
    held, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

    def send(kind: QEvent.Type, place: QPointF) -> None:
        where = canvas.mapToGlobal(place)
        QApplication.sendEvent(canvas, QMouseEvent(kind, place, where, held, held, none))

    class Hand(QObject):
        """Drags on, round and round, after each paint."""

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                moments.append(time.perf_counter())
                turn = len(moments) * STEP / 220
                place = at + 220 * QPointF(np.cos(turn) - 1, np.sin(turn))
                QTimer.singleShot(0, lambda: send(QEvent.Type.MouseMove, place))
            return False

    hand = Hand()
    send(QEvent.Type.MouseButtonPress, at)
    canvas.installEventFilter(hand)
    canvas.update()
    wait(seconds)
    canvas.removeEventFilter(hand)
    send(QEvent.Type.MouseButtonRelease, at)
    gaps = np.diff(moments)
    late, most = np.percentile(1e3 * gaps, (95, 100))
    return 1 / float(gaps.mean()), float(late), float(most)


def picking(points: PointMap) -> np.ndarray:
    """Milliseconds of finding the point under the mouse, (PICKS,)."""
    from PySide6.QtCore import QPointF

    dice, canvas = np.random.default_rng(1), points.canvas
    found = []
    for x, y in dice.uniform((0, 0), (canvas.width(), canvas.height()), size=(PICKS, 2)).tolist():
        start = time.perf_counter()
        canvas.hit(QPointF(x, y))
        found.append(time.perf_counter() - start)
    return 1e3 * np.array(found)


def lassoing(points: PointMap) -> np.ndarray:
    """Milliseconds from the release of a lasso of 60 corners to the chosen points, (LASSOS,)."""
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtTest import QTest

    canvas, turns = points.canvas, np.linspace(0, 2 * np.pi, 60)
    dice, button = np.random.default_rng(2), Qt.MouseButton.LeftButton
    points.set_tool("lasso")
    found = []
    for _ in range(LASSOS):
        middle, reach = dice.uniform((300, 250), (700, 500)), dice.uniform(60, 220)
        wobble = reach * dice.uniform(0.8, 1.2, size=(60, 1))
        path = middle + wobble * np.stack((np.cos(turns), np.sin(turns)), axis=1)
        corners = [QPointF(x, y).toPoint() for x, y in path.tolist()]
        QTest.mousePress(canvas, button, pos=corners[0])
        for corner in corners[1:]:
            QTest.mouseMove(canvas, corner)
        start = time.perf_counter()
        QTest.mouseRelease(canvas, button, pos=corners[-1])
        found.append(time.perf_counter() - start)
    points.set_tool("move")
    return 1e3 * np.array(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="of each panning")
    given = parser.parse_args()
    with own_home(), screen() as where:
        from gui.app import make_application
        from gui.theme import manager

        app = make_application([])
        manager().install(app)
        heading(f"The map of points, {SIZE[0]} x {SIZE[1]} pixels, {where}.")
        rows, answers = [], []
        for count, bar in PANNED.items():
            points = shown(count)
            frames, late, most = panning(points, given.seconds)
            met = "met" if frames >= bar else "missed"
            rows.append([f"{count:,}", f"{frames:.0f}", f"{late:.0f}", f"{most:.0f}",
                         f"{bar:g}: {met}"])  # fmt: skip
            if count == max(PANNED):
                for name, measure, limit in (("pick", picking, PICK_BAR),
                                            ("lasso", lassoing, LASSO_BAR)):  # fmt: skip
                    p50, p95 = np.percentile(measure(points), (50, 95))
                    met = "met" if p95 <= limit else "missed"
                    answers.append([name, f"{p50:.2f}", f"{p95:.2f}", f"{limit:g}: {met}"])
            points.close()
            points.deleteLater()
        table(["points", "painted frames a second, panning", "p95 ms between", "most", "bar"], rows)
        print()
        table([f"at {max(PANNED):,} points", "median ms", "p95 ms", "bar"], answers)


if __name__ == "__main__":
    main()
