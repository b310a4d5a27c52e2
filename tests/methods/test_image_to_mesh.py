"""The ball that is cut finer, what a corner reads of a picture, and the network that moves it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.data.sources import load
from core.experiment import Experiment, build
from core.feed import Feed, held_out_batch
from core.method import DataShape
from core.nets.from_image import aligned
from core.nets.on_mesh import neighbours
from core.render.icosphere import cut, edges, icosphere
from core.render.mesh import Mesh, volume
from core.trainer import Trainer

CPU = torch.device("cpu")


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_ball_is_closed_and_its_faces_look_outwards(level: int) -> None:
    vertices, faces = icosphere(level)
    assert (len(vertices), len(faces)) == (10 * 4**level + 2, 20 * 4**level)
    assert len(edges(faces)) == len(vertices) + len(faces) - 2  # Euler
    np.testing.assert_allclose(np.linalg.norm(vertices, axis=1), 1, atol=1e-6)
    assert 2.5 < volume(Mesh(vertices, faces)) < 4 * np.pi / 3


def test_a_cut_mesh_is_the_same_surface() -> None:
    vertices, faces = icosphere(1)
    pairs, fine = cut(len(vertices), faces)
    finer = np.concatenate([vertices, vertices[pairs].mean(axis=1)])
    assert len(fine) == 4 * len(faces)
    assert volume(Mesh(finer, fine)) == pytest.approx(volume(Mesh(vertices, faces)), rel=1e-5)


def test_neighbours_are_told_the_mean_of_those_next_to_them() -> None:
    path = torch.tensor([[0, 1], [1, 2]])
    told = neighbours(path, 3) @ torch.tensor([[1.0], [2.0], [5.0]])
    assert told[:, 0].tolist() == [2.0, 3.0, 2.0]


def test_a_place_reads_the_pixel_it_lies_in() -> None:
    fine, coarse = torch.arange(16.0).view(1, 1, 4, 4), torch.tensor([[[[7.0, 9.0], [7.0, 9.0]]]])
    places = torch.tensor([[[0.125, 0.125], [0.875, 0.125], [0.5, 0.375]]])
    found = aligned([fine, coarse], places)
    torch.testing.assert_close(found, torch.tensor([[[0.0, 7.0], [3.0, 9.0], [5.5, 8.0]]]))


def test_it_learns_objects_and_so_does_the_mesh_that_sees_nothing() -> None:
    data = load("objects", {"count": 5, "held_out": 2, "side": 32})
    options = {"steps": 16, "batch_size": 5, "width": 8, "hidden": 16, "level": 1,
               "learning_rate": 6e-3}  # fmt: skip
    method = build(Experiment("image_to_mesh", "objects", options, threads=1),
                   DataShape(3, 32), CPU)  # fmt: skip
    trainer = Trainer(method, Feed(data.train, 5, 0, CPU), held_out_batch(data.train, 5, CPU))
    before = trainer.validate()
    for _ in range(16):
        trainer.take_step()
    after = trainer.validate()
    for seen in ("", " without looking"):
        assert after[f"chamfer{seen}"] < 0.9 * before[f"chamfer{seen}"]
        assert after[f"f-score{seen}"] > before[f"f-score{seen}"]
