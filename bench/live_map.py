"""What the live map costs the training beside it: steps a second with it in sight, over without.

SimCLR trains in the engine, with the window open; its map, laid out by t-SNE at every look, is
shown and put away in turns. The other turns show the options alone.

    python -m bench.live_map [--data digits] [--seconds 15] [--rounds 5] [--layouts PCA t-SNE UMAP]
"""

from __future__ import annotations

import argparse
import time
from statistics import median
from typing import TYPE_CHECKING

from bench.common import heading, own_home, ratio, rounds, said, table
from bench.screen import desk_of, screen, show_only, wait, window

if TYPE_CHECKING:
    from gui.pages.desk import Desk

BAR = 1.05
SETTLE = 2.0
LAYOUTS = {"PCA": "pca", "t-SNE": "tsne", "UMAP": "umap"}


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


def choose(desk: Desk, layout: str) -> None:
    """Lay the map out by this."""
    assert desk.map is not None
    box = desk.map.controls.layout_choice
    box.setCurrentIndex(box.findData(layout))
    desk.map.controls.relaid.emit()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--seconds", type=float, default=15.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--layouts", nargs="+", choices=list(LAYOUTS), default=list(LAYOUTS))
    given = parser.parse_args()
    with own_home(), screen() as where, window() as found:
        from core.experiment import Experiment

        options = {"steps": 1_000_000}  # it must not end meanwhile
        found.laboratory.train(lambda: Experiment("simclr", given.data, options=options, threads=1))
        desk = desk_of(found)
        wait(120.0, lambda: desk.session.state == "training")
        rows = []
        heading(f"Steps of SimCLR on {given.data} a second, live map shown and hidden in "
                f"{given.rounds} turns of {given.seconds:g} s, {where}.")  # fmt: skip
        for title in given.layouts:
            choose(desk, LAYOUTS[title])
            show_only(desk, "map")
            wait(20.0)  # the other process loads what it needs
            turns = rounds(
                given.rounds,
                {
                    "hidden": lambda: steps_a_second(desk, "setup", given.seconds),
                    "shown": lambda: steps_a_second(desk, "map", given.seconds),
                },
            )
            slower = ratio(turns["hidden"], turns["shown"])
            rows.append([title, *(f"{median(turns[name]):.1f}" for name in ("hidden", "shown")),
                         f"{slower:.3f}", said(slower, BAR)])  # fmt: skip
        table(["layout", "hidden", "shown", "times slower", f"{BAR:g}?"], rows)


if __name__ == "__main__":
    main()
