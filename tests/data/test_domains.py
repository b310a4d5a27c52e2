"""Two domains: what belongs together shows the same, and folders of one's own are understood."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.imageset import DataError, ImageSet, Pictures
from core.data.sources import load

FEW = {"count": 24, "held_out": 12}


def domains(**options: object) -> ImageSet:
    return load("domains", {**FEW, **options})


def partners(data: ImageSet) -> np.ndarray:
    assert data.train.partners is not None
    return data.train.partners.astype(int)


def test_outlines_lie_where_the_painted_face_has_edges() -> None:
    data = domains()
    drawn = data.train.images.astype(int).mean(axis=1)  # (N, S, S)
    assert 0.5 < (drawn > 200).mean() < 0.95  # lines on paper
    steps = np.abs(np.diff(partners(data), axis=3)).max(axis=1)  # (N, S, S - 1)
    inked = np.minimum(drawn[:, :, 1:], drawn[:, :, :-1]) < 230
    assert inked[steps > 120].mean() > 2 * inked.mean()  # strong edges are where the ink is


def test_glasses_are_all_that_parts_a_face_from_its_partner() -> None:
    data = domains(kind="glasses")
    change = np.abs(data.train.images - partners(data)).max(axis=1) > 20
    assert change[:, :10].mean() < 0.02  # above the eyes
    assert change[:, 20:].mean() == 0  # below the nose
    assert (change.sum(axis=(1, 2)) > 20).all()
    assert data.train.attributes is not None
    assert not data.train.attributes[:, 0].any()
    turned = domains(kind="glasses", turned=True).train
    assert turned.attributes is not None
    assert turned.attributes[:, 0].all()
    assert np.array_equal(turned.images, data.train.partners)


def test_the_lamp_of_the_night_stands_at_the_object() -> None:
    from core.data.domains.night import LAMP, MOON, night

    day = np.full((1, 3, 32, 32), 200, np.uint8)
    lit = night(day, np.array([-0.5]), np.array([0.5]), np.array([0.3]))[0].astype(int)
    assert np.unravel_index(lit[2].argmax(), (32, 32)) == (7, 7)  # up and left
    assert abs(lit[0, 31, 31] - 200 * MOON[0]) <= 1  # far from the lamp the moon alone
    assert lit[0, 8, 8] == pytest.approx(200 * (MOON[0] + LAMP[0]), rel=0.06)


@pytest.mark.parametrize("kind", ["edges", "night", "glasses"])
def test_without_pairs_partners_are_other_scenes_of_the_same_domain(kind: str) -> None:
    paired, apart = domains(kind=kind), domains(kind=kind, paired=False)
    assert (paired.paired, apart.paired) == (True, False)
    assert np.array_equal(paired.train.images, apart.train.images)
    assert (paired.train.partners != apart.train.partners).any(axis=(1, 2, 3)).all()
    assert paired.fingerprint() != apart.fingerprint()


def test_partners_of_another_shape_are_refused() -> None:
    images, labels = np.zeros((2, 3, 8, 8), np.uint8), np.full(2, -1)
    with pytest.raises(DataError, match="expected partners of the shape"):
        Pictures(images, labels, partners=np.zeros((2, 3, 4, 4), np.uint8))


# --- of one's own ---------------------------------------------------------------------------------


def paint(path: Path, value: int, size: tuple[int, int] = (40, 40)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (value, value, value)).save(path)


def own(path: Path, **options: object) -> ImageSet:
    return load("domains", {"kind": "own", "path": str(path), **options})


def test_folders_a_and_b_are_paired_by_name(tmp_path: Path) -> None:
    for i in range(10):
        paint(tmp_path / "A" / f"{i}.png", 10 * i)
        paint(tmp_path / "b" / f"{i}.jpg", 100 + 10 * i)
    paint(tmp_path / "A" / "lonely.png", 0)
    paint(tmp_path / "stray.png", 0)
    data = own(tmp_path)
    assert (len(data.train), len(data.held_out), data.paired) == (8, 2, True)
    for part in (data.train, data.held_out):
        assert part.partners is not None
        assert (np.abs(part.partners.astype(int) - part.images - 100) <= 2).all()
    assert {p.name for p in data.problems} == {"lonely", "stray.png"}


def test_published_layouts_without_pairs_are_read_out_of_a_zip(tmp_path: Path) -> None:
    for name, count in (("trainA", 3), ("trainB", 5), ("testA", 2), ("testB", 1)):
        for i in range(count):
            paint(tmp_path / "horses" / name / f"{name}{i}.png", 20 * i)
    archive = tmp_path / "horses.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in sorted((tmp_path / "horses").rglob("*.png")):
            zipped.write(file, file.relative_to(tmp_path))
    data = own(archive, paired=False)
    assert (len(data.train), len(data.held_out)) == (5, 2)  # the shorter one begins again
    with pytest.raises(DataError, match="none of them share a name"):
        own(archive)


def test_pictures_that_hold_both_are_cut_in_two(tmp_path: Path) -> None:
    for part, count in (("train", 3), ("val", 2)):
        (tmp_path / part).mkdir()
        for i in range(count):
            both = np.zeros((20, 40, 3), np.uint8)
            both[:, 20:] = 255
            Image.fromarray(both).save(tmp_path / part / f"{i}.png")
    paint(tmp_path / "train" / "square.png", 9)
    data = own(tmp_path)
    assert (len(data.train), len(data.held_out)) == (3, 2)
    assert data.train.images.max() == 0
    assert partners(data).min() == 255
    [problem] = data.problems
    assert problem.reason == "40 x 40 pixels are not two pictures side by side"


def test_a_folder_that_holds_no_two_domains_is_refused_in_words(tmp_path: Path) -> None:
    paint(tmp_path / "one.png", 1)
    with pytest.raises(DataError, match="expected folders A and B"):
        own(tmp_path)
    with pytest.raises(DataError, match="choose a folder with the option path"):
        load("domains", {"kind": "own"})
