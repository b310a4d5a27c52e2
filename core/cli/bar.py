"""A progress bar for a terminal, and lines now and then where there is none."""

from __future__ import annotations

import shutil
import sys
import time

from core.progress import Tick

LINE_SECONDS = 5.0


class Bar:
    """Shows how far work is, with rate and remaining time, on standard error."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._told = 0.0
        self._open = False

    def tick(self, tick: Tick) -> None:
        """Show a report of `core.progress`."""
        of = f" of {tick.total:,}" if tick.total else ""
        count = f" {tick.done:,}{of} {tick.unit}".rstrip() if tick.done or tick.total else ""
        self.show(
            f"{tick.what}{count}", tick.fraction, tick.rate, tick.remaining, tick.unit or "it"
        )

    def show(
        self,
        text: str,
        fraction: float | None,
        rate: float,
        remaining: float | None,
        unit: str = "it",
        numbers: str = "",
    ) -> None:
        """One state of the work; a terminal's line is rewritten, a file gets a line every 5 s."""
        now = time.monotonic()
        whole = fraction is not None and fraction >= 1.0
        if self._quiet or (
            now - self._told < (0.1 if self._terminal else LINE_SECONDS) and not whole
        ):
            return
        self._told = now
        done = int(24 * (fraction or 0.0))
        bar = f"[{'█' * done}{'·' * (24 - done)}] " if fraction is not None else ""
        parts = [text]
        if rate > 0:
            parts.append(f"{rate:,.1f} {unit}/s")
        if remaining is not None and not whole:
            parts.append(f"{duration(remaining)} left")
        if numbers:
            parts.append(numbers)
        line = bar + "  ".join(parts)
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            print("\r" + line[:width].ljust(width), end="", file=sys.stderr, flush=True)
            self._open = True
        else:
            print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the line."""
        if self._open:
            print(file=sys.stderr)
            self._open = False


def duration(seconds: float) -> str:
    """Seconds in words: "8 s", "2 min 05 s", "3 h 12 min", "5 d 03 h"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86_400:,} d {whole % 86_400 // 3600:02d} h"
