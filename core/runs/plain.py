"""JSON text as every file of a run holds it: strict JSON, and yet no float is lost.

JSON has no NaN and no infinity. They are written as `{"$float": "nan"}` and read back as floats,
so that other programs can parse the files and this one gets what it wrote.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from core.runs.errors import RunDamaged

_FLOAT = "$float"
_NAMES = ("nan", "inf", "-inf")


def encode(value: Any, indent: int | None = None) -> bytes:
    """JSON, in UTF-8, of dicts with text keys, lists, text, numbers, booleans and None.

    NumPy's scalars count as numbers. Raises TypeError for anything else.
    """
    try:
        text = _COMPACT(value) if indent is None else _indented(value, indent)
    except ValueError:  # a float that JSON has no word for
        named = _named(value)
        text = _COMPACT(named) if indent is None else _indented(named, indent)
    # A lone surrogate (part of an undecodable file name) becomes JSON's own escape for it.
    return text.encode("utf-8", "backslashreplace")


def decode(text: bytes) -> Any:
    """The value of a JSON text; raises RunDamaged for what is no JSON."""
    try:
        words = text.decode()
        return _WITH_FLOATS(words) if _FLOAT in words else _AS_IT_STANDS(words)
    except (ValueError, RecursionError) as error:
        raise RunDamaged(f"not JSON: {error}") from None


def _scalar(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} {value!r} cannot be written as JSON")


_COMPACT = json.JSONEncoder(
    separators=(",", ":"), allow_nan=False, ensure_ascii=False, default=_scalar
).encode


def _indented(value: Any, indent: int) -> str:
    return json.dumps(value, indent=indent, allow_nan=False, ensure_ascii=False, default=_scalar)


def _named(value: Any) -> Any:
    """The same value with NaN and infinities replaced by their written form."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: str(value)}
    if isinstance(value, dict):
        return {key: _named(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_named(item) for item in value]
    return value if isinstance(value, str | int | float) or value is None else _scalar(value)


def _float(found: dict[str, Any]) -> Any:
    if len(found) == 1 and found.get(_FLOAT) in _NAMES:
        return float(found[_FLOAT])
    return found


_AS_IT_STANDS = json.JSONDecoder().decode
_WITH_FLOATS = json.JSONDecoder(object_hook=_float).decode
