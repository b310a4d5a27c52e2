"""What went wrong in a training, in words that say what to do."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import torch

from core.config import ConfigError
from core.data.imageset import DataError
from core.device import DeviceError
from core.runs import RunError

if TYPE_CHECKING:
    from core.method import MethodConfig

# Said by the program itself of what it was asked to do: the words are all there is to know.
EXPECTED = (ConfigError, DataError, DeviceError, RunError)


class NonFinite(ArithmeticError):
    """Quantities that became NaN or infinite when taking the step after `step`."""

    def __init__(self, step: int, names: list[str]) -> None:
        super().__init__(f"{', '.join(names)} not finite after step {step:,}")
        self.step, self.names = step, names


class NoWayBack(ArithmeticError):
    """Not one of the kept weights takes a finite step; the message says what broke."""


def in_words(error: BaseException, config: MethodConfig | None = None) -> str:
    """An error as a sentence a person can act on."""
    if is_out_of_memory(error):
        now = f" (now {config.batch_size})" if config else ""
        width = f" (now {config.width})" if config else ""
        return (
            f"The memory is full. Lower the batch size{now} or the width{width}, or the side of "
            "the pictures, and start again; the last checkpoint is kept."
        )
    if isinstance(error, (*EXPECTED, NoWayBack, OSError, KeyError, ValueError)):
        return str(error)
    return f"{type(error).__name__}: {error}"


def traceback_of(error: BaseException) -> str:
    """Where it happened; nothing for what the program said itself, whose words are all of it."""
    return "" if isinstance(error, EXPECTED) else "".join(traceback.format_exception(error))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the memory of the machine or of its GPU was not enough."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    # On the CPU torch raises a plain RuntimeError: "not enough memory" on Windows, else "can't".
    words = str(error)
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator" in words and "memory" in words
