"""Which library is missing, what its package is called, and what a person is told to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import libraries
from tools.environment import Environment, SetupError


@pytest.mark.parametrize(
    ("soname", "package"),
    [
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxcb-render-util.so.0", "libxcb-render-util0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libX11.so.6", "libx11-6"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
        ("libEGL.so.1", "libegl1"),
        ("libGL.so.1", "libgl1"),
        ("libgcc_s.so.1", "libgcc-s1"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libz.so.1", "zlib1g"),
    ],
)
def test_a_library_is_in_the_debian_package_that_policy_names(soname: str, package: str) -> None:
    assert libraries.debian_package(soname) == package


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A PATH of this test's own; a program put into it exists."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def add_program(folder: Path, name: str, script: str = "exit 0") -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_what_the_loader_does_not_find_is_missing(system: Path) -> None:
    add_program(
        system,
        "ldd",
        "echo '  libxcb.so.1 => /lib/libxcb.so.1 (0x1)'\n"
        "echo '  libxcb-icccm.so.4 => not found'\necho '  libxcb-icccm.so.4 => not found'",
    )
    found = libraries.missing_libraries(Path("libqxcb.so"), opened=("libnowhere.so.9",))
    assert found == ["libnowhere.so.9", "libxcb-icccm.so.4"]


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        (
            "apt-get",
            "sudo apt-get update && sudo apt-get install --no-install-recommends libxcb-icccm4",
        ),
        ("dnf", "sudo dnf install 'libxcb-icccm.so.4()(64bit)'"),
        ("zypper", "sudo zypper install 'libxcb-icccm.so.4()(64bit)'"),
    ],
)
def test_the_command_is_the_one_of_this_system(system: Path, manager: str, command: str) -> None:
    add_program(system, manager)
    assert libraries.command_for(["libxcb-icccm4"], ["libxcb-icccm.so.4"]) == command


def plugin_of(environment: Environment, name: str) -> None:
    folder = environment.packages / "PySide6" / "Qt" / "plugins" / "platforms"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).touch()


def test_without_root_the_command_is_said_and_nothing_installed(
    system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = Environment(tmp_path)
    plugin_of(environment, "libqxcb.so")
    add_program(system, "ldd", "echo 'libxcb-icccm.so.4 => not found'")
    add_program(system, "apt-get", f"touch {tmp_path / 'installed'}")
    monkeypatch.setattr(libraries, "OPENED_BY_NAME", ())
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SetupError, match=r"sudo apt-get install .* libxcb-icccm4"):
        libraries.ensure_plugin(environment)
    assert not (tmp_path / "installed").exists()


def test_as_root_only_what_is_missing_is_installed_and_that_is_remembered(
    system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = Environment(tmp_path)
    plugin_of(environment, "libqxcb.so")
    log = tmp_path / "log"
    add_program(system, "ldd", f"[ -e {log} ] || echo 'libxcb-icccm.so.4 => not found'")
    add_program(system, "apt-get", f'echo "$@" >> {log}')
    monkeypatch.setattr(libraries, "OPENED_BY_NAME", ())
    monkeypatch.setattr("os.geteuid", lambda: 0)
    libraries.ensure_plugin(environment)
    assert log.read_text().splitlines() == [
        "update -q",
        "install -q -y --no-install-recommends libxcb-icccm4",
    ]
    assert environment.checked("libqxcb.so")


def test_a_wayland_session_needs_no_xcb(
    system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = Environment(tmp_path)
    for plugin in ("libqxcb.so", "libqwayland.so"):
        plugin_of(environment, plugin)
    add_program(system, "ldd", "case $1 in *xcb.so) echo 'libxcb-icccm.so.4 => not found';; esac")
    monkeypatch.setattr(libraries, "OPENED_BY_NAME", ())
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    libraries.ensure_window(environment)
    assert environment.checked("libqwayland.so")
