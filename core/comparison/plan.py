"""What is compared: plain values, kept beside the runs so that a comparison survives closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from core import registry
from core.config import ConfigError, options_of
from core.evaluate.protocols import USUAL, protocol
from core.experiment import Experiment

KINDS = ("own", "steps", "seconds", "images")
RANDOM = "random_network"  # the reference that no comparison goes without


@dataclass(frozen=True)
class Budget:
    """How long each method trains: its own default, or as many steps, seconds or pictures seen.

    Seconds are of the processor, on one thread, in training steps alone.
    """

    kind: str = "own"
    amount: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(f"a budget of {self.kind!r} is not one of {', '.join(KINDS)}")
        if self.kind != "own" and not 0 < self.amount < 1e9:
            raise ConfigError(f"a budget of {self.amount:g} {self.kind} is not above 0")

    def __str__(self) -> str:
        return "each method's own" if self.kind == "own" else f"{self.amount:g} {self.kind}"


@dataclass(frozen=True)
class Plan:
    """Methods, data, budget and seeds. Every method gets the same of all but its own options."""

    methods: Sequence[str]
    data: str
    data_options: Mapping[str, Any] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    seeds: Sequence[int] = (0, 1, 2)
    protocols: Sequence[str] = USUAL
    options: Mapping[str, Any] = field(default_factory=dict)  # of every method that has them
    threads: int = 1
    device: str = "auto"

    def __post_init__(self) -> None:
        if not self.methods or not self.seeds or not self.protocols:
            raise ConfigError("a comparison needs at least one method, one seed and one protocol")
        for method in self.methods:
            registry.note(method)  # raises UnknownMethod
        for id in self.protocols:
            protocol(id)  # raises UnknownProtocol

    @property
    def all_methods(self) -> list[str]:
        """The methods, with the random network."""
        return list(dict.fromkeys([*self.methods, RANDOM]))

    def experiment(self, method: str, seed: int) -> Experiment:
        """One training, its steps not yet those of the budget; raises ConfigError."""
        known = {o.name for o in options_of(registry.method_class(method).Config)}
        options = {name: value for name, value in self.options.items() if name in known}
        found = Experiment(
            method, self.data, options, dict(self.data_options), seed, self.device, self.threads
        )
        found.config()
        return found

    def adding(
        self,
        methods: Sequence[str] = (),
        seeds: Sequence[int] = (),
        protocols: Sequence[str] = (),
    ) -> Plan:
        """The plan with these besides its own. Raises UnknownMethod, UnknownProtocol."""
        return replace(
            self,
            methods=tuple(dict.fromkeys([*self.methods, *methods])),
            seeds=tuple(dict.fromkeys([*self.seeds, *seeds])),
            protocols=tuple(dict.fromkeys([*self.protocols, *protocols])),
        )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Plan:
        """The plan that `to_dict` gave; raises ConfigError or UnknownMethod for what is not one."""
        try:
            made = cls(**{**values, "budget": Budget(**values["budget"])})
        except (KeyError, TypeError) as error:
            raise ConfigError(f"these values describe no comparison: {error}") from error
        return replace(
            made,
            methods=tuple(made.methods),
            seeds=tuple(made.seeds),
            protocols=tuple(made.protocols),
        )
