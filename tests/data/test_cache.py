"""A cached set is there whole or not at all, and the cap holds."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import numpy as np
import pytest

from core.data.cache import Cache, Writer, key_of
from core.data.imageset import DataError, Problem
from core.data.places import cache_folder, datasets_folder


def keep(cache: Cache, key: str, count: int = 6, fill: int = 7) -> None:
    with cache.writing(key, (3, 8, 8)) as writer:
        images = np.full((count, 3, 8, 8), fill, dtype=np.uint8)
        names = [f"{i}.png" for i in range(count)]
        writer.add(images[:-1], np.arange(count - 1), False, names[:-1])
        writer.add(images[-1:], np.array([0]), True, names[-1:])
        writer.describe("test", "Test", ("a", "b"), [Problem("x", "y")], {"n": 1})


def test_what_was_written_is_read(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    keep(cache, "k")
    found = cache.get("k")
    assert found is not None
    assert found.train.images.shape == (5, 3, 8, 8)
    assert found.held_out.names == ["5.png"]
    assert found.train.labels.tolist() == [0, 1, 2, 3, 4]
    assert found.problems == (Problem("x", "y"),)
    assert found.facts == {"n": 1}


def test_pictures_are_mapped_and_writing_to_them_leaves_the_file_alone(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    keep(cache, "k")
    found = cache.get("k")
    assert found is not None
    assert not found.train.images.flags.owndata
    found.train.images[0] = 99
    again = cache.get("k")
    assert again is not None
    assert (again.train.images == 7).all()


@pytest.mark.parametrize("file", ["images.npy", "labels.npy", "about.json"])
def test_a_set_with_a_cut_file_is_as_good_as_absent_and_is_replaced(
    tmp_path: Path, file: str
) -> None:
    cache = Cache(tmp_path)
    keep(cache, "k")
    raw = (tmp_path / "k" / file).read_bytes()
    (tmp_path / "k" / file).write_bytes(raw[: len(raw) - 8])
    assert cache.get("k") is None
    keep(cache, "k", fill=9)
    found = cache.get("k")
    assert found is not None
    assert (found.train.images == 9).all()


def test_a_failure_while_writing_leaves_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with pytest.raises(ZeroDivisionError), cache.writing("k", (3, 8, 8)):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.data.cache.os.fsync", full)
    with pytest.raises(DataError, match="disk is full"):
        keep(Cache(tmp_path), "k")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="SELFSIGHT_HOME"):
        keep(Cache(tmp_path / "file" / "cache"), "k")


def test_the_set_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most_bytes=6_000)
    keep(cache, "old", count=10)
    keep(cache, "older", count=10)
    os.utime(tmp_path / "old" / "about.json", (2, 2))
    os.utime(tmp_path / "older" / "about.json", (1, 1))
    assert cache.get("older") is not None  # used now, so "old" is the one to go
    keep(cache, "new", count=10)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "older"]


def test_a_set_larger_than_the_cap_is_kept_while_it_is_the_newest(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most_bytes=10)
    keep(cache, "large")
    assert cache.get("large") is not None


def test_a_set_stays_readable_while_it_is_removed(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most_bytes=10)
    keep(cache, "first")
    found = cache.get("first")
    keep(cache, "second")
    assert cache.get("first") is None
    assert found is not None
    assert (found.train.images == 7).all()


def test_rubbish_of_a_killed_process_is_swept_after_a_day(tmp_path: Path) -> None:
    for name, age in ((".tmp-old", 1), (".tmp-new", 0)):
        (tmp_path / name).mkdir()
        if age:
            os.utime(tmp_path / name, (1, 1))
    keep(Cache(tmp_path), "k")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tmp-new", "k"]


def test_training_pictures_come_first() -> None:
    picture = np.zeros((1, 3, 8, 8), dtype=np.uint8)
    writer = Writer(io.BytesIO(), (3, 8, 8))
    writer.add(picture, np.array([0]), True)
    with pytest.raises(ValueError, match="held out"):
        writer.add(picture, np.array([0]), False)


def test_the_key_is_a_function_of_its_parts_alone() -> None:
    assert key_of(a=1, b="x") == key_of(b="x", a=1)
    assert key_of(a=1, b="x") != key_of(a=1, b="y")


def test_everything_goes_below_the_home_that_is_set(own_home: Path) -> None:
    assert cache_folder() == own_home / "cache"
    assert datasets_folder() == own_home / "datasets"


def test_without_a_home_the_system_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SELFSIGHT_HOME")
    assert "selfsight" in str(cache_folder())
    assert "selfsight" in str(datasets_folder())
