"""The words that say which pictures: `--data SOURCE` and, of that source, `--data.OPTION VALUE`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.config import ConfigError, configure, options_of
from core.data.recognise import Kind, recognise
from core.data.sources import source, sources

HELP = "one of " + ", ".join(s.id for s in sources()) + ", a folder or zip of images, or a film"


def add_data_words(words: argparse.ArgumentParser, data: str) -> None:
    """The options of a source, as words."""
    group = words.add_argument_group(f"options of the data {data}")
    for o in options_of(source(data).Options):
        group.add_argument(
            f"--data.{o.name.replace('_', '-')}",
            dest=f"data:{o.name}",
            default=None,
            metavar="VALUE",
            help=explained(o.help, o.default, o.choices),
        )


def source_ahead(words: Sequence[str], usual: str | None = None) -> str | None:
    """The source that words name, before they are parsed: its options are to be words too."""
    for word, following in zip(words, [*words[1:], ""]):
        if word == "--data" and following:
            usual = following
        elif word.startswith("--data="):
            usual = word.split("=", 1)[1]
    return usual if usual is None or usual in {s.id for s in sources()} else _source_of(usual)


def _source_of(path: str) -> str:
    """The source that reads what lies at a path."""
    films = (Kind.VIDEO, Kind.VIDEO_FOLDER)
    return "video" if recognise(Path(path).expanduser()).kind in films else "folder"


def pictures(given: argparse.Namespace, data: str) -> tuple[str, dict[str, Any]]:
    """The source and its options, where `data` may be a path; raises ConfigError."""
    said = {k[5:]: v for k, v in vars(given).items() if k.startswith("data:") and v is not None}
    if data not in {s.id for s in sources()}:
        if not Path(data).exists():
            listed = ", ".join(s.id for s in sources())
            raise ConfigError(f"--data {data!r} is neither a file or folder nor one of {listed}")
        data, said = _source_of(data), {"path": str(Path(data).resolve()), **said}
    options: Any = configure(source(data).Options, said)
    return data, {name: getattr(options, name) for name in said}


def explained(text: str, default: object, choices: Sequence[object]) -> str:
    """The help of an option, with what it may be and what it is where it is not said."""
    among = f" One of {', '.join(map(str, choices))}." if choices else ""
    return f"{text}{among} (default: {default})".replace("%", "%%")
