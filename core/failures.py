"""What went wrong in a training, in words that say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from core.config import ConfigError
from core.data.imageset import DataError
from core.device import DeviceError

if TYPE_CHECKING:
    from core.method import MethodConfig
    from core.trainer import Trainer


class NonFinite(ArithmeticError):
    """Quantities that became NaN or infinite when taking the step after `step`."""

    def __init__(self, step: int, names: list[str]) -> None:
        super().__init__(f"{', '.join(names)} not finite after step {step}")
        self.step, self.names = step, names


def broken_first(trainer: Trainer, error: NonFinite) -> str:
    """Which quantity broke first, as a clause: found by taking the step's loss again, watched.

    In the order of computation: weights, activations module by module, the loss's terms, gradients.
    """
    method = trainer.method
    for name, tensor in method.state_dict().items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            return f"the weights {name} became {_kind(tensor)}"
    seen: list[str] = []
    hooks = [module.register_forward_hook(_watch(name, seen))
             for name, module in method.named_modules() if not list(module.children())]
    try:
        with torch.no_grad():
            method.eval()  # statistics stay as they are
            scalars = method.loss(trainer.batch(error.step))
    finally:
        method.train()
        for hook in hooks:
            hook.remove()
    if seen:
        return f"the output of {seen[0]} became not finite"
    for name, value in scalars.items():
        if not torch.isfinite(value):
            return f"{name} became {_kind(value)}"
    return f"the {error.names[0]} became not finite, though loss and activations were"


def _watch(name: str, seen: list[str]) -> Any:
    def hook(module: nn.Module, inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor) and output.is_floating_point() and not torch.isfinite(output).all():
            seen.append(name)

    return hook


def _kind(tensor: Tensor) -> str:
    return "NaN" if torch.isnan(tensor).any() else "infinite"


def in_words(error: BaseException, config: MethodConfig | None = None) -> str:
    """An error as a sentence a person can act on."""
    if _is_out_of_memory(error):
        now = f" (now {config.batch_size})" if config else ""
        width = f" (now {config.width})" if config else ""
        return (f"The memory is full. Lower the batch size{now} or the width{width}, or the side of the "
                "pictures, and start again; the last checkpoint is kept.")
    if isinstance(error, ConfigError | DataError | DeviceError | OSError | KeyError | ValueError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "not enough memory" in str(error)
