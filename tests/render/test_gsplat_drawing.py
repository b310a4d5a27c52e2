"""gsplat is called by its conventions, and only where it draws what torch draws. It is faked here:
a slow `rasterization` as its documentation says it works, on cameras of OpenCV.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor

from core.experiment import Experiment, build
from core.method import Batch, DataShape
from core.randomness import generator
from core.render import gsplat_drawing, splatting
from core.render.cameras import orbit, pinhole

CPU = torch.device("cpu")
WHITE = torch.ones(3)


def rasterization(
    means: Tensor, quats: Tensor, scales: Tensor, opacities: Tensor, colors: Tensor,
    viewmats: Tensor, Ks: Tensor, width: int, height: int, near_plane: float = 0.01,
    eps2d: float = 0.3, packed: bool = True, backgrounds: Tensor | None = None,
    tile_size: int = 16,
) -> tuple[Tensor, Tensor, dict[str, Any]]:  # fmt: skip
    """viewmats (1, 4, 4) from the world to the camera, x right, y down, z ahead; quats w x y z."""
    count = len(means)
    assert means.shape == scales.shape == (count, 3)
    assert (quats.shape, opacities.shape) == ((count, 4), (count,))
    assert colors.shape == (count, 4)
    assert (viewmats.shape, Ks.shape) == ((1, 4, 4), (1, 3, 3))
    assert backgrounds is not None
    assert backgrounds.shape == (1, 4)
    assert not packed  # version 1.5.3 refuses a background of packed ones
    turn, shift = viewmats[0, :3, :3], viewmats[0, :3, 3]
    assert torch.linalg.det(turn).item() == pytest.approx(1, abs=1e-5)
    placed = means @ turn.T + shift
    seen = placed[:, 2] > near_plane
    middles = (placed @ Ks[0].T)[None, :, :2] / placed[:, 2:]
    w, axis = quats[:, :1, None], quats[:, None, 1:].expand(count, 3, 3)
    first = torch.linalg.cross(axis, torch.eye(3).expand(count, 3, 3))  # of v + 2w a×v + 2 a×(a×v)
    own = (torch.eye(3) + 2 * w * first + 2 * torch.linalg.cross(axis, first)).mT
    x, y, z = placed.unbind(1)
    none = torch.zeros_like(z)
    fx, fy = Ks[0, 0, 0], Ks[0, 1, 1]
    slope = torch.stack([fx / z, none, -fx * x / z**2, none, fy / z, -fy * y / z**2], 1)
    half = slope.view(-1, 2, 3) @ turn @ own @ torch.diag_embed(scales)
    inverse = torch.linalg.inv(half @ half.mT + eps2d * torch.eye(2))
    across, down = torch.meshgrid(torch.arange(width), torch.arange(height), indexing="xy")
    pixels = torch.stack([across, down], 2) + 0.5
    left, total = torch.ones(height, width), torch.zeros(height, width, 4)
    for at in placed[:, 2].argsort().tolist():
        away = pixels - middles[0, at]
        power = 0.5 * torch.einsum("hwi,ij,hwj->hw", away, inverse[at], away)
        alpha = (opacities[at] * torch.exp(-power)).clamp(max=0.999) * seen[at]
        alpha = torch.where(alpha >= 1 / 255, alpha, 0.0)
        total = total + (left * alpha)[..., None] * colors[at]
        left = left * (1 - alpha)
    total = total + left[..., None] * backgrounds[0]
    tiles = -(-height // tile_size), -(-width // tile_size)
    known = {
        "means2d": middles,
        "isect_offsets": (torch.arange(tiles[0] * tiles[1]) * count).view(1, *tiles),
        "flatten_ids": torch.zeros(tiles[0] * tiles[1] * count),
        "tile_size": tile_size, "width": width, "height": height,
    }  # fmt: skip
    return total[None], (1 - left)[None, ..., None], known


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Any]], None]:
    def fake(function: Callable[..., Any]) -> None:
        module = ModuleType("gsplat")
        module.rasterization = function  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "gsplat", module)

    return fake


def test_what_gsplat_is_given_is_what_torch_draws(faked: Any) -> None:
    faked(rasterization)
    camera, blur, white = gsplat_drawing._trial(CPU)
    found = gsplat_drawing._some(CPU)
    seen, middles = gsplat_drawing.draw(found, camera, blur, white)
    projected = splatting.project(found, camera, blur)
    wanted = splatting.rasterise(projected, camera.size, white)
    for name in ("colour", "opacity"):
        torch.testing.assert_close(getattr(seen, name), getattr(wanted, name), atol=2e-3, rtol=0)
    solid = wanted.opacity > 0.1
    torch.testing.assert_close(seen.depth[solid], wanted.depth[solid], atol=5e-3, rtol=0)
    torch.testing.assert_close(middles[0], projected.pixels, atol=1e-3, rtol=0)
    assert (seen.samples == len(found)).all()
    assert seen.samples.shape == seen.opacity.shape


def test_it_is_trusted_where_it_draws_alike_and_not_where_it_does_not(faked: Any) -> None:
    faked(rasterization)
    assert gsplat_drawing.agrees(CPU)
    assert not gsplat_drawing.usable(CPU)  # there is no GPU to draw with

    def upside_down(**given: Any) -> Any:
        colours, alpha, known = rasterization(**given)
        return colours.flip(1), alpha.flip(1), known

    def wrong_turn(**given: Any) -> Any:
        return rasterization(**{**given, "quats": given["quats"].roll(1, dims=1)})

    for wrong in (upside_down, wrong_turn):
        faked(wrong)
        assert not gsplat_drawing.agrees(CPU)


def test_a_gsplat_that_fails_is_no_reason_to_fail(faked: Any) -> None:
    class Cuda:
        type = "cuda"

    def broken(**given: Any) -> Any:
        raise RuntimeError("no compiler was found")

    faked(broken)
    assert gsplat_drawing.usable(Cuda()) is False  # type: ignore[arg-type]
    sys.modules["gsplat"] = None  # type: ignore[assignment]  # as where it is not installed
    assert gsplat_drawing.usable(Cuda()) is False  # type: ignore[arg-type]


def test_a_training_by_gsplat_takes_the_steps_of_one_by_torch(
    faked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    faked(rasterization)
    monkeypatch.setattr(gsplat_drawing, "usable", lambda device: True)
    poses = orbit(torch.tensor([0.3, 1.4]), torch.tensor([0.5, 0.7]), 4.0)
    cameras = pinhole(poses, (16, 16), 0.7).pack()
    images = torch.rand(2, 3, 16, 16, generator=generator("pictures"))
    losses, counts = [], []
    for backbone in ("compiled", "torch"):
        options = {"backbone": backbone, "width": 12, "every": 2, "steps": 20, "carve": False,
                   "threshold": 1e-6}  # fmt: skip
        method = build(Experiment("gaussians", "scenes", options, threads=1), DataShape(3, 16), CPU)
        optimizers, row = method.optimizers(), []
        for step in range(4):
            batch = Batch(images, torch.zeros(2), torch.arange(2), generator("step", step), step,
                          step / 20, cameras=cameras)  # fmt: skip
            row.append(float(method.step(batch, optimizers)["loss"].detach()))
        losses.append(row)
        counts.append(len(method.cloud))
        assert method.render(method.cameras(cameras)[0], (20, 12)).colour.shape == (12, 20, 3)
    assert losses[0] == pytest.approx(losses[1], rel=5e-3)
    assert counts[0] == counts[1] > 12
