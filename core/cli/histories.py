"""`main.py list histories` and `main.py histories NAME`: runs that ship with the program."""

from __future__ import annotations

import argparse

from core import histories
from core.runs import RunStore


def print_histories() -> None:
    """Each with its step, size and title."""
    found = histories.histories()
    if not found:
        print("no histories ship with this copy; python -m tools.histories trains them")
    for history in found:
        size = f"{history.size / 1e6:.1f} MB"
        print(f"{history.name:24}step {history.step:,}, {size}  {history.info.title}")


def bring(given: argparse.Namespace) -> int:
    """Copy one among the runs, where it is not there yet."""
    store = RunStore(given.runs)
    id = histories.bring(given.name, store)
    print(f"run     {id}\nfolder  {store.root / id}")
    return 0
