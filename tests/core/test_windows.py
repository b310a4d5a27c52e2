"""A method that asks for windows is given frames of one clip, the same of (seed, step) for ever."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core import feed as feeds
from core import registry
from core.config import option
from core.data.imageset import DataError, ImageSet, Pictures
from core.experiment import Experiment, check_data
from core.feed import Feed, held_out_batch
from core.method import Batch, DataShape, Method, MethodConfig
from core.runs import RunInfo, RunStore
from core.trainer import Trainer

CPU = torch.device("cpu")
CLIPS = np.repeat([4, 5, 9], [6, 3, 5])  # the second is too short for a window of four
WINDOW = (3, 1)


def frames(images: np.ndarray | None = None, clips: np.ndarray | None = CLIPS) -> Pictures:
    """Frames whose every pixel is their position."""
    made = np.broadcast_to(np.arange(len(CLIPS), dtype=np.uint8)[:, None, None, None],
                           (len(CLIPS), 1, 4, 4)).copy()  # fmt: skip
    return Pictures(made if images is None else images, np.full(len(CLIPS), -1), clips=clips)


def positions(images: Tensor) -> np.ndarray:
    return (images[..., 0, 0, 0] * 255).round().long().numpy()


class Predictor(Method):
    """The target's mean from that of the frames before it; draws, so that resuming is tested."""

    @dataclass(frozen=True)
    class Config(MethodConfig):
        apart: int = option(2, "Frames between two of a window.", low=1, high=9)

    needs_clips = True

    def __init__(self, config: MethodConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.scale = nn.Parameter(torch.ones(1))

    @classmethod
    def window(cls, config: Any) -> tuple[int, ...]:
        return (2 * config.apart, config.apart)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        mean = batch.images.mean(dim=(2, 3, 4))  # (B, F)
        nudge = torch.rand((), generator=batch.rng)
        return {
            "loss": (self.scale * mean[:, :-1].mean(dim=1) + nudge - mean[:, -1]).square().mean()
        }


def trainer() -> Trainer:
    config = Predictor.Config(steps=9, batch_size=3)
    method = Predictor(config, DataShape(1, 4))
    feed = Feed(frames(), 3, 0, CPU, method.window(config))
    return Trainer(method, feed, held_out_batch(frames(), 9, CPU, window=method.window(config)))


def test_a_window_lies_in_one_clip_with_the_target_last() -> None:
    feed = Feed(frames(), 4, 0, CPU, WINDOW)
    for step in range(6):
        batch = feed.batch(step, 0.0)
        found = positions(batch.images)
        assert found.shape == (4, 3)
        np.testing.assert_array_equal(found[:, -1:] - found, np.tile([3, 1, 0], (4, 1)))
        assert all(len(set(CLIPS[row])) == 1 for row in found)
        assert batch.indices.tolist() == found[:, -1].tolist()
        assert torch.equal(batch.targets, batch.images[:, -1])


def test_every_epoch_shows_each_target_once() -> None:
    feed = Feed(frames(), len(feed_targets := [3, 4, 5, 12, 13]), 0, CPU, WINDOW)
    assert len(feed) == len(feed_targets)
    assert sorted(feed.indices(0)) == sorted(feed.indices(1)) == feed_targets


def test_windows_are_a_function_of_seed_and_step_wherever_the_frames_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = Feed(frames(), 4, 7, CPU, WINDOW)
    resident.batch(5, 0.0)
    np.save(tmp_path / "images.npy", frames().images)
    monkeypatch.setattr(feeds, "RESIDENT_BYTES", 1)
    mapped = Feed(frames(np.load(tmp_path / "images.npy", mmap_mode="r")), 4, 7, CPU, WINDOW)
    for step in (3, 0):
        assert torch.equal(resident.batch(step, 0.0).images, mapped.batch(step, 0.0).images)


def test_held_out_windows_are_the_same_at_every_call_and_as_many_frames_as_asked() -> None:
    one, other = (held_out_batch(frames(), 9, CPU, window=WINDOW) for _ in range(2))
    assert torch.equal(one.images, other.images)
    assert one.images.shape[:2] == (3, 3)


def test_a_method_of_windows_goes_on_from_its_folder_as_if_never_left(tmp_path: Path) -> None:
    first, second = trainer(), trainer()
    for _ in range(3):
        first.take_step()
    with RunStore(tmp_path).create(RunInfo("predictor", "clips", 0), {}) as run:
        run.save_checkpoint(3, *first.checkpoint())
        checkpoint = run.load_checkpoint()
    assert checkpoint is not None
    second.restore(checkpoint)
    for _ in range(4):
        [(step, _, row)] = first.take_step()
        assert [(step, row)] == [(s, r) for s, _, r in second.take_step()]
    assert first.validate() == second.validate()


def test_clips_too_short_for_the_window_are_refused_in_words() -> None:
    with pytest.raises(DataError, match="no clip has the 8 frames in a row"):
        Feed(frames(), 4, 0, CPU, (7, 1))


def test_a_window_that_does_not_fall_is_refused() -> None:
    with pytest.raises(ValueError, match="expected falling"):
        Feed(frames(), 4, 0, CPU, (1, 2))


def test_single_pictures_are_refused_to_a_method_of_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "method_class", lambda id: Predictor)
    single = ImageSet("toyland", "Toyland", frames(clips=None), frames(clips=None))
    with pytest.raises(DataError, match=r"frames in order, and Toyland has single.*choose clips"):
        check_data(Experiment("predictor", "toyland"), single)
    check_data(Experiment("predictor", "clips"), ImageSet("clips", "Clips", frames(), frames()))
