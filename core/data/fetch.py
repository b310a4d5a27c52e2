"""Fetch one file by HTTP, so that nothing but the whole right file ever bears its name.

Bytes go to `<name>.partial`. A connection that breaks is taken up again where it ended (RFC 9110,
section 14), now or at the next start of the program; a cancelled download keeps what it has. Only
when the checksum is right is the file renamed.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.data.imageset import DataError
from core.progress import Progress

_CHUNK = 256 << 10
_TIMEOUT = 15.0  # seconds without a byte
_MOST_TRIES = 20
_BREAKS = (urllib.error.URLError, http.client.HTTPException, OSError)


@dataclass(frozen=True)
class Remote:
    """A file on a server, and how it is known to be right."""

    url: str
    md5: str
    most_bytes: int  # no more than this is taken from the server


def fetch(remote: Remote, target: Path, progress: Progress) -> None:
    """Make `target` the file that `remote` names; nothing is asked of the server if it already is.

    Raises DataError with what to do, or Cancelled; both keep the partial file for the next time.
    """
    if not remote.url.startswith(("http://", "https://")):
        raise DataError(f"{remote.url}: expected an address that begins with http:// or https://")
    if target.is_file() and _md5(target, progress) == remote.md5:
        return
    partial = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        resumed = partial.exists()
        _complete(remote, partial, progress)
        if _md5(partial, progress) != remote.md5 and resumed:
            partial.unlink()  # the old part may be of another file: once more from the start
            _complete(remote, partial, progress)
        found = _md5(partial, progress)
        if found != remote.md5:
            partial.unlink()
            raise DataError(
                f"{target.name}: what {remote.url} sent is not the file expected (MD5 {found}, "
                f"expected {remote.md5}); it was deleted. Try again later or fetch it by hand"
            )
        os.replace(partial, target)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise DataError(f"{target.parent}: the download cannot be written there ({why})") from error


def _complete(remote: Remote, partial: Path, progress: Progress) -> None:
    """Bring the partial file to its whole length; a try that brings nothing is the last."""
    for _ in range(_MOST_TRIES):
        before = _size(partial)
        try:
            if _receive(remote, partial, progress):
                return
            why = "the connection ended early"
        except urllib.error.HTTPError as error:
            raise DataError(f"{remote.url}: the server answered {error.code} ({error.reason}); "
                            "try again later or fetch the file by hand") from None  # fmt: skip
        except _Network as error:
            why = str(error)
        if _size(partial) <= before:
            break
    kept = _size(partial)
    stays = f"; {kept / 1e6:.1f} MB are kept, and starting again goes on from there" if kept else ""
    raise DataError(f"{remote.url}: the download did not end ({why}){stays}")


class _Network(Exception):
    """The connection failed; the disk did not."""


def _receive(remote: Remote, partial: Path, progress: Progress) -> bool:
    """Append what the server sends to the partial file; says whether that is all of it."""
    have = _size(partial)
    headers = {"User-Agent": "selfsight", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        answer = urllib.request.urlopen(
            urllib.request.Request(remote.url, headers=headers), timeout=_TIMEOUT
        )
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # nothing lies beyond: it is whole, or not ours
            return True
        raise
    except _BREAKS as error:
        raise _Network(_why(error)) from None
    with answer:
        have = _where_it_begins(answer, have)
        length = answer.length  # None where the server does not say
        _refuse(remote, partial, have, length)
        with open(partial, "r+b" if partial.exists() else "w+b") as file:
            file.truncate(have)
            file.seek(have)
            received = _copy(answer, file, remote, have, length, progress)
            file.flush()
            os.fsync(file.fileno())
    return length is None or received == length


def _where_it_begins(answer: http.client.HTTPResponse, asked: int) -> int:
    """The offset of the answer's first byte: a server may send the whole file all the same."""
    if answer.status != 206:
        return 0
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    if found is None or int(found[1]) > asked:
        raise _Network("the server sent another part than the one asked for")
    return int(found[1])


def _refuse(remote: Remote, partial: Path, have: int, length: int | None) -> None:
    if length is not None and have + length > remote.most_bytes:
        raise DataError(f"{remote.url}: the server offers {(have + length) / 1e6:.0f} MB where "
                        f"{remote.most_bytes / 1e6:.0f} MB at most are expected")  # fmt: skip
    free = shutil.disk_usage(partial.parent).free
    if length is not None and length > free:
        raise DataError(f"{partial.parent}: {length / 1e6:.0f} MB are needed and "
                        f"{free / 1e6:.0f} MB are free; free some space")  # fmt: skip


def _copy(answer: http.client.HTTPResponse, file: IO[bytes], remote: Remote, have: int,
          length: int | None, progress: Progress) -> int:  # fmt: skip
    """Bytes received, counted from the resumed place, so that rate and remaining time are true."""
    name = remote.url.rsplit("/", 1)[-1]
    what = f"Downloading {name}" + (f" from {have / 1e6:.1f} MB on" if have else "")
    received = 0
    while True:
        progress.update(what, received, length or 0, "B")
        try:
            chunk = answer.read1(_CHUNK)
        except _BREAKS as error:
            raise _Network(_why(error)) from None
        if not chunk:
            return received
        if have + received + len(chunk) > remote.most_bytes:
            raise DataError(f"{remote.url}: the server sends more than the "
                            f"{remote.most_bytes / 1e6:.0f} MB expected")  # fmt: skip
        file.write(chunk)
        received += len(chunk)


def _md5(path: Path, progress: Progress) -> str:
    """MD5, for that is what the data sets publish; it guards against damage, not against malice."""
    digest = hashlib.md5(usedforsecurity=False)
    total, done = _size(path), 0
    with open(path, "rb") as file:
        while chunk := file.read(4 << 20):
            digest.update(chunk)
            done += len(chunk)
            progress.update(f"Checking {path.name.removesuffix('.partial')}", done, total, "B")
    return digest.hexdigest()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return str(getattr(reason, "strerror", None) or reason or type(error).__name__).lower()
