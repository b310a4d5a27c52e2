"""One method, its optimisers and its place in the data: takes steps, is saved and restored."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.abilities import Encodes
from core.config import change, to_dict
from core.evaluate.features import pooled
from core.experiment import to_arrays, to_tensors
from core.failures import NonFinite
from core.feed import Feed
from core.losses.collapse import gauge
from core.method import Batch, Method
from core.optimisers import without_compiler
from core.runs import Checkpoint
from core.runs.tree import flatten, unflatten

GAUGED = 128  # held-out pictures whose features are gauged
FETCH_SECONDS = 0.05  # on a GPU, scalars wait on the device this long before they are read

Rows = list[tuple[int, float, dict[str, float]]]


class Trainer:
    """Takes the steps of a run. Knows no thread, folder or window."""

    def __init__(self, method: Method, feed: Feed, held_out: Batch) -> None:
        self.method, self.feed, self.held_out = method, feed, held_out
        self.optimizers = self._fresh_optimizers()
        self.step = 0  # steps taken
        self.seconds = 0.0  # spent in steps
        self._norm: Tensor | None = None
        self._waiting: list[tuple[int, float, dict[str, Tensor]]] = []
        self._fetched = time.monotonic()
        self._on_cpu = feed.device.type == "cpu"

    def _fresh_optimizers(self) -> dict[str, torch.optim.Optimizer]:
        without_compiler()
        made = self.method.optimizers()
        for optimizer in made.values():
            optimizer.register_step_pre_hook(self._before_update)
        return made

    @property
    def steps(self) -> int:
        """Steps in all."""
        return self.method.config.steps

    def batch(self, step: int) -> Batch:
        """The batch of any step."""
        return self.feed.batch(step, step / max(1, self.steps))

    def take_step(self) -> Rows:
        """One update. Returns the rows that are ready, oldest first.

        Raises NonFinite before the weights are touched where the gradients are not finite (on a GPU
        a few steps later), or after it where a reported number is not.
        """
        began = time.perf_counter()
        if not self.method.training:
            self.method.train()
        self._norm = None
        scalars = self.method.step(self.batch(self.step), self.optimizers)
        self.step += 1
        if self._norm is not None:
            scalars["gradient norm"] = self._norm
        held = {name: value.detach() for name, value in scalars.items()}
        self._waiting.append((self.step, self.seconds, held))
        ready: Rows = []
        late = time.monotonic() - self._fetched > FETCH_SECONDS or self.step >= self.steps
        if self._on_cpu or late:
            ready = self.flush(began)
        self.seconds += time.perf_counter() - began
        return ready

    def flush(self, began: float | None = None) -> Rows:
        """The rows still on the device; raises NonFinite when one holds such a number."""
        ready: Rows = []
        spent = time.perf_counter() - began if began is not None else 0.0
        waiting, self._waiting = self._waiting, []
        for step, seconds, scalars in waiting:
            row = {name: float(value) for name, value in scalars.items()}
            bad = [name for name, value in row.items() if not np.isfinite(value)]
            if bad:
                raise NonFinite(step - 1, bad)
            row["learning rate"] = self.method.learning_rate(step - 1)
            ready.append((step, seconds + spent, row))
        self._fetched = time.monotonic()
        return ready

    def _before_update(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        """Measure the gradients, and refuse an update that would make the weights non-finite."""
        gradients = [
            p.grad
            for group in optimizer.param_groups
            for p in group["params"]
            if p.grad is not None
        ]
        if not gradients:
            return
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        self._norm = norm if self._norm is None else torch.hypot(self._norm, norm)
        if self._on_cpu and not torch.isfinite(norm):
            raise NonFinite(self.step, ["gradient norm"])

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """The method's scalars on the held-out pictures, in evaluation mode; of what encodes, the
        gauge of collapse too.
        """
        self.method.eval()
        batch = self.held_out
        batch.step, batch.progress = self.step, self.step / max(1, self.steps)
        batch.rng.manual_seed(0)
        found = {name: float(value) for name, value in self.method.validate(batch).items()}
        found |= self._gauge_of_features()
        self.method.train()
        return found

    def _gauge_of_features(self) -> dict[str, float]:
        """Whether the encoder's features have collapsed, whatever the method learns by."""
        if not isinstance(self.method, Encodes):
            return {}
        last = list(self.method.encode(self.held_out.targets[:GAUGED]).values())[-1]
        vectors = pooled(last)
        if not bool(torch.isfinite(vectors).all()):
            return {}  # of which there are no singular values
        return {f"{name}/features": float(value) for name, value in gauge(vectors).items()}

    def weights_are_finite(self) -> bool:
        """Whether every number in the method's state is finite."""
        return all(
            bool(torch.isfinite(t).all())
            for t in self.method.state_dict().values()
            if t.is_floating_point()
        )

    def checkpoint(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, Any]]:
        """Everything an exact resume needs: model, optimisers, and the rest as JSON."""
        optimizers = {name: o.state_dict() for name, o in self.optimizers.items()}
        tensors, shape = flatten(optimizers, _array)
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "optimizer": shape,
            "config": to_dict(self.method.config),
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
        }
        return to_arrays(self.method.state_dict()), tensors, state

    def restart(self, step: int, weights: dict[str, Tensor]) -> None:
        """Stand at a step with these weights, and optimisers that remember nothing."""
        self.method.load_state_dict(weights)
        self.optimizers = self._fresh_optimizers()
        self.step = step
        self._waiting.clear()

    def restore(self, checkpoint: Checkpoint) -> None:
        """Stand exactly where the checkpoint was taken."""
        self.restart(checkpoint.step, to_tensors(checkpoint.model))
        self.method.config = change(self.method.config, **checkpoint.state["config"])
        saved = unflatten(checkpoint.optimizer, checkpoint.state["optimizer"], _tensor)
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(saved[name])
        self.seconds = float(checkpoint.state["seconds"])


def _array(leaf: Any) -> np.ndarray | None:
    """A tensor of an optimiser's state as the run folder keeps it; None for what is no tensor."""
    return leaf.detach().cpu().numpy().copy() if isinstance(leaf, Tensor) else None


def _tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(array))
