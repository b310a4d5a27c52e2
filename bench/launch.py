"""From `python main.py` to a painted window, and from a click to the first point of the loss.

Each launch is a process of its own that runs `main.py` with an onlooker in its event loop (see
`bench/onlooker.py`). "Warm" means two things: the files are in the system's cache (the first
launch is thrown away), and, for a click, that the window has imported torch behind the scenes;
the other click comes at the first paint, so the import is in it.

    python -m bench.launch [--times 5]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from statistics import median

from bench.common import ROOT, heading, own_home, said, table
from bench.screen import screen

BARS = {"painted": 1.5, "click, warm": 3.0, "click at once": None}  # seconds


def launch(click: str) -> dict[str, float]:
    """One launch; seconds from the start to the paint, from the click to the first point."""
    words = [sys.executable, "-m", "bench.onlooker", click, repr(time.monotonic())]
    found = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    if found.returncode:
        raise SystemExit(f"the launched window failed:\n{found.stderr}")
    return json.loads(found.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    with own_home(), screen() as where:
        launch("warm")
        heading(f"Seconds from the start of the process, and from the click, {where}.")
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in BARS}
        for _ in range(given.times):
            for name, click in (("click, warm", "warm"), ("click at once", "at once")):
                took = launch(click)
                found["painted"].append((took["painted"], took["painted, CPU"]))
                found[name].append((took["point"], took["point, CPU"]))
        rows = []
        for name, each in found.items():
            wall, cpu = zip(*each, strict=True)
            figures = [f"{f(wall):.2f}" for f in (min, median, max)]
            rows.append([name, *figures, f"{median(cpu):.2f}", verdict(median(wall), BARS[name])])
        table(["s", "least", "median", "most", "of the processor", "bar"], rows)
        print(
            "The processor's seconds are those of all threads; a busy machine disturbs them less."
        )


def verdict(seconds: float, bar: float | None) -> str:
    return "" if bar is None else f"{bar:g} s {said(seconds, bar)}"


if __name__ == "__main__":
    main()
