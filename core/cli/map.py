"""`main.py map`: the map of a run's features, or of a file of anyone's, without a window."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core import videos
from core.cli.bar import Bar
from core.cli.data_words import explained
from core.cli.train import open_run
from core.config import ConfigError, options_of, to_dict
from core.embeddings import files, writing
from core.embeddings.choices import BELIEFS, CLASS, colour, group
from core.embeddings.of_run import FIXED, features_at, table_of_run
from core.embeddings.of_run import PICTURES as PICTURES_OF_RUN
from core.embeddings.table import Table
from core.maps.film import shoot
from core.maps.genuine import genuine
from core.maps.params import METHODS, TITLES, LayoutParams, params_of
from core.maps.process import Frame
from core.maps.worker import MapWorker, finished
from core.pictures import Floats
from core.progress import Progress
from core.report import map_film
from core.report.map_words import method_of, settings
from core.report.map_words import notes as notes_of
from core.report.scatter import scatter
from core.runs import Run, RunStore
from core.runs.atomic import write_file

PICTURES = (".png", ".svg")
HIDDEN = ("every",)  # settings of a map that is watched
USUAL = "tsne"


def add_words(words: argparse.ArgumentParser) -> None:
    """The words after `map`; those of the layouts come from their settings."""
    add = words.add_argument
    add("source", help="id or folder of a run, 'last', or a file of features: "
        f"{', '.join(files.OPENED)}, or a folder of TensorBoard's projector")  # fmt: skip
    add("--out", type=Path, nargs="+", default=[], metavar="FILE",
        help="pictures as .png or .svg; a row for each point as .csv, .parquet, .npz, or .tsv "
        "for TensorBoard's projector; a film of a run's snapshots as .mp4 or .gif")  # fmt: skip
    add("--step", type=int, default=None, help="of a run's snapshot; the last without it")
    add("--pictures", choices=PICTURES_OF_RUN, default=None,
        help="of a run: its fixed ones (at most 2,000), or all held-out ones, those of the "
        "training, or all of both (fixed)")  # fmt: skip
    add(
        "--stage", default=None, help="of the encoder; without it the last before a projection head"
    )
    add("--layout", choices=tuple(METHODS), default=USUAL, help="(%(default)s)")
    add("--colour", default=None, metavar="WHAT",
        help="class, predicted, purity, trust, continuity, preserved, or a column")  # fmt: skip
    add("--columns", type=Path, default=None, metavar="FILE",
        help="a .csv, .tsv or .parquet with columns of your own, joined by the pictures' names, "
        "by an 'index' from 0, or by the order of the rows")  # fmt: skip
    add("--group", action="append", default=[], metavar="NAME=WHO",
        help="a named group: NAME=label:cat, NAME=COLUMN:value or NAME=3,5,9; may be "
        "repeated")  # fmt: skip
    add("--real", action="append", default=[], metavar="NAME",
        help="ask whether this group is a real cluster; may be repeated")  # fmt: skip
    add("--without-features", action="store_true", help="leave the features out of tables")
    settings = words.add_argument_group("settings of the layouts")
    for name, (one, methods) in _settings().items():
        of = "" if len(methods) == len(METHODS) else f" ({', '.join(TITLES[m] for m in methods)})"
        settings.add_argument(
            f"--{name.replace('_', '-')}",
            dest=f"setting:{name}",
            default=None,
            metavar="VALUE",
            help=explained(one.help + of, one.default, one.choices),
        )


def _settings() -> dict[str, tuple[Any, list[str]]]:
    """Every setting by its name, with the methods that have it."""
    found: dict[str, tuple[Any, list[str]]] = {}
    for method, cls in METHODS.items():
        for one in options_of(cls):
            if one.name not in HIDDEN:
                found.setdefault(one.name, (one, []))[1].append(method)
    return found


def draw_map(given: argparse.Namespace) -> int:
    """`main.py map SOURCE`: lay out, say how far it may be believed, write. The exit status."""
    _check_endings(given.out)
    params = _params(given)
    bar = Bar(given.quiet)
    progress = Progress(bar.tick)
    try:
        table = _table(given, progress)
        _check_choices(table, given, params)
        with contextlib.closing(MapWorker()) as worker:
            frame = _laid_out(worker, table.features(given.stage), params, progress)
            notes = _notes(worker, table, given, params, frame, progress)
        stage = given.stage or table.usual
        about = {**table.about, **settings(params, stage, frame.quality)}
        table = replace(table, about=about)
        written = [
            path
            for out in given.out
            if not _is_film(out)
            for path in _written(out, table, given, params, frame, notes, progress)
        ]
        written += _films(given, table, params, progress)
    finally:
        bar.close()
    print("\n".join([table.title, *notes]))
    for path in written:
        print(f"written to {path}")
    return 0


def _check_endings(paths: Sequence[Path]) -> None:
    """Raises ConfigError for a file that nothing is written as, before anything is done."""
    known = (*PICTURES, *writing.SAVED, *videos.SAVED)
    for path in paths:
        if path.suffix.lower() not in known:
            raise ConfigError(f"--out {path}: the ending is not one of {', '.join(known)}")


def _params(given: argparse.Namespace) -> LayoutParams:
    said = {k[8:]: v for k, v in vars(given).items() if k.startswith("setting:") and v is not None}
    for name in said:
        methods = _settings()[name][1]
        if given.layout not in methods:
            raise ConfigError(
                f"--{name.replace('_', '-')} belongs to --layout {' or '.join(methods)}, "
                f"not to {given.layout}"
            )
    return params_of(given.layout, said)


def _run(given: argparse.Namespace) -> Run | None:
    """The run that was named, None for a file."""
    path = Path(given.source)
    if path.is_file() or (path.is_dir() and not (path / "run.json").exists()):
        return None
    if path.suffix.lower() in files.OPENED:
        raise ConfigError(f"there is no file {path}")
    return open_run(RunStore(given.runs), given.source)


def _table(given: argparse.Namespace, progress: Progress) -> Table:
    """The features, with the columns and groups that were asked for."""
    run = _run(given)
    if run is None and given.step is not None:
        raise ConfigError("--step: a file has no snapshots; name a run")
    if run is None and given.pictures is not None:
        raise ConfigError("--pictures: a file has its own; name a run")
    if run is None:
        table = files.read(Path(given.source), progress)
    else:
        pictures = given.pictures or FIXED
        table = table_of_run(run, given.step, progress=progress, pictures=pictures)
    if given.columns is not None:
        table = table.with_columns_of(given.columns)
    for text in given.group:
        table = table.with_group(*group(table, text))
    return table


def _is_film(path: Path) -> bool:
    return path.suffix.lower() in videos.SAVED


def _check_choices(table: Table, given: argparse.Namespace, params: LayoutParams) -> None:
    """Raises ValueError for a colour or a group that is not there, before anything is laid out."""
    if given.colour is not None and given.colour not in BELIEFS:
        colour(table, given.colour, given.stage, params.metric)
    if any(map(_is_film, given.out)) and (_run(given) is None or given.colour in BELIEFS):
        raise ConfigError(
            "a film shows the snapshots of a run, in colours that stay: name a run, and colour by "
            "class or a column"
        )
    for name in given.real:
        if name not in table.groups:
            there = ", ".join(table.groups) or "none; name one by --group NAME=label:cat"
            raise ConfigError(f"--real {name}: there is no such group; there are {there}")


def _laid_out(
    worker: MapWorker, features: Floats, params: LayoutParams, progress: Progress
) -> Frame:
    method = method_of(params)
    what = f"laying out by {TITLES[method]}"

    def told(share: float) -> None:
        progress.update(what, min(99, round(100 * share)), 100, "%")

    frame = finished(worker, features, method, to_dict(params), told=told)
    progress.update(what, 100, 100, "%")
    return frame


def _notes(
    worker: MapWorker,
    table: Table,
    given: argparse.Namespace,
    params: LayoutParams,
    frame: Frame,
    progress: Progress,
) -> list[str]:
    """What stands under the map: settings, belief, and the verdicts that were asked for."""
    lines = notes_of(params, len(table), given.stage or table.usual, frame.quality)
    for name in given.real:
        rows = table.groups[name].tolist()
        features = table.features(given.stage)
        found = genuine(features, rows, params.metric, params.seed, progress, worker)
        lines.append(f"{name}: {found.sentence}")
    return lines


def _written(
    path: Path,
    table: Table,
    given: argparse.Namespace,
    params: LayoutParams,
    frame: Frame,
    notes: list[str],
    progress: Progress,
) -> list[Path]:
    """Write one file by its ending; returns what was written."""
    if path.suffix.lower() not in PICTURES:
        keep = not given.without_features
        return writing.write(
            path, table, frame.xy, stage=given.stage, features=keep, progress=progress
        )
    by = _colour_name(given, table)
    column = colour(table, by, given.stage, params.metric, frame.belief) if by else None
    drawing = scatter(frame.xy, column, table.title, by, notes)
    data = drawing.png() if path.suffix.lower() == ".png" else drawing.svg().encode()
    write_file(path, data)
    return [path]


def _films(
    given: argparse.Namespace, table: Table, params: LayoutParams, progress: Progress
) -> list[Path]:
    """Write the films that were asked for: the maps of all snapshots up to the step."""
    paths = [path for path in given.out if _is_film(path)]
    run = _run(given) if paths else None
    if run is None:
        return []
    steps = [step for step in run.snapshots() if given.step is None or step <= given.step]
    stage = given.stage or table.usual
    method = method_of(params)
    film = shoot(features_at(run, stage), steps, method, to_dict(params), progress, stage)
    by = _colour_name(given, table)
    column = colour(table, by, given.stage, params.metric) if by else None
    notes = [notes_of(params, len(table), stage, quality or None) for quality in film.quality]
    for path in paths:
        shown = map_film.frames(
            film.steps.tolist(), list(film.places), column, run.info.title, by, notes
        )
        total = map_film.count(len(film.steps))
        videos.write_video(path, shown, map_film.FPS, progress, total)
    return paths


def _colour_name(given: argparse.Namespace, table: Table) -> str:
    """What points are coloured by; empty for one colour."""
    return str(given.colour or (CLASS if table.labels is not None else ""))
