"""Which pictures a run is looked at with."""

from __future__ import annotations

import numpy as np

from core.data.imageset import ImageSet, Pictures
from core.probe import MOST, choose


def pictures(first: int, count: int, label: int) -> Pictures:
    """Pictures whose every pixel is their number, modulo 256."""
    values = np.arange(first, first + count, dtype=np.uint8)
    images = np.broadcast_to(values[:, None, None, None], (count, 1, 4, 4)).copy()
    return Pictures(images, np.full(count, label), [str(n) for n in range(first, first + count)])


def a_set(train: int, held_out: int, label: int = -1, classes: tuple[str, ...] = ()) -> ImageSet:
    return ImageSet(
        "folder", "A", pictures(100, train, label), pictures(0, held_out, label), classes
    )


def test_of_labelled_pictures_only_held_out_ones_are_looked_at() -> None:
    probe = choose(a_set(50, 10, 1, ("dog", "cat")))
    assert sorted(probe.images[:, 0, 0, 0].tolist()) == list(range(10))


def test_pictures_without_labels_are_all_looked_at_held_out_ones_first() -> None:
    probe = choose(a_set(50, 10))
    values = probe.images[:, 0, 0, 0].tolist()
    assert sorted(values[:10]) == list(range(10))
    assert sorted(values[10:]) == list(range(100, 150))
    assert [str(v) for v in values] == list(probe.names)


def test_no_more_than_the_bound_are_looked_at() -> None:
    assert len(choose(a_set(3 * MOST, 10))) == MOST
