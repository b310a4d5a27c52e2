"""Painted scenes are exact; every format says the same cameras; what is wrong is said in words."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from core.data.imageset import DataError, ImageSet
from core.data.scenes import painted
from core.data.scenes.checks import remarks
from core.data.scenes.colmap import MODELS
from core.data.scenes.posed import Parsed, fit, parse
from core.data.scenes.shapes import Box, Cylinder, Sphere, Torus, plain
from core.data.scenes.sparse_points import read_points
from core.data.sources import load
from core.progress import Progress
from core.render.cameras import Cameras, orbit, pinhole

SMALL = {"views": 8, "held_out": 2, "side": 24}
NAMES = [f"r_{i}" for i in range(6)]


# --- painted --------------------------------------------------------------------------------------


def test_a_painted_scene_has_views_with_cameras_and_what_is_known_of_them() -> None:
    found = load("scenes", SMALL)
    assert (len(found.train), len(found.held_out)) == (6, 2)
    assert found.train.images.shape[1:] == (3, 24, 24)
    assert found.train.cameras is not None
    assert found.train.cameras.shape == (6, 20)
    assert found.facts["train"]["depth"].shape == (6, 24, 24)
    assert found.facts["scene"]["occupancy"].shape == (64, 64, 64)
    again = load("scenes", SMALL)
    assert again.fingerprint() == found.fingerprint()
    assert load("scenes", {**SMALL, "kind": "towers"}).fingerprint() != found.fingerprint()


@pytest.mark.parametrize("kind", painted.SCENES)
def test_every_painted_scene_lies_in_the_box_and_fits_its_cameras(kind: str) -> None:
    shapes = painted.SCENES[kind]()
    outside = 1.0001 + 0.5 * torch.rand(2000, generator=torch.Generator().manual_seed(0))
    points = torch.rand(2000, 3, generator=torch.Generator().manual_seed(1)) * 2 - 1
    points[torch.arange(2000), torch.arange(2000) % 3] = outside
    assert not any(bool(shape.inside(points).any()) for shape in shapes)
    cameras = painted.cameras_around(8, 32, 0)
    pictures, _ = painted.photograph(shapes, cameras, Progress())
    assert remarks(cameras, pictures, NAMES * 2) == []


def test_the_depth_of_a_ball_is_that_of_the_closed_form() -> None:
    shapes = [Sphere(plain(0.5, 0.5, 0.5), (0, 0, 0), 0.5)]
    cameras = pinhole(orbit(torch.tensor([0.3]), torch.tensor([0.4]), 3.0), (31, 31), 0.5)
    pictures, depth = painted.photograph(shapes, cameras, Progress())
    assert float(depth[0, 15, 15]) == pytest.approx(2.5, abs=1e-5)
    assert float(depth[0, 0, 0]) == 0
    assert pictures[0, :, 0, 0].tolist() == [255, 255, 255]
    assert int(pictures[0].max(dim=0)[0][15, 15]) <= 0.97 * 255 + 1


@pytest.mark.parametrize(
    "shape",
    [
        Sphere(plain(1, 1, 1), (0.1, -0.2, 0.1), 0.5),
        Box(plain(1, 1, 1), (0.1, 0, -0.1), (0.5, 0.3, 0.4), 0.6),
        Cylinder(plain(1, 1, 1), (0.1, 0.2), 0.4, -0.5, 0.6),
        Torus(plain(1, 1, 1), (0, 0.1, 0), (0.3, 0.4, 0.8), 0.5, 0.2),
    ],
    ids=lambda shape: type(shape).__name__,
)
def test_a_ray_enters_a_shape_where_points_begin_to_lie_inside(shape: Any) -> None:
    rng = torch.Generator().manual_seed(2)
    origins = torch.randn(400, 3, generator=rng).double()
    origins = 3 * origins / origins.norm(dim=1, keepdim=True)
    directions = (torch.rand(400, 3, generator=rng).double() - 0.5) * 1.6 - origins
    directions = directions / directions.norm(dim=1, keepdim=True)
    entry = shape.meet(origins, directions)
    met = entry.isfinite()
    assert 40 < int(met.sum()) < 400
    o, d, t = origins[met], directions[met], entry[met, None]
    assert bool(shape.inside(o + (t + 2e-3) * d).double().mean() > 0.97)
    assert not bool(shape.inside(o + (t - 2e-3) * d).any())
    normals = shape.normals(o + t * d)
    assert bool(((normals * d).sum(dim=1) < 1e-3).all())
    along = torch.linspace(0, 6, 300).double()
    missed = origins[~met, None] + along[None, :, None] * directions[~met, None]
    assert float(shape.inside(missed.reshape(-1, 3)).double().mean()) < 1e-3


# --- formats --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scene() -> tuple[Cameras, Tensor]:
    """Six views of the towers, 40 x 32, seen askew, so that no two numbers of a pose are alike."""
    cameras = painted.cameras_around(6, 40, 3)
    cameras = Cameras(cameras.poses.double(), cameras.lenses.double(), (40, 40))
    cameras = cameras.cropped(0, 4, 40, 32)
    pictures, _ = painted.photograph(
        painted.towers(), Cameras(cameras.poses.float(), cameras.lenses.float(), (40, 32)),
        Progress(),
    )  # fmt: skip
    return cameras, pictures


def save_pictures(folder: Path, pictures: Tensor, see_through: bool = False) -> None:
    folder.mkdir(parents=True)
    for name, picture in zip(NAMES, pictures, strict=True):
        array = picture.permute(1, 2, 0).numpy()
        if see_through:
            opaque = ((array < 255).any(axis=2) * 255).astype(np.uint8)
            array = np.dstack([array * (opaque[..., None] > 0), opaque])
        Image.fromarray(array).save(folder / f"{name}.png")


def write_blender(folder: Path, cameras: Cameras, pictures: Tensor) -> None:
    save_pictures(folder / "train", pictures, see_through=True)
    angle = 2 * math.atan(0.5 * cameras.size[0] / float(cameras.lenses[0, 0]))
    frames = [{"file_path": f"./train/{n}", "transform_matrix": [*p.tolist(), [0, 0, 0, 1]]}
              for n, p in zip(NAMES, cameras.poses)]  # fmt: skip
    text = json.dumps({"camera_angle_x": angle, "frames": frames})
    (folder / "transforms_train.json").write_text(text)


def write_nerfstudio(folder: Path, cameras: Cameras, pictures: Tensor) -> None:
    """Every frame with numbers of its own."""
    save_pictures(folder / "images", pictures)
    names = ("fl_x", "fl_y", "cx", "cy", "k1", "k2", "p1", "p2")
    frames = [{"file_path": f"images/{n}.png", "transform_matrix": [*p.tolist(), [0, 0, 0, 1]],
               **dict(zip(names, lens.tolist()))}
              for n, p, lens in zip(NAMES, cameras.poses, cameras.lenses)]  # fmt: skip
    about = {"w": 40, "h": 32, "fl_x": 1.0, "camera_model": "OPENCV", "frames": frames}
    (folder / "transforms.json").write_text(json.dumps(about))


def colmap_pose(pose: Tensor) -> list[float]:
    """QW QX QY QZ TX TY TZ, by another way than the reader's: eigenvectors of a 4x4 matrix."""
    r = (pose[:, :3] * torch.tensor([1.0, -1, -1])).T.numpy()
    k = np.array([
        [r[0, 0] - r[1, 1] - r[2, 2], 0, 0, 0],
        [r[0, 1] + r[1, 0], r[1, 1] - r[0, 0] - r[2, 2], 0, 0],
        [r[0, 2] + r[2, 0], r[1, 2] + r[2, 1], r[2, 2] - r[0, 0] - r[1, 1], 0],
        [r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], np.trace(r)],
    ])  # fmt: skip
    x, y, z, w = np.linalg.eigh(k)[1][:, -1]  # of the symmetric matrix, its lower half is read
    return [w, x, y, z, *(-r @ pose[:, 3].numpy())]


