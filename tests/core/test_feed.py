"""What a training sees at a step follows from seed and step, wherever the pictures lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core import feed as feeds
from core.data.imageset import Pictures
from core.feed import Feed, held_out_batch

CPU = torch.device("cpu")
N = 23


def pictures(images: np.ndarray | None = None) -> Pictures:
    made = np.random.default_rng(1).integers(0, 256, (N, 1, 4, 4), dtype=np.uint8)
    return Pictures(made if images is None else images, np.arange(N) % 3)


@pytest.mark.parametrize("batch_size", [1, 5, N, 2 * N + 3])
def test_every_epoch_shows_each_picture_once(batch_size: int) -> None:
    feed = Feed(pictures(), batch_size, seed=4, device=CPU)
    row = np.concatenate([feed.indices(step) for step in range(-(-3 * N // batch_size))])
    for epoch in range(3):
        assert sorted(row[epoch * N : (epoch + 1) * N]) == list(range(N))


def test_epochs_differ_in_their_order() -> None:
    feed = Feed(pictures(), N, seed=4, device=CPU)
    assert feed.indices(0).tolist() != feed.indices(1).tolist()


def test_a_batch_is_a_function_of_seed_and_step() -> None:
    one, other = (Feed(pictures(), 5, seed=4, device=CPU) for _ in range(2))
    for step in range(7):
        one.batch(step, 0.0)  # ... and of nothing that came before
    a, b = one.batch(3, 0.0), other.batch(3, 0.0)
    assert torch.equal(a.images, b.images)
    assert torch.equal(a.labels, b.labels)
    assert torch.equal(torch.rand(9, generator=a.rng), torch.rand(9, generator=b.rng))


def test_seeds_and_steps_differ() -> None:
    def draws(seed: int, step: int) -> list[float]:
        batch = Feed(pictures(), 5, seed, CPU).batch(step, 0.0)
        return [*batch.indices.tolist(), *torch.rand(3, generator=batch.rng).tolist()]

    assert draws(0, 0) != draws(1, 0)
    assert draws(0, 0) != draws(0, 1)


def test_a_memory_mapped_set_gives_the_same_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = Feed(pictures(), 5, 4, CPU)
    np.save(tmp_path / "images.npy", pictures().images)
    monkeypatch.setattr(feeds, "RESIDENT_BYTES", 1)
    mapped = Feed(pictures(np.load(tmp_path / "images.npy", mmap_mode="r")), 5, 4, CPU)
    assert mapped._resident is None
    for step in range(10):
        a, b = resident.batch(step, 0.5), mapped.batch(step, 0.5)
        assert torch.equal(a.images, b.images)
        assert torch.equal(a.indices, b.indices)
        assert a.progress == b.progress == 0.5


def test_a_batch_holds_the_chosen_pictures_as_fractions() -> None:
    source = pictures()
    batch = Feed(source, 6, 0, CPU).batch(2, 0.0)
    expected = source.images[batch.indices.numpy()] / np.float32(255)
    np.testing.assert_array_equal(batch.images.numpy(), expected.astype(np.float32))
    np.testing.assert_array_equal(batch.labels.numpy(), source.labels[batch.indices.numpy()])


def test_held_out_pictures_are_the_same_at_every_call() -> None:
    one, other = (held_out_batch(pictures(), 10, CPU) for _ in range(2))
    assert torch.equal(one.images, other.images)
    assert len(set(one.indices.tolist())) == 10
