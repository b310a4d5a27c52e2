"""Torch's optimisers without torch's compiler, which nothing here asks for; parameters that grow.

Every optimiser of torch imports the whole compiler when it is made, only to be told that nothing is
being compiled: sympy, triton and 900 modules more, 150 MB and two seconds in which one who clicked
"train" waits.
"""

from __future__ import annotations

import sys
from functools import cache

import torch
from torch import Tensor
from torch.optim import Optimizer

GUARDED = ("add_param_group", "zero_grad", "state_dict", "load_state_dict", "step")


@cache
def without_compiler() -> None:
    """Take from all optimisers the guard about their methods that imports the compiler.

    Call it before the first of them is made. `step` remains without gradients. The compiler can
    be imported and used all the same. Where torch has no such guard, nothing changes.
    """
    if "torch._dynamo" in sys.modules:
        return  # what this is to save is spent
    for kind in vars(torch.optim).values():
        if isinstance(kind, type) and issubclass(kind, Optimizer):
            for name in GUARDED:
                inner = getattr(vars(kind).get(name), "__wrapped__", None)
                if inner is not None:
                    setattr(kind, name, torch.no_grad()(inner) if name == "step" else inner)


def replace(parameter: Tensor, data: Tensor) -> None:
    """Give a parameter other numbers, of any shape, while its optimiser keeps it.

    What gathers a parameter's gradients knows their shape, refuses others, and lives as long as any
    graph of an earlier step. Numba holds such a graph: of the step in which it compiled a loop, it
    keeps all that stood on the stack. A change of type makes torch gather anew.
    """
    parameter.grad = None
    parameter.data = torch.empty(0, dtype=torch.bfloat16, device=data.device)
    parameter.data = data
