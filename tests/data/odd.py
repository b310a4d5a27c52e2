"""Makes files that a folder of pictures may hold in the wild; each is a few kilobytes.

`make(folder)` writes them all and says of each whether it is usable.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 48, 32
RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (255, 255, 255)


def quarters(width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """Red, green over blue, white: no two turns of it look alike."""
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = WHITE
    return Image.fromarray(pixels)


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    """The bytes of an image file."""
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def png_chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG file (ISO/IEC 15948, section 5.3)."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int, bits: int, colour: int, rows: bytes) -> bytes:
    """A PNG with any header over any rows, whether they fit together or not."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunks + png_chunk(b"IEND", b"")


def grey_levels() -> bytes:
    """A 16-bit grey PNG, 64 x 64, whose columns are 64 levels over the whole range."""
    levels = np.linspace(0, 65535, 64).astype(">u2")
    rows = b"".join(b"\0" + levels.tobytes() for _ in range(64))
    return png_of(64, 64, 16, 0, rows)


def float_levels() -> bytes:
    """The same levels as a float TIFF between -1 and 1, with one pixel that is not a number."""
    values = np.tile(np.linspace(-1, 1, 64, dtype=np.float32), (64, 1))
    values[0, 0] = np.nan
    return saved(Image.fromarray(values), "TIFF")


def turned(kind: str = "JPEG") -> bytes:
    """Quarters stored lying on their side, with the EXIF mark that says how to turn them."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    lying = quarters(HEIGHT, WIDTH).transpose(Image.Transpose.ROTATE_90)
    return saved(lying, kind, exif=exif)


def veiled() -> Image.Image:
    """Red that is wholly transparent on the left half, and opaque on the right."""
    pixels = np.full((HEIGHT, WIDTH, 4), (*RED, 255), dtype=np.uint8)
    pixels[:, : WIDTH // 2, 3] = 0
    return Image.fromarray(pixels)


def animated(kind: str) -> bytes:
    """Three frames, the first of them quarters."""
    more = [Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in (RED, BLUE)]
    return saved(quarters(), kind, save_all=True, append_images=more)


def wide_tile() -> bytes:
    """A TIFF of 16 x 16 pixels whose one tile claims to be 60,000 x 60,000."""
    entries = [(256, 16), (257, 16), (258, 8), (259, 1), (262, 1), (277, 1), (322, 60000),
               (323, 60000), (324, 8), (325, 256)]  # fmt: skip
    fields = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + fields + bytes(4 + 256)


USABLE: dict[str, Callable[[], bytes]] = {
    "plain.png": lambda: saved(quarters(), "PNG"),
    "plain.jpg": lambda: saved(quarters(), "JPEG", quality=95),
    "PLAIN.JPEG": lambda: saved(quarters(), "JPEG", quality=95),
    "progressive.jpg": lambda: saved(quarters(), "JPEG", quality=95, progressive=True),
    "plain.bmp": lambda: saved(quarters(), "BMP"),
    "plain.webp": lambda: saved(quarters(), "WEBP", lossless=True),
    "plain.tif": lambda: saved(quarters(), "TIFF"),
    "plain.ppm": lambda: saved(quarters(), "PPM"),
    "bare": lambda: saved(quarters(), "PNG"),
    "grey.png": lambda: saved(quarters().convert("L"), "PNG"),
    "one_bit.png": lambda: saved(quarters().convert("1"), "PNG"),
    "palette.png": lambda: saved(quarters().quantize(16), "PNG"),
    "palette_alpha.png": lambda: saved(veiled().quantize(16), "PNG"),
    "alpha.png": lambda: saved(veiled(), "PNG"),
    "alpha.webp": lambda: saved(veiled(), "WEBP", lossless=True),
    "grey_alpha.png": lambda: saved(veiled().convert("LA"), "PNG"),
    "cmyk.jpg": lambda: saved(quarters().convert("CMYK"), "JPEG", quality=95),
    "cmyk.tif": lambda: saved(quarters().convert("CMYK"), "TIFF"),
    "sixteen_bit.png": grey_levels,
    "float.tif": float_levels,
    "turned.jpg": turned,
    "turned.png": lambda: turned("PNG"),
    "turned.tif": lambda: turned("TIFF"),
    "animated.gif": lambda: animated("GIF"),
    "animated.webp": lambda: animated("WEBP"),
    "animated.png": lambda: animated("PNG"),
    "one_pixel.png": lambda: saved(Image.new("RGB", (1, 1), RED), "PNG"),
    "long.png": lambda: saved(quarters(4000, 1), "PNG"),
    "misnamed.png": lambda: saved(quarters(), "JPEG", quality=95),
    "Katze-日本-é.png": lambda: saved(quarters(), "PNG"),
}

UNUSABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.jpg": (lambda: b"", "empty"),
    "page.jpg": (lambda: b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
    "text.png": (lambda: b"this is no image\n" * 9, "plain text"),
    "noise.png": (lambda: np.random.default_rng(0).bytes(600), "not an image"),
    "pointer.jpg": (lambda: b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    "document.jpg": (lambda: b"%PDF-1.7\n" + bytes(100), "PDF"),
    "phone.heic": (lambda: b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
    "drawing.svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "cut.jpg": (lambda: saved(quarters(400, 300), "JPEG")[:900], "cut short"),
    "cut.png": (lambda: grey_levels()[:-60], "cut short"),
    "header.png": (lambda: saved(quarters(), "PNG")[:20], "cut short"),
    "scan.jp2": (lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100), "JPEG 2000 image, but"),
    "damaged.png": (lambda: _flipped(saved(quarters(), "PNG"), 45), "damaged"),
    "bomb.png": (lambda: png_of(13_000, 13_000, 8, 2, bytes(1000)), "MB to decode"),
    "bomb_large.png": (lambda: png_of(60_000, 60_000, 8, 2, bytes(1000)), "178 million"),
    "bomb_tile.tif": (wide_tile, "MB to decode"),
    "bomb_progressive.jpg": (lambda: _claiming(saved(quarters(), "JPEG", progressive=True), 12_000),
                             "MB to decode"),
}  # fmt: skip


def _flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :]


def _claiming(jpeg: bytes, side: int) -> bytes:
    """The JPEG with another width and height in its frame header."""
    for marker in (b"\xff\xc0", b"\xff\xc2"):
        at = jpeg.find(marker)
        if at >= 0:
            return jpeg[: at + 5] + struct.pack(">HH", side, side) + jpeg[at + 9 :]
    raise ValueError("no frame header in this JPEG")


def make(folder: Path) -> None:
    """Write every usable and unusable file into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in USABLE.items():
        (folder / name).write_bytes(file())
    for name, (file, _) in UNUSABLE.items():
        (folder / name).write_bytes(file())
