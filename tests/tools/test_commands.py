"""What `./run` and `./test` start, in the order and with the outcome they promise."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import check, launch
from tools.environment import Environment, SetupError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The words after the interpreter that `./run` became; nothing is installed or started."""
    programs: list[list[str]] = []

    def become(path: str, words: Sequence[str], variables: Mapping[str, str]) -> None:
        programs.append(list(words[1:]))

    monkeypatch.setattr(os, "execve", become)
    monkeypatch.setattr(Environment, "ensure", lambda self, lock: None)
    for module, name in (
        (launch, "ensure_window"),
        (check, "ensure_plugin"),
        (check, "ensure_screen"),
    ):
        monkeypatch.setattr(module, name, lambda environment: None)
    return programs


def test_run_opens_the_window_where_there_is_a_display(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    launch.main([])
    assert started == [[str(ROOT / "main.py")]]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_run_says_that_there_is_no_display_and_trains(
    started: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    launch.main([])
    assert started == [[str(ROOT / "main.py"), *launch.HEADLESS]]
    assert "no display" in capsys.readouterr().err


def test_run_hands_its_words_on(started: list[list[str]]) -> None:
    launch.main(["list", "--quiet"])
    assert started == [[str(ROOT / "main.py"), "list", "--quiet"]]


def test_run_stops_with_what_a_person_has_to_do(
    started: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(environment: Environment, lock: str) -> None:
        raise SetupError("do this")

    monkeypatch.setattr(Environment, "ensure", fail)
    assert launch.main([]) == 1
    assert capsys.readouterr().err == "do this\n"
    assert started == []


class Steps:
    """The programs that `./test` called, in order, and the status that each is to give."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.status: dict[str, int] = {}

    def run(self, command: Sequence[str], **more: object) -> SimpleNamespace:
        words = " ".join(command)
        names = ("ruff check", "ruff format", "mypy", "importlinter", "pytest")
        name = next(name for name in names if name in words)
        self.called.append(name)
        return SimpleNamespace(returncode=self.status.get(name, 0))


@pytest.fixture
def steps(started: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> Steps:
    steps = Steps()
    monkeypatch.setattr(subprocess, "run", steps.run)
    return steps


def test_test_checks_all_and_pytest_comes_last(steps: Steps) -> None:
    assert check.main([]) == 0
    before = ["ruff check", "ruff format", "mypy", "importlinter", "pytest"]
    on_screen = ["pytest"] if sys.platform == "linux" else []
    assert steps.called == [*before, *on_screen]


def test_a_step_that_fails_keeps_none_from_running_and_fails_the_whole(
    steps: Steps, capsys: pytest.CaptureFixture[str]
) -> None:
    steps.status["mypy"] = 2
    assert check.main([]) == 1
    assert steps.called[-1] == "pytest"
    assert capsys.readouterr().err.endswith("Failed before pytest: mypy core.\n")


def test_the_status_is_that_of_pytest(steps: Steps) -> None:
    steps.status["pytest"] = 3
    assert check.main([]) == 3


def test_with_words_pytest_alone_runs(steps: Steps) -> None:
    check.main(["tests/tools"])
    assert steps.called == ["pytest"]


def test_the_tests_run_without_a_screen_where_there_can_be_none(
    steps: Steps, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(environment: Environment) -> None:
        raise SetupError("Install them")

    monkeypatch.setattr(check, "ensure_screen", fail)
    assert check.main([]) == 0
    if sys.platform == "linux":
        assert "tests that need a screen are skipped" in capsys.readouterr().err
