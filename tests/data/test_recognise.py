"""A dropped path is told for what it is."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.data.recognise import Kind, recognise
from tests.data import odd


@pytest.mark.parametrize(
    ("name", "raw", "kind"),
    [
        ("a.png", odd.USABLE["plain.png"](), Kind.IMAGE),
        ("a.JPG", odd.USABLE["plain.jpg"](), Kind.IMAGE),
        ("bare", odd.USABLE["plain.png"](), Kind.IMAGE),
        ("a.mp4", b"\0\0\0\x18ftypisom" + bytes(20), Kind.VIDEO),
        ("a.webm", b"\x1a\x45\xdf\xa3" + bytes(20), Kind.VIDEO),
        ("a.obj", b"v 0 0 0\n", Kind.MESH),
        ("a.stl", b"solid\n", Kind.MESH),
        ("run.json", b"{}", Kind.RUN),
        ("a.heic", b"\0\0\0\x18ftypheic" + bytes(20), Kind.UNKNOWN),
        ("page.jpg", b"<html></html>", Kind.UNKNOWN),
        ("empty.png", b"", Kind.UNKNOWN),
        ("a.txt", b"text", Kind.UNKNOWN),
        ("a.zip", b"PK\x03\x04 but not really", Kind.UNKNOWN),
    ],
)
def test_a_file_is_told_by_name_and_content(
    tmp_path: Path, name: str, raw: bytes, kind: Kind
) -> None:
    (tmp_path / name).write_bytes(raw)
    found = recognise(tmp_path / name)
    assert found.kind is kind
    assert found.sentence.startswith(name)
    assert found.sentence.endswith(".")


def test_a_folder_of_images_is_counted(pictures: Callable[..., Path]) -> None:
    found = recognise(pictures("a/1.png", "b/2.png", ".hidden.png"))
    assert (found.kind, found.sentence) == (
        Kind.IMAGE_FOLDER, "pictures is a folder with 2 images.",
    )  # fmt: skip


def test_a_run_is_told_from_a_folder_of_its_pictures(pictures: Callable[..., Path]) -> None:
    root = pictures("1.png")
    (root / "run.json").write_text("{}")
    assert recognise(root).kind is Kind.RUN


def test_a_folder_with_nothing_in_it_is_unknown(tmp_path: Path) -> None:
    assert recognise(tmp_path).kind is Kind.UNKNOWN


@pytest.mark.parametrize(("name", "kind"), [("a.png", Kind.IMAGE_ZIP), ("a.wav", Kind.UNKNOWN)])
def test_a_zip_is_told_by_what_is_in_it(tmp_path: Path, name: str, kind: Kind) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(name, b"content")
        archive.writestr("__MACOSX/._" + name, b"content")
    assert recognise(tmp_path / "x.zip").kind is kind


def test_a_folder_of_films_is_told_from_one_of_images(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.MOV"):
        (tmp_path / name).write_bytes(b"content")
    found = recognise(tmp_path)
    assert (found.kind, found.sentence) == (
        Kind.VIDEO_FOLDER, f"{tmp_path.name} is a folder with 2 videos.",
    )  # fmt: skip


def test_the_layout_of_davis_is_a_folder_of_films(pictures: Callable[..., Path]) -> None:
    root = pictures("JPEGImages/480p/dog/00000.png", "Annotations/480p/dog/00000.png")
    assert recognise(root).kind is Kind.VIDEO_FOLDER


def test_a_loop_of_links_ends(pictures: Callable[..., Path]) -> None:
    root = pictures("a/1.png")
    (root / "a" / "up").symlink_to(root)
    assert "1 image." in recognise(root).sentence


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert "cannot be opened" in recognise(tmp_path / "gone.png").sentence
