"""Selfsight: opens the laboratory; with words after it, does one thing without a window."""

import os
import sys

# Threads of torch that wait for one another must not spin: on a machine that does anything else
# beside (drawing this window, say), spinning took three times the processor time of the work.
# It is read when the OpenMP library is loaded, hence here.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def main() -> int:
    # The window and the training share the interpreter: who computes hands it to who waits after
    # 50 us instead of 5 ms. Every operation of a step waits so long while a plot is being drawn.
    sys.setswitchinterval(0.00005)
    if len(sys.argv) > 1:
        from core.cli import main as command_line

        return command_line(sys.argv[1:])
    from gui.app import main as window

    return window(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
