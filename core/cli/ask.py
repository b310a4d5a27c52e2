"""Setting a run a puzzle without a window: a hole to fill, tiles to order, a picture to colour."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

import numpy as np

from core.abilities import abilities_of
from core.cli.train import open_run
from core.colour_hints import Colouring, Hint, colouring
from core.config import ConfigError
from core.data.own import own_picture
from core.experiment import from_run, shape_of, told_apart
from core.losses.permutations import TILES
from core.pictures import Images
from core.puzzles import MOST_SHARE, Filling, Hole, Ordering, filling, ordering
from core.registry import method_class
from core.report.draw import png
from core.report.page import Asker
from core.runs import Run, RunStore
from core.runs.atomic import write_file

HINT = re.compile(r"(?P<x>\d+),(?P<y>\d+),#?(?P<colour>[0-9a-fA-F]{6})(,(?P<side>\d{1,3}))?")
SIDE = 160  # pixels of a picture in the file, about
GAP = 4
WHITE = 255


def add_words(ask: argparse.ArgumentParser) -> None:
    """The words of `main.py ask`."""
    ask.add_argument("run", help="id or folder of the run, or 'last'")
    which = ask.add_mutually_exclusive_group()
    which.add_argument("--picture", type=Path, default=None, help="a picture of your own")
    which.add_argument("--number", type=int, default=0, help="of the run's own pictures")
    hole = ask.add_mutually_exclusive_group()
    hole.add_argument("--ratio", type=float, default=None, help="share of the picture to hide")
    hole.add_argument("--hole", default="", metavar="X,Y,W,H", help="pixels to hide")
    hole.add_argument(
        "--order", default="", metavar="LIST", help="nine tiles, as 3,1,2,4,5,6,7,8,9"
    )
    ask.add_argument("--hint", action="append", default=[], metavar="X,Y,#RRGGBB[,SIDE]",
                     help="the colour of a place of the grey picture; may be repeated")  # fmt: skip
    ask.add_argument("--draw", type=int, default=0, help="another number, another draw")
    ask.add_argument("--beside", action="append", default=[], metavar="RUN",
                     help="another run to fill the same hole; may be repeated")  # fmt: skip
    ask.add_argument("--step", type=int, default=None, help="of this snapshot; the last without it")
    ask.add_argument("--to", type=Path, default=Path("answer.png"), help="the file (%(default)s)")


def ask(given: argparse.Namespace) -> int:
    """`main.py ask RUN`: put the puzzle, print the answer, write it as a picture."""
    if given.to.suffix.lower() != ".png":
        raise ConfigError(f"--to {given.to}: the answer is written as a .png file")
    store = RunStore(given.runs)
    run = open_run(store, given.run)
    able = abilities_of(method_class(from_run(run).method))
    if given.hint and "Colours" not in able:
        raise ConfigError(f"{run.info.title} takes no --hint; ask a run of colorization")
    if "Orders" in able:
        rows, said = _order(given, run)
    elif "Fills" in able:
        rows, said = _fill(given, run, [open_run(store, name) for name in given.beside])
    elif "Colours" in able:
        rows, said = _colour(given, run)
    else:
        raise ConfigError(
            f"{run.info.title} can be set no puzzle: it neither fills in holes nor puts tiles in "
            "order nor colours pictures; ask a run of inpainting, mae, autoencoder, jigsaw or "
            "colorization"
        )
    write_file(given.to, png(_side_by_side(rows)))
    print(f"{said}\nwritten to {given.to}")
    return 0


def _fill(given: argparse.Namespace, run: Run, others: list[Run]) -> tuple[list[Images], str]:
    """Given, made by each run, truth."""
    if given.order:
        raise ConfigError(f"{run.info.title} puts no tiles in order; give --ratio or --hole")
    if given.ratio is not None and not 0 < given.ratio <= MOST_SHARE:
        raise ConfigError(f"--ratio {given.ratio:g}: choose more than 0 and at most {MOST_SHARE}")
    side = shape_of(run).side
    hole = Hole(given.ratio, given.draw, _box(given.hole, side) if given.hole else None)
    mine: Filling = _answer(given, run, filling(hole, 0))
    names = told_apart([from_run(r) for r in (run, *others)])
    columns, lines = [mine.given[0], mine.made[0]], [_said(names[0] or run.info.title, mine)]
    for other, name in zip(others, names[1:]):
        theirs: Filling = _answer(given, other, filling(Hole(pixels=mine.hidden), 0))
        columns.append(theirs.made[0])
        lines.append(_said(name or other.info.title, theirs))
    lines.insert(0, f"{mine.hidden.mean():.0%} hidden")
    return [*columns, mine.truth[0]], "\n".join(lines)


def _said(name: str, found: Filling) -> str:
    return f"{name}: mean squared error {found.error[0]:.4f} over what is hidden"


def _order(given: argparse.Namespace, run: Run) -> tuple[list[Images], str]:
    """As it lies, in the network's order, truth."""
    if given.hole or given.ratio is not None or given.beside:
        raise ConfigError(f"{run.info.title} fills in no hole; give --order")
    laid = [n - 1 for n in _numbers("--order", given.order, TILES)] if given.order else None
    found: Ordering = _answer(given, run, ordering(laid, given.draw, 0))
    lines = [found.verdict()]
    lines += [
        f"{chance:6.1%}  {','.join(str(n + 1) for n in order)}"
        for order, chance in zip(found.orders.tolist(), found.probabilities.tolist())
    ]
    three = (found.shown(), found.believed(), found.tiles)
    return [_joined(tiles) for tiles in three], "\n".join(lines)


