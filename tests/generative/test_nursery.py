"""Samples that are looked at: the same noise at every step, what the critic and the judge say."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from core.data.sources import load
from core.data.unit import unit
from core.evaluate.generative import classifier
from core.evaluate.generative.classifier import judge_of, kept_judge, seconds_to_train
from core.generative.judging import bench_of
from core.generative.nursery import Wish, card, heard, sampled
from core.method import DataShape, Look
from core.methods.generative.gan import GAN, GANConfig
from core.randomness import drawing_from, generator

NAMES = tuple("0123456789")


def a_gan(conditional: bool = False) -> GAN:
    with drawing_from(generator("a gan")):
        config = GANConfig(width=4, latent=6, conditional=conditional)
        return GAN(config, DataShape(1, 8, NAMES)).eval()


def a_look(labels: torch.Tensor | None = None) -> Look:
    rng = torch.Generator().manual_seed(3)
    images = torch.rand(12, 1, 8, 8, generator=rng)
    return Look(images, torch.arange(12) % 10 if labels is None else labels, NAMES, rng)


@torch.no_grad()
def test_the_noise_is_the_same_until_other_noise_is_wished_for() -> None:
    gan = a_gan()
    first = sampled(Wish(4))(gan, a_look())
    np.testing.assert_array_equal(first.latents, sampled(Wish(4))(gan, a_look()).latents)
    np.testing.assert_array_equal(first.latents[:2], sampled(Wish(2))(gan, a_look()).latents)
    assert not np.allclose(first.latents, sampled(Wish(4, draw=1))(gan, a_look()).latents)


@torch.no_grad()
def test_truncation_draws_every_latent_towards_the_middle() -> None:
    gan = a_gan()
    whole, half = (sampled(Wish(4, truncation=t))(gan, a_look()).latents for t in (1.0, 0.5))
    np.testing.assert_allclose(half, whole / 2)


@torch.no_grad()
def test_a_class_that_is_asked_for_is_that_of_all_else_they_come_in_turn() -> None:
    gan = a_gan(conditional=True)
    in_turn, threes = sampled(Wish(12))(gan, a_look()), sampled(Wish(12, label=3))(gan, a_look())
    assert in_turn.labels is not None
    assert threes.labels is not None
    assert in_turn.labels.tolist() == [*range(10), 0, 1]
    assert set(threes.labels.tolist()) == {3}
    assert threes.grid().captions == ["3"] * 12
    assert in_turn.scores is not None
    assert in_turn.scores.shape == (12,)


@torch.no_grad()
def test_pictures_of_no_known_class_are_not_put_before_a_critic_of_classes() -> None:
    labels = torch.tensor([-1, -1, *range(10)])
    found = sampled(Wish(3))(a_gan(conditional=True), a_look(labels))
    assert found.real_scores is not None
    assert len(found.real_scores) == 10


def test_what_the_critic_says_is_shown_as_shares_and_told_beside_real_ones() -> None:
    shown = heard(np.array([1.0, 2.0], np.float32), np.array([0.0, 0.0, 0.0, 2.0], np.float32))
    assert shown.counts["D(real)"].sum() == pytest.approx(1.0)
    assert shown.counts["D(fake)"][0] == 0.75
    with torch.no_grad():
        found = sampled(Wish(2))(a_gan(), a_look())
    found = dataclasses.replace(found, scores=np.array([0.5, 9.0], np.float32),
                                real_scores=np.array([0.0, 1.0, 2.0, 3.0], np.float32))  # fmt: skip
    assert found.verdict(0) == "score 0.50; 25% of real pictures score less"


def test_a_copy_has_itself_for_its_neighbour_on_its_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELFSIGHT_HOME", str(tmp_path))
    monkeypatch.setattr(classifier, "STEPS", 12)
    data = load("digits")
    assert kept_judge(data) is None
    assert 0 < seconds_to_train(data) < 60
    bench = bench_of(data, judge_of(data))
    assert kept_judge(data) is not None
    copy = unit(torch.from_numpy(data.train.images[7:8]))[0].numpy()
    found = card(copy, bench)
    for near in (found.by_features, found.by_pixels):
        assert len(near.images) == 7
        np.testing.assert_array_equal(near.images[0][..., 0], data.train.images[7, 0])
    assert found.one_of_many
    assert sum(found.likely) == pytest.approx(1.0, abs=1e-4)
    assert generator("nursery", 0).initial_seed() != generator("nursery", 1).initial_seed()
