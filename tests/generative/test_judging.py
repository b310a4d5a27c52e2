"""What judges generated pictures: trained once, kept, and beside what real pictures score."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from core.data.imageset import DataError, ImageSet
from core.data.sources import load
from core.data.unit import unit
from core.evaluate.generative import classifier
from core.evaluate.generative.classifier import ATTRIBUTES, CLASSES, ROTATIONS, judge_of
from core.generative.judging import bench_of, memorisation, neighbours, quality
from core.progress import Cancelled, Progress

FACES = {"count": 400, "held_out": 120}


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFSIGHT_HOME", str(tmp_path))
    monkeypatch.setattr(classifier, "STEPS", 12)


@pytest.fixture(scope="module")
def faces() -> ImageSet:
    return load("faces", FACES)


def test_it_learns_what_the_data_know_and_says_so(faces: ImageSet) -> None:
    digits = load("digits")
    bare = dataclasses.replace(digits, classes=())
    for data, learns in ((digits, CLASSES), (faces, ATTRIBUTES), (bare, ROTATIONS)):
        judge = judge_of(data)
        assert judge.learns == learns
        assert "trained on the same data" in str(judge)
        assert judge.features(torch.rand(3, data.channels, data.side, data.side,
                                         generator=torch.Generator())).shape == (3, 64)  # fmt: skip


def test_it_is_trained_once_and_kept(faces: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    first = judge_of(faces)
    monkeypatch.setattr(classifier, "_train", None)  # is not called again
    again = judge_of(faces)
    images = unit(torch.from_numpy(faces.held_out.images[:8]))
    np.testing.assert_array_equal(first.probabilities(images), again.probabilities(images))
    assert again.accuracy == first.accuracy


def test_its_training_can_be_cancelled_and_points_need_none(faces: ImageSet) -> None:
    with pytest.raises(Cancelled):
        judge_of(faces, Progress(cancelled=lambda: True))
    with pytest.raises(DataError, match="their modes are counted"):
        judge_of(load("mixtures", {"count": 64, "held_out": 16}))


def test_real_pictures_score_far_better_than_noise_and_copies_are_called_copies(
    faces: ImageSet,
) -> None:
    judge = judge_of(faces)
    copies = unit(torch.from_numpy(faces.train.images[:120]))
    noise = torch.rand(copies.shape, generator=torch.Generator().manual_seed(0))
    good, bad = quality(copies, faces, judge), quality(noise, faces, judge)
    assert good.distance < 0.1 * bad.distance
    assert good.balls.recall > 0.8 > 0.2 > bad.balls.recall
    assert good.copied == 1.0
    assert set(good.rates) == set(faces.attributes)
    assert "FD" in good.table().rows[0]


def test_the_nearest_training_picture_of_a_copy_is_itself_both_ways(faces: ImageSet) -> None:
    judge = judge_of(faces)
    found = neighbours(unit(torch.from_numpy(faces.train.images[7])), bench_of(faces, judge), 3)
    for where, far in found.values():
        assert where[0] == 7
        assert far[0] < 1e-2 < far[1] <= far[2]


def test_memorisation_shows_both_heaps_as_shares() -> None:
    found = memorisation(np.zeros(10, np.float32), np.arange(1, 21, dtype=np.float32))
    assert found.counts["made"][0] == 1.0
    assert found.counts["held out"].sum() == pytest.approx(1.0)
