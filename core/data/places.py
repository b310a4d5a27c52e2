"""Where the program keeps what it made or fetched: caches that may go, data sets that stay."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

HOME = "SELFSIGHT_HOME"  # the environment variable that puts everything below one folder


def cache_folder() -> Path:
    """Decoded pictures; may be deleted at any time."""
    home = os.environ.get(HOME)
    return Path(home) / "cache" if home else Path(platformdirs.user_cache_dir("selfsight", False))


def compiled_folder() -> Path:
    """What numba compiled for the maps; may be deleted at any time, and costs a minute then."""
    return cache_folder() / "numba"


def datasets_folder() -> Path:
    """Downloaded data sets, in torchvision's own layout."""
    home = os.environ.get(HOME)
    base = Path(home) if home else Path(platformdirs.user_data_dir("selfsight", False))
    return base / "datasets"