def _colour(given: argparse.Namespace, run: Run) -> tuple[list[Images], str]:
    """Grey, coloured with the hints, truth."""
    if given.hole or given.order or given.ratio is not None or given.beside:
        raise ConfigError(f"{run.info.title} fills in no hole and puts no tiles in order; "
                          "give --hint")  # fmt: skip
    hints = [_hint(text) for text in given.hint]
    found: Colouring = _answer(given, run, colouring(hints))
    lines = [f"{found.distance:.2f} from the true colours on average (units of Lab)"]
    if hints:
        lines.append(f"{found.unhinted:.2f} without hints")
    return [found.given, found.made, found.truth], "\n".join(lines)


def _hint(text: str) -> Hint:
    """Of "x,y,#rrggbb" or "x,y,#rrggbb,side"; raises ConfigError."""
    found = HINT.fullmatch(text.strip())
    side = int(found["side"] or 2) if found else 0
    if found is None or side < 1:
        raise ConfigError(
            f"--hint {text!r}: expected x,y,#rrggbb, such as 12,20,#3060c0, and if you like the "
            "side of the square in pixels: 12,20,#3060c0,3"
        )
    red, green, blue = bytes.fromhex(found["colour"])
    return Hint(int(found["x"]), int(found["y"]), (red, green, blue), side)


def _answer(given: argparse.Namespace, run: Run, question: Any) -> Any:
    """What the run answers about the picture that was named; raises ValueError with the reason."""
    own = None
    if given.picture is not None:
        shape = shape_of(run)
        own = own_picture(given.picture, shape.channels, shape.side)
    asker = Asker(run)
    try:
        found = asker(question, given.step, indices=[given.number], own=own)
    finally:
        asker.close()
    if found.error:
        raise ValueError(found.error)
    return found.value


def _numbers(word: str, text: str, count: int) -> list[int]:
    parts = text.split(",")
    if len(parts) != count or not all(p.strip().isdecimal() for p in parts):
        raise ConfigError(f"{word} {text!r}: expected {count} whole numbers with commas between")
    return [int(p) for p in parts]


def _box(text: str, side: int) -> np.ndarray:
    """The pixels (side, side) of x, y, width, height; raises ConfigError where there are none."""
    x, y, width, height = _numbers("--hole", text, 4)
    hidden = np.zeros((side, side), bool)
    hidden[y : y + height, x : x + width] = True
    if not hidden.any():
        raise ConfigError(f"--hole {text}: it lies beside the picture, which is {side} x {side}")
    return hidden


def _joined(tiles: Images) -> Images:
    """Nine tiles (9, s, s, 3) as one picture, with white lines between."""
    tiles = np.pad(tiles, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=WHITE)
    rows = [np.concatenate(list(tiles[at : at + 3]), axis=1) for at in (0, 3, 6)]
    return np.concatenate(rows, axis=0)[:-1, :-1]


def _side_by_side(images: list[Images]) -> Images:
    scale = max(1, SIDE // images[0].shape[0])
    large = [image.repeat(scale, axis=0).repeat(scale, axis=1) for image in images]
    gap = np.full((large[0].shape[0], GAP, 3), WHITE, np.uint8)
    parts = [part for image in large for part in (image, gap)]
    return np.concatenate(parts[:-1], axis=1)
