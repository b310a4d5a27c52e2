"""A folder or zip of pictures becomes a set; what cannot be used is listed, the rest goes on."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.imageset import DataError, ImageSet
from core.data.sources import load
from core.progress import Cancelled, Progress, Tick
from tests.data import odd

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")

Pictures = Callable[..., Path]


def folder(path: Path, **values: Any) -> ImageSet:
    return load("folder", {"path": str(path), **values})


def zipped(path: Path, below: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(below.rglob("*")):
            if file.is_file():
                archive.write(file, prefix + file.relative_to(below).as_posix())
    return path


def all_names(found: ImageSet) -> list[str]:
    return sorted([*found.train.names, *found.held_out.names])


def test_one_folder_a_class_gives_labels(pictures: Pictures) -> None:
    found = folder(pictures(*(f"{c}/{i}.png" for c in ("cat", "dog") for i in range(5))))
    assert found.classes == ("cat", "dog")
    assert len(found.train) == 8
    assert len(found.held_out) == 2
    for part in (found.train, found.held_out):
        named = [found.classes[label] for label in part.labels]
        assert named == [name.split("/")[0] for name in part.names]


def test_a_flat_folder_has_no_labels(pictures: Pictures) -> None:
    found = folder(pictures("a.png", "b.png", "c.png"))
    assert found.classes == ()
    assert (found.train.labels == -1).all()
    assert not found.labelled


def test_a_test_part_is_what_is_held_out(pictures: Pictures) -> None:
    names = [f"{part}/{c}/{i}.png" for part in ("train", "test") for c in "ab" for i in range(3)]
    found = folder(pictures(*names, "notes/x.png"))
    assert all(name.startswith("train/") for name in found.train.names)
    assert all(name.startswith("test/") for name in found.held_out.names)
    assert len(found.train) == len(found.held_out) == 6
    assert found.classes == ("a", "b")
    assert "beside the train and test parts" in found.problems[-1].reason


def test_a_zip_gives_the_same_pictures_as_its_folder(pictures: Pictures, tmp_path: Path) -> None:
    root = pictures("a/1.png", "a/2.png", "b/3.png", "b/4.png")
    plain = folder(root)
    packed = folder(zipped(tmp_path / "all.zip", root, prefix="wrapped/"))
    assert packed.classes == plain.classes
    assert np.array_equal(packed.train.images, plain.train.images)
    assert np.array_equal(packed.held_out.labels, plain.held_out.labels)


def test_odd_files_are_used_or_listed_each_exactly_once(tmp_path: Path) -> None:
    odd.make(tmp_path / "odd")
    found = folder(tmp_path / "odd", side=16)
    assert all_names(found) == sorted(odd.USABLE)
    assert sorted(problem.name for problem in found.problems) == sorted(odd.UNUSABLE)
    assert all(problem.reason for problem in found.problems)
    assert len(found.facts["remarks"]) == 3  # the animated ones


def test_odd_files_in_a_zip_are_used_or_listed_alike(tmp_path: Path) -> None:
    odd.make(tmp_path / "odd")
    found = folder(zipped(tmp_path / "odd.zip", tmp_path / "odd"), side=16)
    assert all_names(found) == sorted(odd.USABLE)
    assert sorted(problem.name for problem in found.problems) == sorted(odd.UNUSABLE)


def test_nothing_usable_says_why(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "page.jpg").write_bytes(b"<html></html>")
    (tmp_path / "bad" / "empty.jpg").write_bytes(b"")
    with pytest.raises(DataError, match=r"0 of 2 files.*web page"):
        folder(tmp_path / "bad")


def test_a_held_out_part_of_unusable_files_alone_is_lent_a_picture(pictures: Pictures) -> None:
    root = pictures("train/a.png", "train/b.png", "train/c.png")
    (root / "test").mkdir()
    (root / "test" / "x.jpg").write_bytes(b"<html></html>")
    found = folder(root)
    assert len(found.train) == 2
    assert len(found.held_out) == 1


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "no folder is chosen"),
        ("absent", "no such"),
        ("file.txt", "expected a folder or a zip"),
    ],
)
def test_a_path_that_cannot_be_read_is_explained(tmp_path: Path, path: str, reason: str) -> None:
    (tmp_path / "file.txt").write_text("text")
    with pytest.raises(DataError, match=reason):
        load("folder", {"path": path and str(tmp_path / path)})


def test_an_empty_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no pictures are in it"):
        folder(tmp_path)


def test_a_loop_of_links_shows_each_picture_once(pictures: Pictures) -> None:
    root = pictures("real/a.png", "real/b.png", "real/deep/c.png")
    for place in (root / "real" / "deep" / "up", root / "again", root / "real" / "self"):
        place.symlink_to(root if place.name == "up" else root / "real", target_is_directory=True)
    found = folder(root)
    assert all_names(found) == ["real/a.png", "real/b.png", "real/deep/c.png"]


def test_a_linked_folder_elsewhere_is_followed(pictures: Pictures) -> None:
    root = pictures("here/a.png", "here/b.png")
    (root / "there").symlink_to(pictures("c.png", "d.png", below="elsewhere"))
    assert folder(root).classes == ("here", "there")


def test_broken_links_pipes_and_locked_folders_are_listed(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = pictures("a.png", "b.png", "locked/c.png")
    (root / "broken.png").symlink_to(root / "nowhere.png")
    os.mkfifo(root / "pipe.png")
    real = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr("core.data.shelves.os.scandir", scandir)
    reasons = {problem.name: problem.reason for problem in folder(root).problems}
    assert "no such file" in reasons["broken.png"]
    assert "not a regular file" in reasons["pipe.png"]
    assert "permission denied" in reasons["locked/"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_an_unreadable_file_is_listed(pictures: Pictures) -> None:
    root = pictures("a.png", "b.png", "c.png")
    (root / "c.png").chmod(0)
    assert [p.name for p in folder(root).problems] == ["c.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps names that are no text")
def test_names_in_any_writing_are_kept_and_broken_ones_are_shown(tmp_path: Path) -> None:
    for name in ("日本.png".encode(), "е\u0301.png".encode(), b"broken-\xff.png", b"\xf0\x9f.png"):
        (tmp_path / os.fsdecode(name)).write_bytes(odd.USABLE["plain.png"]())
    names = all_names(folder(tmp_path))
    assert "日本.png" in names
    assert "broken-?.png" in names
    assert len(names) == 4
    "".join(names).encode()  # nothing that could not be written anywhere


def test_hidden_files_and_what_macos_leaves_are_not_seen(
    pictures: Pictures, tmp_path: Path
) -> None:
    root = pictures("a.png", "b.png", ".c.png", ".git/d.png", "__MACOSX/._a.png", "notes.txt")
    for path in (root, zipped(tmp_path / "mac.zip", root)):
        found = folder(path)
        assert all_names(found) == ["a.png", "b.png"]
        assert not found.problems


def test_a_locked_or_damaged_member_of_a_zip_is_listed(pictures: Pictures, tmp_path: Path) -> None:
    path = zipped(tmp_path / "all.zip", pictures("a.png", "b.png", "c.png", "d.png"))
    raw = bytearray(path.read_bytes())
    raw[raw.rindex(b"c.png") - 46 + 8] |= 1  # the flags of c.png in the table of contents
    raw[raw.index(b"d.png") + 20] ^= 0xFF  # within the packed bytes of d.png
    path.write_bytes(raw)
    reasons = {problem.name: problem.reason for problem in folder(path).problems}
    assert "password" in reasons["c.png"]
    assert "damaged" in reasons["d.png"]


def test_a_zip_method_without_a_bound_is_not_unpacked(pictures: Pictures, tmp_path: Path) -> None:
    path = zipped(tmp_path / "all.zip", pictures("a.png", "b.png"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("c.png", odd.USABLE["plain.png"](), zipfile.ZIP_BZIP2)
    assert "Deflate" in folder(path).problems[0].reason


def test_count_is_shared_equally_over_the_classes(pictures: Pictures) -> None:
    names = [f"many/{i}.png" for i in range(40)] + [f"few/{i}.png" for i in range(4)]
    found = folder(pictures(*names, *(f"some/{i}.png" for i in range(20))), count=20)
    labels = np.concatenate([found.train.labels, found.held_out.labels])
    assert np.bincount(labels).tolist() == [4, 8, 8]


def test_the_seed_alone_decides_what_is_chosen(pictures: Pictures) -> None:
    root = pictures(*(f"{i:02}.png" for i in range(30)))
    first, second = folder(root, count=10, seed=1), folder(root, count=10, seed=2)
    assert first.train.names == folder(root, count=10, seed=1).train.names
    assert first.train.names != second.train.names


def test_a_second_load_decodes_nothing(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    root = pictures("a.png", "b.png", "c.png")
    first = folder(root)
    monkeypatch.setattr("core.data.decode.decode", lambda *_: pytest.fail("decoded again"))
    second = folder(root)
    assert second.fingerprint() == first.fingerprint()
    assert second.train.names == first.train.names


def test_a_changed_file_is_decoded_again(pictures: Pictures) -> None:
    root = pictures("a.png", "b.png", "c.png")
    before = folder(root)
    (root / "b.png").write_bytes(odd.USABLE["plain.png"]())
    os.utime(root / "b.png", ns=(1, 1))
    assert folder(root).fingerprint() != before.fingerprint()


def test_cancelling_leaves_nothing_behind(pictures: Pictures, own_home: Path) -> None:
    root = pictures(*(f"{i:03}.png" for i in range(200)))
    seen: list[Tick] = []
    progress = Progress(seen.append, lambda: any(t.what.startswith("Decoding") for t in seen))
    with pytest.raises(Cancelled):
        load("folder", {"path": str(root)}, progress)
    assert list((own_home / "cache" / "pictures").iterdir()) == []


def test_progress_ends_at_the_number_of_files(tmp_path: Path) -> None:
    odd.make(tmp_path / "odd")
    seen: list[Tick] = []
    load("folder", {"path": str(tmp_path / "odd"), "side": 16}, Progress(seen.append))
    assert (seen[-1].done, seen[-1].unit) == (len(odd.USABLE) + len(odd.UNUSABLE), "images")
    assert seen[-1].fraction == 1.0


@pytest.mark.realdata
def test_cifar10_as_a_zip_holds_its_test_part_out(shared: Path) -> None:
    found = folder(shared / "cifar10.zip", count=2000)
    assert len(found.train) + len(found.held_out) == 2000
    assert len(found.classes) == 10
    assert found.train.images.shape[1:] == (3, 32, 32)
    assert set(np.bincount(found.train.labels)) <= {166, 167}
    assert all(name.startswith("test/") for name in found.held_out.names)
    assert not found.problems


@pytest.mark.realdata
def test_two_hundred_photographs_load_flat(shared: Path) -> None:
    found = folder(shared / "photos", side=64)
    assert len(found.train) + len(found.held_out) == 200
    assert found.classes == ()
    assert not found.problems
