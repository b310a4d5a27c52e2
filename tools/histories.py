"""Trains the runs whose histories ship with the program, and writes them into assets/histories.

    python -m tools.histories [--quick] [--to FOLDER] [NAME …]

A few minutes on a core; `--quick` takes a few steps of each, to try the command.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.engine import Engine
from core.experiment import Experiment
from core.histories import FOLDER, histories, pack
from core.runs import RunError, RunStore, disk

QUICK_STEPS = 8
MOST_BYTES = 16_000_000  # of all together


@dataclass(frozen=True)
class Recipe:
    """What is trained, how many of its snapshots are kept, and which weights are left out."""

    name: str
    method: str
    data: str
    options: Mapping[str, Any] = field(default_factory=dict)
    snapshots: int = 4
    same: Mapping[str, str] = field(default_factory=dict)


AVERAGED_GENERATOR = {"generator.": "averaged."}
RECIPES = (
    Recipe("gan-faces", "gan", "faces", {"steps": 2000}, 3, AVERAGED_GENERATOR),
    Recipe("gan-digits", "gan", "digits", {"steps": 1500}, 4, AVERAGED_GENERATOR),
    Recipe("vae-digits", "vae", "digits", {"steps": 2000}, 4),
    Recipe("diffusion-digits", "diffusion", "digits", {"steps": 1200, "width": 16}, 3,
           {"net.": "averaged."}),
    Recipe("pixelcnn-digits", "pixelcnn", "digits", {"steps": 400}, 3),
)  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Train and write; returns the exit status."""
    parser = argparse.ArgumentParser(prog="tools.histories", description=__doc__.splitlines()[0])
    known = [recipe.name for recipe in RECIPES]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; all")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_STEPS} steps of each")
    parser.add_argument("--to", type=Path, default=FOLDER, help="folder (%(default)s)")
    given = parser.parse_args(words)
    unknown = sorted(set(given.names) - set(known))
    if unknown:
        parser.error(f"there is no {unknown[0]!r}; there are {', '.join(known)}")
    for recipe in RECIPES:
        if not given.names or recipe.name in given.names:
            print(f"training {recipe.name}", flush=True)
            make(recipe, given.to, given.quick)
    total = 0
    for history in histories(given.to):
        total += history.size
        print(f"{history.name:20}{history.size / 1e6:6.2f} MB  steps {history.snapshots}")
    print(f"{'together':20}{total / 1e6:6.2f} MB")
    if total > MOST_BYTES:
        print(f"more than {MOST_BYTES / 1e6:g} MB: keep fewer snapshots or narrower networks")
    return int(total > MOST_BYTES)


def make(recipe: Recipe, to: Path, quick: bool = False) -> None:
    """Train one and put its history in the place of an older one; raises RunError."""
    options = {**recipe.options, **({"steps": QUICK_STEPS} if quick else {})}
    with tempfile.TemporaryDirectory() as folder:
        experiment = Experiment(recipe.method, recipe.data, options=options, threads=1)
        engine = Engine(experiment, RunStore(Path(folder) / "runs"), autosave_seconds=1e9)
        engine.start()
        engine.join()
        if engine.state != "finished" or engine.run is None:
            raise RunError(f"{recipe.name}: {engine.message}")
        place, fresh = to / recipe.name, to / disk.temporary_name(recipe.name)
        pack(RunStore(Path(folder) / "runs").open(engine.run.id), fresh, recipe.snapshots,
             recipe.same)  # fmt: skip
        if disk.is_folder(place):
            disk.remove_tree(place)
        disk.rename(fresh, place)


if __name__ == "__main__":
    sys.exit(main())
