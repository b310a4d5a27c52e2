"""A street as a camera sees it: shaded boxes before a ground that is painted pixel by pixel."""

from __future__ import annotations

import numpy as np
import torch

from core.data.streets.layout import PAVEMENT, Street
from core.data.streets.record import KINDS
from core.render.cameras import Cameras
from core.render.mesh import Mesh
from core.render.oriented import corners, footprints
from core.render.raster import draw

SUN = np.array([0.35, -0.5, 0.79])
SHADE = 0.45  # light of a side that looks away from the sun
DARK, GLASS = (0.08, 0.08, 0.09), (0.16, 0.2, 0.26)
# Of a box as core.render.oriented numbers its corners: counter-clockwise from outside.
_SIDES = np.array([[0, 4, 7, 3], [1, 2, 6, 5], [0, 1, 5, 4], [2, 3, 7, 6], [4, 5, 6, 7]])
_NORMALS = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1]])

# Parts of a thing: middle and size in shares of its box, and a colour; None: its own.
Part = tuple[
    tuple[float, float, float], tuple[float, float, float], tuple[float, float, float] | None
]
_WHEELS: list[Part] = [
    ((a, b, -0.35), (0.17, 0.12, 0.3), DARK) for a in (-0.3, 0.3) for b in (-0.44, 0.44)
]
_LAMPS: list[Part] = [((0.497, 0, -0.08), (0.012, 0.9, 0.12), (1.0, 0.95, 0.7)),
                      ((-0.497, 0, -0.08), (0.012, 0.9, 0.12), (0.85, 0.1, 0.1))]  # fmt: skip
PARTS: dict[str, list[Part]] = {
    "car": [((0, 0, -0.12), (0.99, 0.98, 0.4), None), ((-0.06, 0, 0.26), (0.56, 0.88, 0.36), GLASS),
            ((-0.06, 0, 0.47), (0.5, 0.84, 0.06), None), *_WHEELS, *_LAMPS],
    "van": [((-0.05, 0, 0.08), (0.9, 0.98, 0.82), None),
            ((0.45, 0, -0.12), (0.09, 0.96, 0.42), None),
            ((0.405, 0, 0.26), (0.03, 0.86, 0.3), GLASS), *_WHEELS, *_LAMPS],
    "person": [((0, 0, -0.27), (0.4, 0.55, 0.46), DARK), ((0, 0, 0.15), (0.5, 0.95, 0.4), None),
               ((0.05, 0, 0.42), (0.4, 0.4, 0.15), (0.85, 0.65, 0.5))],
}  # fmt: skip


