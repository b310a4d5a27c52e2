"""What following must beat: each does what it says, of things one can work out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.data.clips import make_clip
from core.data.video.clip import Clip
from core.experiment import Experiment, build
from core.following import trackers
from core.following.own_film import parts, train_on
from core.method import DataShape, Method
from core.tracking import baselines
from core.tracking.features import Bank, TrackingError
from core.tracking.marks import Marks
from core.tracking.propagate import Settings, propagate
from tests.tracking.films import SHAPE, pixels, shifting, square


def clip_of(frames: np.ndarray) -> Clip:
    names = [f"{n:05d}" for n in range(len(frames))]
    return Clip(frames, 12.0, names, "noise", {0: Marks(square(0))})


def method(name: str = "video_colorization") -> Method:
    small = {"width": 8, "batch_size": 4, "crop": 32}
    options = small if name == "video_colorization" else {}
    return build(Experiment(name, "clips", options), DataShape(3, 48), torch.device("cpu"))


@pytest.mark.parametrize("encode", [baselines.patches, baselines.raw_colours])
def test_features_without_learning_have_a_cell_for_every_four_pixels(encode: object) -> None:
    found = encode(pixels(shifting(1)))  # type: ignore[operator]
    assert found.shape[2:] == (SHAPE[0] // 4, SHAPE[1] // 4)
    assert torch.isfinite(found).all()


def test_grey_patches_follow_a_shift() -> None:
    bank = Bank(baselines.patches, shifting(4))
    settings = Settings(radius=2, temperature=0.03)
    found = propagate(bank, {0: Marks(square(0))}, settings, range(4), SHAPE)
    mask = found[3].mask
    assert mask is not None
    truth = square(3)
    assert (mask & truth).sum() / (mask | truth).sum() > 0.8


def test_a_patch_is_correlated_without_its_brightness() -> None:
    frame = pixels(shifting(1)) * 0.5 + 0.2
    one = Bank(baselines.patches, shifting(1)).at(0)
    darker = torch.nn.functional.normalize(baselines.patches(frame)[0], dim=0)
    assert float((one * darker).sum(dim=0).mean()) > 0.97


def test_flow_says_what_is_missing_where_opencv_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "has_flow", lambda: False)
    assert "flow" not in trackers.names()
    with pytest.raises(TrackingError, match="opencv-python-headless"):
        trackers.baseline("flow")
    with pytest.raises(TrackingError, match="opencv-python-headless"):
        baselines.flow(shifting(2), {0: Marks(square(0))}, [0, 1])


def test_flow_follows_a_smooth_shift() -> None:
    pytest.importorskip("cv2")
    y, x = np.mgrid[:64, :64]
    frames = [127 + 60 * np.sin((x - 2 * n) / 4.0) + 60 * np.sin(y / 5.0) for n in range(4)]
    film = np.repeat(np.stack(frames)[..., None], 3, axis=3).clip(0, 255).astype(np.uint8)
    mask = np.zeros((64, 64), np.uint8)
    mask[20:40, 20:40] = 1
    start = Marks(mask, np.array([[30.0, 30.0]], np.float32))
    found = baselines.flow(film, {0: start}, range(4))[3]
    truth = np.roll(mask, 6, axis=1)
    assert found.mask is not None
    assert found.points is not None
    assert (found.mask & truth).sum() / (found.mask | truth).sum() > 0.8
    np.testing.assert_allclose(found.points[0], [36, 30], atol=1.5)


@pytest.mark.parametrize("name", ["identity", "untrained", "patches", "colours"])
def test_each_baseline_follows_by_name(name: str) -> None:
    follower = trackers.baseline(name)
    found = follower.follow(clip_of(shifting(3)), {0: Marks(square(0))}, range(3))
    assert list(found) == [0, 1, 2]
    assert all(m.mask is not None for m in found.values())


def test_an_unknown_tracker_is_told_what_there_is() -> None:
    with pytest.raises(TrackingError, match="identity, untrained"):
        trackers.baseline("magic")


# --- the film itself ------------------------------------------------------------------------------


def test_training_on_a_film_changes_a_copy_and_lowers_the_loss_of_its_held_out_end() -> None:
    made = method()
    before = {n: t.clone() for n, t in made.state_dict().items()}
    ticks = iter(range(10_000))
    clip = make_clip(3, frames=20, side=48)
    gained = train_on(made, clip, seconds=40, clock=lambda: float(next(ticks)))
    assert gained.steps == 39
    assert gained.after < gained.before
    assert "fell" in gained.sentence
    for name, tensor in made.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_a_film_too_short_to_train_on_says_how_many_frames_it_needs() -> None:
    with pytest.raises(TrackingError, match="needs 4 at least"):
        train_on(method(), clip_of(shifting(2)))
    with pytest.raises(TrackingError, match="did not learn from films"):
        train_on(method("random_network"), clip_of(shifting(8)))


def test_the_end_of_a_film_is_held_out() -> None:
    learned, held = parts(clip_of(shifting(40)), 3)
    assert (len(learned), len(held)) == (34, 6)
    assert np.array_equal(held.images[-1].transpose(1, 2, 0), shifting(40)[-1])
