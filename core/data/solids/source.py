"""Source `shapes`: one solid, its views, and points in space whose distance to it is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from core.config import option
from core.data.imageset import DataError, ImageSet, Pictures, Source
from core.progress import Progress
from core.render.mesh import Mesh

OWN = "own"
KINDS = ("torus", "blob", "table", "chair", "knot")
NEAR = 0.06  # how far from the surface half of the points lie, a standard deviation
ASKED_AT_ONCE = 8192
ANGLE, RADIUS = 0.5, 4.0
NUMBERS = 10  # of a row of truth: a place, its distance, a point of the surface and its normal


@dataclass(frozen=True)
class Options:
    """Which solid, seen from how many places."""

    kind: str = option("knot", "A shape, or a mesh or points of your own.", choices=(*KINDS, OWN),
                       group="Data")  # fmt: skip
    path: str = option("", "Your own: a closed mesh, or points, as .obj or .ply.", path=True,
                       group="Data")  # fmt: skip
    upright: bool = option(False, "Your own: z is up in the file; else y is, as in most.",
                           group="Data", advanced=True)  # fmt: skip
    views: int = option(48, "Pictures of it, each with points in space.", low=2, high=1000,
                        log=True, unit="pictures", group="Data")  # fmt: skip
    held_out: int = option(12, "As many more, held out to judge by.", low=1, high=1000, log=True,
                           unit="pictures", group="Data")  # fmt: skip
    points: int = option(1024, "Points that come with each picture: half anywhere, half near the "
                         "surface.", low=16, high=100_000, log=True, group="Data")  # fmt: skip
    side: int = option(64, "Width and height of the pictures.", low=8, high=512, log=True,
                       unit="px", group="Data")  # fmt: skip
    corners: int = option(64, "Corners a side of the grid that a shape is cut on.", low=16,
                          high=256, log=True, group="Data", advanced=True)  # fmt: skip
    seed: int = option(0, "Another number draws other points, and another blob.", low=0,
                       high=2**31 - 1, group="Data", advanced=True)  # fmt: skip


class Shapes(Source):
    """`Pictures.truth` is (N, P, 10): a place in space and its distance to the surface, negative
    within, then a point of the surface and its outward normal. The first half of the places lie
    anywhere in the box, the second near the surface. A distance is NaN where the solid is points,
    which have no inside, and a normal where it is not known.
    """

    id: ClassVar[str] = "shapes"
    title: ClassVar[str] = "Shapes"
    sentence: ClassVar[str] = (
        "One solid and points in space whose distance to it is known: what implicit shapes learn."
    )
    Options: ClassVar[type] = Options

    def load(self, options: Any, progress: Progress) -> ImageSet:
        """Cut, measure and photograph it; raises DataError for a file that cannot be used."""
        if options.kind == OWN and not options.path:
            raise DataError("a shape of your own: choose an .obj or .ply with the option path")
        mesh = _own(options) if options.kind == OWN else shape(options)
        total = options.views + options.held_out
        rng = np.random.default_rng((options.seed, 7))
        truth = truth_of(mesh, total, options.points, rng, progress)
        images, packed = photographed(mesh, total, options.side, rng, progress)
        parts = []
        held = np.zeros(total, bool)
        held[np.linspace(0, total - 1, options.held_out).round().astype(int)] = True
        for chosen in (np.flatnonzero(~held), np.flatnonzero(held)):
            unknown = np.full(len(chosen), -1, np.int64)
            names = [f"view {i + 1}" for i in chosen]
            parts.append(Pictures(images[chosen], unknown, names, cameras=packed[chosen],
                                  truth=truth[chosen]))  # fmt: skip
        name = Path(options.path).name if options.kind == OWN else options.kind
        return ImageSet(self.id, f"{self.title}, {name}", parts[0], parts[1], truth="points")


def shape(options: Any) -> Mesh:
    """One of the shapes there are, as the mesh that everything is measured to."""
    from core.data.solids.implicit import SHAPES
    from core.render.meshing import crossing, lattice_points

    values = -SHAPES[options.kind](options.seed)(lattice_points(options.corners).numpy())
    return crossing(values.reshape((options.corners,) * 3).astype(np.float32), 0.0)


def _own(options: Any) -> Mesh:
    from core.render.mesh import in_box
    from core.render.mesh_files import MeshError, read_mesh

    try:
        return in_box(read_mesh(Path(options.path).expanduser()), upright=options.upright)
    except MeshError as error:
        raise DataError(str(error)) from error


def truth_of(
    mesh: Mesh, count: int, points: int, rng: np.random.Generator, progress: Progress
) -> np.ndarray:
    """(count, points, 10) float32 as the source tells; raises Cancelled."""
    from core.render.distance import Surface
    from core.render.mesh import sampled

    total = count * points
    drawn = sampled(mesh, total, rng)
    near = sampled(mesh, total, rng).vertices + rng.normal(0, NEAR, (total, 3))
    places = rng.uniform(-1, 1, (total, 3))
    anywhere = np.arange(total) % points < points // 2
    places = np.where(anywhere[:, None], places, near).clip(-1, 1)
    places = np.asarray(places, np.float32)
    away = np.full(total, np.nan, np.float32)
    if len(mesh.faces):
        surface = Surface(mesh)
        for at in range(0, total, ASKED_AT_ONCE):
            progress.update("measuring distances", at, total, "points")
            away[at : at + ASKED_AT_ONCE] = surface.signed(places[at : at + ASKED_AT_ONCE])
    normals = np.full((total, 3), np.nan) if drawn.normals is None else drawn.normals
    rows = np.hstack([places, away[:, None], drawn.vertices, normals]).astype(np.float32)
    return rows.reshape(count, points, NUMBERS)


def photographed(
    mesh: Mesh, count: int, side: int, rng: np.random.Generator, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (count, 3, side, side) uint8 from all around, and their cameras (count, 20)."""
    import torch

    from core.render.cameras import orbit, pinhole
    from core.render.raster import draw

    turns = (np.arange(count) * 2.399963 + rng.uniform(0, 6.28)) % 6.2831853
    heights = np.arcsin(np.clip(1 - 2 * (np.arange(count) + 0.5) / count, -0.6, 0.95))
    poses = orbit(torch.from_numpy(turns).float(), torch.from_numpy(heights).float(), RADIUS)
    cameras = pinhole(poses, (side, side), ANGLE)
    images = np.empty((count, 3, side, side), np.uint8)
    for one in range(count):
        progress.update("taking pictures", one, count, "pictures")
        seen = draw(mesh, cameras[one]).seen.colour.numpy().transpose(2, 0, 1)
        images[one] = (seen.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    return images, cameras.pack().float().numpy()
