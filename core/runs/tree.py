"""Nested state (an optimiser's `state_dict`) as named tensors and JSON, and back to the same.

A leaf tensor becomes `{"$tensor": "optimizer/state/0/exp_avg"}` in the JSON. A dict whose keys are
not all plain text (`state_dict()["state"]` has whole numbers) becomes `{"$items": [[key, value],
...]}`, a tuple `{"$tuple": [...]}`, so that everything comes back as the type it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.runs.errors import RunDamaged

Array = NDArray[Any]
_KEYS = str | int | float | bool | None


def arrays(leaf: Any) -> Array | None:
    """The array that a leaf is, or None: NumPy arrays only."""
    return leaf if isinstance(leaf, np.ndarray) else None


def same(array: Array) -> Any:
    return array


def flatten(
    nested: Any, to_array: Callable[[Any], Array | None] = arrays, name: str = ""
) -> tuple[dict[str, Array], Any]:
    """Split nested dicts, lists and tuples into the tensors in them and JSON that refers to those.

    `to_array` says which leaves are tensors: it returns the array of such a leaf and None for
    others, which must be text, numbers, booleans or None. Names begin with `name`. Raises
    TypeError naming the place of what can be neither.
    """
    tensors: dict[str, Array] = {}

    def walk(value: Any, path: str) -> Any:
        array = to_array(value)
        if array is not None:
            key = path or "value"
            while key in tensors:  # the keys 1 and "1" of one dict
                key += "'"
            tensors[key] = array
            return {"$tensor": key}
        if isinstance(value, dict):
            return _walk_dict(value, path, walk)
        if isinstance(value, list | tuple):
            items = [walk(item, _join(path, i)) for i, item in enumerate(value)]
            return {"$tuple": items} if isinstance(value, tuple) else items
        if value is None or isinstance(value, str | int | float):
            return value
        raise TypeError(f"{path or 'the value'}: a {type(value).__name__} cannot be kept in a run")

    return tensors, walk(nested, name)


def unflatten(
    tensors: dict[str, Array], tree: Any, from_array: Callable[[Array], Any] = same
) -> Any:
    """What `flatten` was given, its tensors made by `from_array`; raises RunDamaged."""

    def build(value: Any) -> Any:
        if isinstance(value, list):
            return [build(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$tensor" in value:
            return from_array(tensors[value["$tensor"]])
        if "$tuple" in value:
            return tuple(build(item) for item in value["$tuple"])
        if "$items" in value:
            return {key: build(item) for key, item in value["$items"]}
        return {key: build(item) for key, item in value.items()}

    try:
        return build(tree)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise RunDamaged(f"the saved state does not fit its tensors: {error!r}") from None


def _walk_dict(value: dict[Any, Any], path: str, walk: Callable[[Any, str], Any]) -> Any:
    for key in value:
        if not isinstance(key, _KEYS):
            raise TypeError(f"{path or 'the value'}: the key {key!r} cannot be kept in a run")
    if all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {key: walk(item, _join(path, key)) for key, item in value.items()}
    return {"$items": [[key, walk(item, _join(path, key))] for key, item in value.items()]}


def _join(path: str, part: Any) -> str:
    return f"{path}/{part}" if path else str(part)