def painted(
    scene: Street, camera: Cameras, finer: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Colours (H, W, 3) in 0..1, and which thing each pixel shows, −1 for none: (nH, nW), for
    things are drawn with `finer` times as many pixels a side, so that their edges are smooth.
    """
    boxes, tints, owners = _parts(scene)
    mesh, faces_each = _blocks(boxes, tints)
    width, height = camera.size
    drawn = draw(mesh, camera.resized(finer * width, finer * height), lit=False)
    face = drawn.face.numpy()
    owner = np.where(face >= 0, owners[face // faces_each], -1)
    seen = drawn.seen.colour.numpy()
    there = (face >= 0)[:, :, None]
    parts = (height, finer, width, finer, -1)
    things = np.where(there, seen, 0).reshape(parts).mean(axis=(1, 3))
    bare = 1 - there.reshape(parts).mean(axis=(1, 3))
    return things + bare * _ground(scene, camera, rng), owner


def _parts(scene: Street) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All blocks (K, 7), their colours (K, 3), and the thing that each is of (K,), −1 of houses."""
    boxes, tints = [scene.houses], [scene.house_tints]
    owners = [np.full(len(scene.houses), -1)]
    for number, (kind, box) in enumerate(zip(scene.kinds, scene.boxes, strict=True)):
        parts = PARTS[KINDS[kind]]
        shift = np.array([part[0] for part in parts]) * box[3:6]
        cos, sin = np.cos(box[6]), np.sin(box[6])
        turned = np.stack([shift[:, 0] * cos - shift[:, 1] * sin,
                           shift[:, 0] * sin + shift[:, 1] * cos, shift[:, 2]], axis=1)  # fmt: skip
        size = np.array([part[1] for part in parts]) * box[3:6]
        yaw = np.full((len(parts), 1), box[6])
        boxes.append(np.hstack([box[:3] + turned, size, yaw]))
        tints.append(np.array([scene.tints[number] if p[2] is None else p[2] for p in parts]))
        owners.append(np.full(len(parts), number))
    return np.concatenate(boxes), np.concatenate(tints), np.concatenate(owners)


def _blocks(boxes: np.ndarray, tints: np.ndarray) -> tuple[Mesh, int]:
    """Boxes (K, 7) as one mesh with the light of each side in its colours; faces of each box."""
    placed = corners(boxes)[:, _SIDES]  # (K, 5, 4, 3)
    cos, sin = np.cos(boxes[:, 6]), np.sin(boxes[:, 6])
    zero, one = np.zeros_like(cos), np.ones_like(cos)
    turn = np.stack([cos, -sin, zero, sin, cos, zero, zero, zero, one], axis=1).reshape(-1, 3, 3)
    lights = np.maximum(np.einsum("kij,sj->ksi", turn, _NORMALS) @ SUN, 0)  # (K, 5)
    lights = SHADE + (1 - SHADE) * lights
    colours = tints[:, None, None] * lights[:, :, None, None]
    colours = np.broadcast_to(colours, placed.shape).reshape(-1, 3)
    first = np.arange(len(boxes) * len(_SIDES))[:, None, None] * 4
    faces = (first + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    return Mesh(placed.reshape(-1, 3).astype(np.float32), faces.astype(np.int32),
                colours.astype(np.float32)), 2 * len(_SIDES)  # fmt: skip


def _ground(scene: Street, camera: Cameras, rng: np.random.Generator) -> np.ndarray:
    """Road, lines, pavement, grass and the sky, with a shadow below each thing: (H, W, 3)."""
    origins, rays = (part.double().numpy() for part in camera.all_rays())
    down = rays[:, 2] < -1e-3
    along = np.where(down, -origins[:, 2] / np.minimum(rays[:, 2], -1e-3), 0)
    x, y = (origins[:, :2] + along[:, None] * rays[:, :2]).T
    grass = np.array([0.42, 0.52, 0.32]) * rng.uniform(0.8, 1.2, 3)
    found = np.where((abs(x) < scene.half + PAVEMENT)[:, None], rng.uniform(0.58, 0.72), grass)
    found = np.where((abs(x) < scene.half)[:, None], rng.uniform(0.3, 0.42), found)
    line = ((abs(x) < 0.09) & (y % 4 < 2)) | (abs(abs(x) - scene.half + 0.2) < 0.08)
    found = np.where(line[:, None], 0.85, found)
    for middle, turned in zip(scene.boxes, footprints(scene.boxes * [1, 1, 1, 1.08, 1.2, 1, 1]),
                              strict=True):  # fmt: skip
        reach = np.hypot(x - middle[0], y - middle[1]) < np.hypot(*middle[3:5])
        inside = reach & down
        for start, end in zip(turned, np.roll(turned, -1, axis=0), strict=True):
            a, b = end - start
            inside &= a * (y - start[1]) - b * (x - start[0]) >= 0
        found[inside] *= 0.5
    high = np.clip(rays[:, 2] * 3, 0, 1)[:, None]
    sky = (1 - high) * [0.86, 0.9, 0.94] + high * [0.5, 0.68, 0.9]
    return np.where(down[:, None], found, sky).reshape(camera.size[1], camera.size[0], 3)


def street_camera(side: int, rng: np.random.Generator) -> Cameras:
    """One that stands 1.4 to 4.5 m high near the middle of the road and looks along it."""
    from core.render.cameras import look_at, pinhole

    height = float(np.exp(rng.uniform(np.log(1.4), np.log(4.5))))
    eye = torch.tensor([[rng.uniform(-2, 2), 0.0, height]], dtype=torch.float32)
    aim = torch.tensor([[float(eye[0, 0]) + rng.uniform(-2.5, 2.5), 14.0, rng.uniform(0.2, 1.2)]])
    return pinhole(look_at(eye, aim), (side, side), 0.95)