def write_colmap(folder: Path, cameras: Cameras, pictures: Tensor) -> None:
    save_pictures(folder / "images", pictures)
    model = folder / "sparse" / "0"
    model.mkdir(parents=True)
    params = " ".join(map(repr, cameras.lenses[0].tolist()))
    (model / "cameras.txt").write_text(f"# cameras\n7 OPENCV 40 32 {params}\n")
    lines = ["# images"]
    for at, (name, pose) in enumerate(zip(NAMES, cameras.poses)):
        lines += [f"{at + 1} {' '.join(map(repr, map(float, colmap_pose(pose))))} 7 {name}.png", ""]
    (model / "images.txt").write_text("\n".join(lines) + "\n")


def write_colmap_binary(folder: Path, cameras: Cameras, pictures: Tensor) -> None:
    save_pictures(folder / "images", pictures)
    model = folder / "sparse" / "0"
    model.mkdir(parents=True)
    number = list(MODELS).index("OPENCV")
    lens = struct.pack("<8d", *cameras.lenses[0].tolist())
    about = struct.pack("<QiiQQ", 1, 7, number, 40, 32) + lens
    (model / "cameras.bin").write_bytes(about)
    data = struct.pack("<Q", len(NAMES))
    for at, (name, pose) in enumerate(zip(NAMES, cameras.poses)):
        data += struct.pack("<i7di", at + 1, *colmap_pose(pose), 7) + f"{name}.png\0".encode()
        data += struct.pack("<Q", 2) + bytes(48)
    (model / "images.bin").write_bytes(data)


