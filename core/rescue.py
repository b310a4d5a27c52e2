"""After a number that is not finite: what broke first, and the way back to good weights."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from core.experiment import to_tensors
from core.failures import NonFinite, NoWayBack
from core.method import Method
from core.runs import Checkpoint, Run, RunDamaged
from core.trainer import Trainer


def recover(trainer: Trainer, run: Run, error: NonFinite) -> tuple[str, str]:
    """Go back to weights from which training goes on.

    Which quantity broke first, as a clause, and what to say to a person. Raises NoWayBack.
    """
    first = broken_first(trainer, error)
    happened = f"At step {error.step + 1:,} {first}."
    rate = f"learning rate (now {trainer.method.config.learning_rate:g})"
    if not go_back(trainer, run):
        again = "So it does from every kept step"
        raise NoWayBack(f"{happened} {again}; begin anew at a lower {rate}.")
    kept = f"The weights of step {trainer.step:,} are kept"
    return first, f"{happened} {kept}; lower the {rate} and go on."


def broken_first(trainer: Trainer, error: NonFinite) -> str:
    """Which quantity broke first, as a clause: found by computing the step's loss again, watched.

    In the order of computation: weights, activations module by module, the loss's terms, gradients.
    Statistics of the method may change, so the trainer has to `go_back` after it.
    """
    method = trainer.method
    for name, tensor in method.named_parameters():
        if not torch.isfinite(tensor).all():
            return f"the weights {name} became {_kind(tensor)}"
    if type(method).loss is not Method.loss:
        where, scalars = _loss_again(trainer, error.step)
        if where:
            return where
        for name, value in scalars.items():
            if not torch.isfinite(value):
                return f"{name} became {_kind(value)}"
    return f"{error.names[0]} became not finite, though loss and activations were"


def _loss_again(trainer: Trainer, step: int) -> tuple[str, dict[str, Tensor]]:
    """The first module whose output breaks, as a clause, and the terms of the loss."""
    method = trainer.method
    seen: list[str] = []
    hooks = [
        module.register_forward_hook(_watch(name, seen))
        for name, module in method.named_modules()
        if not list(module.children())
    ]
    try:
        with torch.no_grad():
            scalars = method.loss(trainer.batch(step))
    finally:
        for hook in hooks:
            hook.remove()
    return (seen[0] if seen else ""), scalars


def _watch(name: str, seen: list[str]) -> Any:
    def hook(module: nn.Module, inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor) and not torch.isfinite(output).all():
            seen.append(f"the output of {name} became {_kind(output)}")

    return hook


def _kind(tensor: Tensor) -> str:
    return "NaN" if torch.isnan(tensor).any() else "infinite"


def go_back(trainer: Trainer, run: Run) -> bool:
    """Stand at the newest kept weights from which the next step is finite; False: there are none.

    Tried are the weights of now, then the newest checkpoint and the snapshots, from the last step
    to the first; for a snapshot the optimisers begin anew. The options stay as they are now: a
    learning rate lowered meanwhile counts.
    """
    config = trainer.method.config
    for stand in _places(trainer, run):
        try:
            stand()
            trainer.method.config = config
            if _goes_on(trainer):
                stand()
                trainer.method.config = config
                return True
        except RunDamaged:
            continue
    return False


def _places(trainer: Trainer, run: Run) -> Iterator[Callable[[], None]]:
    """What makes the trainer stand at each kept step, the latest first."""
    yield partial(trainer.restore, Checkpoint(trainer.step, *trainer.checkpoint(), warnings=[]))
    kept = [(step, 0, partial(_stand_at_snapshot, trainer, run, step)) for step in run.snapshots()]
    with contextlib.suppress(RunDamaged):
        checkpoint = run.load_checkpoint()
        if checkpoint is not None:
            kept.append((checkpoint.step, 1, partial(trainer.restore, checkpoint)))
    for _, _, stand in sorted(kept, key=lambda place: place[:2], reverse=True):
        yield stand


def _stand_at_snapshot(trainer: Trainer, run: Run, step: int) -> None:
    trainer.restart(step, to_tensors(run.load_snapshot(step)))


def _goes_on(trainer: Trainer) -> bool:
    """Whether a step can be taken from here; it is taken."""
    if not trainer.weights_are_finite():
        return False
    try:
        trainer.take_step()
        trainer.flush()
    except NonFinite:
        return False
    return trainer.weights_are_finite()
