"""A download is whole and right, or it is not there; what has come is never fetched twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.data.fetch import Remote, fetch
from core.data.imageset import DataError
from core.progress import Cancelled, Progress, Tick
from tests.data.server import Served, serving

BODY = np.random.default_rng(0).bytes(3_000_000)
MD5 = hashlib.md5(BODY).hexdigest()


@pytest.fixture
def server() -> Iterator[Served]:
    with serving() as served:
        served.files["set.bin"] = BODY
        yield served


def get(server: Served, target: Path, md5: str = MD5, most: int = 4_000_000) -> None:
    fetch(Remote(server.url("set.bin"), md5, most), target, Progress())


def test_the_file_is_whole_and_no_partial_file_is_left(server: Served, tmp_path: Path) -> None:
    get(server, tmp_path / "deep" / "set.bin")
    assert (tmp_path / "deep" / "set.bin").read_bytes() == BODY
    assert len(list((tmp_path / "deep").iterdir())) == 1


def test_a_broken_connection_is_taken_up_where_it_ended(server: Served, tmp_path: Path) -> None:
    server.cuts = [1_000_000, 500_000]
    get(server, tmp_path / "set.bin")
    assert (tmp_path / "set.bin").read_bytes() == BODY
    assert server.asked == ["", "bytes=1000000-", "bytes=1500000-"]


def test_the_next_start_goes_on_from_what_was_kept(server: Served, tmp_path: Path) -> None:
    server.cuts = [1_200_000, 0]
    with pytest.raises(DataError, match=r"1\.2 MB are kept"):
        get(server, tmp_path / "set.bin")
    assert not (tmp_path / "set.bin").exists()
    server.asked.clear()
    get(server, tmp_path / "set.bin")
    assert server.asked == ["bytes=1200000-"]
    assert (tmp_path / "set.bin").read_bytes() == BODY


def test_a_server_that_knows_no_parts_sends_all_again(server: Served, tmp_path: Path) -> None:
    server.ranges = False
    (tmp_path / "set.bin.partial").write_bytes(BODY[:1000])
    get(server, tmp_path / "set.bin")
    assert (tmp_path / "set.bin").read_bytes() == BODY


@pytest.mark.parametrize("old", [b"something else", BODY + b"too long"])
def test_a_partial_file_of_something_else_is_started_anew(
    server: Served, tmp_path: Path, old: bytes
) -> None:
    (tmp_path / "set.bin.partial").write_bytes(old)
    get(server, tmp_path / "set.bin")
    assert (tmp_path / "set.bin").read_bytes() == BODY


def test_a_partial_file_that_is_whole_is_only_renamed(server: Served, tmp_path: Path) -> None:
    (tmp_path / "set.bin.partial").write_bytes(BODY)
    get(server, tmp_path / "set.bin")
    assert (tmp_path / "set.bin").read_bytes() == BODY
    assert server.asked == [f"bytes={len(BODY)}-"]


def test_a_wrong_checksum_leaves_no_file(server: Served, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not the file expected"):
        get(server, tmp_path / "set.bin", md5="0" * 32)
    assert list(tmp_path.iterdir()) == []


def test_a_right_file_is_not_asked_for(server: Served, tmp_path: Path) -> None:
    (tmp_path / "set.bin").write_bytes(BODY)
    get(server, tmp_path / "set.bin")
    assert server.asked == []


def test_a_damaged_file_is_fetched_again(server: Served, tmp_path: Path) -> None:
    (tmp_path / "set.bin").write_bytes(BODY[:-1] + b"?")
    get(server, tmp_path / "set.bin")
    assert (tmp_path / "set.bin").read_bytes() == BODY


def test_more_than_expected_is_refused_before_it_comes(server: Served, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="3 MB where 1 MB at most"):
        get(server, tmp_path / "set.bin", most=1_000_000)


def test_a_cancelled_download_keeps_what_it_has(server: Served, tmp_path: Path) -> None:
    seen: list[Tick] = []
    progress = Progress(seen.append, lambda: bool(seen) and len(seen) > 1)
    remote = Remote(server.url("set.bin"), MD5, 4_000_000)
    server.cuts = [1_000_000]
    with pytest.raises(Cancelled):
        fetch(remote, tmp_path / "set.bin", progress)
    assert not (tmp_path / "set.bin").exists()
    kept = (tmp_path / "set.bin.partial").stat().st_size
    assert kept > 0
    get(server, tmp_path / "set.bin")
    assert server.asked[-1] == f"bytes={kept}-"


def test_progress_counts_bytes_and_ends_at_all_of_them(server: Served, tmp_path: Path) -> None:
    seen: list[Tick] = []
    fetch(Remote(server.url("set.bin"), MD5, 4_000_000), tmp_path / "set.bin",
          Progress(seen.append))  # fmt: skip
    last = [tick for tick in seen if tick.what.startswith("Downloading")][-1]
    assert (last.done, last.total, last.unit) == (len(BODY), len(BODY), "B")


def test_a_missing_file_is_said_with_the_servers_answer(server: Served, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="404"):
        fetch(Remote(server.url("other"), MD5, 10), tmp_path / "other", Progress())


def test_no_server_is_said_in_words(tmp_path: Path) -> None:
    with serving() as closed:
        pass
    with pytest.raises(DataError, match="refused"):
        fetch(Remote(closed.url("set.bin"), MD5, 10), tmp_path / "set.bin", Progress())


def test_a_place_that_cannot_be_written_is_said(server: Served, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="cannot be written"):
        get(server, tmp_path / "file" / "set.bin")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "set.bin"])
def test_only_http_is_spoken(tmp_path: Path, url: str) -> None:
    with pytest.raises(DataError, match="http"):
        fetch(Remote(url, MD5, 10), tmp_path / "set.bin", Progress())
