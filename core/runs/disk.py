"""The few operations on files that runs are made of, each complete and durable when it returns.

Every change a run makes to the disk passes through this module's `os`, so a test can make the
k-th of them fail. Reads follow no symbolic link, block on no pipe and take no more than asked for.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import sys
import time
from pathlib import Path

Part = bytes | memoryview  # of a file; a view is of single bytes
TEMPORARY = ".tmp-"
_COMMON = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)


class NotPlain(OSError):
    """A name that is a link, a folder, a pipe ... where a plain file was expected, or too large."""


def temporary_name(name: str) -> str:
    """A name beside the final one, recognised as half-done by whoever opens the run next."""
    return f"{TEMPORARY}{name}-{secrets.token_hex(4)}"


def open_plain(path: Path) -> int:
    """A descriptor to read a plain file by; raises NotPlain or another OSError, and never waits."""
    if not _NO_LINK and path.is_symlink():
        raise NotPlain(f"{path.name} is a symbolic link")
    descriptor = os.open(path, os.O_RDONLY | _COMMON | _NO_LINK | _NO_WAIT)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotPlain(f"{path.name} is not a plain file")
    return descriptor


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a plain file of at most `limit` bytes; raises NotPlain or another OSError."""
    with os.fdopen(open_plain(path), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            raise NotPlain(f"{path.name} has {size} bytes, more than the {limit} allowed")
        return file.read(size)


def is_folder(path: Path) -> bool:
    """Whether it is a folder and no link to one."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def write_new(path: Path, *parts: Part, durable: bool = True) -> None:
    """Write a file that must not exist yet, of its parts in order; on the disk when it returns, if
    `durable`.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _COMMON | _NO_LINK
    descriptor = os.open(path, flags, 0o666)
    try:
        for part in parts:
            write_all(descriptor, part)
        if durable:
            sync(descriptor)
    finally:
        os.close(descriptor)


def open_append(path: Path) -> int:
    """A descriptor that appends (and reads); the file and its name are made durable if new."""
    flags = os.O_RDWR | os.O_APPEND | _COMMON | _NO_LINK
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        descriptor = os.open(path, flags | os.O_CREAT, 0o666)
        sync_folder(path.parent)
        return descriptor


def append(path: Path, data: bytes) -> None:
    """Add bytes to a file that may be new; they reach the disk when the system likes."""
    descriptor = open_append(path)
    try:
        write_all(descriptor, data)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: Part) -> None:
    """Write every byte, in one call where the system takes them at once."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def truncate(descriptor: int, length: int) -> None:
    os.ftruncate(descriptor, length)


def sync(descriptor: int) -> None:
    """Wait until what was written is on the disk itself."""
    if sys.platform == "darwin":
        import fcntl

        # On macOS fsync leaves the bytes in the drive's cache.
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk; Windows has no such call."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY | _COMMON | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    os.mkdir(path)


def make_folders(path: Path) -> None:
    """The folder and those above it, where they are not there yet."""
    os.makedirs(path, exist_ok=True)


def rename(old: Path, new: Path) -> None:
    """Give a file or folder its name; on Windows patient with a reader that holds it open."""
    deadline = time.monotonic() + 2.0
    while True:
        try:
            os.replace(old, new)
            return
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def remove_tree(path: Path) -> None:
    """Delete a file, a link or a folder with all in it; links are removed, never followed."""
    if not is_folder(path):
        os.unlink(path)
        return
    with os.scandir(path) as entries:
        inside = [Path(entry.path) for entry in entries]
    for child in inside:
        remove_tree(child)
    os.rmdir(path)


def remove_temporaries(folder: Path) -> None:
    """Delete what writers that died left half-done in a folder; what cannot be deleted stays."""
    if not is_folder(folder):
        return
    for child in folder.iterdir():
        if child.name.startswith(TEMPORARY):
            try:
                remove_tree(child)
            except OSError:
                continue


def free_space(folder: Path) -> int:
    """Bytes that this user may still write in the file system of a folder."""
    return shutil.disk_usage(folder).free


def size_of(folder: Path) -> int:
    """Bytes of the plain files in a folder and below; no link is followed."""
    total = 0
    for here, _, names in os.walk(folder):
        for name in names:
            try:
                facts = os.lstat(os.path.join(here, name))
            except OSError:
                continue  # deleted meanwhile
            total += facts.st_size if stat.S_ISREG(facts.st_mode) else 0
    return total
