"""`./test`: lint, types, the import contract, then pytest on a virtual screen, in two processes.

Every step runs; any that fails makes the whole fail. With words, pytest alone runs with them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools.environment import TEST_LOCK, Environment, SetupError, say
from tools.libraries import ensure_plugin, ensure_screen

ROOT = Path(__file__).resolve().parent.parent
SCREEN = ("xvfb-run", "--auto-servernum", "--server-args", "-screen 0 1920x1080x24")
# Tests of one file share what they have prepared, so a file stays in one process.
SHARED_OUT = ("-n", "2", "--dist", "loadfile")
IMPORT_LINTER = "from importlinter.cli import lint_imports_command as check; check()"
STEPS = (
    ("ruff check", ("-m", "ruff", "check", "--quiet", ".")),
    ("ruff format", ("-m", "ruff", "format", "--check", "--quiet", ".")),
    ("mypy core", ("-m", "mypy", "core")),
    ("import contract", ("-c", IMPORT_LINTER, "--no-logo")),
)


def main(words: Sequence[str]) -> int:
    """The exit status: pytest's where it is not 0, else 1 if another step failed."""
    environment = Environment(ROOT)
    try:
        environment.ensure(TEST_LOCK)
        screen = _screen(environment)
        failed = [] if words else _checks(environment)
        status = _pytest(environment, screen, words or SHARED_OUT)
        if screen and not words:
            status = status or _pytest(environment, screen, ("-m", "display"), platform="xcb")
        if failed:
            say(f"Failed before pytest: {', '.join(failed)}.")
        return status or int(bool(failed))
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130


def _screen(environment: Environment) -> Sequence[str]:
    """The words that put pytest on a virtual screen; none where there cannot be one."""
    if sys.platform != "linux":
        return ()
    try:
        ensure_plugin(environment)
        ensure_screen(environment)
    except SetupError as error:
        say(f"{error}\nWithout it the tests that need a screen are skipped.")
        return ()
    return SCREEN


def _checks(environment: Environment) -> list[str]:
    """Run the steps before pytest; the names of those that failed."""
    failed = []
    for name, words in STEPS:
        started = time.monotonic()
        command = [str(environment.python), *words]
        status = subprocess.run(
            command, cwd=ROOT, env=environment.variables(), stdin=subprocess.DEVNULL, check=False
        ).returncode
        outcome = "passed" if status == 0 else "FAILED"
        say(f"{name}: {outcome} in {time.monotonic() - started:.1f} s")
        if status != 0:
            failed.append(name)
    return failed


def _pytest(
    environment: Environment,
    screen: Sequence[str],
    words: Sequence[str],
    platform: str = "offscreen",
) -> int:
    """The status of the tests, Qt drawing into memory or (what needs OpenGL) on the screen."""
    variables = {**environment.variables(), "QT_QPA_PLATFORM": platform}
    # Only the virtual screen is drawn on, never the one that the person looks at.
    for display in ("DISPLAY", "WAYLAND_DISPLAY"):
        variables.pop(display, None)
    command = [*screen, str(environment.python), "-m", "pytest", *words]
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
