"""Every source is in one table, says its options cheaply, and fails in words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.config import ConfigError
from core.data.imageset import DataError
from core.data.photos import installed
from core.data.sources import SOURCES, UnknownSource, load, source, sources

ROOT = Path(__file__).parents[2]


def test_the_table_holds_every_source_under_its_own_id() -> None:
    assert list(SOURCES) == [
        "digits",
        "toyland",
        "faces",
        "domains",
        "scenes",
        "shapes",
        "objects",
        "streets",
        "mixtures",
        "clips",
        "photos",
        "folder",
        "video",
        "mnist",
        "fashionmnist",
        "cifar10",
        "cifar100",
        "stl10",
        "svhn",
    ]
    assert [source(id).id for id in SOURCES] == list(SOURCES)


def test_each_source_says_itself_and_its_options_are_about_data() -> None:
    for info in sources():
        assert info.title
        assert info.sentence.endswith(".")
        assert info.options
        assert all(option.group == "Data" and option.help for option in info.options)


def test_listing_the_sources_imports_nothing_heavy() -> None:
    words = "import sys; from core.data.sources import sources; sources(); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True,
                         cwd=ROOT)  # fmt: skip
    heavy = {"torch", "torchvision", "sklearn", "skimage", "scipy", "PIL"}
    assert not heavy & set(ran.stdout.split())


def test_an_unknown_source_names_those_there_are() -> None:
    with pytest.raises(UnknownSource, match=r"'imagenet'; there are digits, toyland"):
        load("imagenet")


def test_a_wrong_value_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ConfigError, match="side"):
        load("digits", {"side": 9})


def test_an_error_of_the_system_becomes_one_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/secret")

    monkeypatch.setattr("core.data.digits.Digits.load", fail)
    with pytest.raises(DataError, match=r"Permission denied.*/secret"):
        load("digits")


@pytest.mark.parametrize("side", [8, 16, 24, 32])
def test_digits_are_the_1797_in_grey_at_every_side(side: int) -> None:
    found = load("digits", {"side": side})
    assert len(found.train) + len(found.held_out) == 1797
    assert found.train.images.shape[1:] == (1, side, side)
    assert found.classes == tuple("0123456789")
    assert found.train.images.max() == 255
    assert found.train.images.min() == 0


def test_digits_hold_out_a_quarter_of_every_class() -> None:
    found = load("digits")
    shares = np.bincount(found.held_out.labels) / np.bincount(
        np.concatenate([found.train.labels, found.held_out.labels])
    )
    assert np.abs(shares - 0.25).max() < 0.01


def test_photographs_are_all_on_this_disk() -> None:
    assert len(installed()) == 16


def test_photos_share_the_crops_equally_and_name_the_photograph() -> None:
    found = load("photos", {"count": 320, "side": 24})
    assert found.train.images.shape == (240, 3, 24, 24)
    assert found.held_out.images.shape == (80, 3, 24, 24)
    assert set(np.bincount(found.train.labels)) == {15}
    assert len(found.classes) == 16


def test_photos_are_a_function_of_the_seed() -> None:
    first, again, other = (load("photos", {"count": 64, "seed": s}) for s in (1, 1, 2))
    assert first.fingerprint() == again.fingerprint()
    assert first.fingerprint() != other.fingerprint()


def test_no_held_out_crop_reaches_into_what_is_trained_on() -> None:
    from core.data.photos import PhotosOptions, _boxes

    options = PhotosOptions(held_out=0.25)
    rng = np.random.default_rng(0)
    train = np.array(_boxes((640, 427), options, False, 500, rng))
    held_out = np.array(_boxes((640, 427), options, True, 500, rng))
    assert train[:, 2].max() <= 480 <= held_out[:, 0].min()
    assert held_out[:, 2].max() <= 640
    assert max(train[:, 3].max(), held_out[:, 3].max()) <= 427
    assert min(train.min(), held_out.min()) >= 0
    sides = held_out[:, 2] - held_out[:, 0]
    assert 80 <= sides.min() < sides.max() <= 160