WRITERS: dict[str, Callable[[Path, Cameras, Tensor], None]] = {
    "blender": write_blender,
    "nerfstudio": write_nerfstudio,
    "colmap text": write_colmap,
    "colmap binary": write_colmap_binary,
}


def parsed(form: str, folder: Path, scene: tuple[Cameras, Tensor]) -> Parsed:
    WRITERS[form](folder / form, *scene)
    return parse(folder / form)


@pytest.mark.parametrize("form", WRITERS)
def test_one_scene_in_every_format_has_the_same_rays(
    form: str, tmp_path: Path, scene: tuple[Cameras, Tensor]
) -> None:
    cameras, _ = scene
    found = parsed(form, tmp_path, scene)
    assert [frame.name for frame in found.frames] == NAMES
    for one, frame in enumerate(found.frames):
        for mine, other in zip(frame.camera(40, 32).all_rays(), cameras.all_rays(one)):
            torch.testing.assert_close(mine, other, atol=1e-6, rtol=0)


def test_a_lens_that_bends_is_said_alike_in_the_formats_that_can(
    tmp_path: Path, scene: tuple[Cameras, Tensor]
) -> None:
    lenses = scene[0].lenses.clone()
    lenses[:, 4:] = torch.tensor([0.1, -0.02, 0.003, -0.004]).double()
    bent = Cameras(scene[0].poses, lenses, (40, 32))
    for form in list(WRITERS)[1:]:
        [frame, *_] = parsed(form, tmp_path, (bent, scene[1])).frames
        for mine, other in zip(frame.camera(40, 32).all_rays(), bent.all_rays(0)):
            torch.testing.assert_close(mine, other, atol=1e-6, rtol=0)


@pytest.mark.parametrize("form", WRITERS)
def test_a_read_scene_shows_the_pictures_middle_and_no_complaint(
    form: str, tmp_path: Path, scene: tuple[Cameras, Tensor]
) -> None:
    WRITERS[form](tmp_path / form, *scene)
    options = {"kind": "own", "path": str(tmp_path / form), "held_out": 2, "side": 32}
    found: ImageSet = load("scenes", options)
    assert (len(found.train), len(found.held_out)) == (4, 2)
    assert found.facts["remarks"] == []
    [name, *_] = found.held_out.names
    truth = scene[1][NAMES.index(name)][:, :, 4:36]
    assert np.abs(found.held_out.images[0].astype(int) - truth.numpy()).max() <= 1


def test_the_world_matrix_leads_from_the_file_to_the_box() -> None:
    poses = orbit(torch.arange(6).double(), torch.full((6,), 0.4).double(), 8.0, (5.0, 1.0, 2.0))
    turned = poses.clone()
    turned[:, [1, 2]] = poses[:, [2, 1]] * torch.tensor([1.0, -1.0])[:, None].double()  # −y is up
    cameras = pinhole(turned, (40, 40), 0.6911)
    found, world = fit(cameras, 0.0, upright=False)
    towards = -found.centres / found.centres.norm(dim=1)[:, None]
    torch.testing.assert_close(found.forward, towards, atol=1e-6, rtol=0)
    assert float(found.centres.norm(dim=1)[0]) == pytest.approx(1 / math.tan(0.6911 / 2), rel=1e-6)
    assert float(found.poses[:, 2, 1].mean()) > 0.8
    middle = world @ torch.tensor([5.0, 2.0, -1.0, 1.0]).double()
    torch.testing.assert_close(middle, torch.tensor([0.0, 0, 0, 1]).double(), atol=1e-6, rtol=0)


