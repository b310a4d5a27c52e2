"""Shapes learned from points: the terms of their losses, and that each finds its solid."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.bases.shape import Known, iou
from core.data.imageset import DataError, ImageSet
from core.data.sources import load
from core.experiment import Experiment, build, check_data
from core.feed import Feed, held_out_batch
from core.method import DataShape
from core.methods.shapes.sdf import CLAMP, _apart
from core.nets.implicit import eikonal, with_gradient
from core.render.cameras import Cameras
from core.trainer import Trainer

CPU = torch.device("cpu")
FEW = {"kind": "torus", "views": 12, "held_out": 4, "side": 24, "points": 256, "corners": 32}


class BallDistance(nn.Module):
    def forward(self, points: Tensor) -> Tensor:
        return points.norm(dim=1) - 0.5


def shapes(**options: object) -> ImageSet:
    return load("shapes", {**FEW, **options})


def learned(id: str, data: ImageSet, steps: int, **options: object) -> tuple[nn.Module, dict]:
    every = {"steps": steps, "points": 512, "batch_size": 8, "grid": 24, **options}
    made = build(Experiment(id, "shapes", every, threads=1), DataShape(3, data.side), CPU)
    trainer = Trainer(made, Feed(data.train, 8, 0, CPU), held_out_batch(data.held_out, 64, CPU))
    for _ in range(steps):
        trainer.take_step()
    return made.eval(), trainer.validate()


def test_the_slope_of_a_true_distance_satisfies_the_eikonal_equation() -> None:
    points = torch.rand(200, 3, generator=torch.Generator().manual_seed(0)) * 2 - 1
    values, slope = with_gradient(BallDistance(), points)
    assert float(eikonal(slope).detach()) == pytest.approx(0, abs=1e-10)
    torch.testing.assert_close(slope, points / points.norm(dim=1, keepdim=True))
    torch.testing.assert_close(values, points.norm(dim=1) - 0.5)
    assert float(eikonal(2 * slope).detach()) == pytest.approx(1, abs=1e-5)


def test_a_softplus_network_begins_as_about_a_ball() -> None:
    network = build(Experiment("sdf", "shapes", {"width": 256}), DataShape(3, 24), CPU).distance
    middle = network(torch.zeros(1, 3))
    corners = network(torch.tensor([[1.0, 1, 1], [-1, 1, -1]]))
    assert float(middle[0].detach()) < 0
    assert bool((corners > 0).all())


def test_distances_beyond_the_clamp_only_need_their_side() -> None:
    truth = torch.tensor([0.05, 0.5, 0.5, -0.5, -0.5])
    made = torch.tensor([0.02, 0.9, 0.04, -0.3, 0.1])
    expected = (0.03 + 0 + (CLAMP - 0.04) + 0 + (CLAMP + 0.1)) / 5
    assert float(_apart(made, truth)) == pytest.approx(expected)


def test_iou_counts_what_both_have_over_what_either_has() -> None:
    made, truth = torch.tensor([1, 1, 0, 0]).bool(), torch.tensor([1, 0, 1, 0]).bool()
    assert float(iou(made, truth)) == pytest.approx(1 / 3)
    assert float(iou(made & False, truth & False)) == 1.0


def test_the_source_tells_distances_points_of_the_surface_and_normals() -> None:
    data = shapes()
    assert data.truth == "points"
    known = Known.of(torch.from_numpy(data.train.truth))
    ring = known.places[:, :2].norm(dim=1) - 0.6
    expected = torch.hypot(ring, known.places[:, 2]) - 0.24
    torch.testing.assert_close(known.away, expected, atol=0.01, rtol=0)
    on = torch.hypot(known.surface[:, :2].norm(dim=1) - 0.6, known.surface[:, 2]) - 0.24
    assert on.abs().max() < 0.01
    torch.testing.assert_close(known.normals.norm(dim=1), torch.ones(len(on)))
    anywhere = data.train.truth[:, :128, :3]
    assert np.abs(anywhere).mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    ("id", "steps", "options"),
    [("sdf", 70, {"width": 32}), ("occupancy_network", 150, {"width": 48, "frequencies": 3}),
     ("voxel_occupancy", 60, {"width": 20})],
)  # fmt: skip
def test_each_finds_the_solid_and_sees_it_where_it_is(
    id: str, steps: int, options: dict[str, object]
) -> None:
    data = shapes()
    method, scalars = learned(id, data, steps, **options)
    assert scalars["IoU"] > 0.75
    assert scalars["Chamfer"] < 0.08
    camera = Cameras.unpack(torch.from_numpy(data.held_out.cameras[:1]), (24, 24))
    with torch.no_grad():
        seen = method.render(camera)
    shown = (data.held_out.images[0] < 250).any(axis=0)
    assert float(iou(seen.opacity > 0.5, torch.from_numpy(shown))) > 0.75


def test_points_without_an_inside_teach_a_distance_but_no_occupancy(tmp_path: Path) -> None:
    turns = np.random.default_rng(0).normal(size=(500, 3))
    ball = 0.6 * turns / np.linalg.norm(turns, axis=1, keepdims=True)
    path = tmp_path / "ball.obj"
    path.write_text("\n".join(f"v {x} {y} {z}" for x, y, z in ball))
    data = shapes(kind="own", path=str(path))
    assert np.isnan(data.train.truth[..., 3]).all()
    method, scalars = learned("sdf", data, 30, width=32)
    assert "IoU" not in scalars
    inside, outside = torch.zeros(1, 3), torch.ones(1, 3)
    with torch.no_grad():
        assert method.value_at(inside) > 0 > method.value_at(outside)
    with pytest.raises(DataError, match="no inside"):
        learned("occupancy_network", data, 1)


def test_other_data_and_broken_meshes_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="choose shapes"):
        check_data(Experiment("sdf", "scenes"), load("scenes", {"views": 3, "held_out": 1,
                                                                "side": 8}))  # fmt: skip
    broken = tmp_path / "broken.obj"
    broken.write_text("v 0 0 none\n")
    with pytest.raises(DataError, match="line 1"):
        shapes(kind="own", path=str(broken))
    with pytest.raises(DataError, match="option path"):
        shapes(kind="own")


def test_a_shape_leaves_as_a_mesh_of_its_surface() -> None:
    from core import scene_out
    from core.render.mesh import volume

    method, _ = learned("voxel_occupancy", shapes(), 60, width=20)
    made = scene_out.make_mesh(method, 32)
    assert volume(made) == pytest.approx(2 * math.pi**2 * 0.6 * 0.24**2, rel=0.15)
