"""How fast marks are followed, against the bars of the video page, in processor time of one thread.

Frames a second at 96 px, a correction through 24 frames, attention under the mouse, tiles against
the full matrix, memory of a film of 80 frames of 480 lines.

    python -m bench.tracking
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from statistics import median, quantiles

from bench.common import heading, own_home, said, table

ROUNDS = 5
LONG, TALL, WIDE = 80, 480, 854


def seconds(work: Callable[[], object], count: int = ROUNDS) -> list[float]:
    """Processor time of the work, each of some times after one that is not counted."""
    work()
    found = []
    for _ in range(count):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return found


def main() -> None:
    with own_home():
        import torch

        torch.set_num_threads(1)
        heading("Following")
        rows = [*following(), attention(), tiles(), memory()]
        table(("what", "found", "bar", "met"), rows)


def following() -> list[tuple[str, str, str, str]]:
    from core.data.clips import make_clip
    from core.following.trackers import untrained
    from core.tracking.features import Bank
    from core.tracking.propagate import Settings, propagate

    clip, encode = make_clip(0), untrained()
    rows = []
    for settings, bar in ((Settings(), 100), (Settings(enlarge=1.5, radius=7), 40)):
        given = {0: clip.truth[0]}

        def whole(settings: Settings = settings, given: dict = given) -> None:
            bank = Bank(encode, clip.frames, settings.enlarge)
            propagate(bank, given, settings, range(len(clip)), clip.size)

        rate = len(clip) / median(seconds(whole))
        what = f"frames a second at 96 px, x{settings.enlarge:g}"
        rows.append((what, f"{rate:.0f}", f"{bar}", said(-rate, -bar)))
    bank = Bank(encode, clip.frames, 1.5)
    bank.fill()
    both = {0: clip.truth[0], 1: clip.truth[1]}
    fine = Settings(enlarge=1.5, radius=7)
    took = median(seconds(lambda: propagate(bank, both, fine, range(len(clip)), clip.size)))
    rows.append(("a correction through 24 frames, x1.5, s", f"{took:.2f}", "0.7", said(took, 0.7)))
    return rows


def attention() -> tuple[str, str, str, str]:
    from core.data.clips import make_clip
    from core.following.trackers import untrained
    from core.tracking.attention import look
    from core.tracking.features import Bank
    from core.tracking.propagate import Settings

    bank = Bank(untrained(), make_clip(0).frames, 1.5)
    bank.fill()
    took = seconds(lambda: look(bank, 9, (40.0, 40.0), [0, 5, 6, 7, 8], Settings()), 100)
    late = 1000 * quantiles(took, n=20)[-1]
    return ("attention of a pixel, 95th percentile, ms", f"{late:.1f}", "10", said(late, 10))


def tiles() -> tuple[str, str, str, str]:
    import torch
    from torch.nn.functional import normalize

    from core.tracking.correlation import copy_labels
    from tests.tracking.test_correlation import by_the_full_matrix

    dice = torch.Generator().manual_seed(0)
    query = normalize(torch.randn(64, 48, 48, generator=dice), dim=0)
    references = normalize(torch.randn(5, 64, 48, 48, generator=dice), dim=1)
    labels = torch.rand(5, 4, 48, 48, generator=dice)
    given = (query, references, labels, 12, 10, 0.2)
    torch.testing.assert_close(copy_labels(*given).labels, by_the_full_matrix(*given))
    quick = median(seconds(lambda: copy_labels(*given)))
    slow = median(seconds(lambda: by_the_full_matrix(*given)))
    return (
        "tiles against the full matrix, 48x48, 5 references, times faster",
        f"{slow / quick:.1f}", "3", said(-slow / quick, -3),
    )  # fmt: skip


def memory() -> tuple[str, str, str, str]:
    """Of a film of 480 lines, all its features kept; a few frames are followed."""
    import numpy as np

    from core.following.trackers import untrained
    from core.tracking.features import Bank
    from core.tracking.marks import Marks
    from core.tracking.propagate import Settings, propagate

    frames = np.random.default_rng(0).integers(0, 256, (LONG, TALL, WIDE, 3), dtype=np.uint8)
    mask = np.zeros((TALL, WIDE), np.uint8)
    mask[200:280, 300:420] = 1
    bank = Bank(untrained(), frames)
    bank.fill()
    propagate(bank, {0: Marks(mask)}, Settings(radius=12), range(6), (TALL, WIDE))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    what = f"memory of {LONG} frames of {TALL} lines, at most, all of the program, GB"
    return (what, f"{most:.2f}", "2", said(most, 2))


if __name__ == "__main__":
    main()
