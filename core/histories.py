"""Histories that ship with the program: a few snapshots of runs, to look at before any training.

Each is a run folder whose weights are kept in half precision, in `assets/histories`. Opened, it is
copied into the person's own runs in full precision, and is a run like any other. The state of the
optimisers is not shipped: training on begins with optimisers that remember nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.probe import FILE as PROBE
from core.probe import Probe, load_probe, save_probe
from core.runs import Run, RunDamaged, RunError, RunInfo, RunStore, disk
from core.runs.atomic import write_file
from core.runs.document import encode_document, read_document
from core.runs.errors import saving
from core.runs.info import CONFIG, check_format, read_info
from core.runs.info import NAME as RUN
from core.runs.results import PICTURES, thumbnail_of
from core.runs.run import FOLDERS, METRICS
from core.runs.state import NAME as STATE
from core.runs.state import read_state
from core.runs.tensors import Tensors
from core.runs.weights import Weights

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "histories"
ABOUT = "history.json"
FORMAT = 1
PICTURES_KEPT = 128  # of those that a run is looked at with
MOST_BYTES = 4_000_000  # of a plain file that is copied
_SPAN = 30.0  # the first snapshot kept is at the last one's step over this


@dataclass(frozen=True)
class History:
    """A shipped run: its folder's name, what it is, how far it learned, its bytes."""

    name: str
    path: Path
    info: RunInfo
    step: int
    snapshots: tuple[int, ...]
    size: int


def histories(folder: Path = FOLDER) -> list[History]:
    """All that ship, by name; what cannot be read is left out."""
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        with contextlib.suppress(RunDamaged):
            steps = tuple(Weights(path).snapshots.steps())
            if (path / ABOUT).is_file() and steps:
                info = read_info(path)
                found.append(History(path.name, path, info, steps[-1], steps, disk.size_of(path)))
    return found


def history_of(method: str, folder: Path = FOLDER) -> History | None:
    """The first history of a method, if one ships."""
    return next((h for h in histories(folder) if h.info.method == method), None)


def chosen_steps(steps: Sequence[int], count: int) -> list[int]:
    """`count` of the steps, evenly on a logarithmic axis, the last among them."""
    last = max(steps)
    wanted = [last * _SPAN ** (-at / max(1, count - 1)) for at in range(count)]
    return sorted({min(steps, key=lambda s: abs(s - w)) for w in wanted})


def pack(run: Run, to: Path, count: int, same: Mapping[str, str]) -> None:
    """Write a finished run as a history into a folder that is not there yet.

    `same`: weights whose names begin with a key are left out; when it is opened, those of the same
    name under the value stand in for them, as an average does for what it is of. Raises RunError.
    """
    with saving("a history", to.parent):
        disk.make_folders(to.parent)
        disk.make_folder(to)
        for name in FOLDERS:
            disk.make_folder(to / name)
        _copy(run.path, to, (RUN, CONFIG, METRICS))
        state = dataclasses.replace(read_state(run.path), pid=0, host="", boot="", heartbeat=0.0)
        disk.write_new(to / STATE, encode_document(dataclasses.asdict(state)))
        about = {"format": FORMAT, "same": dict(same)}
        disk.write_new(to / ABOUT, encode_document(about))
    probe = load_probe(run.path)
    few = slice(PICTURES_KEPT)
    names = probe.names[few]
    save_probe(to, Probe(probe.images[few], probe.labels[few], probe.classes, names))
    weights = Weights(to)
    for step in chosen_steps(run.snapshots(), count):
        weights.save_snapshot(step, _halved(run.load_snapshot(step), same))


def bring(name: str, store: RunStore, folder: Path = FOLDER) -> str:
    """The id of a history's copy among the runs of a store, made now if it is not there.

    Raises RunError where no such history ships, or the copy cannot be written.
    """
    history = next((h for h in histories(folder) if h.name == name), None)
    if history is None:
        there = ", ".join(h.name for h in histories(folder)) or "none"
        raise RunError(f"no history {name!r} ships with the program; there are {there}")
    path = store.root / history.info.id
    if disk.is_folder(path):
        return path.name
    with saving(f"the history {name}", store.root):
        disk.make_folders(store.root)
        temporary = store.root / disk.temporary_name(path.name)
        try:
            _unpack(history, temporary)
            disk.rename(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                disk.remove_tree(temporary)
            raise
        disk.sync_folder(store.root)
    return path.name


def _unpack(history: History, to: Path) -> None:
    about = read_document(history.path / ABOUT)
    check_format(about, ABOUT)
    disk.make_folder(to)
    for name in FOLDERS:
        disk.make_folder(to / name)
    _copy(history.path, to, (RUN, CONFIG, METRICS, STATE, PROBE))
    kept = Weights(history.path)
    for step in history.snapshots:
        Weights(to).save_snapshot(step, _whole(kept.load_snapshot(step), about["same"]))


def _copy(old: Path, new: Path, names: Sequence[str]) -> None:
    """Plain files, and the picture that stands for the run; what happened to it is not told."""
    for name in names:
        disk.write_new(new / name, disk.read_file(old / name, MOST_BYTES))
    picture = thumbnail_of(old)
    if picture is not None:
        write_file(new / PICTURES / picture.name, disk.read_file(picture, MOST_BYTES))


def _halved(weights: Tensors, same: Mapping[str, str]) -> Tensors:
    """Floats in half precision, without those that others stand in for.

    Raises ValueError where a weight is too large for it, or its stand-in is missing.
    """
    found: Tensors = {}
    for name, array in weights.items():
        stand_in = _stand_in(name, same)
        if stand_in is not None:
            if weights.get(stand_in, np.empty(0)).shape != array.shape:
                raise ValueError(f"{name} is left out, but {stand_in} cannot stand in for it")
            continue
        if array.dtype.kind == "f":
            with np.errstate(over="ignore"):  # told below, by its name
                array = array.astype(np.float16)
            if not np.isfinite(array).all():
                raise ValueError(f"{name} has numbers too large for half precision")
        found[name] = array
    return found


def _whole(weights: Tensors, same: Mapping[str, str]) -> Tensors:
    """Floats in single precision, and the stand-ins of what was left out."""
    found = {n: a.astype(np.float32) if a.dtype.kind == "f" else a for n, a in weights.items()}
    for left_out, kept in same.items():
        for name in [n for n in found if n.startswith(kept)]:
            found[left_out + name.removeprefix(kept)] = found[name].copy()
    return found


def _stand_in(name: str, same: Mapping[str, str]) -> str | None:
    """The weight that stands in for this one, if it is left out."""
    for left_out, kept in same.items():
        if name.startswith(left_out):
            return kept + name.removeprefix(left_out)
    return None
