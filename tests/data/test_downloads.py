"""The public data sets are read from torchvision's layout, and fetched only when that is wanted.

Miniatures of their files, whose checksums stand in for those that torchvision knows.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.imageset import DataError, ImageSet
from core.data.sources import load
from tests.data.server import Served, serving

datasets = pytest.importorskip("torchvision.datasets")

TRAIN, TEST = 20, 10
RNG = np.random.default_rng(0)


def md5(raw: bytes) -> str:
    return hashlib.md5(raw).hexdigest()


def pixels(count: int, side: int, channels: int) -> np.ndarray:
    return RNG.integers(0, 256, (count, channels, side, side), dtype=np.uint8)


def idx(array: np.ndarray) -> bytes:
    """An array as MNIST's files store it."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def mnist() -> dict[str, bytes]:
    found = {}
    for part, count in (("train", TRAIN), ("t10k", TEST)):
        found[f"{part}-images-idx3-ubyte"] = idx(pixels(count, 28, 1)[:, 0])
        found[f"{part}-labels-idx1-ubyte"] = idx(np.arange(count, dtype=np.uint8) % 10)
    return found


def cifar10(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """CIFAR's files, and their checksums told to torchvision."""

    def batch(count: int) -> bytes:
        rows = pixels(count, 32, 3).reshape(count, -1)
        return pickle.dumps({"data": rows, "labels": [i % 10 for i in range(count)]})

    names = [f"kind {i}" for i in range(10)]
    found = {"data_batch_1": batch(TRAIN), "test_batch": batch(TEST),
             "batches.meta": pickle.dumps({"label_names": names})}  # fmt: skip
    cls = datasets.CIFAR10
    monkeypatch.setattr(cls, "train_list", [["data_batch_1", md5(found["data_batch_1"])]])
    monkeypatch.setattr(cls, "test_list", [["test_batch", md5(found["test_batch"])]])
    monkeypatch.setattr(cls, "meta", {"filename": "batches.meta", "key": "label_names",
                                      "md5": md5(found["batches.meta"])})  # fmt: skip
    return found


def stl10(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    found = {f"{name}_X.bin": pixels(count, 96, 3).tobytes()
             for name, count in (("train", TRAIN), ("unlabeled", 30), ("test", TEST))}  # fmt: skip
    for name, count in (("train", TRAIN), ("test", TEST)):
        found[f"{name}_y.bin"] = bytes(1 + i % 10 for i in range(count))
    names = ("train_X.bin", "train_y.bin", "unlabeled_X.bin")
    monkeypatch.setattr(datasets.STL10, "train_list", [[n, md5(found[n])] for n in names])
    names = ("test_X.bin", "test_y.bin")
    monkeypatch.setattr(datasets.STL10, "test_list", [[n, md5(found[n])] for n in names])
    return {**found, "class_names.txt": "\n".join(f"kind{i}" for i in range(10)).encode()}


def svhn(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    from scipy.io import savemat

    found, listed = {}, {}
    for name, count in (("train", TRAIN), ("test", TEST)):
        file = io.BytesIO()
        labels = (1 + np.arange(count, dtype=np.uint8) % 10)[:, None]  # 10 stands for 0
        savemat(file, {"X": pixels(count, 32, 3).transpose(2, 3, 1, 0), "y": labels})
        found[f"{name}_32x32.mat"] = file.getvalue()
        listed[name] = ["http://x/", f"{name}_32x32.mat", md5(file.getvalue())]
    monkeypatch.setattr(datasets.SVHN, "split_list", listed)
    return found


def put(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, raw in files.items():
        (folder / name).write_bytes(raw)


def tar_of(base: str, files: dict[str, bytes], **more: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, raw in {**{f"{base}/{n}": r for n, r in files.items()}, **more}.items():
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            tar.addfile(member, io.BytesIO(raw))
    return packed.getvalue()


@pytest.fixture
def server() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks the network fails the test."""
    monkeypatch.setattr(
        urllib.request, "urlopen", lambda *_, **__: pytest.fail("asked the network")
    )


def check(found: ImageSet, channels: int, side: int, train: int = TRAIN) -> None:
    assert found.train.images.shape == (train, channels, side, side)
    assert found.held_out.images.shape == (TEST, channels, side, side)
    assert len(found.classes) == 10
    assert set(found.held_out.labels.tolist()) == set(range(10))


@pytest.mark.parametrize("id", ["mnist", "fashionmnist", "cifar10", "cifar100", "stl10", "svhn"])
def test_without_the_files_and_without_leave_nothing_is_fetched(
    id: str, offline: None, own_home: Path
) -> None:
    with pytest.raises(DataError, match=r"a download of [\d,]+ MB: .*download.*root") as caught:
        load(id)
    assert str(own_home / "datasets") in str(caught.value)


@pytest.mark.parametrize(("id", "name"), [("mnist", "MNIST"), ("fashionmnist", "FashionMNIST")])
def test_an_existing_root_of_grey_digits_or_clothes_is_read(
    tmp_path: Path, offline: None, id: str, name: str
) -> None:
    files = mnist()
    put(tmp_path / name / "raw", files)
    found = load(id, {"root": str(tmp_path)})
    check(found, 1, 28)
    assert found.train.images.tobytes() == files["train-images-idx3-ubyte"][16:]


def test_the_old_pickled_copy_beside_mnist_is_never_opened(tmp_path: Path, offline: None) -> None:
    put(tmp_path / "MNIST" / "raw", mnist())
    put(tmp_path / "MNIST" / "processed", {"training.pt": b"evil", "test.pt": b"evil"})
    found = load("mnist", {"root": str(tmp_path)})
    check(found, 1, 28)
    assert not found.problems


def test_an_existing_root_of_cifar_is_read(
    tmp_path: Path, offline: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "cifar-10-batches-py", cifar10(monkeypatch))
    found = load("cifar10", {"root": str(tmp_path)})
    check(found, 3, 32)
    assert found.classes[3] == "kind 3"


def test_a_cifar_file_that_is_not_the_published_one_is_never_unpickled(
    tmp_path: Path, offline: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = cifar10(monkeypatch)
    put(tmp_path / "cifar-10-batches-py", {**files, "data_batch_1": files["test_batch"]})
    monkeypatch.setattr("torchvision.datasets.cifar.pickle.load", lambda *_, **__: pytest.fail("!"))
    with pytest.raises(DataError, match="not whole"):
        load("cifar10", {"root": str(tmp_path)})


@pytest.mark.parametrize(("unlabelled", "train"), [(True, TRAIN + 30), (False, TRAIN)])
def test_an_existing_root_of_stl_is_read_with_and_without_its_unlabelled_part(
    tmp_path: Path, offline: None, monkeypatch: pytest.MonkeyPatch, unlabelled: bool, train: int
) -> None:
    put(tmp_path / "stl10_binary", stl10(monkeypatch))
    found = load("stl10", {"root": str(tmp_path), "unlabelled": unlabelled})
    check(found, 3, 96, train)
    assert (found.train.labels == -1).sum() == train - TRAIN
    split = "train+unlabeled" if unlabelled else "train"
    assert np.array_equal(found.train.images, datasets.STL10(tmp_path, split=split).data)


def test_an_existing_root_of_house_numbers_is_read(
    tmp_path: Path, offline: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "svhn", svhn(monkeypatch))
    found = load("svhn", {"root": str(tmp_path / "svhn")})
    check(found, 3, 32)
    assert found.train.labels[:3].tolist() == [1, 2, 3]


def test_a_second_load_needs_no_torchvision(
    tmp_path: Path, offline: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "MNIST" / "raw", mnist())
    first = load("mnist", {"root": str(tmp_path)})
    monkeypatch.setattr("core.data.published.Mnist.read", lambda *_: pytest.fail("read again"))
    assert load("mnist", {"root": str(tmp_path)}).fingerprint() == first.fingerprint()


def test_count_is_shared_as_the_parts_are(tmp_path: Path, offline: None) -> None:
    put(tmp_path / "MNIST" / "raw", mnist())
    found = load("mnist", {"root": str(tmp_path), "count": 15})
    assert (len(found.train), len(found.held_out)) == (10, 5)
    assert np.bincount(found.train.labels).tolist() == [1] * 10


def test_a_damaged_raw_file_is_said_to_be_so(tmp_path: Path, offline: None) -> None:
    files = mnist()
    put(tmp_path / "MNIST" / "raw", {name: raw[:-5] for name, raw in files.items()})
    with pytest.raises(DataError, match="not whole"):
        load("mnist", {"root": str(tmp_path)})


def test_mnist_is_fetched_from_the_first_mirror_that_works(
    server: Served, monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    packed = {f"{name}.gz": gzip.compress(raw) for name, raw in mnist().items()}
    server.files.update(packed)
    monkeypatch.setattr(datasets.MNIST, "mirrors", [server.url("gone/"), server.url("")])
    monkeypatch.setattr(datasets.MNIST, "resources", [(n, md5(raw)) for n, raw in packed.items()])
    check(load("mnist", {"download": True}), 1, 28)
    raw = own_home / "datasets" / "MNIST" / "raw"
    assert sorted(path.name for path in raw.iterdir()) == sorted(n[:-3] for n in packed)


def tar_on(server: Served, monkeypatch: pytest.MonkeyPatch, cls: Any, raw: bytes) -> None:
    server.files["set.tar.gz"] = raw
    monkeypatch.setattr(cls, "url", server.url("set.tar.gz"))
    monkeypatch.setattr(cls, "tgz_md5", md5(raw))


def test_cifar_is_fetched_unpacked_and_its_archive_removed(
    server: Served, monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    raw = tar_of("cifar-10-batches-py", cifar10(monkeypatch), **{"../escaped": b"x"})
    tar_on(server, monkeypatch, datasets.CIFAR10, raw)
    server.cuts = [5000]
    check(load("cifar10", {"download": True}), 3, 32)
    assert server.asked == ["", "bytes=5000-"]
    assert [path.name for path in (own_home / "datasets").iterdir()] == ["cifar-10-batches-py"]
    assert not (own_home / "escaped").exists()


def test_an_archive_without_the_files_is_said(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    cifar10(monkeypatch)
    tar_on(server, monkeypatch, datasets.CIFAR10, tar_of("other", {"x": b"y"}))
    with pytest.raises(DataError, match=r"data_batch_1.* is not in it"):
        load("cifar10", {"download": True})


def test_house_numbers_are_fetched(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    files = svhn(monkeypatch)
    server.files.update(files)
    listed = {split: [server.url(name), name, sum_]
              for split, (_, name, sum_) in datasets.SVHN.split_list.items()}  # fmt: skip
    monkeypatch.setattr(datasets.SVHN, "split_list", listed)
    found = load("svhn", {"download": True})
    check(found, 3, 32)
    assert set(server.files) == set(files)
