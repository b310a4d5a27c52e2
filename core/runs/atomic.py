"""A single file written whole: the old content or the new, never a mixture, whatever happens."""

from __future__ import annotations

import contextlib
from pathlib import Path

from core.runs import disk


def write_file(path: Path, data: bytes, durable: bool = True) -> None:
    """Replace a file's content in one move; raises OSError with the old content intact.

    Without `durable` the move is still atomic for every reader, but a power cut soon after may
    leave the file damaged: for what is written again a second later.
    """
    temporary = path.with_name(disk.temporary_name(path.name))
    try:
        disk.write_new(temporary, data, durable=durable)
        disk.rename(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            disk.remove_tree(temporary)
        raise
    if durable:
        disk.sync_folder(path.parent)
