"""Streets and their records, the way through the camera and back, and the network."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.bases.boxes_in_space import (
    Found,
    average_precision,
    decoded,
    encoded,
    ground_map,
    guessed,
    without_doubles,
)
from core.bases.ranking import precision_area
from core.data.imageset import ImageSet
from core.data.sources import load
from core.data.streets.record import BOX, FLAT, KIND, MOST, NUMBERS, SIZES, THERE
from core.experiment import Experiment, build
from core.feed import Feed, held_out_batch
from core.method import DataShape
from core.methods.shapes.box_detector import mirrored
from core.render.cameras import Cameras, look_at, pinhole
from core.render.oriented import corners, overlaps
from core.trainer import Trainer

CPU = torch.device("cpu")
SIDE = 64


@pytest.fixture(scope="module")
def streets() -> ImageSet:
    return load("streets", {"count": 24, "held_out": 4, "side": SIDE})


def known(data: ImageSet) -> tuple[torch.Tensor, Cameras]:
    truth = torch.from_numpy(np.array(data.train.truth))
    assert data.train.cameras is not None
    return truth, Cameras.unpack(torch.from_numpy(data.train.cameras.copy()), (SIDE, SIDE))


def test_boxes_are_seen_where_their_record_says(streets: ImageSet) -> None:
    truth, cameras = known(streets)
    assert truth.shape[1:] == (MOST, NUMBERS)
    assert int(truth[..., THERE].sum()) > 40
    for one, rows in enumerate(truth):
        rows = rows[rows[:, THERE] > 0].numpy()
        if len(rows) > 1:
            assert overlaps(rows[:, BOX], rows[:, BOX])[~np.eye(len(rows), dtype=bool)].max() == 0
        for row in rows:
            points = torch.from_numpy(corners(row[BOX])[0]).float()
            pixels = cameras.project(one, points)[0].numpy()
            flat = [*pixels.min(axis=0), *pixels.max(axis=0)]
            np.testing.assert_allclose(flat, row[FLAT], atol=0.05)


def test_what_is_told_of_a_box_gives_it_back(streets: ImageSet) -> None:
    truth, cameras = known(streets)
    there = truth[..., THERE] > 0
    boxes, flat = decoded(encoded(truth, cameras), truth[..., KIND].long(), cameras)
    turn = (boxes[..., 6] - truth[..., BOX][..., 6]).sin()[there]
    torch.testing.assert_close(turn, torch.zeros_like(turn), atol=1e-4, rtol=0)
    given = truth[..., BOX][..., :6]
    torch.testing.assert_close(boxes[..., :6][there], given[there], atol=1e-3, rtol=1e-4)
    torch.testing.assert_close(flat[there], truth[..., FLAT][there], atol=1e-3, rtol=1e-4)


def test_a_mirrored_street_is_seen_as_a_mirrored_picture(streets: ImageSet) -> None:
    truth, cameras = known(streets)
    images = torch.arange(SIDE).expand(len(truth), 1, SIDE, SIDE) / SIDE
    made, seen_by, other = mirrored(images, cameras, truth, torch.Generator().manual_seed(1))
    flipped = made[:, 0, 0, 0] > 0.5
    assert 0 < int(flipped.sum()) < len(truth)
    one, two = encoded(truth, cameras), encoded(other, seen_by)
    there = (truth[..., THERE] > 0) & flipped[:, None]
    expected = one.middles * torch.tensor([-1.0, 1.0]) + torch.tensor([SIDE, 0.0])
    torch.testing.assert_close(two.middles[there], expected[there], atol=1e-3, rtol=0)
    torch.testing.assert_close(two.depth[there], one.depth[there], atol=1e-5, rtol=0)
    angle = one.angle * torch.tensor([-1.0, 1.0])  # to the ray, turned the other way
    torch.testing.assert_close(two.angle[there], angle[there], atol=1e-4, rtol=0)
    sides = one.sides[..., [2, 1, 0, 3]]
    torch.testing.assert_close(two.sides[there], sides[there], atol=1e-3, rtol=0)
    torch.testing.assert_close(other[~flipped], truth[~flipped])


def test_the_ground_lies_where_a_camera_that_looks_down_45_degrees_sees_it() -> None:
    eye, aim = torch.tensor([[0.0, 0.0, 3.0]]), torch.tensor([[0.0, 3.0, 0.0]])
    cameras = pinhole(look_at(eye, aim), (64, 64), 0.9)
    depth, height = ground_map(cameras, 63)[0]  # an odd number: the middle is a cell's
    assert 12 * math.exp(float(depth[31, 31])) == pytest.approx(3 * 2**0.5, rel=1e-4)
    assert float(height[0, 0]) == pytest.approx(math.log(1.5))
    assert float(depth[0, 31]) > float(depth[62, 31])


def test_the_rule_is_right_where_a_thing_is_as_it_supposes() -> None:
    cameras = pinhole(look_at(torch.tensor([[0.0, 0, 0.75]]), torch.tensor([[0.0, 9, 0.75]])),
                      (SIDE, SIDE), 0.9)  # fmt: skip
    box = np.array([0.0, 9.0, 0.75, *SIZES[0], math.pi / 2])
    rows = torch.zeros(1, MOST, NUMBERS)
    pixels = cameras.project(0, torch.from_numpy(corners(box)[0]).float())[0]
    rows[0, 0, THERE], rows[0, 0, BOX] = 1, torch.from_numpy(box).float()
    rows[0, 0, FLAT] = torch.cat([pixels.amin(dim=0), pixels.amax(dim=0)])
    made = guessed(rows, cameras)[0, 0]
    np.testing.assert_allclose(made.numpy(), box, atol=0.02)


def test_of_two_boxes_in_one_place_the_better_stays() -> None:
    boxes = np.array([[0.0, 9, 1, 4, 2, 2, 0], [0.4, 9, 1, 4, 2, 2, 0], [9.0, 9, 1, 4, 2, 2, 0]])
    found = Found(np.array([0, 1, 0]), np.array([0.9, 0.8, 0.7]), boxes, np.zeros((3, 4)))
    assert without_doubles(found).scores.tolist() == [0.9, 0.7]


def test_average_precision_worked_by_hand() -> None:
    right = np.array([True, False, True])  # precision 1 up to a recall of 1/2, then 2/3
    assert precision_area(right, 2) == pytest.approx((51 + 50 * 2 / 3) / 101)
    rows = np.zeros((1, MOST, NUMBERS), np.float32)
    rows[0, :2, THERE] = 1
    rows[0, 0, BOX], rows[0, 1, BOX] = [0, 9, 1, 4, 2, 2, 0], [9, 9, 1, 4, 2, 2, 0]
    boxes = np.array([[0, 9, 1, 4, 2, 2, 0], [0, 9, 1, 4, 2, 2, 0], [10.6, 9, 1, 4, 2, 2, 0]])
    found = Found(np.zeros(3, int), np.array([0.9, 0.8, 0.7]), boxes, np.zeros((3, 4)))
    precise = average_precision([found], rows)  # the last shares 2.4 of 5.6: 0.43
    np.testing.assert_allclose(precise[0], [(51 + 50 * 2 / 3) / 101, 51 / 101])
    assert np.isnan(precise[1:]).all()


def test_it_learns_to_find_boxes() -> None:
    data = load("streets", {"count": 4, "held_out": 2, "side": SIDE})
    options = {"steps": 80, "batch_size": 4, "width": 8, "learning_rate": 5e-3, "mirror": False}
    method = build(Experiment("box_detector", "streets", options, threads=1),
                   DataShape(3, SIDE), CPU)  # fmt: skip
    trainer = Trainer(method, Feed(data.train, 4, 0, CPU), held_out_batch(data.train, 4, CPU))
    before = trainer.validate()
    for _ in range(80):
        trainer.take_step()
    after = trainer.validate()
    assert before["AP at 0.25"] < 0.1 < 0.2 < after["AP at 0.25"]  # of streets that it has seen
    assert after["depth"] < 0.5 * before["depth"]
