"""Randomness that belongs to whoever draws it, so that nothing draws from torch's global generator.

Two trainings, an evaluation and a window live in one process. If one of them drew from the global
generator, the others' runs would change. Hence: what is random in a step is drawn from a generator
seeded by (run seed, step), which also makes resuming exact with nothing to save; and weights are
initialised inside `drawing_from`, which lends torch's own initialisers a generator.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

_IN_PLACE = {
    "normal_",
    "uniform_",
    "random_",
    "bernoulli_",
    "exponential_",
    "log_normal_",
    "cauchy_",
    "geometric_",
}
_MAKERS = {
    torch.rand,
    torch.randn,
    torch.randint,
    torch.randperm,
    torch.normal,
    torch.bernoulli,
    torch.multinomial,
    nn.init.uniform_,
    nn.init.normal_,
    nn.init.trunc_normal_,
    nn.init.kaiming_uniform_,
    nn.init.kaiming_normal_,
    nn.init.xavier_uniform_,
    nn.init.xavier_normal_,
    nn.init.orthogonal_,
}


class drawing_from(TorchFunctionMode):
    """Within it (and this thread), every random call of torch draws from one generator."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        self.generator = generator

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: Any = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = dict(kwargs or {})
        random = func in _MAKERS or getattr(func, "__name__", "") in _IN_PLACE
        if random and kwargs.get("generator") is None:
            kwargs["generator"] = self.generator
        return func(*args, **kwargs)


def seed_of(*parts: object) -> int:
    """A 63-bit seed that is a pure function of its parts: `seed_of(run_seed, "step", 12)`."""
    digest = hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def generator(*parts: object, device: str | torch.device = "cpu") -> torch.Generator:
    """A generator on the device, seeded by `seed_of(parts)`."""
    return torch.Generator(device=device).manual_seed(seed_of(*parts))
