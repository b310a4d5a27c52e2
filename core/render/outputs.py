"""What of a rendered picture is shown: colour, depth, opacity, normals, cost, error; as bytes."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.colours import colour_map
from core.render.cameras import Cameras
from core.render.comparison import Truth, errors
from core.render.surface import SOLID, normals
from core.render.volume import Seen

# Name -> its words and what it tells.
OUTPUTS: dict[str, tuple[str, str]] = {
    "colour": ("Colour", "What the camera sees"),
    "depth": ("Depth", "How far along each ray light is stopped: near is bright"),
    "opacity": ("Opacity", "Share of the light that is stopped"),
    "normals": ("Normals", "Which way surfaces face, from the depth: x, y, z as red, green, blue"),
    "samples": ("Samples", "At how many places along each ray the field was asked"),
    "error": (
        "Error",
        "How far the colour is from the photograph of the nearest training view; grey where that "
        "tells nothing: hidden from it, at edges, seen at a grazing angle",
    ),
}
VOID = (24, 26, 31)  # shown where there is none
UNTOLD = (104, 106, 110)  # error where the photograph tells nothing of what is seen
WORST = 0.3  # error that is shown brightest

Bytes = NDArray[np.uint8]


def painted(
    name: str,
    seen: Seen,
    camera: Cameras,
    behind: Tensor | None = None,
    truth: Truth | None = None,
) -> Bytes:
    """One of OUTPUTS as (H, W, 3); raises ValueError for another name.

    `behind` (2, 3) are the background that the colours lie over, and the one that is wanted.
    """
    solid = seen.opacity > SOLID
    if name == "colour":
        return _bytes(over(seen, behind))
    if name == "opacity":
        return _bytes(seen.opacity[..., None].expand(-1, -1, 3))
    if name == "depth":
        return _mapped(_near(seen.depth, solid), "magma", solid)
    if name == "normals":
        return _bytes(0.5 + 0.5 * normals(seen.depth, camera), solid)
    if name == "samples":
        return _mapped(seen.samples / seen.samples.max().clamp(min=1), "viridis", seen.samples > 0)
    if name == "error":
        found = errors(seen, camera, truth) if truth is not None else seen.depth * torch.nan
        shown = _mapped(found / WORST, "magma", found.isfinite())
        if truth is not None:
            shown[(found.isnan() & solid).numpy()] = UNTOLD
        return shown
    raise ValueError(f"there is no output {name!r}; there are {', '.join(OUTPUTS)}")


def over(seen: Seen, behind: Tensor | None) -> Tensor:
    """Colours (H, W, 3) over another background than they were rendered over."""
    if behind is None:
        return seen.colour
    return seen.colour + (1 - seen.opacity[..., None]) * (behind[1] - behind[0])


def _near(depth: Tensor, solid: Tensor) -> Tensor:
    """0..1, the nearest 1 and the farthest 0.1."""
    shown = depth[solid]
    if not len(shown):
        return torch.zeros_like(depth)
    near, far = shown.min(), shown.max()
    return 1 - 0.9 * (depth - near) / (far - near).clamp(min=1e-6)


def _bytes(values: Tensor, shown: Tensor | None = None) -> Bytes:
    found = (values.detach().clamp(0, 1) * 255 + 0.5).to(torch.uint8).numpy()
    if shown is not None:
        found[~shown.numpy()] = VOID
    return np.ascontiguousarray(found)


def _mapped(values: Tensor, name: str, shown: Tensor) -> Bytes:
    at = (values.nan_to_num(0.0).clamp(0, 1) * 255 + 0.5).to(torch.uint8).numpy()
    found = colour_map(name)[at]
    found[~shown.numpy()] = VOID
    return found
