"""MoCo is the paper's: queue, momentum, shuffling, and what v2 changed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.config import ConfigError, configure
from core.method import Batch, DataShape, Look
from core.methods.contrastive.moco import UNBORN, MoCo
from core.randomness import drawing_from, generator

SHAPE = DataShape(3, 8)


def method(**options: object) -> MoCo:
    values = {"width": 4, "batch_size": 2, "queue": 5, "projection": 2, "steps": 10, **options}
    with drawing_from(generator("weights")):
        return MoCo(configure(MoCo.Config, values), SHAPE)


def batch(step: int = 0, count: int = 2) -> Batch:
    images = torch.rand(count, 3, 8, 8, generator=generator("pictures"))
    labels = torch.zeros(count, dtype=torch.long)
    return Batch(images, labels, torch.arange(count), generator(step), step, step / 10)


def test_new_keys_take_the_places_of_the_oldest_in_turn() -> None:
    moco = method()
    rows = torch.arange(12.0).view(6, 2)
    start = moco.queue.clone()
    moco.enqueue(rows[:2], 0)
    assert torch.equal(moco.queue, torch.cat([rows[:2], start[2:]]))
    assert moco.born.tolist() == [0, 0, UNBORN, UNBORN, UNBORN]
    moco.enqueue(rows[2:4], 1)
    moco.enqueue(rows[4:6], 2)  # past the end, onto the first
    assert torch.equal(moco.queue, rows[[5, 1, 2, 3, 4]])
    assert moco.born.tolist() == [2, 0, 1, 1, 2]
    assert int(moco.pointer) == 1
    assert moco.by_age().tolist() == [0, 4, 3, 2, 1]


def test_the_queue_begins_with_random_keys_of_length_one() -> None:
    torch.testing.assert_close(method().queue.norm(dim=1), torch.ones(5))


def test_a_step_is_the_algorithm_s() -> None:
    """Gradient, then momentum, then the keys made before either go into the queue."""
    moco = method(momentum=0.9)
    keys_before = [p.clone() for p in moco.key_encoder.parameters()]
    moco.step(batch(), moco.optimizers())
    leader = nn.Sequential(moco.backbone, moco.head)
    for was, now, led in zip(keys_before, moco.key_encoder.parameters(), leader.parameters()):
        torch.testing.assert_close(now, 0.9 * was + 0.1 * led.detach())
    torch.testing.assert_close(moco.queue[:2].norm(dim=1), torch.ones(2))
    assert moco.born.tolist() == [0, 0, UNBORN, UNBORN, UNBORN]


@torch.no_grad()
def test_the_logits_are_the_own_key_against_the_queue() -> None:
    moco = method(temperature=0.5)
    queries, keys = F.normalize(torch.tensor([[1.0, 2.0]])), F.normalize(torch.tensor([[1.0, 0.0]]))
    scores = [float(queries[0] @ keys[0]), *(queries @ moco.queue.T)[0].tolist()]
    by_hand = -torch.log_softmax(torch.tensor(scores) / 0.5, dim=0)[0]
    torch.testing.assert_close(moco.compare(queries, keys)["loss"], by_hand)


@torch.no_grad()
def test_shuffled_keys_come_back_in_order() -> None:
    moco = method(groups=3, batch_size=5).eval()  # each picture then is normalised by itself
    images = batch(count=5).images
    wanted = F.normalize(moco.key_encoder(images), dim=1)
    torch.testing.assert_close(moco.keys(images, generator("order")), wanted)
    torch.testing.assert_close(moco.queries(images), wanted)  # the encoders begin alike


@torch.no_grad()
def test_groups_are_normalised_apart() -> None:
    images = batch(count=4).images
    whole, halves = (method(groups=g, batch_size=4).queries(images) for g in (1, 2))
    assert not torch.allclose(whole, halves)
    torch.testing.assert_close(method(batch_size=4).queries(images[:2]), halves[:2])


def test_the_three_switches_are_what_v2_changed() -> None:
    v1 = method(mlp_head=False, strong_augmentation=False, cosine_schedule=False)
    v2 = method(crop=1.0, stretch=1.0, flip=0.0, jitter=0.0, grey=0.0, blur=1.0)
    plain = method(crop=1.0, stretch=1.0, flip=0.0, jitter=0.0, grey=0.0, strong_augmentation=False)
    assert sum(isinstance(layer, nn.Linear) for layer in v1.head) == 1
    assert sum(isinstance(layer, nn.Linear) for layer in v2.head) == 2
    images = batch().images
    assert torch.equal(plain.views_of(images, generator("views"))[0], images)
    assert not torch.equal(v2.views_of(images, generator("views"))[0], images)
    rates = [v1.learning_rate(step) / v1.config.learning_rate for step in range(10)]
    assert rates == pytest.approx([1.0] * 6 + [0.1] * 2 + [0.01] * 2)
    assert v2.learning_rate(9) < v2.learning_rate(5) < v2.config.learning_rate


def test_a_queue_shorter_than_a_batch_is_refused() -> None:
    with pytest.raises(ConfigError, match="queue: 5 keys are fewer than a batch of 8"):
        method(batch_size=8)


@torch.no_grad()
@pytest.mark.parametrize("steps", [0, 2])
def test_the_figures_show_the_queue_from_its_newest_key(steps: int) -> None:
    moco = method().eval()
    for step in range(steps):
        moco.enqueue(F.normalize(torch.ones(2, 2) + step, dim=1), step)
    one = batch(count=4)
    look = Look(one.images, one.labels, (), generator("look"))
    ages = {0: ["random"] * 5, 2: ["0", "0", "1", "1", "random"]}[steps]
    matrix, curve, shares = (
        moco.queue_affinity(look),
        moco.similarity_by_age(look),
        moco.similarities(look),
    )
    assert list(matrix.rows) == ages
    assert curve.lines["all keys"].x.tolist() == list(range(steps))
    for counts in shares.counts.values():
        assert np.sum(counts) == pytest.approx(1.0)
