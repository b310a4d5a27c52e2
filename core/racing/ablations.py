"""What each idea of a method is worth: trained again with one of them off, on the same scene.

The published figures are those of table 2 of Mildenhall et al., "NeRF", ECCV 2020, arXiv
2003.08934: means of eight synthetic scenes of 800x800, of 200,000 to 300,000 steps.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from core import registry
from core.data.imageset import ImageSet, Pictures
from core.data.scenes.source import spread
from core.pictures import Images
from core.progress import Progress
from core.racing.lane import Lane, experiment_of
from core.racing.onlooker import camera_on
from core.racing.plan import LanePlan
from core.render.cameras import Cameras


@dataclass(frozen=True)
class Published:
    """A row of the paper's table."""

    psnr: float
    ssim: float
    lpips: float


@dataclass(frozen=True)
class Ablation:
    """One idea taken away: options that differ, or a share of the views."""

    title: str
    options: Mapping[str, Any] = field(default_factory=dict)
    views: float = 1.0  # share of the training views that are left
    published: Published | None = None


COMPLETE = Ablation("Complete")
FEWER = (Ablation("Half of the views", views=0.5), Ablation("A quarter of the views", views=0.25))
# Rays are fewer where each is asked at many more places, as far as a step then costs as much.
EVEN = {"sampling": "even", "rays": 256}

