"""What is raced: a method, the options in which a lane differs, and where on the clock one looks.

No torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core import registry
from core.config import ConfigError, options_of

MOST_LANES = 6
DATA = "scenes"
SECONDS = 30.0  # of each lane, where nothing is said
# Seconds of work after which held-out views are judged; beyond them every half minute.
MARKS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0,
         37.5, 45.0, 60.0)  # fmt: skip
TOLD = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0)  # columns of a table


@dataclass(frozen=True)
class LanePlan:
    """A lane before it is trained."""

    method: str
    options: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""

    def named(self, taken: Sequence[str] = ()) -> LanePlan:
        """With a title that says what it is and that no other lane has."""
        title = self.title or title_of(self.method, self.options)
        found, number = title, 2
        while found in taken:
            found, number = f"{title} ({number})", number + 1
        return replace(self, title=found)


def title_of(method: str, options: Mapping[str, Any]) -> str:
    """The method's own title, with what differs: "NeRF, view direction off, rays 256"."""
    words = [registry.note(method).title]
    for name, value in options.items():
        said = name.replace("_", " ")
        if isinstance(value, bool):
            words.append(f"{said} {'on' if value else 'off'}")
        else:
            words.append(f"{said} {value:g}" if isinstance(value, float) else f"{said} {value}")
    return ", ".join(words)


def parse(word: str) -> LanePlan:
    """A lane in a word: `voxels`, or `voxels:width=32,view_dependent=no`.

    Raises UnknownMethod, or ConfigError naming option, value and what would be accepted.
    """
    method, _, rest = word.partition(":")
    given: dict[str, Any] = {}
    for pair in filter(None, rest.split(",")):
        name, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"{word!r}: expected NAME=VALUE after the colon, found {pair!r}")
        given[name.strip().replace("-", "_")] = value.strip()
    return LanePlan(method, checked(method, given))


def checked(method: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values in their options' types; raises UnknownMethod, or ConfigError.

    Only what learns a scene can be raced.
    """
    cls = registry.method_class(method)
    if not (cls.needs_cameras and callable(getattr(cls, "render", None))):
        listed = ", ".join(racers())
        raise ConfigError(f"{method} does not learn a scene from views; there are {listed}")
    known = {o.name: o for o in options_of(cls.Config)}
    for name in given:
        if name not in known:
            raise ConfigError(f"{method} has no option {name}; there are {', '.join(known)}")
    return {name: known[name].parse(value) for name, value in given.items()}


def racers() -> list[str]:
    """Ids of the methods that learn a scene from views and show it from anywhere."""
    classes = {n.id: registry.method_class(n.id) for n in registry.notes() if n.data == DATA}
    return [id for id, cls in classes.items()
            if cls.needs_cameras and callable(getattr(cls, "render", None))]  # fmt: skip


def next_mark(after: float, length: float) -> float:
    """The first mark beyond so many seconds, the end of the race at the latest."""
    beyond = next((m for m in MARKS if m > after + 1e-9), None)
    if beyond is None:
        beyond = 30.0 * (after // 30.0 + 1)
    return min(beyond, length) if after < length else beyond


def told_at(length: float) -> list[float]:
    """The seconds of a table's columns: the last is the end of the race."""
    return [*(t for t in TOLD if t < length - 1e-9), length]
