"""Sources `mnist` ... `svhn`: six published data sets.

CIFAR's own files are Python pickles. torchvision compares each with the MD5 it was published with
before it opens it, so that only the published bytes are ever unpickled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.config import option
from core.data.downloads import DownloadOptions, Part, Torchvision, fetch_from, fetch_tar
from core.data.fetch import fetch
from core.data.unpack import gunzip
from core.progress import Progress


@dataclass(frozen=True)
class StlOptions(DownloadOptions):
    """As for the others, and whether the large part without labels is used."""

    unlabelled: bool = option(True, "Train on the 100,000 pictures without labels as well as on "
                              "the 5,000 with them.", group="Data")  # fmt: skip


class Mnist(Torchvision):
    """Handwritten digits (LeCun et al., 1998)."""

    id = "mnist"
    title = "MNIST"
    sentence = "70,000 handwritten digits, grey, 28 px; a download of 12 MB."
    dataset = "MNIST"
    files = "MNIST/raw/*-ubyte"
    megabytes = 11.6

    def read(self, dataset: Any, root: Path, options: Any) -> tuple[Part, Part]:
        # An older torchvision left `processed/*.pt` here and a newer one still prefers them; the
        # class is told that there are none, for nothing but the raw files is to be read.
        raw = type(dataset.__name__, (dataset,), {"_check_legacy_exist": lambda self: False})
        train, test = raw(root, train=True), raw(root, train=False)
        return _grey_part(train), _grey_part(test)

    def fetch(self, dataset: Any, root: Path, progress: Progress) -> None:
        folder = root / dataset.__name__ / "raw"
        for name, md5 in dataset.resources:
            packed = folder / name
            mirrors = [self.remote(mirror + name, md5) for mirror in dataset.mirrors]
            fetch_from(mirrors, packed, progress)
            gunzip(packed, packed.with_suffix(""), progress)
            packed.unlink()

    def class_names(self, dataset: Any, root: Path) -> tuple[str, ...]:
        return tuple(name.partition(" - ")[0] for name in dataset.classes)  # "0 - zero" is "0"


class FashionMnist(Mnist):
    """Pictures of clothes (Xiao et al., 2017, arXiv:1708.07747)."""

    id = "fashionmnist"
    title = "Fashion-MNIST"
    sentence = "70,000 pieces of clothing, grey, 28 px; a download of 31 MB."
    dataset = "FashionMNIST"
    files = "FashionMNIST/raw/*-ubyte"
    megabytes = 30.9


class Cifar10(Torchvision):
    """Tiny photographs of ten kinds of thing (Krizhevsky, 2009)."""

    id = "cifar10"
    title = "CIFAR-10"
    sentence = "60,000 photographs of ten kinds of thing, 32 px; a download of 171 MB."
    dataset = "CIFAR10"
    files = "cifar-10-batches-py/*"
    megabytes = 170.5

    def read(self, dataset: Any, root: Path, options: Any) -> tuple[Part, Part]:
        train, test = (dataset(root, train=train) for train in (True, False))
        return _colour_part(train), _colour_part(test)

    def fetch(self, dataset: Any, root: Path, progress: Progress) -> None:
        names = [name for name, _ in dataset.train_list + dataset.test_list]
        fetch_tar(self, dataset, [*names, dataset.meta["filename"]], root, progress)

    def class_names(self, dataset: Any, root: Path) -> tuple[str, ...]:
        return tuple(dataset(root, train=False).classes)


class Cifar100(Cifar10):
    """The same in a hundred kinds (Krizhevsky, 2009)."""

    id = "cifar100"
    title = "CIFAR-100"
    sentence = "60,000 photographs of a hundred kinds of thing, 32 px; a download of 169 MB."
    dataset = "CIFAR100"
    files = "cifar-100-python/*"
    megabytes = 169.0


class Stl10(Torchvision):
    """Larger photographs, most without labels (Coates et al., AISTATS 2011)."""

    id = "stl10"
    title = "STL-10"
    sentence = "113,000 photographs, 96 px, 100,000 of them without labels; a download of 2,640 MB."
    Options = StlOptions
    dataset = "STL10"
    files = "stl10_binary/*"
    megabytes = 2640.4

    def read(self, dataset: Any, root: Path, options: StlOptions) -> tuple[Part, Part]:
        # torchvision compares all files with their checksums; the large one is then only mapped,
        # for as one array beside its copy it would take 5.5 GB of memory.
        train, test = (dataset(root, split=name) for name in ("train", "test"))
        pieces, labels = [train.data], train.labels.astype(np.int64)
        if options.unlabelled:
            path = root / dataset.base_folder / dataset.train_list[2][0]
            mapped = np.memmap(path, np.uint8, "r").reshape(-1, *train.data.shape[1:])
            pieces.append(mapped.transpose(0, 1, 3, 2))  # it is stored column by column
            labels = np.concatenate([labels, np.full(len(mapped), -1)])
        return Part(pieces, labels), Part([test.data], test.labels.astype(np.int64))

    def fetch(self, dataset: Any, root: Path, progress: Progress) -> None:
        names = [name for name, _ in dataset.train_list + dataset.test_list]
        fetch_tar(self, dataset, [*names, dataset.class_names_file], root, progress)

    def class_names(self, dataset: Any, root: Path) -> tuple[str, ...]:
        path = root / dataset.base_folder / dataset.class_names_file
        return tuple(path.read_text(encoding="utf-8").split())


class Svhn(Torchvision):
    """House numbers from street views (Netzer et al., 2011)."""

    id = "svhn"
    title = "SVHN"
    sentence = "99,000 digits of house numbers in colour, 32 px; a download of 246 MB."
    dataset = "SVHN"
    files = "t*_32x32.mat"
    megabytes = 246.4

    def read(self, dataset: Any, root: Path, options: Any) -> tuple[Part, Part]:
        train, test = (dataset(root, split=split) for split in ("train", "test"))
        return Part([train.data], train.labels), Part([test.data], test.labels)

    def fetch(self, dataset: Any, root: Path, progress: Progress) -> None:
        for url, name, md5 in (dataset.split_list[split] for split in ("train", "test")):
            fetch(self.remote(url, md5), root / name, progress)

    def class_names(self, dataset: Any, root: Path) -> tuple[str, ...]:
        return tuple("0123456789")


def _grey_part(found: Any) -> Part:
    return Part([found.data.numpy()[:, None]], found.targets.numpy())  # (N, 1, H, W)


def _colour_part(found: Any) -> Part:
    images = found.data.transpose(0, 3, 1, 2)  # (N, H, W, 3) to (N, 3, H, W)
    return Part([images], np.asarray(found.targets, dtype=np.int64))
