"""Fields of light: rays come from the right pixels, formulas hold, a scene is learned."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.beginning import begin
from core.config import configure
from core.data.imageset import DataError, ImageSet, Pictures
from core.data.scenes import painted
from core.data.sources import load
from core.experiment import Experiment, build, check_data
from core.feed import Feed, held_out_batch
from core.method import DataShape, Look
from core.nets.radiance import RadianceMLP, positional_encoding
from core.progress import Cancelled, Progress
from core.randomness import drawing_from, generator
from core.registry import method_class
from core.render.cameras import Cameras
from core.render.voxels import C0
from core.runs import RunInfo, RunStore
from core.trainer import Trainer

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def scene() -> ImageSet:

    cameras = painted.cameras_around(14, 24, 0)
    pictures, _ = painted.photograph(painted.still_life(), cameras, Progress())
    unknown = np.full(14, -1, np.int64)
    parts = [Pictures(pictures[p].numpy(), unknown[p], cameras=cameras[p].pack().numpy())
             for p in (slice(12), slice(12, 14))]  # fmt: skip
    return ImageSet("scenes", "A scene", *parts)


def trainer(id: str, scene: ImageSet, **options: Any) -> Trainer:
    rays = {} if id == "gaussians" else {"rays": 512}
    experiment = Experiment(id, "scenes", {"batch_size": 6, **rays, **options}, threads=1)
    method = build(experiment, DataShape(3, 24), CPU)
    feed = Feed(scene.train, 6, 0, CPU)
    return Trainer(method, feed, held_out_batch(scene.held_out, 256, CPU))


def test_positional_encoding_is_its_formula() -> None:
    values = torch.tensor([[0.3, -0.7], [0.05, 1.0]])
    found = positional_encoding(values, 3)
    for row, point in zip(found.tolist(), values.tolist()):
        wanted = []
        for k in range(3):
            wanted += [math.sin(2**k * math.pi * p) for p in point]
            wanted += [math.cos(2**k * math.pi * p) for p in point]
        assert row == pytest.approx(wanted, abs=1e-5)
    assert positional_encoding(values, 0).shape == (2, 0)


def test_density_does_not_depend_on_the_direction_and_colour_does_where_it_may() -> None:
    points = torch.zeros(2, 3)
    directions = torch.eye(3)[:2]
    for views, alike in ((4, False), (None, True)):
        with drawing_from(generator("net")):
            net = RadianceMLP(16, 8, 4, views)
        density, known = net.density(points)
        assert density[0] == density[1] > 0
        colour = net.colour(known, directions)
        assert torch.equal(colour[0], colour[1]) is alike


def test_a_ray_has_the_colour_of_the_pixel_it_goes_through(scene: ImageSet) -> None:
    made = trainer("voxels", scene, width=8)
    batch = made.batch(0)
    origins, directions, colours = made.method.rays_of(batch, 300)
    cameras = Cameras.unpack(batch.cameras, (24, 24))
    for at in range(0, 300, 30):
        view = int((cameras.centres - origins[at]).norm(dim=1).argmin())
        pixel, _ = cameras.project(view, (origins[at] + 3 * directions[at])[None])
        x, y = (pixel[0] - 0.5).round().long().tolist()
        assert torch.equal(batch.images[view, :, y, x], colours[at])


@pytest.mark.parametrize("backbone", ["compiled", "torch"])
def test_voxels_learn_the_scene(scene: ImageSet, backbone: str) -> None:
    made = trainer("voxels", scene, width=24, coarse=2, steps=60, backbone=backbone)
    before = made.validate()["PSNR"]
    for _ in range(60):
        made.take_step()
    assert made.method.grid.side == 24
    assert made.validate()["PSNR"] > max(17.5, before + 5)


def test_both_walks_along_rays_learn_alike(scene: ImageSet) -> None:
    rows = []
    for backbone in ("compiled", "torch"):
        made = trainer("voxels", scene, width=16, coarse=2, steps=40, backbone=backbone)
        rows.append([made.take_step()[0][2]["loss"] for _ in range(12)])
    assert rows[0] == pytest.approx(rows[1], rel=1e-2)


@pytest.mark.parametrize("sampling", ["occupied", "hierarchical", "even"])
def test_a_radiance_field_learns_with_every_sampling(scene: ImageSet, sampling: str) -> None:
    options = {"steps": 24, "width": 16, "depth": 2, "rays": 128, "coarse": 16, "fine": 16,
               "carve": False}  # fmt: skip
    made = trainer("nerf", scene, sampling=sampling, **options)
    losses = [made.take_step()[0][2]["loss"] for _ in range(24)]
    assert np.mean(losses[-6:]) < 0.7 * np.mean(losses[:3])


@pytest.mark.parametrize("backbone", ["compiled", "torch"])
def test_gaussians_learn_the_scene_and_grow(scene: ImageSet, backbone: str) -> None:
    options = {"steps": 120, "width": 150, "every": 20, "most": 260, "backbone": backbone}
    made = trainer("gaussians", scene, **options)
    taken = 120 if backbone == "compiled" else 24
    for _ in range(taken):
        [(_, _, row)] = made.take_step()
    assert 150 < row["gaussians"] <= 260
    assert made.validate()["PSNR"] > (17.5 if backbone == "compiled" else 15)


def test_gaussians_go_on_as_if_never_left_though_their_number_changes(
    scene: ImageSet, tmp_path: Path
) -> None:
    options = {"steps": 60, "width": 60, "every": 6, "most": 150, "resets": 1}
    first, second = (trainer("gaussians", scene, **options) for _ in range(2))
    numbers = set()
    for _ in range(20):
        [(_, _, row)] = first.take_step()
        numbers.add(row["gaussians"])
    assert len(numbers) > 2
    with RunStore(tmp_path).create(RunInfo("gaussians", "scenes", 0), {}) as run:
        run.save_checkpoint(20, *first.checkpoint())
        second.restore(run.load_checkpoint())
    for _ in range(25):
        assert [r for _, _, r in first.take_step()] == [r for _, _, r in second.take_step()]
    assert first.validate() == second.validate()


def test_gaussians_begin_at_captured_points_where_there_are_some(scene: ImageSet) -> None:
    corners = np.array([[x, y, z] for x in (0, 0.35) for y in (0, 0.3) for z in (0, 0.2)])
    captured = np.concatenate([corners - 0.2, 0.5 + corners], axis=1).astype(np.float32)
    train = dataclasses.replace(scene.train, sparse_points=captured)
    given = dataclasses.replace(scene, train=train)

    def begun(data: ImageSet, **options: Any) -> Any:
        made = trainer("gaussians", data, width=20, backbone="torch", **options)
        batch = made.batch(0)
        made.method._begin(batch)
        return made.method.cloud

    cloud = begun(given)
    order = cloud.means[:, 0] * 4 + cloud.means[:, 1] * 2 + cloud.means[:, 2]
    order = order.argsort().tolist()
    assert cloud.means[order].detach().numpy() == pytest.approx(captured[:, :3])
    shown = 0.5 + C0 * cloud.plain[order].detach().numpy()
    assert shown == pytest.approx(captured[:, 3:], abs=1e-6)
    # Of a corner of a cuboid the three nearest are the other ends of its edges.
    size = math.sqrt((0.35**2 + 0.3**2 + 0.2**2) / 3)
    assert cloud.log_scales.exp().detach().numpy() == pytest.approx(size, rel=1e-5)
    assert len(begun(given, begin="random")) == len(begun(scene)) == 20
    few = dataclasses.replace(given, train=dataclasses.replace(
        train, sparse_points=np.repeat(captured, 5, axis=0)))  # fmt: skip
    assert len(begun(few)) == 20


def test_what_draws_gaussians_draws_the_same_by_loops_and_by_torch(scene: ImageSet) -> None:
    one, other = (trainer("gaussians", scene, width=80, backbone=b) for b in ("compiled", "torch"))
    rows = [[made.take_step()[0][2]["loss"] for _ in range(6)] for made in (one, other)]
    assert rows[0] == pytest.approx(rows[1], rel=1e-3)


def test_carving_leaves_what_the_views_show(scene: ImageSet) -> None:
    made = trainer("nerf", scene, width=8, depth=1, steps=8, rays=16)
    for _ in range(2):
        made.take_step()
    allowed = made.method.occupancy.allowed
    assert 0.02 < float(allowed.float().mean()) < 0.5
    side = allowed.shape[0]
    middle = int((-0.3 + 1) / 2 * side)  # of the red ball
    assert bool(allowed[int(0.3 * side), int(0.35 * side), middle])


def test_a_picture_nobody_wants_any_more_is_given_up(scene: ImageSet) -> None:
    method = trainer("voxels", scene, width=8).method
    camera = Cameras.unpack(torch.from_numpy(scene.train.cameras[:1]), (24, 24))
    with pytest.raises(Cancelled):
        method.render(camera, (200, 200), cancelled=lambda: True)
    assert method.render(camera, (32, 16)).colour.shape == (16, 32, 3)


def test_pictures_of_no_known_camera_have_a_figure_too(scene: ImageSet) -> None:
    method = trainer("voxels", scene, width=8).method
    look = Look(torch.rand(2, 3, 24, 24, generator=generator("x")), torch.tensor([-1, -1]), (),
                generator("look"))  # fmt: skip
    with torch.no_grad():
        assert len(method.seen_again(look).images) == 6


def test_what_has_no_cameras_is_refused_in_words() -> None:
    toys = load("toyland", {"count": 48, "held_out": 48})
    with pytest.raises(DataError, match=r"voxels learns .* choose scenes"):
        check_data(Experiment("voxels", "toyland"), toys)


def test_the_papers_size_is_among_what_one_may_try() -> None:
    cls = method_class("nerf")
    config = configure(cls.Config, dict(cls.trials["As in the paper"]))
    assert (config.depth, config.width, config.coarse, config.fine) == (8, 256, 64, 128)


def test_what_is_wrong_with_the_cameras_is_told_as_a_training_begins(
    scene: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = dataclasses.replace(scene, facts={"remarks": ["the pictures are mirrored"]})
    monkeypatch.setattr("core.experiment.load", lambda *_: told)
    experiment = Experiment("voxels", "scenes", {"width": 8}, threads=1)
    begun = begin(experiment, RunStore(tmp_path), Progress(), CPU)
    begun.run.close()
    assert begun.warnings == ["the pictures are mirrored"]


def test_loops_are_compiled_while_a_training_is_prepared(
    scene: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.experiment.load", lambda *_: scene)
    monkeypatch.setattr("core.beginning._rehearsed", set())
    told: list[str] = []
    progress = Progress(lambda tick: told.append(tick.what))
    experiment = Experiment("voxels", "scenes", {"width": 8, "rays": 16}, threads=1)
    begun = begin(experiment, RunStore(tmp_path), progress, CPU)
    begun.run.close()
    assert begun.trainer.step == 0
    assert any("compiling" in what for what in told)
