"""The tensors of a run: snapshots of the weights to look at, checkpoints to resume from."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from core.runs import plain
from core.runs.errors import RunDamaged
from core.runs.shelf import Shelf
from core.runs.tensors import LIMIT, Tensors, decode_tensors, encode_tensors

KEPT = 2  # checkpoints
_MODEL, _OPTIMIZER, _STATE = "model.safetensors", "optimizer.safetensors", "state.json"
_STATE_LIMIT = 16_000_000  # bytes
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Checkpoint:
    """Everything that an exact resume needs; `warnings` say what newer one could not be used."""

    step: int
    model: Tensors
    optimizer: Tensors
    state: Any
    warnings: list[str]


class Weights:
    """Both shelves of one run; one folder is written at a time."""

    def __init__(self, run: Path) -> None:
        model = {_MODEL: LIMIT}
        self.writing = threading.Lock()
        self.snapshots = Shelf(run / "snapshots", "snapshot", model)
        self.checkpoints = Shelf(
            run / "checkpoints", "checkpoint", {**model, _OPTIMIZER: LIMIT, _STATE: _STATE_LIMIT}
        )

    def save_snapshot(self, step: int, tensors: Arrays) -> None:
        files = {_MODEL: encode_tensors(tensors)}
        with self.writing:
            self.snapshots.save(step, files)

    def load_snapshot(self, step: int) -> Tensors:
        return decode_tensors(self.snapshots.load(step)[_MODEL], _MODEL)

    def save_checkpoint(self, step: int, model: Arrays, optimizer: Arrays, state: Any) -> None:
        files = {
            _MODEL: encode_tensors(model),
            _OPTIMIZER: encode_tensors(optimizer),
            _STATE: [plain.encode(state)],
        }
        with self.writing:
            self.checkpoints.save(step, files, keep=KEPT)

    def load_checkpoint(self) -> Checkpoint | None:
        """The newest that verifies; None if there is none, RunDamaged if none of some does."""
        warnings: list[str] = []
        for step in reversed(self.checkpoints.steps()):
            try:
                return self._read(step, warnings)
            except RunDamaged as error:
                warnings.append(f"the checkpoint of step {step} cannot be used: {error}")
        if warnings:
            raise RunDamaged("; ".join(warnings))
        return None

    def drop_after(self, step: int) -> None:
        """Delete the snapshots and checkpoints of later steps."""
        with self.writing:
            self.snapshots.drop_after(step)
            self.checkpoints.drop_after(step)

    def _read(self, step: int, warnings: list[str]) -> Checkpoint:
        files = self.checkpoints.load(step)
        model = decode_tensors(files[_MODEL], _MODEL)
        optimizer = decode_tensors(files[_OPTIMIZER], _OPTIMIZER)
        return Checkpoint(step, model, optimizer, plain.decode(files[_STATE]), warnings)