ABLATIONS: Mapping[str, Sequence[Ablation]] = {
    "nerf": (
        replace(COMPLETE, published=Published(31.01, 0.947, 0.081)),
        Ablation("No encoding, view or hierarchy",
                 {"positional_encoding": False, "view_direction": False, **EVEN},
                 published=Published(26.67, 0.906, 0.136)),
        Ablation("No positional encoding", {"positional_encoding": False},
                 published=Published(28.77, 0.924, 0.108)),
        Ablation("No view direction", {"view_direction": False},
                 published=Published(27.66, 0.925, 0.117)),
        Ablation("Even samples, no hierarchy", EVEN, published=Published(30.06, 0.938, 0.109)),
        Ablation("A quarter of the views", views=0.25, published=Published(27.78, 0.925, 0.107)),
        Ablation("Half of the views", views=0.5, published=Published(29.79, 0.940, 0.096)),
        Ablation("Half of the octaves", {"frequencies": 4},
                 published=Published(30.59, 0.944, 0.088)),
        Ablation("Half as many octaves more", {"frequencies": 12},
                 published=Published(30.81, 0.946, 0.096)),
        Ablation("Coarse and fine in place of cells", {"sampling": "hierarchical", "rays": 256}),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """How one of them ended."""

    ablation: Ablation
    psnr: float
    step: int
    seconds: float
    samples: float  # a ray
    megabytes: float
    views: int
    picture: Images  # (H, W, 3) the first held-out view, as it is seen
    failed: str = ""

    def difference(self, complete: Row | None) -> float | None:
        """Decibels to the complete method; None of itself, or where either failed."""
        if complete is None or complete is self or self.failed or complete.failed:
            return None
        return self.psnr - complete.psnr


def ablations_of(method: str) -> Sequence[Ablation]:
    """Those of the paper where it has a table of them; else the method's trials, and fewer views.

    Raises UnknownMethod.
    """
    known = ABLATIONS.get(method)
    if known is not None:
        return known
    trials = registry.method_class(method).trials
    return (COMPLETE, *(Ablation(title, values) for title, values in trials.items()), *FEWER)


def fewer_views(data: ImageSet, share: float) -> ImageSet:
    """The same scene with a share of its training views, evenly of all; at least two."""
    count = max(2, round(share * len(data.train)))
    if share >= 1.0 or count >= len(data.train):
        return data
    kept, train = spread(count, len(data.train)), data.train
    names = [train.names[i] for i in kept] if train.names else ()
    assert train.cameras is not None
    fewer = Pictures(np.asarray(train.images[kept]), np.asarray(train.labels[kept]), names,
                     cameras=np.asarray(train.cameras[kept]))  # fmt: skip
    return replace(data, train=fewer)


def ablate(
    base: LanePlan,
    ablations: Sequence[Ablation],
    data: ImageSet,
    data_options: dict[str, Any],
    progress: Progress,
    seconds: float,
    seed: int = 0,
    on_row: Callable[[Row], None] = lambda row: None,
    device: str = "cpu",
) -> list[Row]:
    """Train one after the other for as many seconds of work, and judge each at its end.

    Raises ConfigError, DataError, or Cancelled out of `progress`; rows told by then stay true.
    """
    total = max(1, round(seconds * len(ablations)))
    rows: list[Row] = []
    for number, ablation in enumerate(ablations):
        plan = LanePlan(base.method, {**base.options, **ablation.options}, ablation.title)
        lane = Lane(plan, experiment_of(plan, data_options, seed, device),
                    fewer_views(data, ablation.views), seconds, on_the_way=False)  # fmt: skip

        def tell(lane: Lane = lane, before: float = number * seconds) -> None:
            done = min(total - 1, int(before + min(seconds, lane.seconds)))
            what = f"{lane.title}, {len(rows) + 1} of {len(ablations)}"
            progress.update(what, done, total, "s of work")

        while not lane.finished:
            tell()
            lane.play()
        rows.append(_row(ablation, lane, tell))
        on_row(rows[-1])
    progress.update("Ablations", total, total)
    return rows


def _row(ablation: Ablation, lane: Lane, tell: Callable[[], None]) -> Row:
    tell()
    psnr = lane.judge().psnr if not lane.failed else float("nan")
    return Row(ablation, psnr, lane.step, lane.seconds, lane.samples, lane.memory().megabytes,
               len(lane.data.train), first_view(lane, tell), lane.failed)  # fmt: skip


@torch.no_grad()
def first_view(lane: Lane, tell: Callable[[], None] = lambda: None) -> Images:
    """The first held-out view as the lane sees it, (H, W, 3); `tell` may raise Cancelled."""

    def cancelled() -> bool:
        tell()
        return False

    packed = lane.data.held_out.cameras
    assert packed is not None
    side = lane.data.side
    camera = Cameras.unpack(torch.from_numpy(np.array(packed[:1])), (side, side))
    seen = lane.method.eval().render(camera_on(camera, lane.device), None, cancelled)  # type: ignore[operator]
    return (seen.colour.clamp(0, 1) * 255).round().byte().cpu().numpy()


COLUMNS = ("Row", "PSNR in dB", "Δ", "Paper", "Δ paper", "Views", "Steps", "Seconds", "Samples",
           "MB")  # fmt: skip
PAPERS = (3, 4)  # which of them are the paper's


def numbers_of(row: Row, rows: Sequence[Row]) -> list[str | int | float]:
    """A row for a table that sorts: numbers where there are any.

    Δ is the difference to the complete method, of the paper's figures to the paper's.
    """
    whole = rows[0] if rows and not rows[0].ablation.options else None
    apart, paper = row.difference(whole), row.ablation.published
    base = whole.ablation.published if whole is not None else None
    return [
        row.ablation.title,
        row.failed or round(row.psnr, 2),
        0.0 if row is whole else "" if apart is None else round(apart, 2),
        "" if paper is None else paper.psnr,
        "" if paper is None or base is None else round(paper.psnr - base.psnr, 2),
        row.views,
        row.step,
        round(row.seconds, 1),
        round(row.samples, 1),
        round(row.megabytes, 2),
    ]


def cells(row: Row, rows: Sequence[Row]) -> list[str]:
    """The same in words; differences with their sign."""
    two, signed, one = "{:.2f}".format, "{:+.2f}".format, "{:.1f}".format
    forms: Sequence[Callable[[Any], str]] = (
        str, two, signed, two, signed, str, "{:,}".format, one, one, two)  # fmt: skip
    found = numbers_of(row, rows)
    return [value if isinstance(value, str) else form(value) for form, value in zip(forms, found)]


def as_csv(rows: Sequence[Row]) -> str:
    """Numbers of all rows, with the paper's SSIM and LPIPS too."""
    file = io.StringIO()
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["row", "psnr", "difference", "paper psnr", "paper ssim", "paper lpips", "views",
                  "steps", "seconds", "samples a ray", "megabytes", "failed"])  # fmt: skip
    for row in rows:
        paper, apart = row.ablation.published, row.difference(rows[0])
        out.writerow([
            row.ablation.title, f"{row.psnr:.3f}", "" if apart is None else f"{apart:.3f}",
            *(("", "", "") if paper is None else (paper.psnr, paper.ssim, paper.lpips)),
            row.views, row.step, f"{row.seconds:.2f}", f"{row.samples:.2f}",
            f"{row.megabytes:.3f}", row.failed,
        ])  # fmt: skip
    return file.getvalue()


def as_png(rows: Sequence[Row]) -> bytes:
    """The file of a picture: the same held-out view as each row sees it, side by side."""
    from PIL import Image, ImageDraw

    side, foot, columns = max(160, rows[0].picture.shape[0]), 34, min(4, len(rows))
    down = -(-len(rows) // columns)
    sheet = Image.new("RGB", (columns * (side + 8) + 8, down * (side + foot) + 8), "white")
    pen = ImageDraw.Draw(sheet)
    for at, row in enumerate(rows):
        x, y = 8 + at % columns * (side + 8), 8 + at // columns * (side + foot)
        sheet.paste(Image.fromarray(row.picture).resize((side, side)), (x, y))
        pen.text((x, y + side + 2), f"{row.ablation.title[:30]}\n{row.psnr:.2f} dB", fill="black")
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()
