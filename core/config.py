"""Options: one annotated dataclass is the form, the command line, the validation and the JSON.

An option is a dataclass field made by `option(...)`. Its annotation is one of `int`, `float`,
`bool` or `str`; its metadata says its bounds, scale, unit, whether it may change while training,
and one sentence of help. There is no second list of options anywhere.
"""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, cast

Value = bool | int | float | str
C = TypeVar("C")


class ConfigError(ValueError):
    """A value that an option cannot take; says the option, the value, what it accepts."""


@dataclasses.dataclass(frozen=True)
class Option:
    """What a form, a command line and a check need to know of one field."""

    name: str
    type: type
    default: Value
    help: str
    low: float | None = None
    high: float | None = None
    log: bool = False  # edited on a logarithmic scale
    unit: str = ""
    live: bool = False  # may change between two steps of a running training
    choices: tuple[Value, ...] = ()
    group: str = "Method"
    advanced: bool = False
    path: bool = False  # a string that names a file or folder

    @property
    def title(self) -> str:
        """The name as a person reads it: `learning_rate` is "Learning rate"."""
        return self.name.replace("_", " ").capitalize()

    def parse(self, value: Any) -> Value:
        """The value in the option's type, within its bounds; raises ConfigError."""
        if self.type is bool:
            parsed: Value = self._parse_bool(value)
        elif self.type is str:
            if not isinstance(value, str):
                raise ConfigError(f"{self.name}: expected text, found {value!r}")
            parsed = value
        else:
            parsed = self._parse_number(value)
        if self.choices and parsed not in self.choices:
            listed = ", ".join(str(c) for c in self.choices)
            raise ConfigError(f"{self.name}: {value!r} is not one of {listed}")
        return parsed

    def _parse_bool(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        words = {"true": True, "yes": True, "on": True, "1": True}
        words |= {"false": False, "no": False, "off": False, "0": False}
        try:
            return words[str(value).strip().lower()]
        except KeyError:
            raise ConfigError(f"{self.name}: {value!r} is neither yes nor no") from None

    def _parse_number(self, value: Any) -> int | float:
        kind = "a whole number" if self.type is int else "a number"
        try:
            if isinstance(value, bool):
                raise TypeError
            number = float(value)
        except (TypeError, ValueError):
            raise ConfigError(f"{self.name}: {value!r} is not {kind}") from None
        if not math.isfinite(number):
            raise ConfigError(f"{self.name}: {value!r} is not a finite number")
        if self.type is int:
            if number != int(number):
                raise ConfigError(f"{self.name}: {value!r} is not {kind}")
            number = (
                int(value) if isinstance(value, int | str) and _is_digits(value) else int(number)
            )
        if self.low is not None and number < self.low:
            raise ConfigError(
                f"{self.name}: {value} is below {_plain(self.low)}, the least allowed"
            )
        if self.high is not None and number > self.high:
            raise ConfigError(
                f"{self.name}: {value} is above {_plain(self.high)}, the most allowed"
            )
        return number


def _is_digits(value: int | str) -> bool:
    return isinstance(value, int) or value.strip().lstrip("+-").isdigit()


def _plain(number: float) -> str:
    return f"{number:g}"


def option(
    default: Value,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    log: bool = False,
    unit: str = "",
    live: bool = False,
    choices: Iterable[Value] = (),
    group: str = "Method",
    advanced: bool = False,
    path: bool = False,
) -> Any:
    """A dataclass field with all that is said of it in one place; see `Option` for the terms."""
    facts = {
        "help": help,
        "low": low,
        "high": high,
        "log": log,
        "unit": unit,
        "live": live,
        "choices": tuple(choices),
        "group": group,
        "advanced": advanced,
        "path": path,
    }
    return dataclasses.field(default=default, metadata={"option": facts})


def options_of(config: type | object) -> list[Option]:
    """The options of a config class (or of an instance's class), in the order they are written."""
    cls = config if isinstance(config, type) else type(config)
    hints = typing.get_type_hints(cls)
    found = []
    for field in dataclasses.fields(cls):
        facts = field.metadata.get("option")
        if facts is None:
            raise TypeError(
                f"{cls.__qualname__}.{field.name} is no option; write it with option(...)"
            )
        default = cast(Value, field.default)
        found.append(Option(field.name, hints[field.name], default, **facts))
    return found


def configure(cls: type[C], values: Mapping[str, Any] | None = None, **more: Any) -> C:
    """An instance of a config class from plain values, each parsed and checked.

    Raises ConfigError naming the option, the value and what would be accepted.
    """
    options = {o.name: o for o in options_of(cls)}
    given = {**(values or {}), **more}
    for name in given:
        if name not in options:
            known = ", ".join(options)
            raise ConfigError(f"{name}: there is no such option; there are {known}")
    return cls(**{name: options[name].parse(value) for name, value in given.items()})


def change(config: C, **values: Any) -> C:
    """The same config with some values replaced, each parsed and checked."""
    return configure(type(config), {**to_dict(config), **values})


def to_dict(config: object) -> dict[str, Value]:
    """The plain values of a config, as they stand in `config.json`."""
    return dataclasses.asdict(config)  # type: ignore[call-overload]