# --- sparse points --------------------------------------------------------------------------------

POINTS = np.array([[0.3, -0.2, 0.1, 10, 20, 30], [-0.5, 0.4, -0.6, 255, 0, 128],
                   [0.05, 0.6, 0.4, 7, 8, 9], [0, 0, 0, 255, 255, 255]])  # fmt: skip


def write_points(model: Path) -> None:
    lines = ["# 3D points", *(f"{at + 1} {x} {y} {z} {int(r)} {int(g)} {int(b)} 0.5 1 0 2 3"
                              for at, (x, y, z, r, g, b) in enumerate(POINTS))]  # fmt: skip
    (model / "points3D.txt").write_text("\n".join(lines) + "\n")


def write_binary_points(model: Path) -> None:
    data = struct.pack("<Q", len(POINTS))
    for at, (*place, r, g, b) in enumerate(POINTS):  # tracks of 0, 1, 2, 3 entries
        data += struct.pack("<Q3d3BdQ", at + 1, *place, int(r), int(g), int(b), 0.5, at)
        data += bytes(8 * at)
    (model / "points3D.bin").write_bytes(data)


@pytest.mark.parametrize(("form", "writer"), [("colmap text", write_points),
                                              ("colmap binary", write_binary_points)])  # fmt: skip
def test_sparse_points_stand_in_the_box_where_the_file_has_them_in_the_pictures(
    form: str, writer: Callable[[Path], None], tmp_path: Path, scene: tuple[Cameras, Tensor]
) -> None:
    WRITERS[form](tmp_path, *scene)
    options = {"kind": "own", "path": str(tmp_path), "held_out": 2, "side": 32}
    without = load("scenes", options)
    assert without.train.sparse_points is None
    writer(tmp_path / "sparse" / "0")
    found = load("scenes", options)
    assert found.train.sparse_points is not None
    points = np.array(found.train.sparse_points)
    assert found.held_out.sparse_points is None
    assert found.fingerprint() != without.fingerprint()
    assert points[:, 3:] * 255 == pytest.approx(POINTS[:, 3:])
    boxed = Cameras.unpack(torch.from_numpy(found.train.cameras), (32, 32))
    for at, name in enumerate(found.train.names):
        seen, _ = boxed.project(at, torch.from_numpy(points[:, :3]))
        wanted, _ = scene[0].project(NAMES.index(name), torch.from_numpy(POINTS[:, :3]))
        wanted = wanted - torch.tensor([4.0, 0.0])  # the middle of the picture is read
        torch.testing.assert_close(seen.double(), wanted, atol=1e-3, rtol=0)


def test_a_malformed_file_of_points_is_named_with_its_record(
    tmp_path: Path, scene: tuple[Cameras, Tensor]
) -> None:
    model = tmp_path / "sparse" / "0"
    write_colmap(tmp_path, *scene)
    write_points(model)
    good = (model / "points3D.txt").read_text()
    for old, new, words in (
        (" 7 8 9 ", " 7 8 256 ", "line 4: R G B: found .7, 8, 256., expected 0 to 255"),
        ("0.05", "nan", "record 3: X Y Z: found .nan, 0.6, 0.4., expected finite"),
        ("0.05", "left", "line 4: expected POINT3D_ID X Y Z R G B ERROR"),
        (" 7 8 9 0.5 1 0 2 3", "", "line 4: expected POINT3D_ID"),
    ):
        (model / "points3D.txt").write_text(good.replace(old, new, 1))
        with pytest.raises(DataError, match=rf"points3D\.txt, {words}"):
            read_points(model / "points3D.txt", Progress())
    write_binary_points(model)
    data = (model / "points3D.bin").read_bytes()
    for kept, words in ((5, ": the file ends within the number"),
                        (-4, ", record 4 of 4: the file ends within its TRACK of 3 entries"),
                        (100, ", record 2 of 4: the file ends within it")):  # fmt: skip
        (model / "points3D.bin").write_bytes(data[:kept])
        with pytest.raises(DataError, match=rf"points3D\.bin{words}"):
            read_points(model / "points3D.bin", Progress())


# --- what is wrong, in words ----------------------------------------------------------------------


