"""The environment's record and lock, and what an installation makes of a folder of packages."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import install
from tools.environment import RUN_LOCK, TEST_LOCK, Environment, SetupError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose locks name one package each, and whose environment is an empty folder."""
    (tmp_path / RUN_LOCK).write_text("alpha==1\n")
    (tmp_path / TEST_LOCK).write_text("alpha==1\nbeta==2\n")
    (tmp_path / ".venv").mkdir()
    return tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The locks that were installed, in order; nothing is made or fetched."""
    locks: list[str] = []
    monkeypatch.setattr(install, "make", lambda environment, held: None)
    monkeypatch.setattr(install, "install", lambda environment, lock, held: locks.append(lock))
    return locks


def add_package(packages: Path, name: str, version: str, whole: bool = True) -> Path:
    about = packages / f"{name}-{version}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    if whole:
        (about / "RECORD").touch()
    return about


def test_a_second_start_installs_nothing(checkout: Path, asked: list[str]) -> None:
    Environment(checkout).ensure(RUN_LOCK)
    Environment(checkout).ensure(RUN_LOCK)
    assert asked == [RUN_LOCK]


def test_the_program_needs_nothing_more_once_the_tests_are_installed(
    checkout: Path, asked: list[str]
) -> None:
    Environment(checkout).ensure(TEST_LOCK)
    Environment(checkout).ensure(RUN_LOCK)
    assert asked == [TEST_LOCK]


def test_the_tests_need_more_than_the_program(checkout: Path, asked: list[str]) -> None:
    Environment(checkout).ensure(RUN_LOCK)
    Environment(checkout).ensure(TEST_LOCK)
    assert asked == [RUN_LOCK, TEST_LOCK]


def test_a_changed_lock_is_installed_and_the_other_is_known_no_more(
    checkout: Path, asked: list[str]
) -> None:
    Environment(checkout).ensure(TEST_LOCK)
    (checkout / RUN_LOCK).write_text("alpha==3\n")
    Environment(checkout).ensure(RUN_LOCK)
    Environment(checkout).ensure(TEST_LOCK)
    assert asked == [TEST_LOCK, RUN_LOCK, TEST_LOCK]


def test_an_installation_that_failed_is_tried_again(
    checkout: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(environment: Environment, lock: str, held: int) -> None:
        raise SetupError("no network")

    with monkeypatch.context() as broken:
        broken.setattr(install, "install", fail)
        with pytest.raises(SetupError):
            Environment(checkout).ensure(RUN_LOCK)
    Environment(checkout).ensure(RUN_LOCK)
    assert asked == [RUN_LOCK]


def test_what_was_checked_is_remembered_until_the_next_installation(
    checkout: Path, asked: list[str]
) -> None:
    environment = Environment(checkout)
    environment.ensure(RUN_LOCK)
    environment.remember("libqxcb.so")
    assert Environment(checkout).checked("libqxcb.so")
    environment.ensure(TEST_LOCK)
    assert not environment.checked("libqxcb.so")


def test_a_damaged_record_counts_as_none(checkout: Path, asked: list[str]) -> None:
    (checkout / ".venv" / "selfsight.json").write_text('{"python": ')
    Environment(checkout).ensure(RUN_LOCK)
    assert asked == [RUN_LOCK]


def test_of_two_starts_at_once_one_waits_and_installs_nothing(
    checkout: Path, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    first = Environment(checkout)
    second = threading.Thread(target=Environment(checkout).ensure, args=(RUN_LOCK,))
    with first.alone():
        second.start()
        # It has found the checkout held as soon as it says so.
        said = ""
        while "waiting" not in said:
            said += capsys.readouterr().err
        assert asked == []
        first._write(first._read()._replace(**_record_of(first)))
    second.join(timeout=10)
    assert asked == []


def _record_of(environment: Environment) -> dict[str, object]:
    return {"python": environment.version, "locks": {RUN_LOCK: environment._digest(RUN_LOCK)}}


def test_a_child_of_a_killed_start_still_holds_the_checkout(checkout: Path) -> None:
    environment = Environment(checkout)
    with environment.alone() as held:
        child = subprocess.Popen(
            [sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(held,)
        )
    other = os.open(checkout, os.O_RDONLY)
    try:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        child.communicate(b"\n")
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(other)


def test_only_what_is_missing_is_given_to_pip_in_batches(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = Environment(checkout)
    add_package(environment.packages, "Alpha_Tools", "1.5")
    (checkout / RUN_LOCK).write_text(
        "# a comment\nalpha-tools==1.5\n    # via beta\n"
        + "".join(f"p{i}==1 ; sys_platform == 'linux'\n" for i in range(install.BATCH + 1))
    )
    given: list[list[str]] = []
    monkeypatch.setattr(
        install, "_call", lambda environment, held, command, **more: given.append(command)
    )
    install.install(environment, RUN_LOCK, 0)
    packages = [[word for word in command if "==" in word] for command in given]
    assert [len(batch) for batch in packages] == [install.BATCH, 1]
    assert packages[0][0] == "p0==1 ; sys_platform == 'linux'"


def test_what_a_killed_pip_leaves_is_removed(tmp_path: Path) -> None:
    whole = add_package(tmp_path, "whole", "1")
    torn = add_package(tmp_path, "torn", "1", whole=False)
    leaving = tmp_path / "~orch"
    leaving.mkdir()
    install.heal(tmp_path)
    assert whole.exists()
    assert not torn.exists()
    assert not leaving.exists()


def test_a_full_disk_is_told_before_anything_is_fetched(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = Environment(checkout)
    monkeypatch.setattr(install.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    with pytest.raises(SetupError, match=r"1\.0 GB free; the installation needs \d\.\d GB"):
        install.room_for_cache(environment)


def test_the_tests_lock_holds_the_programs_lock() -> None:
    program, tests = (install.pins(ROOT / lock) for lock in (RUN_LOCK, TEST_LOCK))
    assert {pin.text for pin in program} <= {pin.text for pin in tests}
