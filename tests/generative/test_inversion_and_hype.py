"""A latent found from its picture, and the test by people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.experiment import Experiment, to_config
from core.generative import hype
from core.generative.inversion import invert
from core.method import DataShape
from core.progress import Cancelled, Progress
from core.randomness import generator
from core.runs import RunInfo, RunStore


def generate(latents: torch.Tensor) -> torch.Tensor:
    return torch.sigmoid(latents * torch.tensor([1.0, 2.0, 0.5]))[:, :, None, None]


def test_the_latent_of_a_generated_picture_is_found_again() -> None:
    truth = torch.randn(4, 3, generator=generator("truth"))
    starts = torch.randn(2, 4, 3, generator=generator("starts"))
    found = invert(generate, generate(truth), starts, steps=400, rate=0.1, pull=0.0)
    torch.testing.assert_close(found.latents, truth, atol=0.02, rtol=0.0)
    assert float(found.errors.max()) < 1e-5
    assert found.history[-1] < found.history[0]


def test_a_good_start_is_never_left_for_something_worse() -> None:
    truth = torch.randn(1, 3, generator=generator("truth"))
    found = invert(generate, generate(truth), truth[None], steps=5, rate=1.0)
    assert float(found.errors) == 0.0
    torch.testing.assert_close(found.latents, truth)


def test_looking_for_a_latent_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        invert(generate, torch.zeros(1, 3, 1, 1), torch.zeros(1, 1, 3),
               progress=Progress(cancelled=lambda: True))  # fmt: skip


def test_wilsons_interval_is_that_of_the_textbook() -> None:
    assert hype.wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert hype.wilson(50, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert hype.wilson(0, 0) == (0.0, 1.0)


def test_a_test_has_as_many_real_as_generated_pictures_and_none_twice() -> None:
    test = hype.booth(200, 80, np.random.default_rng(0))
    assert len(test.trials) == 100
    for real in (True, False):
        shown = [t.index for t in test.trials if t.real == real]
        assert len(set(shown)) == 50
    assert len(hype.booth(3, 80, np.random.default_rng(0)).trials) == 6
    with pytest.raises(ValueError, match="both kinds"):
        hype.booth(0, 5, np.random.default_rng(0))


def judged(answers: dict[bool, bool]) -> hype.Booth:
    """Whoever always says `answers[real]`."""
    test = hype.booth(20, 20, np.random.default_rng(1), each=10)
    while test.now is not None:
        test = test.answer(answers[test.now.real])
    return test


def test_mistakes_are_counted_by_kind() -> None:
    taken = hype.verdict(judged({True: True, False: True}))
    assert (taken.errors, taken.judged, taken.rate) == (10, 20, 0.5)
    assert (taken.fooled, taken.doubted) == (1.0, 0.0)
    assert "50 % is guessing" in taken.sentence()
    assert hype.verdict(judged({True: True, False: False})).errors == 0


def test_an_answer_can_be_taken_back() -> None:
    test = hype.booth(5, 5, np.random.default_rng(0))
    assert test.answer(True).back() == test


def test_finished_tests_are_kept_with_the_snapshot(tmp_path: Path) -> None:
    config = to_config(Experiment("vae", "digits"), DataShape(1, 8))
    with RunStore(tmp_path).create(RunInfo("vae", "digits", 0), config) as run:
        with pytest.raises(ValueError, match="still to be judged"):
            hype.keep(run, 3, hype.booth(5, 5, np.random.default_rng(0)))
        hype.keep(run, 3, judged({True: True, False: True}))
        hype.keep(run, 7, judged({True: True, False: False}), "Ada")
        found = hype.kept(run)
    assert [(t["step"], t["rate"], t["who"]) for t in found] == [(3, 0.5, ""), (7, 0.0, "Ada")]
    assert len(found[0]["trials"]) == 20
