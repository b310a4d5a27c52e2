"""How numbers are written in the window: few digits, units, no surprise."""

from __future__ import annotations

import math
from collections.abc import Iterable


def short(value: float, digits: int = 3) -> str:
    """A number in `digits` significant digits: 0.0213, 12.4, 1.2e-05, 340; a dash when unknown."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 1e-3 or size >= 1e6:
        mantissa, exponent = f"{value:.{max(digits - 2, 0)}e}".split("e")
        return f"{mantissa.replace('-', '−')}e{int(exponent)}".replace("e-", "e−")
    if size >= 10 ** (digits - 1):
        return f"{value:,.0f}".replace(",", " ").replace("-", "−")
    places = digits - 1 - math.floor(math.log10(size))
    return f"{value:.{places}f}".replace("-", "−")


def count(value: int) -> str:
    """A whole number with thin spaces between the thousands."""
    return f"{value:,}".replace(",", " ")


def duration(seconds: float) -> str:
    """A time in the two largest units: 6 s, 4 min 10 s, 2 h 5 min, 3 d 4 h."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{count(days)} d {hours} h" if hours else f"{count(days)} d"


def memory(size: float) -> str:
    """Bytes as MB or GB (decimal)."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def counted(number: int, one: str, many: str = "") -> str:
    """«1 picture», «12 pictures»."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def tidy(value: float) -> str:
    """A round number (a tick, an end of a scale) without the noughts behind its point."""
    said = short(value)
    if "e" in said:
        mantissa, exponent = said.split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}" if "." in mantissa else said
    return said.rstrip("0").rstrip(".") if "." in said else said


def places_for(values: Iterable[float], digits: int = 3) -> int | None:
    """Decimal places that show the largest of `values` in `digits` digits, so that points align.

    None where plain decimals would not do (very large or very small numbers).
    """
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    if largest == 0.0:
        return 0
    if not 1e-4 <= largest < 1e6:
        return None
    return max(0, digits - 1 - math.floor(math.log10(largest)))


def aligned(value: float, places: int | None, digits: int = 3) -> str:
    """A number with that many decimal places, as `places_for` chose them for its column."""
    if places is None or not math.isfinite(value):
        return short(value, digits)
    return f"{value:,.{places}f}".replace(",", "\u2009").replace("-", "−")
