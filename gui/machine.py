"""What the program takes of the machine."""

from __future__ import annotations

import os
from pathlib import Path


def resident_bytes() -> float | None:
    """Memory of this process that lies in RAM; None where the system does not say cheaply."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return float(pages * os.sysconf("SC_PAGE_SIZE"))
