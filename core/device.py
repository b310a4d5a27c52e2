"""Where tensors live: decided once a run, never by a method. Torch is imported when asked."""

from __future__ import annotations

import os
import platform
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda", "mps")


class DeviceError(ValueError):
    """A device that this machine does not have."""


def choose(wanted: str = "auto") -> torch.device:
    """The device of that name, or the best there is for "auto"; raises DeviceError."""
    import torch

    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if wanted == "auto":
        return torch.device("cuda" if there["cuda"] else "mps" if there["mps"] else "cpu")
    kind = wanted.split(":")[0]
    if not there.get(kind, False):
        found = ", ".join(name for name, is_there in there.items() if is_there)
        raise DeviceError(f"device {wanted!r} is not on this machine; it has {found}")
    return torch.device(wanted)


def describe(device: torch.device) -> str:
    """The device in words: "CPU, 2 threads" or the name of the GPU."""
    if device.type == "cuda":
        import torch

        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return f"{platform.processor() or 'Apple'} GPU"
    return "CPU"


def default_threads() -> int:
    """Threads a training uses on the CPU: half of the cores this process may run on, eight at most.

    The other half draws the window and answers who looks. Two threads on two cores were no faster
    for the default networks than one, and waited for each other whenever the window drew.
    """
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    return max(1, min(8, cores // 2))


def use_threads(count: int) -> None:
    """Let this thread's operations be shared by so many.

    Torch gives a thread, at its first operation, the number that any thread set last; asking first
    takes that step now, so that what an observer sets meanwhile cannot become the trainer's.
    """
    import torch

    torch.get_num_threads()
    torch.set_num_threads(count)


def lower_priority() -> None:
    """Let the window go first: this thread, and the pool torch makes for it, run at nice 10."""
    if platform.system() == "Linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def rehearse() -> None:
    """Do once, on nothing, what a step does: torch loads 20 MB of code at its first convolution.

    Called before anyone waits for it. Draws no random number and leaves no tensor behind.
    """
    import torch
    from torch.nn import functional

    from core.optimisers import without_compiler

    use_threads(1)
    without_compiler()
    kernel = torch.zeros(8, 3, 3, 3, requires_grad=True)
    seen = functional.conv2d(torch.zeros(2, 3, 16, 16), kernel, padding=1)
    seen = functional.batch_norm(seen, torch.zeros(8), torch.ones(8), training=True).relu()
    logits = functional.linear(functional.max_pool2d(seen, 2).mean((2, 3)), torch.zeros(10, 8))
    functional.cross_entropy(logits, torch.zeros(2, dtype=torch.long)).backward()
    torch.optim.AdamW([kernel], fused=True).step()
    logits.softmax(1).topk(3)
