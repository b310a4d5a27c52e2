"""What every method keeps, tested of each the moment its note exists."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core import pictures, registry
from core.abilities import abilities_of
from core.config import configure, options_of, to_dict
from core.data.imageset import ImageSet, Pictures
from core.data.sources import SOURCES, load
from core.engine import Engine
from core.experiment import Experiment, build, rebuild, to_config
from core.feed import Feed, held_out_batch
from core.method import DataShape, Look, Method
from core.progress import Cancelled
from core.randomness import generator
from core.render.cameras import Cameras
from core.runs import RunInfo, RunStore
from core.trainer import Trainer

CPU = torch.device("cpu")
COUNT = 48
SMALL: dict[str, Any] = {"steps": 20, "width": 8, "batch_size": 8}
# What draws its pictures in many passes draws small ones in few here.
FASTER: dict[str, dict[str, Any]] = {
    "diffusion": {"sampling_steps": 2},
    "pixelcnn": {"depth": 2},
    "hash_grid": {"table": 8, "cells": 16, "samples": 24, "rays": 128},
    "image_to_mesh": {"hidden": 8, "level": 1},
    "tensorf": {"cells": 16, "samples": 24, "rays": 128},
    **{id: {"grid": 16} for id in ("sdf", "occupancy_network", "voxel_occupancy")},
}
NOTES = registry.notes()

IDS = [note.id for note in NOTES]
BOTH = ("digits", "toyland")
CLIPS = ("clips",)
DOMAINS = ("domains",)
SCENES = ("scenes",)
TRUTHS = {"points": ("shapes",), "solid": ("objects",), "boxes": ("streets",)}
# 48 pictures to learn from and 48 held out, or as many frames.
FEW: dict[str, dict[str, Any]] = {
    "toyland": {"count": COUNT, "held_out": COUNT},
    "domains": {"count": COUNT, "held_out": COUNT},
    "scenes": {"views": 12, "held_out": 4, "side": 20},
    "shapes": {"views": 8, "held_out": 3, "side": 20, "points": 96, "corners": 24},
    "objects": {"count": 16, "held_out": 8, "side": 24},
    "streets": {"count": 16, "held_out": 8, "side": 48},
    "clips": {"count": 6, "held_out": 6, "frames": COUNT // 6, "side": 48},
}

every_method = pytest.mark.parametrize("id", IDS)


def usable(id: str) -> Sequence[str]:
    """Of the usual sources those whose pictures the method can learn from."""
    if registry.method_class(id).needs_clips:
        return CLIPS
    if registry.method_class(id).needs_partners:
        return DOMAINS
    if registry.method_class(id).needs_truth:
        return TRUTHS[registry.method_class(id).needs_truth]
    if registry.method_class(id).needs_cameras:
        return SCENES
    return BOTH[1:] if registry.method_class(id).needs_colour else BOTH


def usual(id: str) -> str:
    return usable(id)[0]


def on_both(ids: Sequence[str]) -> Any:
    """Each method on each source it can learn from."""
    return pytest.mark.parametrize(
        ("id", "data"), [(id, data) for id in ids for data in usable(id)]
    )


@cache
def small(source: str) -> ImageSet:
    """48 pictures to learn from and 48 held out."""
    found = load(source, FEW.get(source, {}))

    def few(part: Pictures) -> Pictures:
        clips = part.clips[:COUNT] if part.clips is not None else None
        partners = part.partners[:COUNT] if part.partners is not None else None
        cameras = part.cameras[:COUNT] if part.cameras is not None else None
        truth = part.truth[:COUNT] if part.truth is not None else None
        return Pictures(part.images[:COUNT], part.labels[:COUNT], clips=clips, partners=partners,
                        cameras=cameras, truth=truth)  # fmt: skip

    parts = {"train": few(found.train), "held_out": few(found.held_out)}
    return dataclasses.replace(found, attributes=(), **parts)


def shape_of(data: ImageSet) -> DataShape:
    return DataShape(data.channels, data.side, tuple(data.classes))


def experiment(id: str, data: str) -> Experiment:
    return Experiment(id, data, {**SMALL, **FASTER.get(id, {})}, FEW.get(data, {}), threads=1)


def trainer(id: str, data: str, method: Method | None = None) -> Trainer:
    pictures_ = small(data)
    method = method or build(experiment(id, data), shape_of(pictures_), CPU)
    window = method.window(method.config)
    feed = Feed(pictures_.train, SMALL["batch_size"], 0, CPU, window)
    return Trainer(method, feed, held_out_batch(pictures_.held_out, COUNT, CPU, window=window))


def look_at(data: str, count: int = COUNT // 2, known: bool = True) -> Look:
    held = small(data).held_out
    images = torch.from_numpy(held.images[:count]).float() / 255
    labels = torch.from_numpy(held.labels[:count])
    labels = labels if known else torch.full_like(labels, -1)
    partners = None if held.partners is None else torch.from_numpy(held.partners[:count]) / 255
    rng = torch.Generator().manual_seed(0)
    cameras = None if held.cameras is None else torch.from_numpy(held.cameras[:count])
    truth = None if held.truth is None else torch.from_numpy(held.truth[:count].copy())
    return Look(images, labels, tuple(small(data).classes), rng, partners, cameras, truth)


@torch.enable_grad()
def newly_trained(id: str, data: str) -> Method:
    """Three steps on, ready to be looked at."""
    made = trainer(id, data)
    for _ in range(3):
        made.take_step()
    return made.method.eval()


trained = cache(newly_trained)  # for tests that only look, which changes nothing


# --- config and note ------------------------------------------------------------------------------


@every_method
def test_its_config_comes_back_from_json(id: str) -> None:
    cls = registry.method_class(id)
    config = configure(cls.Config, SMALL)
    assert configure(cls.Config, json.loads(json.dumps(to_dict(config)))) == config


@every_method
def test_every_option_says_what_it_is_and_what_it_takes(id: str) -> None:
    for option in options_of(registry.method_class(id).Config):
        assert option.help.endswith("."), option.name
        assert option.parse(option.default) == option.default
        if option.type in (int, float) and not option.choices:
            assert option.low is not None, option.name
            assert option.high is not None, option.name
            assert option.low > 0 or not option.log, option.name


@every_method
def test_its_recipes_are_options_for_sources_there_are(id: str) -> None:
    cls = registry.method_class(id)
    assert set(cls.recipes) <= set(SOURCES)
    for values in cls.recipes.values():
        configure(cls.Config, values)


@every_method
def test_what_one_may_try_is_options_it_has(id: str) -> None:
    cls = registry.method_class(id)
    usual = to_dict(configure(cls.Config, {}))
    for title, options in cls.trials.items():
        assert len(title) < 40, title
        assert to_dict(configure(cls.Config, dict(options))) != usual, title


@every_method
def test_its_companions_are_methods(id: str) -> None:
    assert set(getattr(registry.method_class(id), "companions", ())) <= {n.id for n in NOTES}


@every_method
def test_its_note_says_what_a_reader_needs(id: str) -> None:
    note = registry.note(id)
    headings = re.findall(r"^## (.+)$", note.body, re.MULTILINE)
    for wanted in ("The idea", "The loss", "What to look at", "What to expect"):
        assert wanted in headings
    loss = note.body.split("## The loss")[1].split("\n## ")[0]
    assert "```math" in loss
    assert note.data in SOURCES
    assert note.sentence.endswith(".")
    assert 0 < note.minutes < 60


# --- learning -------------------------------------------------------------------------------------


@on_both(IDS)
def test_steps_give_finite_numbers_and_a_gradient_to_every_weight(id: str, data: str) -> None:
    made = trainer(id, data)
    moved: set[str] = set()
    for _ in range(8):  # some methods only look on at first
        [(_, _, row)] = made.take_step()
        assert all(map(math.isfinite, row.values())), row
        moved |= {
            name
            for name, weight in made.method.named_parameters()
            if weight.grad is not None and weight.grad.abs().sum() > 0
        }
    trainable = {n for n, weight in made.method.named_parameters() if weight.requires_grad}
    assert trainable - moved == set()
    assert all(map(math.isfinite, made.validate().values()))


@every_method
def test_it_is_rebuilt_from_its_config_and_state_alone(id: str) -> None:
    method = trained(id, usual(id))
    kept = set(method.state_dict())
    assert {name for name, _ in method.named_buffers()} <= kept, "a buffer is not persistent"
    again = rebuild(type(method), method.config, method.data, method.state_dict(), CPU).eval()
    for name, tensor in method.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor), name
    if "Encodes" in abilities_of(method):
        images = look_at(usual(id)).images
        with torch.no_grad():
            for stage, features in method.encode(images).items():
                assert torch.equal(again.encode(images)[stage], features), stage


@every_method
def test_it_goes_on_from_its_folder_as_if_never_left(id: str, tmp_path: Path) -> None:
    first = trainer(id, usual(id))
    for _ in range(3):
        first.take_step()
    info, shape = RunInfo(id, usual(id), 0), shape_of(small(usual(id)))
    with RunStore(tmp_path).create(info, to_config(experiment(id, usual(id)), shape)) as run:
        run.save_checkpoint(3, *first.checkpoint())
        checkpoint = run.load_checkpoint()
    assert checkpoint is not None
    weights = {name: torch.zeros_like(t) for name, t in first.method.state_dict().items()}
    cls, config = registry.method_class(id), first.method.config
    second = trainer(id, usual(id), rebuild(cls, config, shape, weights, CPU))
    second.restore(checkpoint)
    for _ in range(5):
        [(step, _, row)] = first.take_step()
        assert [(step, row)] == [(s, r) for s, _, r in second.take_step()]


@every_method
def test_its_first_weights_follow_from_the_seed(id: str) -> None:
    one, other = (trainer(id, usual(id)).method.state_dict() for _ in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)


@every_method
def test_a_training_stops_within_the_step_in_hand(
    id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cls = registry.method_class(id)
    real = cls.step

    def stopping(method: Method, batch: Any, optimizers: Any) -> dict[str, Tensor]:
        if batch.step == 2:
            engine.stop()
        return real(method, batch, optimizers)

    monkeypatch.setattr(cls, "step", stopping)
    engine = Engine(experiment(id, usual(id)), RunStore(tmp_path))
    engine.start()
    engine.join()
    assert (engine.state, engine.message) == ("stopped", "stopped at step 3")


@every_method
def test_nothing_is_drawn_from_torchs_global_generator(id: str) -> None:
    before = torch.random.get_rng_state()
    method = newly_trained(id, usual(id))
    with torch.no_grad():
        for figure in type(method).figures():
            getattr(method, figure.name)(look_at(usual(id)))
    assert torch.equal(torch.random.get_rng_state(), before)


# --- looking --------------------------------------------------------------------------------------


def having(ability: str) -> list[str]:
    """The methods that have an ability."""
    return [id for id in IDS if ability in abilities_of(registry.method_class(id))]


@on_both(having("Encodes"))
@torch.no_grad()
def test_it_encodes_alike_each_time_and_one_by_one(id: str, data: str) -> None:
    method, images = trained(id, data), look_at(data).images
    once = method.encode(images)
    assert once
    for stage, features in once.items():
        assert features.ndim in (2, 4), stage
        assert len(features) == len(images), stage
        assert torch.isfinite(features).all(), stage
        assert torch.equal(method.encode(images)[stage], features), stage
        # In evaluation a picture's features are its own, whatever stands beside it.
        torch.testing.assert_close(method.encode(images[:1])[stage], features[:1])


@on_both(having("Attends"))
@torch.no_grad()
def test_its_attention_is_maps_without_negative_values(id: str, data: str) -> None:
    method, images = trained(id, data), look_at(data, count=6).images
    for power in (1.0, 2.0, 4.0):
        for name, maps in method.attend(images, power).items():
            assert maps.ndim == 3, name
            assert len(maps) == len(images), name
            assert bool((maps >= 0).all()), name
            assert torch.isfinite(maps).all(), name


@on_both(having("Guesses"))
@torch.no_grad()
def test_its_guesses_are_probabilities_for_what_is_shown(id: str, data: str) -> None:
    guess = trained(id, data).guess(look_at(data).images)
    n, k = guess.probabilities.shape
    assert guess.shown.shape[0] == len(guess.truth) == n
    assert len(guess.options) == k
    assert guess.shown.dtype == np.uint8
    np.testing.assert_allclose(guess.probabilities.sum(axis=1), 1.0, rtol=1e-5)
    assert (guess.probabilities >= 0).all()
    assert set(np.unique(guess.truth)) <= set(range(-1, k))
    assert n % (guess.columns or 1) == 0


@on_both(having("Fills"))
@torch.no_grad()
def test_it_fills_any_hole_and_keeps_what_it_shows(id: str, data: str) -> None:
    method, images = trained(id, data), look_at(data, count=6).images
    side = images.shape[-1]
    assert side % method.grain == 0
    assert 0 <= method.usual_share <= 1
    for share in (0.0, 0.3, 0.9):
        hidden = method.hide(share, generator("hole")) if share else torch.zeros(side, side) > 0
        assert hidden.shape == (side, side)
        assert hidden.dtype == torch.bool
        found = method.fill(images, hidden)
        for shown in (found.given, found.made, found.truth):
            assert shown.shape == (len(images), side, side, 3)
            assert shown.dtype == np.uint8
        np.testing.assert_array_equal(found.truth, pictures.as_images(images.numpy()))


@on_both(having("Translates"))
@torch.no_grad()
def test_it_translates_each_picture_alone_and_alike_each_time(id: str, data: str) -> None:
    method, images = trained(id, data), look_at(data, count=4).images
    for back in (False, True)[: 1 + method.both_ways]:
        made = method.translate(images, back)
        assert made.shape == images.shape
        assert bool(((made >= 0) & (made <= 1)).all())
        assert torch.equal(method.translate(images, back), made)


@on_both(having("Renders"))
@torch.no_grad()
def test_a_ray_makes_the_pixel_it_is_rendered_as(id: str, data: str) -> None:
    method, look = trained(id, data), look_at(data)
    assert look.cameras is not None
    camera = Cameras.unpack(look.cameras[:1], (look.images.shape[-1],) * 2)
    seen = method.render(camera, (9, 7))
    assert seen.colour.shape == (7, 9, 3)
    assert seen.depth.shape == seen.opacity.shape == seen.samples.shape == (7, 9)
    origins, directions = camera.resized(9, 7).all_rays()
    for at in (0, 31, 40):
        ray = method.sample_ray(origins[at], directions[at])
        assert bool((ray.t.diff() >= 0).all())
        colour = (ray.weight[:, None] * ray.colour).sum(dim=0) + 1 - ray.weight.sum()
        torch.testing.assert_close(colour, seen.colour.view(-1, 3)[at], atol=0.02, rtol=0)
    with pytest.raises(Cancelled):
        method.render(camera, cancelled=lambda: True)


@on_both(having("Detects"))
@torch.no_grad()
def test_it_detects_in_each_picture_alone_best_first(id: str, data: str) -> None:
    method, look = trained(id, data), look_at(data, count=4)
    every = method.detect(look.images, look.cameras)
    assert len(every) == len(look.images)
    for one, found in enumerate(every):
        assert found.boxes.shape == (len(found.scores), 7)
        assert found.flat.shape == (len(found.kinds), 4)
        assert np.isfinite(found.boxes).all()
        assert (np.diff(found.scores) <= 0).all()
        alone = method.detect(look.images[one : one + 1], look.cameras[one : one + 1])[0]
        np.testing.assert_allclose(alone.boxes, found.boxes, atol=1e-3)
    unknown = torch.full_like(look.cameras, torch.nan)
    assert bool(method.seen_from(unknown, look.images).pack().isfinite().all())


@on_both(having("Orders"))
@torch.no_grad()
def test_its_orders_are_permutations_and_its_answers_probabilities(id: str, data: str) -> None:
    method, images = trained(id, data), look_at(data).images
    assert method.orders[0].tolist() == list(range(9))
    assert (method.orders.sort(dim=1)[0] == torch.arange(9)).all()
    chances = method.order(images, method.orders[1])
    assert chances.shape == (len(images), len(method.orders))
    np.testing.assert_allclose(chances.sum(dim=1), 1.0, rtol=1e-5)
    assert method.tiles(images).shape[:2] == (len(images), 9)


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Every array in a picture; raises AssertionError for a tensor."""
    assert not isinstance(value, Tensor), "a picture holds a tensor"
    if isinstance(value, np.ndarray):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from arrays_in(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from arrays_in(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from arrays_in(item)


@on_both(IDS)
@torch.no_grad()
def test_every_figure_is_a_picture_with_memory_of_its_own(id: str, data: str) -> None:
    """It crosses to the window's thread while the observer goes on with weights and pictures."""
    method, look = trained(id, data), look_at(data)
    theirs = [look.images.numpy(), look.labels.numpy()]
    theirs += [tensor.numpy() for tensor in method.state_dict().values()]
    shown = {f.name: getattr(method, f.name)(look) for f in type(method).figures()}
    if "Guesses" in abilities_of(method):
        shown["guess"] = method.guess(look.images)
    for name, picture in shown.items():
        assert isinstance(picture, typing.get_args(pictures.Picture)), name
        for array in arrays_in(picture):
            assert not any(np.may_share_memory(array, other) for other in theirs), name


@every_method
@torch.no_grad()
def test_every_figure_can_be_drawn_of_one_picture_that_nobody_named(id: str) -> None:
    method, look = trained(id, usual(id)), look_at(usual(id), count=1, known=False)
    for figure in type(method).figures():
        assert figure.title
        picture = getattr(method, figure.name)(look)
        assert isinstance(picture, typing.get_args(pictures.Picture)), figure.name


@every_method
@torch.no_grad()
def test_the_same_figure_of_the_same_weights_is_the_same(id: str) -> None:
    method = trained(id, usual(id))
    for figure in type(method).figures():
        one, other = (
            list(arrays_in(getattr(method, figure.name)(look_at(usual(id))))) for _ in "ab"
        )
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b, err_msg=figure.name)
