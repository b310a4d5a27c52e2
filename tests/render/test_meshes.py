"""Meshes: what they measure, their files, how they are seen, how far points are from them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from core import scene_out
from core.progress import Cancelled, Progress
from core.render.cameras import Cameras, orbit, pinhole
from core.render.distance import Surface, chamfer
from core.render.mesh import Mesh, area, cloud, sampled, volume
from core.render.mesh_files import MeshError, encoded, read_mesh
from core.render.meshing import NothingThere, crossing, extracted, lattice_points
from core.render.path import along, around
from core.render.raster import draw
from core.render.volume import Seen

RADIUS = 0.7


def ball(side: int = 48) -> Mesh:
    values = RADIUS - lattice_points(side).norm(dim=1)
    return crossing(values.view(side, side, side).numpy(), 0.0)


def camera(width: int = 48, height: int = 40) -> Cameras:
    return pinhole(orbit(torch.tensor([0.7]), torch.tensor([0.4]), 4.0), (width, height), 0.7)


class Ball:
    """A field whose colour is where it is, and the views of it: a method with both abilities."""

    surface_level = 0.0

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {"one": torch.zeros(1)}

    def density_at(self, points: torch.Tensor) -> torch.Tensor:
        return RADIUS - points.norm(dim=1)

    def colour_at(self, points: torch.Tensor, directions: torch.Tensor) -> torch.Tensor:
        return 0.5 + 0.5 * torch.sin(30 * points)

    def render(self, camera: Cameras, size: object = None, cancelled: object = None) -> Seen:
        origins, directions = camera.all_rays()
        b = (origins * directions).sum(dim=1)
        inner = b * b - (origins * origins).sum(dim=1) + RADIUS**2
        hit = inner > 0
        depth = torch.where(hit, -b - inner.clamp(min=0).sqrt(), 0.0)
        places = origins + depth[:, None] * directions
        colour = torch.where(hit[:, None], self.colour_at(places, directions), 1.0)
        width, height = camera.size
        rest = (depth, hit.float(), hit.float())
        return Seen(colour.view(height, width, 3), *(v.view(height, width) for v in rest))

    def sample_ray(self, origin: object, direction: object) -> None:
        raise NotImplementedError


def test_a_ball_has_its_area_and_volume_and_faces_outward() -> None:
    mesh = ball()
    assert area(mesh) == pytest.approx(4 * math.pi * RADIUS**2, rel=0.02)
    assert volume(mesh) == pytest.approx(4 / 3 * math.pi * RADIUS**3, rel=0.02)
    assert ((mesh.normals * mesh.vertices).sum(axis=1) > 0.65).all()


def test_what_reaches_out_of_the_box_is_closed_and_what_never_crosses_is_told() -> None:
    values = lattice_points(12)[:, 0].view(12, 12, 12).numpy()  # the half with x > 0
    assert volume(crossing(values, 0.0)) == pytest.approx(4.0, rel=0.02)
    with pytest.raises(NothingThere, match="goes from -1 to 1"):
        crossing(values, 2.0)


def test_making_a_mesh_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        extracted(Ball(), 8, 0.0, torch.device("cpu"), Progress(cancelled=lambda: True))


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".ply", ".obj"])
@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("faces", [True, False])
def test_a_file_gives_back_what_was_written(
    tmp_path: Path, suffix: str, text: bool, faces: bool
) -> None:
    mesh = ball(10)
    colours = np.random.default_rng(0).random(mesh.vertices.shape).astype(np.float32)
    mesh = Mesh(mesh.vertices, mesh.faces if faces else mesh.faces[:0], colours)
    path = tmp_path / f"mesh{suffix}"
    path.write_bytes(encoded(mesh, suffix, text))
    found = read_mesh(path)
    np.testing.assert_allclose(found.vertices, mesh.vertices, atol=1e-6)
    np.testing.assert_array_equal(found.faces, mesh.faces)
    np.testing.assert_allclose(found.colours, colours, atol=0.5 / 255 + 1e-6)


def test_a_square_of_big_endian_bytes_and_one_counted_back_are_two_triangles(
    tmp_path: Path,
) -> None:
    head = ("ply\nformat binary_big_endian 1.0\nelement vertex 4\nproperty double x\n"
            "property double y\nproperty double z\nelement face 1\n"
            "property list uchar int vertex_indices\nend_header\n")  # fmt: skip
    places = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], ">f8")
    ply = tmp_path / "square.ply"
    ply.write_bytes(head.encode() + places.tobytes() + b"\4" + np.arange(4, dtype=">i4").tobytes())
    obj = tmp_path / "square.obj"
    obj.write_text("v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf -4/1 -3 -2//3 -1\n")
    for path in (ply, obj):
        mesh = read_mesh(path)
        np.testing.assert_array_equal(mesh.faces, [[0, 1, 2], [0, 2, 3]])
        assert area(mesh) == pytest.approx(1.0)


PLY = "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.obj", "v 0 0 0\nv 1 zero 0\n", "line 2: v: "),
        ("a.obj", "v 0 0\n", "line 1: v: expected x y z, found 2"),
        ("a.obj", "v 0 0 0\nf 1 2 x\n", "line 2: f: 'x' names no vertex"),
        ("a.obj", "v 0 0 0\nf 1 1 7\n", "names vertex 6, but there are 1"),
        ("a.obj", "# nothing\n", "it has no vertices"),
        ("a.ply", "play\n", "line 1: expected 'ply'"),
        ("a.ply", "ply\nformat ascii 1.0\nelement vertex many\n", "line 3: element"),
        ("a.ply", "ply\nelement vertex 1\nproperty flat x\n", "line 3: property"),
        ("a.ply", PLY + "end_header\n1 2\n", "has no property z"),
        ("a.ply", PLY + "property float z\nend_header\n1 2\n", "line 8: vertex: z is missing"),
        ("a.ply", PLY + "property float z\nend_header\n", "line 8: vertex 0 of 1 is missing"),
        ("a.ply", PLY.replace("ascii", "binary_little_endian") + "end_header\n1", "the file ends"),
        ("a.stl", "", "are .ply or .obj"),
    ],
)
def test_a_broken_file_is_told_by_line_and_field(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(MeshError) as error:
        read_mesh(path)
    assert said in str(error.value)
    assert name in str(error.value)


# --- seeing --------------------------------------------------------------------------------------


def test_a_ball_of_triangles_is_seen_where_the_ball_is() -> None:
    drawn = draw(ball(), camera())
    truth = Ball().render(camera())
    solid = (truth.opacity > 0) & (drawn.seen.opacity > 0)
    assert ((truth.opacity > 0) != (drawn.seen.opacity > 0)).float().mean() < 0.02
    assert (drawn.seen.depth - truth.depth)[solid].abs().median() < 0.01
    origins, directions = camera().all_rays()
    places = (origins + truth.depth.flatten()[:, None] * directions).view(40, 48, 3)
    agree = (drawn.normals[solid] * places[solid] / RADIUS).sum(dim=1)
    assert agree.median() > 0.99


def test_the_nearer_of_two_triangles_and_the_nearer_point_are_seen() -> None:
    near, far = [[-1, -1, 0.5], [1, -1, 0.5], [0, 1, 0.5]], [[-1, -1, 0], [1, -1, 0], [0, 1, 0]]
    vertices = np.array(near + far, np.float32)
    colours = np.repeat(np.eye(3, dtype=np.float32)[:2], 3, axis=0)
    above = pinhole(orbit(torch.zeros(1), torch.tensor([math.pi / 2]), 3.0), (9, 9), 0.2)
    for order in ([[0, 1, 2], [3, 4, 5]], [[3, 4, 5], [0, 1, 2]]):
        seen = draw(Mesh(vertices, np.array(order, np.int32), colours), above).seen
        np.testing.assert_allclose(seen.colour[4, 4], [1, 0, 0], atol=1e-6)
        assert seen.depth[4, 4] == pytest.approx(2.5, abs=1e-4)
    points = np.array([[0, 0, 0], [0, 0, 0.5]], np.float32)
    drawn = draw(cloud(points, np.eye(3, dtype=np.float32)[:2]), above)
    assert drawn.face[4, 4] == 1


def test_what_is_exported_and_imported_renders_as_it_was_and_at_the_fields_depth(
    tmp_path: Path,
) -> None:
    mesh = scene_out.make_mesh(Ball(), 40)
    scene_out.write_mesh(tmp_path / "ball.ply", mesh)
    before, after = (draw(m, camera()).seen for m in (mesh, read_mesh(tmp_path / "ball.ply")))
    truth = Ball().render(camera())

    def db(seen: Seen) -> float:
        return float(-10 * torch.log10((seen.colour - truth.colour).square().mean()))

    assert 20 < db(before) < 50
    assert abs(db(before) - db(after)) < 0.1
    solid = (truth.opacity > 0) & (after.opacity > 0)
    assert (after.depth - truth.depth)[solid].abs().median() < 0.01


def test_points_of_the_views_lie_on_the_surface_and_a_grid_holds_the_field(
    tmp_path: Path,
) -> None:
    points = scene_out.make_points(Ball(), 500)
    assert len(points.vertices) == 500
    np.testing.assert_allclose(np.linalg.norm(points.vertices, axis=1), RADIUS, atol=1e-3)
    scene_out.write_voxels(tmp_path / "grid.npz", scene_out.make_voxels(Ball(), 8))
    with np.load(tmp_path / "grid.npz", allow_pickle=False) as grid:
        expected = RADIUS - lattice_points(8).norm(dim=1).view(8, 8, 8).numpy()
        np.testing.assert_allclose(grid["density"], expected, atol=1e-6)
        np.testing.assert_allclose(grid["colour"][7, 0, 0], 0.5 + 0.5 * np.sin([30, -30, -30]),
                                   atol=1e-5)  # fmt: skip


def test_a_film_goes_once_around_and_can_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    assert scene_out.write_film(path, Ball(), around(5, (16, 12)), 10) == 5
    assert path.stat().st_size > 0
    with pytest.raises(Cancelled):
        scene_out.write_film(tmp_path / "no.gif", Ball(), around(5, (16, 12)), 10,
                             Progress(cancelled=lambda: True))  # fmt: skip
    assert not (tmp_path / "no.gif").exists()


# --- distances -----------------------------------------------------------------------------------


def test_chamfer_is_the_mean_of_the_nearest() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.random((30, 3), np.float32), rng.random((40, 3), np.float32)
    apart = np.linalg.norm(one[:, None] - other[None], axis=2)
    expected = apart.min(axis=1).mean(), apart.min(axis=0).mean()
    np.testing.assert_allclose(chamfer(one, other), expected, rtol=1e-5)


def test_distances_to_a_ball_are_signed_and_those_to_a_triangle_are_by_region() -> None:
    rng = np.random.default_rng(2)
    points = rng.uniform(-1, 1, (500, 3)).astype(np.float32)
    found = Surface(ball(32)).signed(points)
    np.testing.assert_allclose(found, np.linalg.norm(points, axis=1) - RADIUS, atol=4e-3)
    triangle = Mesh(np.eye(3, dtype=np.float32)[[2, 0, 1]] * [1, 1, 0],
                    np.array([[0, 1, 2]], np.int32))  # fmt: skip
    asked = np.array([[0.2, 0.2, 0.5], [-1, 0.5, 0], [1, 1, 0], [2, -1, 0]], np.float32)
    expected = [0.5, 1, math.sqrt(0.5), math.sqrt(2)]
    np.testing.assert_allclose(Surface(triangle).ask(asked)[0], expected, rtol=1e-5)


def test_points_are_drawn_evenly_by_area() -> None:
    vertices = np.array([[0, 0, 0], [3, 0, 0], [0, 1, 0], [0, 0, 5], [1, 0, 5], [0, 1, 5]])
    mesh = Mesh(vertices.astype(np.float32), np.array([[0, 1, 2], [3, 4, 5]], np.int32))
    drawn = sampled(mesh, 4000, np.random.default_rng(0)).vertices
    low = drawn[drawn[:, 2] < 1]
    assert len(low) / 4000 == pytest.approx(0.75, abs=0.03)
    np.testing.assert_allclose(low.mean(axis=0), [1, 1 / 3, 0], atol=0.05)


# --- ways ----------------------------------------------------------------------------------------


def test_a_way_passes_its_keyframes_at_constant_speed_and_stays_upright() -> None:
    keys = around(3, (8, 8))[:2]
    far = pinhole(orbit(torch.tensor([3.0]), torch.tensor([0.2]), 6.0), (8, 8), 0.7)
    keys = Cameras(torch.cat([keys.poses, far.poses]), torch.cat([keys.lenses, far.lenses]), (8, 8))
    way = along(keys, 301)
    steps = way.centres.diff(dim=0).norm(dim=1)
    assert steps.std() / steps.mean() < 0.01
    for key in keys.centres:
        assert (way.centres - key).norm(dim=1).min() < float(steps.mean())
    rotations = way.poses[:, :, :3]
    torch.testing.assert_close(rotations.mT @ rotations, torch.eye(3).expand(301, 3, 3), atol=1e-5,
                               rtol=0)  # fmt: skip
    assert (along(keys, 50, closed=True).centres[0] - keys.centres[0]).norm() < 1e-4
    with pytest.raises(ValueError, match="2 keyframes"):
        along(keys[:1], 10)
