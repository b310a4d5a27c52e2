"""A learned scene looked at: its photographs, what is cropped, the sum that makes a pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from core.cli.main import main
from core.experiment import Experiment, build
from core.method import DataShape, Method
from core.probe import Probe, load_probe, save_probe
from core.questions import CannotAnswer
from core.render.cameras import orbit, pinhole
from core.render.viewpoint import Viewpoint
from core.viewing import Easel, Views, Wish, occupied, open_ray

SHAPE = DataShape(3, 16)


def made(id: str, **options: Any) -> Method:
    experiment = Experiment(id, "scenes", options, threads=1)
    return build(experiment, SHAPE, torch.device("cpu")).eval()


def voxels(**options: Any) -> Method:
    """A grid of thin fog."""
    return made("voxels", width=8, coarse=1, backbone="torch", **options)


def probe() -> Probe:
    angles = torch.arange(12.0) / 2
    cameras = pinhole(orbit(angles, torch.full_like(angles, 0.4), 4.0), (16, 16), 0.7)
    images = np.random.default_rng(0).integers(0, 255, (12, 3, 16, 16), dtype=np.uint8)
    names = [f"view {at}" for at in (2, 10, *range(11, 21))]
    unknown = np.full(12, -1)
    return Probe(images, unknown, (), names, cameras=cameras.pack().numpy(), held_out=2)


def test_photographs_are_named_by_their_part_and_number() -> None:
    views = Views(probe())
    assert views.held_out == 2
    assert [views.named(text) for text in ("held_out:1", "train:0", "view 13")] == [1, 2, 4]
    assert views.title(0) == "view 2, held out"
    with pytest.raises(ValueError, match="held_out has 2 of them"):
        views.named("held_out:2")
    with pytest.raises(ValueError, match="no camera 'nowhere'"):
        views.named("nowhere")


def test_the_probe_remembers_how_many_were_held_out(tmp_path: Path) -> None:
    save_probe(tmp_path, probe())
    assert load_probe(tmp_path).held_out == 2


def test_the_nearest_view_is_one_that_was_trained_on() -> None:
    views = Views(probe())
    assert views.nearest(views.camera(7)) == 7
    assert views.nearest(views.camera(0)) >= views.held_out


@pytest.mark.parametrize(
    ("id", "options"),
    [
        ("voxels", {"width": 8, "coarse": 1, "backbone": "torch"}),
        ("nerf", {"sampling": "hierarchical", "width": 8, "depth": 2, "coarse": 6, "fine": 9}),
        ("nerf", {"sampling": "occupied", "width": 8, "depth": 2}),
        ("gaussians", {"width": 40, "backbone": "torch"}),
    ],
)
def test_the_sum_along_a_ray_is_the_colour_of_its_pixel(id: str, options: dict[str, Any]) -> None:
    method = made(id, **options)
    with torch.no_grad():
        ray = open_ray(Viewpoint(), (40, 30), (18.0, 14.0))(method, None)  # type: ignore[arg-type]
    np.testing.assert_allclose(ray.summed, ray.seen, atol=5e-3)
    np.testing.assert_allclose(ray.weight.sum() + ray.left, 1.0)
    assert (np.diff(ray.t) >= 0).all()
    assert (ray.coarse is not None) == (options.get("sampling") == "hierarchical")
    if ray.coarse is not None:
        assert ray.coarse.sum() == 6
        assert len(ray.t) == 15
    assert (ray.gaussians is not None) == (id == "gaussians")
    rows = ray.rows()
    assert len(rows) == len(ray.t) + 1
    assert len({len(row) for row in rows}) == 1


def test_the_samples_of_a_ray_through_gaussians_are_those_that_it_meets() -> None:
    method = made("gaussians", width=60, backbone="torch")
    with torch.no_grad():
        method.cloud.log_scales[:, 0] -= 1.0
        ray = open_ray(Viewpoint(), (40, 30), (21.0, 14.0))(method, None)  # type: ignore[arg-type]
    met = ray.gaussians
    assert met is not None
    assert len(ray.t) == len(met.means) > 3
    np.testing.assert_allclose(np.linalg.norm(met.means - ray.origin, axis=1), ray.t, rtol=1e-5)
    # How far each passes in its own standard deviations, beside what it stops; the splat is a
    # little wider than the Gaussian.
    inverse = np.linalg.inv(met.axes)
    way, start = inverse @ ray.direction, (inverse @ (ray.origin - met.means)[:, :, None])[..., 0]
    nearest = start - (start * way).sum(1, keepdims=True) / (way**2).sum(1, keepdims=True) * way
    alpha = 0.1 * np.exp(-0.5 * (nearest**2).sum(axis=1))
    assert np.corrcoef(alpha, ray.density)[0, 1] > 0.95
    cut = ((-1.0, -1.0, -1.0), (1.0, 1.0, 0.0))
    with torch.no_grad():
        fewer = open_ray(Viewpoint(), (40, 30), (21.0, 14.0), cut)(method, None).gaussians  # type: ignore[arg-type]
    assert fewer is not None
    np.testing.assert_array_equal(fewer.means, met.means[met.means[:, 2] <= 0])


@pytest.mark.parametrize("backbone", ["torch", "compiled"])
def test_nothing_is_seen_outside_the_crop_box(backbone: str) -> None:
    method = made("voxels", width=8, coarse=1, backbone=backbone)
    view = Viewpoint().preset("top")  # x to the right
    box = ((-1.0, -1.0, -1.0), (0.0, 1.0, 1.0))
    with torch.no_grad():
        frames = [Easel(Wish(view, (32, 24), ("opacity",), crop=crop), None)
                  .question(lambda: False)(method, None) for crop in (None, box)]  # fmt: skip
    whole, half = (frame.pictures[0][..., 0] for frame in frames)
    assert (whole[8:16, 10:22] > 0).all()
    assert (half[:, 17:] == 0).all()
    assert (half[8:16, 10:15] > 0).all()
    assert method.crop is None  # type: ignore[attr-defined]


def test_a_picture_goes_on_where_it_stopped_and_is_shown_in_two_outputs() -> None:
    method = voxels()
    easel = Easel(Wish(size=(30, 20), outputs=("colour", "depth")), None, passes=2)
    easel.exposure._rows = 6
    with torch.no_grad():
        first = easel.question(lambda: True)(method, None)  # type: ignore[arg-type]
        last = first
        while not last.finished:
            last = easel.question(lambda: False)(method, None)  # type: ignore[arg-type]
    assert first.ready == pytest.approx(0.3)
    assert [picture.shape for picture in last.pictures] == [(20, 30, 3)] * 2
    assert last.passes == 2


def test_occupied_cells_are_told_where_there_is_a_grid_of_them() -> None:
    found = occupied(voxels(), None)  # type: ignore[arg-type]
    assert found is not None
    assert found.shape == (7, 7, 7)
    assert occupied(made("nerf", sampling="even", width=8, depth=2), None) is None  # type: ignore[arg-type]


def test_what_renders_nothing_says_so() -> None:
    with pytest.raises(CannotAnswer, match="renders no scene"):
        open_ray(Viewpoint(), (4, 4), (1, 1))(torch.nn.Module(), None)  # type: ignore[arg-type]


def test_one_picture_is_rendered_from_the_command_line(
    tmp_path: Path, scene_runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "depth.png"
    words = ["--quiet", "--runs", str(scene_runs), "render", "last", "--size", "32x24"]
    done = main([*words, "--camera", "held_out:1", "--output", "depth", "--passes", "1",
                 "-o", str(to)])  # fmt: skip
    assert done == 0
    assert Image.open(to).size == (32, 24)
    for wrong, told in (
        (["--camera", "held_out:9"], "held_out has 2"),
        (["--orbit", "1,2"], "is no view"),
        (["--size", "32"], "width and height"),
        (["--crop", "1,1,1,0,0,0"], "greatest"),
        (["-o", str(tmp_path / "a.jpg")], "written as .png"),
    ):
        assert main([*words, *wrong]) != 0
        assert told in capsys.readouterr().err


@pytest.mark.parametrize("id", ["voxels", "hash_grid", "tensorf"])
def test_a_hasty_picture_asks_less_and_shows_much_the_same(id: str) -> None:
    options = {"backbone": "torch", "width": 8, "coarse": 1} if id == "voxels" else {"width": 8}
    method = made(id, **options)
    with torch.no_grad():
        exact, coarse = (Easel(Wish(size=(12, 10), hasty=hasty), None) for hasty in (False, True))
        for easel in (exact, coarse):
            easel.question(lambda: False)(method, None)  # type: ignore[arg-type]
    asked, less = (easel.exposure.seen() for easel in (exact, coarse))
    assert float(less.samples.sum()) < 0.6 * float(asked.samples.sum())
    assert float((less.colour - asked.colour).abs().max()) < 0.1
    assert method.hasty is False


@pytest.mark.parametrize("id", ["hash_grid", "tensorf", "gaussians"])
def test_what_lies_outside_the_crop_box_is_left_out_by_all(id: str) -> None:
    method = made(id, width=50 if id == "gaussians" else 8)
    behind = ((-1.0, -1.0, -1.0), (-0.99, -0.99, -0.99))
    whole, nothing = (Easel(Wish(size=(8, 6), crop=crop), None) for crop in (None, behind))
    with torch.no_grad():
        for easel in (whole, nothing):
            easel.question(lambda: False)(method, None)  # type: ignore[arg-type]
    assert float(whole.exposure.seen().opacity.max()) > 0.05
    assert float(nothing.exposure.seen().opacity.max()) < 0.02
    assert method.crop is None
