"""The system's libraries and programs that Qt and a virtual screen need: found, named, installed.

Qt itself only says that a plugin "could not be loaded even though it was found"; the loader is the
one that knows which library is missing.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.environment import Environment, SetupError, say

# Opened by name at run time, so no loader lists them: EGL and GL by Qt and vispy.
OPENED_BY_NAME = ("libEGL.so.1", "libGL.so.1")

# A virtual screen with software OpenGL: a program or a driver -> its Debian package.
SCREEN_PACKAGES = ("xvfb", "xauth", "libgl1-mesa-dri")

# Debian names a library's package after its soname (Policy 8.1), save for these.
EXCEPTIONS = {
    "libz.so.1": "zlib1g",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libbrotlidec.so.1": "libbrotli1",
    "libbrotlicommon.so.1": "libbrotli1",
}


def debian_package(soname: str) -> str:
    """The package of a library: `libxcb-icccm.so.4` is in `libxcb-icccm4`."""
    if soname in EXCEPTIONS:
        return EXCEPTIONS[soname]
    name, _, version = soname.lower().replace("_", "-").partition(".so.")
    return f"{name}-{version}" if name[-1].isdigit() else f"{name}{version}"


def missing_libraries(plugin: Path, opened: Sequence[str] = OPENED_BY_NAME) -> list[str]:
    """The sonames that the loader does not find for a plugin and for what is opened by name."""
    if shutil.which("ldd") is None:
        return []
    listed = subprocess.run(["ldd", str(plugin)], capture_output=True, text=True, check=False)
    missing = set(re.findall(r"^\s*(\S+) => not found", listed.stdout, flags=re.MULTILINE))
    for soname in opened:
        try:
            ctypes.CDLL(soname)
        except OSError:
            missing.add(soname)
    return sorted(missing)


def ensure_window(environment: Environment) -> None:
    """See to it that a window can open on the display there is. Raises SetupError."""
    wanted = [("WAYLAND_DISPLAY", "libqwayland.so"), ("DISPLAY", "libqxcb.so")]
    plugins = [plugin for display, plugin in wanted if os.environ.get(display)]
    if any(environment.checked(plugin) for plugin in plugins):
        return
    for plugin in plugins:
        path = _plugin(environment, plugin)
        if path is not None and not missing_libraries(path):
            environment.remember(plugin)
            return
    if plugins:
        ensure_plugin(environment, plugins[-1])


def ensure_plugin(environment: Environment, plugin: str = "libqxcb.so") -> None:
    """See to it that Qt can load a platform plugin. Raises SetupError with the command to type."""
    if environment.checked(plugin):
        return
    path = _plugin(environment, plugin)
    if path is None:
        raise SetupError(
            f"{plugin} is not in {environment.folder}; delete that folder, start again."
        )
    with environment.alone():
        # A missing library hides those that it needs itself, hence more than one round.
        for _ in range(3):
            missing = missing_libraries(path)
            if not missing:
                environment.remember(plugin)
                return
            say(f"Qt's {plugin} lacks {', '.join(missing)}.")
            _install(sorted({debian_package(soname) for soname in missing}), missing)
    raise SetupError(f"Qt's {plugin} still lacks {', '.join(missing_libraries(path))}.")


def ensure_screen(environment: Environment) -> None:
    """See to it that there is a virtual screen with OpenGL. Raises SetupError."""
    if environment.checked("xvfb"):
        return
    with environment.alone():
        if shutil.which("dpkg-query"):
            missing = [name for name in SCREEN_PACKAGES if not _debian_has(name)]
        else:
            missing = [name for name in ("xvfb-run", "xauth") if shutil.which(name) is None]
        if missing:
            say(f"The virtual screen for tests lacks {', '.join(missing)}.")
            _install(missing, [])
        environment.remember("xvfb")


def _plugin(environment: Environment, name: str) -> Path | None:
    found = environment.folder.glob(
        f"lib/python*/site-packages/PySide6/Qt/plugins/platforms/{name}"
    )
    return next(found, None)


def _debian_has(package: str) -> bool:
    words = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    return answer.stdout.strip() == "installed"


def _install(packages: Sequence[str], sonames: Iterable[str]) -> None:
    """Install Debian packages as root; otherwise raise SetupError with the command to type."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise SetupError(f"Install them and start again:\n    {command_for(packages, sonames)}")
    say(f"Installing {' '.join(packages)}")
    # dpkg wants ldconfig and its like, which a short PATH may lack.
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "PATH": path}
    update = ["apt-get", "update", "-q"]
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
    for command in (update, install):
        if subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, check=False).returncode:
            raise SetupError(f"This failed; its reason is above:\n    {' '.join(command)}")


def command_for(packages: Sequence[str], sonames: Iterable[str]) -> str:
    """What a person types to install packages, or what holds the sonames, on this system."""
    if shutil.which("apt-get"):
        names = " ".join(packages)
        return f"sudo apt-get update && sudo apt-get install --no-install-recommends {names}"
    capabilities = " ".join(f"'{soname}()(64bit)'" for soname in sonames)
    if shutil.which("dnf"):
        return f"sudo dnf install {capabilities or 'xorg-x11-server-Xvfb xauth mesa-dri-drivers'}"
    if shutil.which("zypper"):
        return f"sudo zypper install {capabilities or 'xorg-x11-server-Xvfb xauth Mesa-dri'}"
    if shutil.which("pacman"):
        if not capabilities:
            return "sudo pacman -S xorg-server-xvfb xorg-xauth mesa"
        return f"pacman -F {' '.join(sonames)}    (names the packages; install those)"
    return f"the packages of your system that hold {' '.join(sonames) or ' '.join(packages)}"
