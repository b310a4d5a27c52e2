"""Run folders: the only truth about a run, readable without this program, whole after any fault.

JSON, JSON Lines, safetensors and PNG; nothing that could be executed is ever written or read.
`RunStore` finds, makes, opens and deletes runs; a `Run` is one of them. No torch here: tensors
cross this border as NumPy arrays.
"""

from core.runs.errors import RunBusy, RunDamaged, RunError, RunFull
from core.runs.info import RunInfo, RunSummary
from core.runs.run import Run
from core.runs.state import RunState
from core.runs.steps import is_snapshot_step, snapshot_steps
from core.runs.store import RunStore, home
from core.runs.weights import Checkpoint

__all__ = [
    "Checkpoint",
    "Run",
    "RunBusy",
    "RunDamaged",
    "RunError",
    "RunFull",
    "RunInfo",
    "RunState",
    "RunStore",
    "RunSummary",
    "home",
    "is_snapshot_step",
    "snapshot_steps",
]
