"""Any file becomes a right picture or a reason in words."""

from __future__ import annotations

import io
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.decode import MAX_FILE, Form, Unusable, decode, refuse_size
from tests.data import odd

FORM = Form(side=32, fit="squash")

# pytest shows warnings anew in every test; the program hears none of them.
pytestmark = pytest.mark.filterwarnings("ignore:::PIL")


def pixel(raw: bytes, x: int, y: int, form: Form = FORM) -> list[int]:
    return [int(v) for v in decode(raw, form).pixels[:, y, x]]


def assert_quarters(raw: bytes, tolerance: int = 12) -> None:
    found = decode(raw, FORM).pixels
    corners = {(8, 8): odd.RED, (24, 8): odd.GREEN, (8, 24): odd.BLUE, (24, 24): odd.WHITE}
    for (x, y), colour in corners.items():
        assert np.abs(found[:, y, x].astype(int) - colour).max() <= tolerance, (x, y)


@pytest.mark.parametrize("name", odd.USABLE)
@pytest.mark.parametrize("colour", ["rgb", "grey"])
@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
def test_every_usable_file_has_the_working_shape(name: str, colour: str, fit: str) -> None:
    form = Form(24, colour, fit)
    found = decode(odd.USABLE[name](), form).pixels
    assert found.shape == (form.channels, 24, 24)
    assert found.dtype == np.uint8
    assert found.flags.c_contiguous


@pytest.mark.parametrize("name", odd.UNUSABLE)
def test_every_unusable_file_has_its_reason(name: str) -> None:
    file, reason = odd.UNUSABLE[name]
    with pytest.raises(Unusable, match=reason):
        decode(file(), FORM)


@pytest.mark.parametrize(
    "name",
    ["plain.png", "plain.jpg", "progressive.jpg", "plain.bmp", "plain.webp", "plain.tif",
     "plain.ppm", "palette.png", "animated.gif", "animated.webp", "animated.png", "misnamed.png"],
)  # fmt: skip
def test_colours_survive_every_format(name: str) -> None:
    assert_quarters(odd.USABLE[name]())


@pytest.mark.parametrize("name", ["turned.jpg", "turned.png", "turned.tif"])
def test_a_picture_turned_by_exif_stands_upright(name: str) -> None:
    assert_quarters(odd.USABLE[name]())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations_agree_with_pillow(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    raw = odd.saved(odd.quarters(40, 24), "PNG", exif=exif)
    with Image.open(io.BytesIO(raw)) as image:
        from PIL import ImageOps

        upright = odd.saved(ImageOps.exif_transpose(image), "PNG")
    assert np.array_equal(decode(raw, FORM).pixels, decode(upright, FORM).pixels)


@pytest.mark.parametrize("name", ["cmyk.jpg", "cmyk.tif"])
def test_cmyk_keeps_its_colours(name: str) -> None:
    assert_quarters(odd.USABLE[name]())


@pytest.mark.parametrize("name", ["alpha.png", "alpha.webp", "palette_alpha.png"])
def test_what_is_transparent_is_white_and_not_its_hidden_colour(name: str) -> None:
    raw = odd.USABLE[name]()
    assert pixel(raw, 8, 16) == [255, 255, 255]
    assert np.abs(np.subtract(pixel(raw, 24, 16), odd.RED)).max() <= 3


@pytest.mark.parametrize("name", ["sixteen_bit.png", "float.tif"])
def test_deep_grey_keeps_at_least_60_of_64_levels(name: str) -> None:
    found = decode(odd.USABLE[name](), Form(64, "grey")).pixels
    assert len(np.unique(found[0, 32])) >= 60
    assert found[0, 32, 0] == 0
    assert found[0, 32, -1] == 255


def test_a_picture_of_the_working_size_is_not_touched() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    raw = odd.saved(Image.fromarray(pixels), "PNG")
    assert np.array_equal(decode(raw, Form(32)).pixels, pixels.transpose(2, 0, 1))


def test_crop_takes_the_centre_and_pad_keeps_the_whole() -> None:
    pixels = np.zeros((30, 90, 3), dtype=np.uint8)
    pixels[:, 30:60] = 200
    raw = odd.saved(Image.fromarray(pixels), "PNG")
    assert (decode(raw, Form(30)).pixels == 200).all()
    padded = decode(raw, Form(30, fit="pad")).pixels[0]
    assert (padded[0] == 128).all()
    assert padded[15, 15] == 200
    assert padded[15, 2] == 0


@pytest.mark.parametrize("name", ["animated.gif", "animated.webp", "animated.png"])
def test_of_several_frames_the_first_is_used_and_that_is_said(name: str) -> None:
    assert "first" in decode(odd.USABLE[name](), FORM).remark


def test_one_frame_needs_no_remark() -> None:
    assert decode(odd.USABLE["plain.png"](), FORM).remark == ""


def test_damaged_exif_does_not_cost_the_picture() -> None:
    raw = odd.saved(odd.quarters(), "JPEG", quality=95, exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert_quarters(raw)


def test_a_huge_jpeg_is_decoded_small() -> None:
    raw = odd.saved(Image.new("L", (9000, 9000), 90), "JPEG")
    assert abs(pixel(raw, 16, 16)[0] - 90) <= 2


def test_a_file_too_large_to_be_read_is_refused_by_its_size() -> None:
    with pytest.raises(Unusable, match="MB"):
        refuse_size(MAX_FILE + 1)


@pytest.mark.parametrize("name", ["plain.png", "plain.jpg", "plain.tif", "animated.gif"])
def test_no_prefix_of_a_file_raises_anything_but_a_reason(name: str) -> None:
    raw = odd.USABLE[name]()
    for end in range(0, len(raw), 7):
        try:
            decode(raw[:end], FORM)
        except Unusable as error:
            assert str(error)  # noqa: PT017 (a prefix may also be usable)


@pytest.mark.parametrize("name", ["palette_alpha.png", "turned.jpg", "cmyk.tif", "animated.webp"])
def test_no_flipped_byte_raises_anything_but_a_reason(name: str) -> None:
    raw = odd.USABLE[name]()
    rng = np.random.default_rng(1)
    for at in rng.integers(0, len(raw), 60):
        flipped = bytearray(raw)
        flipped[at] ^= int(rng.integers(1, 256))
        try:
            decode(bytes(flipped), FORM)
        except Unusable as error:
            assert str(error)  # noqa: PT017 (a flipped byte may also do no harm)


MEMORY = """
import sys
from core.data.decode import Form, Unusable, decode
try:
    print(decode(open(sys.argv[1], "rb").read(), Form(32)).pixels.shape)
except Unusable as error:
    print(error)
# Not ru_maxrss: a child's begins at what its parent had when it forked.
status = open("/proc/self/status").read()
print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the memory")
def test_the_largest_picture_that_is_let_in_needs_under_512_mb(tmp_path: Path) -> None:
    side = 8190  # RGB with 4 bytes a pixel: just under the limit
    squeeze = zlib.compressobj(1)
    row = b"\0" + bytes(3 * side)
    rows = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    chunk = odd.png_chunk(b"IDAT", rows)
    head = odd.png_of(side, side, 8, 2, b"")
    at = head.index(b"IDAT") - 4
    (tmp_path / "large.png").write_bytes(head[:at] + chunk + odd.png_chunk(b"IEND", b""))
    ran = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path / "large.png")],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    shape, megabytes = ran.stdout.splitlines()
    assert shape == "(3, 32, 32)"
    assert int(megabytes) < 512
