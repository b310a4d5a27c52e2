"""Source `scenes`: views of one scene, whose cameras are known."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from core.config import option
from core.data.cache import Cache, key_of
from core.data.imageset import DataError, ImageSet, Source
from core.progress import Progress

OWN = "own"
PAINTED = ("still life", "polished", "towers")
RULES = 1  # raised when a scene of the same options is painted or read otherwise
OCCUPANCY_SIDE = 64


@dataclass(frozen=True)
class Options:
    """Which scene, from how many places, how large."""

    kind: str = option("still life", "A painted scene, `polished` one that mirrors, or one of your "
                       "own.", choices=(*PAINTED, OWN), group="Data")  # fmt: skip
    path: str = option("", "Your own: a transforms.json, a folder with one or with a COLMAP model, "
                       "or a Blender set of the NeRF paper.", path=True, group="Data")  # fmt: skip
    views: int = option(60, "The most pictures used, evenly of all there are.", low=2, high=5000,
                        log=True, unit="pictures", group="Data")  # fmt: skip
    held_out: int = option(10, "How many of them are held out to judge by, evenly; a set with a "
                           "part for testing holds that out instead.", low=1, high=1000,
                           log=True, unit="pictures", group="Data")  # fmt: skip
    side: int = option(100, "Width and height that pictures are brought to, of their middle.",
                       low=8, high=2048, log=True, unit="px", group="Data")  # fmt: skip
    box: float = option(0.0, "Your own: half the side of the scene box, in the units of its file; "
                        "0 takes what most cameras see.", low=0.0, high=1e6,
                        group="Data", advanced=True)  # fmt: skip
    seed: int = option(0, "Another number photographs a painted scene from other places.", low=0,
                       high=2**31 - 1, group="Data", advanced=True)  # fmt: skip


class Scenes(Source):
    """`Pictures.cameras` are in the world where the scene box reaches from −1 to 1, z up.

    `facts["world"]` is the 4x4 matrix, row by row, from the coordinates of the file to that box,
    `facts["remarks"]` what a check of the cameras found, in words. Where a COLMAP model has sparse
    points, they are `Pictures.sparse_points` of the training part. Of a painted scene
    `facts["train"]` and `facts["held_out"]` have "depth" (N, H, W), the distance along each pixel's
    ray, 0 where it meets nothing, and `facts["scene"]["occupancy"]` is (64, 64, 64) bool.
    """

    id: ClassVar[str] = "scenes"
    title: ClassVar[str] = "Scenes"
    sentence: ClassVar[str] = (
        "One scene from many places, whose cameras are known: what fields of light learn from."
    )
    Options: ClassVar[type] = Options

    def load(self, options: Any, progress: Progress) -> ImageSet:
        """Photograph or read the scene, or map an earlier load of the same; raises DataError."""
        if options.kind == OWN and not options.path:
            raise DataError("a scene of your own: choose its folder or file with the option path")
        parsed = None
        if options.kind == OWN:
            from core.data.scenes.posed import parse

            parsed = parse(Path(options.path).expanduser())
        files = parsed.stamp() if parsed is not None else ""
        key = key_of(source=self.id, rules=RULES, options=asdict(options), files=files)
        cache = Cache()
        kept = cache.get(key)
        if kept is None:
            if parsed is None:
                _paint(options, cache, key, progress)
            else:
                _read(parsed, options, cache, key, progress)
            kept = cache.get(key)
        if kept is None:
            raise DataError(f"{cache.folder}: the pictures of the scene are gone; load them again")
        points = kept.facts.get("scene", {}).get("points")
        return replace(kept, train=replace(kept.train, sparse_points=points))


def spread(count: int, of: int) -> np.ndarray:
    """`count` positions among `of`, evenly, neither end favoured."""
    return np.unique(((np.arange(min(count, of)) + 0.5) * of / min(count, of)).astype(np.int64))


def _parts(total: int, held_out: int) -> list[tuple[bool, np.ndarray]]:
    held = spread(min(held_out, total - 1), total)
    return [(False, np.setdiff1d(np.arange(total), held)), (True, held)]


def _paint(options: Any, cache: Cache, key: str, progress: Progress) -> None:
    from core.data.scenes import painted

    shapes = painted.SCENES[options.kind]()
    cameras = painted.cameras_around(options.views, options.side, options.seed)
    pictures, depth = painted.photograph(shapes, cameras, progress)
    packed = cameras.pack().numpy()
    with cache.writing(key, (3, options.side, options.side)) as writer:
        for held, chosen in _parts(options.views, options.held_out):
            unknown = np.full(len(chosen), -1, np.int64)
            names = [f"view {i + 1}" for i in chosen]
            writer.add(pictures[chosen].numpy(), unknown, held, names, cameras=packed[chosen])
            writer.know("held_out" if held else "train", "depth", depth[chosen].numpy())
        writer.know("scene", "occupancy", painted.occupancy(shapes, OCCUPANCY_SIDE).numpy())
        facts = {"world": np.eye(4).flatten().tolist(), "remarks": []}
        writer.describe(Scenes.id, f"{Scenes.title}, {options.kind}", facts=facts)


def _read(parsed: Any, options: Any, cache: Cache, key: str, progress: Progress) -> None:
    from core.data.scenes.checks import remarks
    from core.data.scenes.posed import fit, pictures_of

    tested = np.array([frame.held_out for frame in parsed.frames])
    if tested.any() and not tested.all():
        most = (options.views - min(options.held_out, options.views - 1), options.held_out)
        both = zip(most, (False, True), strict=True)
        parts = [(h, np.flatnonzero(tested == h)[spread(n, int((tested == h).sum()))])
                 for n, h in both]  # fmt: skip
    else:
        used = spread(options.views, len(parsed.frames))
        parts = [(held, used[chosen]) for held, chosen in _parts(len(used), options.held_out)]
    order = np.concatenate([chosen for _, chosen in parts])
    frames = [parsed.frames[i] for i in order]
    pictures, cameras = pictures_of(frames, options.side, progress)
    cameras, world = fit(cameras, options.box or parsed.box, parsed.upright)
    found = remarks(cameras, pictures, [frame.name for frame in frames])
    points = _points(parsed, world.numpy(), progress)
    packed, first = cameras.pack().float().numpy(), 0
    with cache.writing(key, (3, options.side, options.side)) as writer:
        for held, chosen in parts:
            here = slice(first, first + len(chosen))
            unknown = np.full(len(chosen), -1, np.int64)
            names = [frame.name for frame in frames[here]]
            writer.add(pictures[here].numpy(), unknown, held, names, cameras=packed[here])
            first += len(chosen)
        if len(points):
            writer.know("scene", "points", points)
        facts = {"world": world.flatten().tolist(), "remarks": [*parsed.remarks, *found]}
        writer.describe(Scenes.id, parsed.title, facts=facts)


def _points(parsed: Any, world: np.ndarray, progress: Progress) -> np.ndarray:
    """(P, 6) float32 in the scene box; none where the cameras came without points."""
    if parsed.points is None:
        return np.empty((0, 6), np.float32)
    from core.data.scenes.sparse_points import read_points

    found = read_points(parsed.points, progress)
    found[:, :3] = found[:, :3] @ world[:3, :3].T + world[:3, 3]
    return found.astype(np.float32)
