"""Torch's optimisers without torch's compiler, which nothing here asks for.

Every optimiser of torch imports the whole compiler when it is made, only to be told that nothing is
being compiled: sympy, triton and 900 modules more, 150 MB and two seconds in which one who clicked
"train" waits.
"""

from __future__ import annotations

import sys
from functools import cache

import torch
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