def broken(folder: Path, scene: tuple[Cameras, Tensor], frame: dict[str, Any]) -> str:
    write_nerfstudio(folder, *scene)
    path = folder / "transforms.json"
    about = json.loads(path.read_text())
    about["frames"][3] |= frame
    path.write_text(json.dumps(about))
    with pytest.raises(DataError) as error:
        parse(folder).stamp()
    return str(error.value)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"transform_matrix": [[1, 0], [0, 1]]}, "frame 3 (images/r_3.png): transform_matrix"),
        ({"transform_matrix": [[float("nan")] * 4] * 4}, "frame 3 (images/r_3.png): transform_mat"),
        ({"fl_x": "long"}, "frame 3 (images/r_3.png): fl_x: expected a number, found 'long'"),
        ({"fl_x": -4}, "frame 3 (images/r_3.png): fl_x, fl_y"),
        ({"k3": 0.2}, "frame 3 (images/r_3.png): k3"),
        ({"camera_model": "OPENCV_FISHEYE"}, "frame 3 (images/r_3.png): camera_model"),
        ({"file_path": 7}, "frame 3: file_path"),
        ({"file_path": "images/none.png"}, "none.png: there is no such picture"),
    ],
)
def test_a_malformed_frame_is_named_with_its_field(
    tmp_path: Path, scene: tuple[Cameras, Tensor], frame: dict[str, Any], words: str
) -> None:
    assert words in broken(tmp_path / "own", scene, frame)


def test_a_malformed_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "text"
    folder.mkdir()
    with pytest.raises(DataError, match=r"found no cameras; expected transforms\.json"):
        parse(folder)
    (folder / "transforms.json").write_text("{")
    with pytest.raises(DataError, match=r"transforms\.json is not JSON"):
        parse(folder)
    (folder / "transforms.json").write_text('{"frames": 3}')
    with pytest.raises(DataError, match=r"transforms\.json: frames"):
        parse(folder)


def test_a_malformed_colmap_model_is_named_with_its_field(
    tmp_path: Path, scene: tuple[Cameras, Tensor]
) -> None:
    write_colmap(tmp_path / "a", *scene)
    cameras = tmp_path / "a/sparse/0/cameras.txt"
    good = cameras.read_text()
    for old, new, words in (
        ("OPENCV", "FOV", "line 2, camera 7: MODEL: FOV"),
        (" 40 32 ", " 40 32 1 ", "line 2, camera 7: PARAMS: OPENCV has 8 numbers"),
        ("7 ", "8 ", "frame r_0.png: CAMERA_ID: there is no camera 7"),
        (" 40 ", " wide ", "line 2: expected CAMERA_ID"),
    ):
        cameras.write_text(good.replace(old, new, 1))
        with pytest.raises(DataError, match=words):
            parse(tmp_path / "a")
    write_colmap_binary(tmp_path / "b", *scene)
    images = tmp_path / "b/sparse/0/images.bin"
    images.write_bytes(images.read_bytes()[:-30])
    parse(tmp_path / "b")  # only points are missing
    images.write_bytes(images.read_bytes()[:200])
    with pytest.raises(DataError, match=r"images\.bin: the file ends within"):
        parse(tmp_path / "b")


def test_turned_pictures_and_cameras_are_told_in_words() -> None:
    cameras = painted.cameras_around(16, 32, 0)
    pictures, _ = painted.photograph(painted.towers(), cameras, Progress())
    names = [f"p{i}" for i in range(16)]

    def said(columns: list[float] | None = None, shown: Tensor = pictures) -> str:
        poses = cameras.poses.clone()
        if columns:
            poses[:, :, :3] *= torch.tensor(columns)
        return " ".join(remarks(Cameras(poses, cameras.lenses, cameras.size), shown, names))

    assert said() == ""
    assert "upside down" in said(shown=pictures.flip(2))
    assert "mirrored" in said(shown=pictures.flip(3))
    assert "p0, p1, p2 and 13 more are mirrored (left-handed)" in said([-1, 1, 1])
    assert "look away from the scene box" in said([1, -1, -1])  # OpenCV's axes
    assert "hang upside down" in said([-1, -1, 1])
    assert "poses of other pictures" in said(shown=pictures.roll(5, dims=0))
    poses = cameras.poses.clone()
    poses[4, :, 3] += 9 * poses[4, :, 0]
    away = remarks(Cameras(poses, cameras.lenses, cameras.size), pictures, names)
    assert away == ["p4 does not look at the scene box"]
