"""What a 3-D file holds is told apart, moved into the box, and seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.abilities import Renders
from core.render.mesh import Mesh, cloud
from core.render.mesh_files import MeshError
from core.render.mesh_files import encoded as mesh_bytes
from core.render.models import MeshModel, SplatModel, read_model
from core.render.splat_files import SplatError
from core.render.splat_files import encoded as splat_bytes
from core.render.splatting import Gaussians
from core.render.viewpoint import Viewpoint

CAMERA = Viewpoint().camera(24, 18)


def gaussians(at: float = 0.0) -> Gaussians:
    grid = torch.stack(torch.meshgrid(*[torch.linspace(-0.5, 0.5, 4)] * 3, indexing="ij"), -1)
    means = grid.reshape(-1, 3) + at
    count = len(means)
    turns, grey = torch.eye(4)[:1].repeat(count, 1), torch.zeros(count, 3)
    size, opacity = torch.full((count, 3), -2.0), torch.full((count,), 3.0)
    return Gaussians(means, size, turns, opacity, grey, torch.zeros(count, 3, 0))


@pytest.mark.parametrize("suffix", [".ply", ".splat"])
def test_gaussians_are_known_by_what_the_file_holds(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(splat_bytes(gaussians(), 200.0, suffix))
    model = read_model(path)
    assert isinstance(model, SplatModel)
    assert isinstance(model, Renders)
    assert model.words.startswith("64 Gaussians")
    assert float(model.render(CAMERA).opacity[9, 12]) > 0.5
    origin = torch.tensor([4.0, 0.17, 0.17])  # along a row of four
    met = model.sample_ray(origin, torch.tensor([-1.0, 0.0, 0.0]))
    assert len(met.t) > 4
    strongest = met.density >= met.density.max() - 1e-3
    torch.testing.assert_close(
        met.t[strongest], 4 - torch.linspace(0.5, -0.5, 4), atol=2e-2, rtol=0
    )
    assert met.gaussians is not None
    assert len(met.gaussians) == len(met.t)


def test_gaussians_far_away_are_moved_and_scaled_into_the_box(tmp_path: Path) -> None:
    path = tmp_path / "a.ply"
    path.write_bytes(splat_bytes(gaussians(20.0), 200.0, ".ply"))
    assert read_model(path, fit=False).outside
    model = read_model(path)
    assert isinstance(model, SplatModel)
    held = model.held.gaussians
    assert float(held.means.abs().max()) == pytest.approx(0.9, abs=1e-3)
    assert float(held.log_scales[0, 0]) == pytest.approx(-2.0 + np.log(1.8), abs=1e-3)


def test_a_mesh_and_a_point_cloud_are_seen_with_their_depth(tmp_path: Path) -> None:
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    mesh = Mesh(corners, np.array([[0, 1, 2], [0, 2, 3]], np.int32))
    for made, words in ((mesh, "2 triangles"), (cloud(corners), "4 points")):
        path = tmp_path / "a.ply"
        path.write_bytes(mesh_bytes(made, ".ply"))
        model = read_model(path)
        assert isinstance(model, MeshModel)
        assert model.words == words
        assert not model.outside
    seen = MeshModel(mesh).render(Viewpoint().preset("top").camera(25, 25))
    assert float(seen.depth[12, 12]) == pytest.approx(4.0, abs=1e-3)
    met = MeshModel(mesh).sample_ray(torch.tensor([0.0, 0.0, 3.0]), torch.tensor([0.1, 0.0, -1.0]))
    assert float(met.t) == pytest.approx(3 * 1.01**0.5, abs=1e-3)


def test_a_broken_file_says_what_is_wrong(tmp_path: Path) -> None:
    for name, content, error, words in (
        ("a.splat", b"12345", SplatError, "a.splat"),
        ("a.ply", b"ply\nformat ascii 1.0\nelement vertex 3\nend_header\n", MeshError, "a.ply"),
        ("a.stl", b"solid", MeshError, "a.stl"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(error, match=words):
            read_model(path)
