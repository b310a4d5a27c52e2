"""Manifested folders: every changed bit is noticed, hostile ones are refused, an older helps."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.runs import Run, RunDamaged, RunStore, disk
from core.runs.document import encode_document, read_document, write_document
from core.runs.folder import MANIFEST, read_folder, write_folder
from tests.runs.conftest import CONFIG, INFO


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(
        tmp_path / "step-1", {"a.bin": [bytes(range(64))], "b.json": [b"{", b"}"]}, "a test"
    )
    return tmp_path / "step-1"


LIMITS = {"a.bin": 1000, "b.json": 1000}


def forge(folder: Path, name: str, **facts: object) -> None:
    """Rewrite a folder's manifest with a proper checksum, as only an attacker would."""
    manifest = read_document(folder / MANIFEST)
    manifest["files"][name] = manifest["files"].get("a.bin", {}) | facts
    write_document(folder / MANIFEST, manifest)


def test_flipped_bits_of_every_file_are_noticed(folder: Path) -> None:
    before = read_folder(folder, LIMITS)
    harmless = 0
    for path in folder.iterdir():
        whole = path.read_bytes()
        for bit in range(0, len(whole) * 8, 3):
            data = bytearray(whole)
            data[bit // 8] ^= 1 << bit % 8
            path.write_bytes(data)
            try:
                assert read_folder(folder, LIMITS) == before
                assert path.name == MANIFEST
                harmless += 1  # one kind of white space for another
            except RunDamaged:
                pass
        path.write_bytes(whole)
    assert harmless < 50
    assert read_folder(folder, LIMITS) == before


def test_every_truncation_of_every_file_is_noticed(folder: Path) -> None:
    for path in folder.iterdir():
        whole = path.read_bytes()
        for size in range(len(whole) - (path.name == MANIFEST)):  # its newline may go
            path.write_bytes(whole[:size])
            with pytest.raises(RunDamaged):
                read_folder(folder, LIMITS)
        path.write_bytes(whole + b"x")
        with pytest.raises(RunDamaged):
            read_folder(folder, LIMITS)
        path.write_bytes(whole)


@pytest.mark.parametrize("name", ["../a.bin", "/etc/passwd", "..", "", "sub/a", "C:x", "a\\b", "."])
def test_a_manifest_may_name_only_files_beside_it(folder: Path, name: str) -> None:
    forge(folder, name)
    with pytest.raises(RunDamaged, match="plain file name"):
        read_folder(folder, LIMITS)


@pytest.mark.parametrize("size", [-1, True, 1.5, "64", None, 10**30, 63, 65])
def test_a_manifest_with_a_wrong_size_is_refused(folder: Path, size: object) -> None:
    forge(folder, "a.bin", size=size)
    with pytest.raises(RunDamaged):
        read_folder(folder, LIMITS)


def test_a_huge_file_is_refused_before_it_is_read(folder: Path) -> None:
    with (folder / "a.bin").open("r+b") as file:
        file.truncate(1 << 40)  # a hole, no space
    forge(folder, "a.bin", size=1 << 40)
    with pytest.raises(RunDamaged, match="more than 1000 allowed"):
        read_folder(folder, LIMITS)
    with (folder / MANIFEST).open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(RunDamaged, match="more than the"):
        read_folder(folder, LIMITS)


@pytest.mark.parametrize("name", ["a.bin", MANIFEST])
def test_links_and_pipes_in_a_folder_are_not_followed(folder: Path, name: str) -> None:
    real = folder.parent / "elsewhere"
    os.replace(folder / name, real)
    (folder / name).symlink_to(real)
    with pytest.raises(RunDamaged):
        read_folder(folder, LIMITS)
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(RunDamaged):
        read_folder(folder, LIMITS)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff", b'{"a": 1', b"[" * 5000, b"9" * 5000])
def test_a_manifest_that_is_none_is_refused(folder: Path, text: bytes) -> None:
    (folder / MANIFEST).write_bytes(text)
    with pytest.raises(RunDamaged, match=MANIFEST):
        read_folder(folder, LIMITS)


def test_a_manifest_of_an_unknown_format_is_refused(folder: Path) -> None:
    content = {**read_document(folder / MANIFEST), "format": 2}
    (folder / MANIFEST).write_bytes(encode_document(content))
    with pytest.raises(RunDamaged, match="format 2"):
        read_folder(folder, LIMITS)


def test_a_document_reformatted_by_hand_still_counts_and_a_changed_one_does_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "config.json"
    write_document(path, {"rate": 0.001, "name": "é"})
    path.write_text(path.read_text().replace("\n", " "))
    assert read_document(path) == {"rate": 0.001, "name": "é"}
    path.write_text(path.read_text().replace("0.001", "0.003"))
    with pytest.raises(RunDamaged, match="checksum"):
        read_document(path)


@pytest.fixture
def saved(store: RunStore) -> Iterator[Run]:
    with store.create(INFO, CONFIG) as run:
        for step in (10, 20, 30):
            tensors = {"w": np.full(4, step)}
            run.save_checkpoint(step, tensors, tensors, {"step": step})
        yield run


def files_of(run: Run, step: int) -> list[Path]:
    return sorted((run.path / "checkpoints" / f"step-{step:09d}").iterdir())


def test_the_two_newest_checkpoints_are_kept(saved: Run) -> None:
    names = sorted(path.name for path in (saved.path / "checkpoints").iterdir())
    assert names == ["step-000000020", "step-000000030"]
    assert saved.checkpoint_step() == 30


@pytest.mark.parametrize("index", range(4))
def test_a_damaged_checkpoint_falls_back_to_the_older_and_says_so(saved: Run, index: int) -> None:
    path = files_of(saved, 30)[index]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    checkpoint = saved.load_checkpoint()
    assert (checkpoint.step, checkpoint.state) == (20, {"step": 20})
    assert "step 30" in checkpoint.warnings[0]
    assert path.name in checkpoint.warnings[0]


def test_a_damaged_checkpoint_does_not_push_out_a_good_one(saved: Run) -> None:
    files_of(saved, 30)[1].unlink()
    saved.save_checkpoint(40, {}, {}, None)
    assert [step for step in (20, 30, 40) if files_of(saved, step)] == [20, 30, 40]


def test_when_no_checkpoint_verifies_the_reasons_are_told(saved: Run) -> None:
    for step in (20, 30):
        files_of(saved, step)[0].unlink()
    with pytest.raises(RunDamaged, match=r"step 30.*step 20"):
        saved.load_checkpoint()
    assert saved.checkpoint_step() is None


def test_a_run_without_a_checkpoint_has_none(run: Run) -> None:
    assert run.load_checkpoint() is None


def test_saving_a_step_again_replaces_it(saved: Run) -> None:
    saved.save_checkpoint(30, {}, {}, "again")
    assert saved.load_checkpoint().state == "again"
    saved.save_snapshot(5, {"w": np.zeros(1)})
    saved.save_snapshot(5, {"w": np.ones(1)})
    assert saved.load_snapshot(5)["w"] == 1
    assert saved.snapshots() == [5]
    assert len(list((saved.path / "snapshots").iterdir())) == 1


def test_a_link_among_the_checkpoints_is_passed_over(saved: Run) -> None:
    real = saved.path / "checkpoints" / "step-000000030"
    (saved.path / "checkpoints" / "step-000000099").symlink_to(real)
    assert saved.load_checkpoint().step == 30
    os.replace(saved.path / "checkpoints", saved.path / "moved")
    (saved.path / "checkpoints").symlink_to(saved.path / "moved")
    assert saved.load_checkpoint() is None


def test_a_snapshot_that_is_not_there_or_damaged_is_told(saved: Run) -> None:
    with pytest.raises(RunDamaged, match="no snapshot of step 7"):
        saved.load_snapshot(7)
    saved.save_snapshot(7, {"w": np.zeros(3)})
    path = saved.path / "snapshots" / "step-000000007" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RunDamaged, match=r"model\.safetensors"):
        saved.load_snapshot(7)


def test_resuming_drops_the_snapshots_and_checkpoints_of_the_abandoned_future(saved: Run) -> None:
    for step in (1, 20, 25):
        saved.save_snapshot(step, {"w": np.zeros(1)})
    saved.resume_from(20)
    assert saved.snapshots() == [1, 20]
    assert saved.load_checkpoint().step == 20


def test_what_a_dead_writer_left_half_done_is_deleted_by_the_next(saved: Run) -> None:
    saved.close()
    for place in (saved.path, saved.path / "checkpoints", saved.path / "pictures"):
        (place / f"{disk.TEMPORARY}x").mkdir()
        (place / f"{disk.TEMPORARY}x" / "link").symlink_to(saved.path / "checkpoints")
    with RunStore(saved.path.parent).open(saved.id, write=True) as run:
        assert not list(run.path.rglob(f"{disk.TEMPORARY}*"))
        assert run.load_checkpoint().step == 30
