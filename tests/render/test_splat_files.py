"""Gaussians leave as files and come back; what is broken is told with its field."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.render import splat_kernels, splat_projection, splatting
from core.render.cameras import orbit, pinhole
from core.render.splat_files import SplatError, encoded, read_splats
from core.render.splatting import Gaussians

FOCAL = 60.0


def some(coefficients: int) -> Gaussians:
    rng = torch.Generator().manual_seed(0)

    def drawn(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=rng)

    return Gaussians(0.35 * drawn(300, 3), 0.4 * drawn(300, 3) - 2.5, drawn(300, 4), drawn(300),
                     0.8 * drawn(300, 3), 0.2 * drawn(300, 3, coefficients - 1))  # fmt: skip


def picture(found: Gaussians) -> Tensor:
    camera = pinhole(orbit(torch.tensor([0.4]), torch.tensor([0.5]), 4.0), (40, 40), 0.7)
    seen = splat_projection.project(found, camera, math.sqrt(splatting.DILATION) / FOCAL)
    return splat_kernels.rasterise(seen, camera.size, torch.ones(3)).colour


@pytest.mark.parametrize("coefficients", [1, 4, 9, 16])
def test_a_ply_comes_back_number_by_number(tmp_path: Path, coefficients: int) -> None:
    found, path = some(coefficients), tmp_path / "a.ply"
    path.write_bytes(encoded(found, FOCAL, ".ply"))
    again = read_splats(path)
    for name in found.__dataclass_fields__:
        assert torch.equal(getattr(again.gaussians, name), getattr(found, name)), name
    assert again.focal == FOCAL


def test_a_splat_comes_back_within_a_tenth_of_a_decibel(tmp_path: Path) -> None:
    """Of a picture that is 32 dB from the truth, as what is learned is."""
    found, path = some(1), tmp_path / "a.splat"
    path.write_bytes(encoded(found, FOCAL, ".splat"))
    before, after = picture(found), picture(read_splats(path).gaussians)
    rng = torch.Generator().manual_seed(1)
    truth = before + 10 ** (-32 / 20) * torch.randn(before.shape, generator=rng)
    decibels = [-10 * torch.log10((p - truth).square().mean()) for p in (before, after)]
    assert abs(float(decibels[0] - decibels[1])) < 0.1


def test_the_layout_of_a_ply_is_that_of_the_papers_code(tmp_path: Path) -> None:
    found = some(4)
    header, body = encoded(found, FOCAL, ".ply").split(b"end_header\n")
    names = [line.split()[2] for line in header.decode().splitlines() if "property" in line]
    assert names[:6] == ["x", "y", "z", "nx", "ny", "nz"]
    assert names[9:18] == [f"f_rest_{k}" for k in range(9)]
    row = dict(zip(names, np.frombuffer(body, "<f4").reshape(300, -1)[7].tolist(), strict=True))
    assert row["f_rest_4"] == pytest.approx(float(found.harmonics[7, 1, 1]))  # green's second
    assert row["rot_0"] == pytest.approx(float(found.turns[7, 0]))
    assert row["opacity"] == pytest.approx(float(found.opacities[7]))


def broken(at: str) -> bytes:
    good = encoded(some(4), FOCAL, ".ply")
    if at == "opacity":
        return good.replace(b"property float opacity", b"property float opacitx")
    if at == "vertex":
        return good[:-40]
    if at == "f_rest":
        return good.replace(b"property float f_rest_8\n", b"property float other\n")
    if at == "format":
        return good.replace(b"binary_little_endian", b"ascii")
    if at == "line 3":
        return good.replace(b"comment focal 60.0", b"comment focal wide")
    if at == "scale_1":
        found = some(4)
        found.log_scales[5, 1] = torch.nan
        return encoded(found, FOCAL, ".ply")
    found = some(4)
    found.turns[9] = 0
    return encoded(found, FOCAL, ".ply")


@pytest.mark.parametrize(
    "field", ["opacity", "vertex", "f_rest", "format", "line 3", "scale_1", "Gaussian 9: rot"]
)
def test_what_is_broken_in_a_ply_is_told_with_its_field(tmp_path: Path, field: str) -> None:
    path = tmp_path / "a.ply"
    path.write_bytes(broken(field))
    with pytest.raises(SplatError, match=rf"a\.ply.*{field}"):
        read_splats(path)


def test_what_is_broken_in_a_splat_is_told_with_its_field(tmp_path: Path) -> None:
    path = tmp_path / "a.splat"
    path.write_bytes(encoded(some(1), FOCAL, ".splat")[:-3])
    with pytest.raises(SplatError, match=r"a\.splat: size"):
        read_splats(path)
    rows = bytearray(encoded(some(1), FOCAL, ".splat"))
    rows[12:16] = np.float32(-1).tobytes()
    path.write_bytes(bytes(rows))
    with pytest.raises(SplatError, match="Gaussian 0: scale"):
        read_splats(path)
    with pytest.raises(SplatError, match=r"a\.obj"):
        read_splats(tmp_path / "a.obj")
