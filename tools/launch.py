"""`./run`: see to the environment, then become the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.environment import RUN_LOCK, Environment, SetupError, say
from tools.libraries import ensure_window

ROOT = Path(__file__).resolve().parent.parent
HEADLESS = ("train", "rotation", "--data", "digits", "--report")


def has_display(variables: Mapping[str, str], platform: str) -> bool:
    """Whether a window could be seen."""
    if platform != "linux":
        return True
    return bool(variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY"))


def main(words: Sequence[str]) -> int:
    """Ready what the words need, then replace this process by the program."""
    environment = Environment(ROOT)
    try:
        environment.ensure(RUN_LOCK)
        if not words and has_display(os.environ, sys.platform):
            if sys.platform == "linux":
                ensure_window(environment)
        elif not words:
            words = HEADLESS
            say(f"There is no display, so this trains without a window: {' '.join(words)}")
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Start again to go on: what was downloaded is kept.")
        return 130
    program = [str(environment.python), str(ROOT / "main.py"), *words]
    os.execve(program[0], program, environment.variables())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
