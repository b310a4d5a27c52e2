"""Images a second of the batch augmentation, over torchvision's transforms in a DataLoader.

Both do what SimCLR does to a picture (crop, flip, colour jitter, grey, blur) at the same strengths,
in turns within one run. The DataLoader works in this process: on two cores, workers only add the
cost of passing pictures between processes. Time is that of the process, on one thread.

    python bench/augment.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.data.augment import Augmentation
from core.data.augment.compose import augment

BAR = 5.0
IMAGES, BATCH, ROUNDS = 512, 128, 7
STRENGTHS = Augmentation(
    crop=0.2, stretch=4 / 3, flip=0.5, jitter=0.8, brightness=0.4, contrast=0.4, saturation=0.4,
    hue=0.1, grey=0.2, blur=0.5,
)  # fmt: skip


class PerImage(torch.utils.data.Dataset[Tensor]):
    """Pictures through torchvision's transforms, one by one, as a DataLoader wants them."""

    def __init__(self, pixels: np.ndarray) -> None:
        from PIL import Image
        from torchvision import transforms as t

        s, side = STRENGTHS, pixels.shape[1]
        kernel = 2 * max(1, side // 20) + 1
        self.images = [Image.fromarray(p) for p in pixels]
        self.transform = t.Compose([
            t.RandomResizedCrop(side, (s.crop, 1.0), (1 / s.stretch, s.stretch)),
            t.RandomHorizontalFlip(s.flip),
            t.RandomApply([t.ColorJitter(s.brightness, s.contrast, s.saturation, s.hue)], s.jitter),
            t.RandomGrayscale(s.grey),
            t.RandomApply([t.GaussianBlur(kernel, (0.1, 2.0))], s.blur),
            t.ToTensor(),
        ])  # fmt: skip

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        return self.transform(self.images[index])


def torchvision_rate(pixels: np.ndarray) -> Callable[[], float]:
    loader = torch.utils.data.DataLoader(PerImage(pixels), BATCH)

    def measure() -> float:
        began = time.process_time()
        for _ in loader:
            pass
        return len(pixels) / (time.process_time() - began)

    return measure


def batch_rate(pixels: np.ndarray) -> Callable[[], float]:
    resident = torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous()
    rng = torch.Generator().manual_seed(0)

    def measure() -> float:
        began = time.process_time()
        for batch in resident.split(BATCH):
            augment(batch.float().div_(255.0), STRENGTHS, rng)
        return len(pixels) / (time.process_time() - began)

    return measure


def compare(side: int) -> tuple[float, float]:
    """Images a second of both at one side, each the median of interleaved rounds."""
    pixels = np.random.default_rng(0).integers(0, 256, (IMAGES, side, side, 3), dtype=np.uint8)
    ours, theirs = batch_rate(pixels), torchvision_rate(pixels)
    ours(), theirs()
    rounds = [(ours(), theirs()) for _ in range(ROUNDS)]
    return median(r[0] for r in rounds), median(r[1] for r in rounds)


def main(sides: Sequence[int] = (32, 64, 96)) -> None:
    torch.set_num_threads(1)
    print(f"{'side':>6} {'batch':>12} {'torchvision':>12} {'ratio':>7}   bar: at least {BAR:g}")
    for side in sides:
        ours, theirs = compare(side)
        verdict = "met" if ours >= BAR * theirs else "missed"
        print(f"{side:>4}px {ours:>10,.0f}/s {theirs:>10,.0f}/s {ours / theirs:>7.1f}   {verdict}")


if __name__ == "__main__":
    main()
