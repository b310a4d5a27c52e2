"""The painted faces: known attributes that are in the picture, and nothing that gives them away."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.data.faces.painting import ATTRIBUTES, draw_looks, paint_faces
from core.data.imageset import DataError, ImageSet, Pictures
from core.data.sources import load
from core.progress import Cancelled, Progress

FEW = {"count": 200, "held_out": 64}


@pytest.fixture(scope="module")
def faces() -> ImageSet:
    return load("faces", FEW)


def test_each_attribute_changes_the_picture_and_nothing_else_does() -> None:
    looks = draw_looks(np.random.default_rng(0), 8, varied=False)
    for which in range(len(ATTRIBUTES)):
        without, having = looks.attributes.copy(), looks.attributes.copy()
        without[:, which], having[:, which] = False, True
        bare, dressed = (
            paint_faces(dataclasses.replace(looks, attributes=a), 32).astype(int)
            for a in (without, having)
        )
        changed = (np.abs(bare - dressed).max(axis=1) > 25).sum(axis=(1, 2))  # (8,) pixels
        assert changed.min() >= 4, ATTRIBUTES[which]
        assert changed.max() < 400, ATTRIBUTES[which]


def test_attributes_are_named_and_in_half_of_the_faces_each(faces: ImageSet) -> None:
    assert tuple(faces.attributes) == ATTRIBUTES
    assert faces.train.attributes is not None
    assert np.abs(faces.train.attributes.mean(axis=0) - 0.5).max() < 0.12
    assert "glasses" in faces.train.names[int(np.argmax(faces.train.attributes[:, 0]))]


def test_the_same_options_paint_the_same_and_held_out_faces_are_others(faces: ImageSet) -> None:
    assert load("faces", FEW).fingerprint() == faces.fingerprint()
    assert load("faces", {**FEW, "seed": 1}).fingerprint() != faces.fingerprint()
    assert not (faces.train.images[:64] == faces.held_out.images).all(axis=(1, 2, 3)).any()


@pytest.mark.parametrize("side", [32, 64])
@pytest.mark.parametrize("varied", [False, True])
def test_faces_come_in_two_sizes_and_two_difficulties(side: int, varied: bool) -> None:
    data = load("faces", {"count": 16, "held_out": 16, "side": side, "varied": varied})
    assert data.train.images.shape == (16, 3, side, side)


def test_painting_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        load("faces", FEW, Progress(cancelled=lambda: True))


def test_changed_attributes_change_the_fingerprint(faces: ImageSet) -> None:
    other = dataclasses.replace(faces.train, attributes=~np.asarray(faces.train.attributes))
    assert dataclasses.replace(faces, train=other).fingerprint() != faces.fingerprint()


def test_attributes_that_fit_no_picture_or_no_name_are_refused(faces: ImageSet) -> None:
    with pytest.raises(DataError, match=r"expected attributes of shape \(200, A\)"):
        dataclasses.replace(faces.train, attributes=np.zeros((3, 5), bool))
    with pytest.raises(DataError, match="1 names of attributes but 5 columns"):
        dataclasses.replace(faces, attributes=("hat",))
    assert Pictures(faces.train.images, faces.train.labels).attributes is None
