"""Objects and their records, and the network that tells cells from a picture."""

from __future__ import annotations

import numpy as np
import torch

from core.data.solids.record import BYTES, POINTS, SIDE, cells_of, record, surface_of
from core.data.sources import load
from core.experiment import Experiment, build
from core.feed import Feed, held_out_batch
from core.method import DataShape
from core.methods.shapes.image_to_voxels import mean_iou
from core.render.cameras import Cameras
from core.trainer import Trainer

CPU = torch.device("cpu")


def test_a_record_gives_back_cells_and_points() -> None:
    rng = np.random.default_rng(0)
    cells = rng.random((SIDE,) * 3) > 0.7
    surface = rng.uniform(-1, 1, (POINTS, 6)).astype(np.float32)
    kept = torch.from_numpy(np.stack([record(cells, surface)] * 2))
    assert kept.shape == (2, BYTES)
    np.testing.assert_array_equal(cells_of(kept)[1].numpy(), cells)
    places, normals = surface_of(kept)
    np.testing.assert_allclose(torch.cat([places, normals], dim=2)[0], surface, atol=1e-3)


def test_objects_are_seen_where_their_cells_and_points_are() -> None:
    data = load("objects", {"count": 5, "held_out": 2, "side": 40})
    assert data.truth == "solid"
    truth = torch.from_numpy(np.array(data.train.truth))
    cells, (places, normals) = cells_of(truth), surface_of(truth)
    for one in range(5):
        camera = Cameras.unpack(
            torch.from_numpy(data.train.cameras[one : one + 1].copy()), (40, 40)
        )
        full = (cells[one].nonzero().float() + 0.5) * (2 / SIDE) - 1
        pixels = camera.project(0, torch.cat([full, places[one]]))[0].long().clamp(0, 39)
        shown = (data.train.images[one] < 255).any(axis=0)
        assert shown[pixels[:, 1], pixels[:, 0]].mean() > 0.9  # a pixel at an outline may miss it
    assert float((normals.norm(dim=2) - 1).abs().max()) < 0.01


def test_the_mean_of_the_iou_is_over_objects() -> None:
    made = torch.zeros(2, 2, 2, 2, dtype=torch.bool)
    truth = made.clone()
    made[0, 0, 0], truth[0, 0] = True, True  # 2 of 4
    made[1, 0], truth[1, 0] = True, True
    assert float(mean_iou(made, truth)) == 0.75


def test_it_learns_objects_and_remembers_their_mean() -> None:
    data = load("objects", {"count": 5, "held_out": 2, "side": 32})
    options = {"steps": 40, "batch_size": 5, "width": 8, "learning_rate": 1e-2}
    method = build(Experiment("image_to_voxels", "objects", options, threads=1),
                   DataShape(3, 32), CPU)  # fmt: skip
    feed = Feed(data.train, 5, 0, CPU)
    trainer = Trainer(method, feed, held_out_batch(data.held_out, 2, CPU))
    rows = [trainer.take_step()[0][2] for _ in range(40)]
    assert rows[-1]["loss"] < 0.8 * rows[0]["loss"]
    assert rows[-1]["IoU"] > 0.1
    expected = cells_of(torch.from_numpy(np.array(data.train.truth))).float().mean(dim=0)
    torch.testing.assert_close(method.mean, expected, atol=1e-4, rtol=0)
