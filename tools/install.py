"""Making the environment and filling it from a lock; an installation cut off is gone on with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

from tools.environment import Environment, SetupError, say

# Packages that pip is given at once. What is installed is never fetched again, so an interrupted
# installation loses one batch at most, even where a proxy keeps pip from caching.
BATCH = 8

GB = 10**9
# Measured on Linux, where torch brings CUDA; elsewhere it is a fraction of that.
INSTALLED = (7.0 if sys.platform == "linux" else 1.6) * GB
DOWNLOAD = (2.9 if sys.platform == "linux" else 0.5) * GB
LARGEST_BATCH = DOWNLOAD / 2


class Pin(NamedTuple):
    """One line of a lock."""

    key: tuple[str, str]  # normalised name, version
    text: str  # as pip reads it: "name==version ; marker"


def make(environment: Environment, held: int) -> None:
    """An environment with a pip that works; one that is broken is made anew."""
    if environment.packages.is_dir() and _pip_works(environment):
        return
    say(f"Making a virtual environment of Python {environment.version} in {environment.folder}")
    # The base interpreter, as an environment cannot clear itself from within.
    base = getattr(sys, "_base_executable", None) or sys.executable
    _call(environment, held, [base, "-m", "venv", "--clear", str(environment.folder)])


def install(environment: Environment, lock: str, held: int) -> None:
    """Install what a lock names and the environment lacks. Raises SetupError."""
    heal(environment.packages)
    have = installed(environment.packages)
    missing = [pin for pin in pins(environment.root / lock) if pin.key not in have]
    options = ["--no-deps", "--no-input", "--disable-pip-version-check"]
    if any(name == "torch" for (name, _), _ in missing):
        say(
            f"Installing what Selfsight needs: {DOWNLOAD / GB:.1f} GB to download, "
            f"{INSTALLED / GB:.1f} GB on disk, two or three minutes on a fast connection."
        )
        if not room_for_cache(environment):
            options.append("--no-cache-dir")
    # /tmp is often a small disk in memory; the wheels are better off beside the environment.
    temporary = environment.folder / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    pip = [str(environment.python), "-m", "pip", "install", *options]
    try:
        for start in range(0, len(missing), BATCH):
            batch = [pin.text for pin in missing[start : start + BATCH]]
            say(f"Packages {start + 1} to {start + len(batch)} of {len(missing)}")
            _call(environment, held, [*pip, *batch], TMPDIR=str(temporary))
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def room_for_cache(environment: Environment) -> bool:
    """Whether pip may keep its downloads; raises SetupError without room for the rest."""
    present = sum(f.stat().st_size for f in environment.packages.rglob("*") if f.is_file())
    needed = max(0, INSTALLED - present) + LARGEST_BATCH
    free = shutil.disk_usage(environment.folder).free
    if free < needed:
        raise SetupError(
            f"{environment.folder} has {free / GB:.1f} GB free; the installation needs "
            f"{needed / GB:.1f} GB. Make room, or move the checkout to a larger disk, "
            "and start again."
        )
    cache = Path(os.environ.get("PIP_CACHE_DIR") or Path.home() / ".cache" / "pip")
    there = next(p for p in (cache, *cache.parents) if p.exists())
    same_disk = there.stat().st_dev == environment.folder.stat().st_dev
    return shutil.disk_usage(there).free > DOWNLOAD + (needed if same_disk else 0)


def pins(lock: Path) -> list[Pin]:
    """The packages that a lock names; those whose marker is for another system are among them."""
    found = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            name, version = line.partition(";")[0].strip().split("==")
            found.append(Pin((_normal(name), version), line.strip()))
    return found


def installed(packages: Path) -> set[tuple[str, str]]:
    """Normalised name and version of each package in a site-packages folder."""
    return {(_normal(found.name), found.version) for found in distributions(path=[str(packages)])}


def heal(packages: Path) -> None:
    """Remove what a killed pip leaves, which would later be taken for an installed package.

    RECORD is the last file that pip writes of a package; `~name` is one on its way out.
    """
    for about in packages.glob("*.dist-info"):
        if not (about / "RECORD").is_file():
            shutil.rmtree(about)
    for leftover in packages.glob("~*"):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()


def _pip_works(environment: Environment) -> bool:
    command = [str(environment.python), "-m", "pip", "--version"]
    try:
        done = subprocess.run(
            command, env=environment.variables(), capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def _call(environment: Environment, held: int, command: list[str], **variables: str) -> None:
    """Run a step of the installation; raises SetupError when it fails."""
    # The child keeps the checkout held even if this process is killed before it.
    done = subprocess.run(
        command,
        env={**environment.variables(), **variables},
        stdin=subprocess.DEVNULL,
        pass_fds=(held,),
        check=False,
    )
    if done.returncode != 0:
        raise SetupError(
            "The installation failed; the reason is above. Start again to go on from here: "
            "what is installed stays."
        )


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
