"""A folder written whole: every file durable, a manifest of sizes and sha256 last, then its name.

Reading checks everything against the manifest, because neither safetensors nor JSON notices a
flipped bit. Names in a manifest are plain names of files in this folder and nowhere else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.runs import disk
from core.runs.document import encode_document, read_document
from core.runs.errors import RunDamaged, RunFull, saving

MANIFEST = "MANIFEST.json"
FORMAT = 1
Parts = Sequence[disk.Part]  # of a file
_LEAST_ROOM = 8_000_000  # bytes left to the system and the metrics when a run is tiny
_MOST_ROOM = 200_000_000


def length_of(parts: Parts) -> int:
    """Bytes of a file that is given in parts."""
    return sum(map(len, parts))


def room_for(size: int) -> int:
    """Free bytes asked for before `size` bytes are written: the write must not be the last one."""
    return 2 * size + min(_MOST_ROOM, _LEAST_ROOM + 4 * size)


def write_folder(path: Path, files: Mapping[str, Parts], what: str) -> None:
    """Write the files of a folder that does not exist yet; on the disk when it returns.

    Each is given in parts that follow one another.

    Raises RunFull or RunError about `what`. Then the folder does not exist, unless only the last
    wait for the disk failed, and nothing half-done is left.
    """
    contents = {name: _facts(parts) for name, parts in files.items()}
    manifest = encode_document({"format": FORMAT, "files": contents})
    temporary = path.with_name(disk.temporary_name(path.name))
    with saving(what, path.parent):
        _check_room(path.parent, sum(map(length_of, files.values())), what)
        try:
            disk.make_folder(temporary)
            for name, parts in files.items():
                disk.write_new(temporary / name, *parts)
            disk.write_new(temporary / MANIFEST, manifest)
            disk.sync_folder(temporary)
            disk.rename(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                disk.remove_tree(temporary)
            raise
        disk.sync_folder(path.parent)


def read_folder(path: Path, limits: Mapping[str, int]) -> dict[str, bytes]:
    """The files named in `limits` (their greatest sizes in bytes), checked; raises RunDamaged."""
    manifest = _read_manifest(path, limits)
    found = {}
    for name, limit in limits.items():
        size, told = manifest[name]
        if size > limit:
            raise RunDamaged(f"{path.name}/{name} claims {size} bytes, more than {limit} allowed")
        try:
            data = disk.read_file(path / name, size)
        except OSError as error:
            raise RunDamaged(f"{path.name}/{name} cannot be read: {error}") from None
        if len(data) != size or hashlib.sha256(data).hexdigest() != told:
            raise RunDamaged(f"{path.name}/{name} is damaged: its bytes do not match the manifest")
        found[name] = data
    return found


def looks_whole(path: Path, names: Iterable[str]) -> bool:
    """Whether the manifest reads and the files have its sizes: quick, and no proof."""
    try:
        manifest = _read_manifest(path, names)
        return all(os.lstat(path / name).st_size == manifest[name][0] for name in names)
    except (RunDamaged, OSError):
        return False


def discard(path: Path) -> None:
    """Delete a folder so that no half of it is ever seen; what resists is left to the next open."""
    temporary = path.with_name(disk.temporary_name(path.name))
    with contextlib.suppress(OSError):
        disk.rename(path, temporary)
        disk.remove_tree(temporary)


def _facts(parts: Parts) -> dict[str, Any]:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return {"size": length_of(parts), "sha256": digest.hexdigest()}


def _check_room(folder: Path, size: int, what: str) -> None:
    needed, free = room_for(size), disk.free_space(folder)
    if free < needed:
        raise RunFull(what, needed, free)


def _read_manifest(path: Path, names: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Size and sha256 of each file asked for."""
    if not disk.is_folder(path):
        raise RunDamaged(f"{path.name} is not a folder")
    try:
        found = read_document(path / MANIFEST)
    except RunDamaged as error:
        raise RunDamaged(f"{path.name}: {error}") from None
    if found.get("format") != FORMAT or not isinstance(found.get("files"), dict):
        raise RunDamaged(
            f"{path.name}: its manifest has format {found.get('format')!r}, not {FORMAT}"
        )
    for name in found["files"]:
        if name != os.path.basename(name) or name in ("", ".", "..") or "\\" in name or ":" in name:
            raise RunDamaged(
                f"{path.name}: its manifest names {name!r}, which is no plain file name"
            )
    manifest = {}
    for name in names:
        facts = found["files"].get(name)
        size = facts.get("size") if isinstance(facts, dict) else None
        if type(size) is not int or size < 0 or not isinstance(facts.get("sha256"), str):
            raise RunDamaged(f"{path.name}: its manifest does not describe {name}")
        manifest[name] = (size, facts["sha256"])
    return manifest
