"""One file of unknown origin to one square uint8 picture, through Pillow and nothing else.

A file from elsewhere may be anything: cut short, a web page, a few kilobytes that unfold into
gigabytes. So its size is read from the header and judged before a pixel is decoded, and whatever
goes wrong becomes a reason in words. The rules, one for each oddity:

- turned by EXIF: turned upright;
- palette, alpha: laid over white, as a page would show it, so that hidden colours stay hidden;
- CMYK, YCbCr, Lab: to RGB as Pillow does it;
- 16-bit, 32-bit and float grey: its own least value becomes 0 and its greatest 255, for such files
  seldom use the range of their type (Pillow's own conversion clips them to two levels);
- several frames or pages: the first;
- shape: the largest centred square (crop), the whole on mid grey (pad), or stretched (squash);
  frames of a clip keep their own (whole).
"""

from __future__ import annotations

import io
import math
import threading
import warnings
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import TiffImageFile

from core.data.kinds import SNIFFED, describe_start

COLOURS = ("rgb", "grey")
FITS = ("crop", "pad", "squash")
RULES = 1  # raised when a rule above changes, so that no cache of older pixels is used

MAX_FILE = 128 << 20  # bytes of one file
MAX_DECODED = 256 << 20  # bytes that decoding one file may need beside the file itself
_SMALL = 12 << 20  # what needs more than this is decoded one at a time

_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "DIB", "WEBP", "TIFF", "PPM", "AVIF")
# Bytes a pixel at the widest moment, with the conversion that follows; measured with Pillow 13.
_MODE_BYTES = {"1": 2, "L": 1, "P": 5, "RGB": 4, "LA": 12, "I;16": 12, "I;16B": 12, "I;16L": 12,
               "I": 20, "F": 20}  # fmt: skip
_OTHER_MODE_BYTES = 8
_CODEC_BYTES = {"WEBP": 12, "AVIF": 8, "TIFF": 8}  # what the decoder keeps beside Pillow's pixels
_DEEP = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")

_ORIENTATION = 0x0112  # EXIF tag
_TILE_WIDTH, _TILE_LENGTH = 322, 323  # TIFF tags
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_ONE_LARGE_AT_A_TIME = threading.RLock()


class Unusable(Exception):
    """This file gives no picture; the message is the reason, for a person to read."""


@dataclass(frozen=True)
class Form:
    """What every picture is brought to."""

    side: int  # of the square; where the fit is "whole" of the shorter side, 0 to leave it
    colour: str = "rgb"  # one of COLOURS
    fit: str = "crop"  # one of FITS, or "whole"

    @property
    def channels(self) -> int:
        return 1 if self.colour == "grey" else 3


@dataclass(frozen=True)
class Decoded:
    """A picture, and what a person should know of how it came about."""

    pixels: NDArray[np.uint8]  # (C, side, side), or (C, H, W) of a whole picture
    remark: str = ""


def room_for(size: int) -> AbstractContextManager[object]:
    """Within it `size` bytes may be used: many small ones at once, large ones one by one."""
    return _ONE_LARGE_AT_A_TIME if size > _SMALL else nullcontext()


def refuse_size(size: int) -> None:
    """Raise Unusable for a file that is too large to be read at all, or has nothing in it."""
    if size == 0:
        raise Unusable("the file is empty")
    if size > MAX_FILE:
        raise Unusable(f"the file has {size >> 20:,} MB; the most that is read is {MAX_FILE >> 20}")


def decode(raw: bytes, form: Form) -> Decoded:
    """The picture in a file's bytes; raises Unusable with the reason, and nothing else."""
    refuse_size(len(raw))
    try:
        return _decode(raw, form)
    except Unusable:
        raise
    except UnidentifiedImageError:
        raise Unusable(_unidentified(raw)) from None
    except Image.DecompressionBombError:
        raise Unusable("its header claims more than 178 million pixels") from None
    except MemoryError:
        raise Unusable("there was not enough memory to decode it") from None
    except Exception as error:  # decoders raise ValueError, SyntaxError, struct.error and more
        raise Unusable(_damaged(error)) from None


def _decode(raw: bytes, form: Form) -> Decoded:
    _hush()
    with Image.open(io.BytesIO(raw), formats=_FORMATS) as image:
        full = image.size
        if form.side:  # JPEG alone: decode at 1/2, 1/4 or 1/8
            image.draft(None, (2 * form.side, 2 * form.side))
        cost = _cost(image, full, raw)
        if cost > MAX_DECODED:
            raise Unusable(
                f"{full[0]:,} x {full[1]:,} pixels would need {cost >> 20:,} MB to decode; "
                f"the most that is used is {MAX_DECODED >> 20}"
            )
        remark = _frames(image)
        with room_for(cost):
            image.load()
            orientation = _orientation(image)
            small = _shaped(_eight_bit(image), form)
    if orientation in _UPRIGHT:
        small = small.transpose(_UPRIGHT[orientation])
    pixels = np.asarray(small, dtype=np.uint8).reshape(small.height, small.width, -1)
    return Decoded(np.ascontiguousarray(pixels.transpose(2, 0, 1)), remark)  # (C, H, W)


@cache
def _hush() -> None:
    """Pillow warns of size, which `_cost` judges, and of damage, which `Unusable` tells."""
    warnings.filterwarnings("ignore", module="PIL")


def _cost(image: Image.Image, full: tuple[int, int], raw: bytes) -> int:
    """Bytes that decoding will need, from the header alone; `full` is the size before `draft`."""
    width, height = image.size
    a_pixel = _MODE_BYTES.get(image.mode, _OTHER_MODE_BYTES)
    a_pixel += _CODEC_BYTES.get(image.format or "", 0)
    if "transparency" in image.info:
        a_pixel += 8
    cost = width * height * a_pixel
    if isinstance(image, JpegImageFile) and not _decoded_by_rows(raw):
        areas = [layer[1] * layer[2] for layer in image.layer]  # sampling factors of a component
        cost += 2 * full[0] * full[1] * sum(areas) // max(1, *areas)
    if isinstance(image, TiffImageFile):  # a tile may be declared far larger than the picture
        tile = (image.tag_v2.get(tag, 0) for tag in (_TILE_WIDTH, _TILE_LENGTH))
        cost += 8 * math.prod(map(int, tile))
    return cost


def _decoded_by_rows(raw: bytes) -> bool:
    """Whether a JPEG surely is one sequential scan, so that libjpeg keeps a few rows of it alone.

    Anything else is kept whole, as 16-bit coefficients, until its last scan has been read
    (ITU-T T.81, annexes B and G).
    """
    at, components = 2, -1
    while at + 5 <= len(raw) and raw[at] == 0xFF:
        marker, length = raw[at + 1], int.from_bytes(raw[at + 2 : at + 4], "big")
        if marker in (0xC0, 0xC1) and at + 10 <= len(raw):  # a sequential frame
            components = raw[at + 9]
        elif marker == 0xDA:  # the first scan, and how many components it has
            return raw[at + 4] == components
        at += 1 if marker == 0xFF else 2 + length  # fill bytes may stand before a marker
    return False


def _frames(image: Image.Image) -> str:
    # A phone's MPO keeps a second view behind the photograph; nobody would call that an animation.
    try:
        several = image.format != "MPO" and bool(getattr(image, "is_animated", False))
    except (EOFError, OSError, ValueError, SyntaxError):
        return ""  # later frames are damaged, which does not concern the first
    return "only the first of its frames is used" if several else ""


def _orientation(image: Image.Image) -> int:
    # Asked after loading: Pillow turns a TIFF itself then, and no longer tells of it.
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a damaged EXIF block must not cost the picture
        return 1


def _eight_bit(image: Image.Image) -> Image.Image:
    """The picture in mode L, RGB or, where it has alpha, RGBa (colour multiplied by alpha)."""
    if image.mode in _DEEP:
        return Image.fromarray(_stretch(np.asarray(image)))
    if image.mode == "RGBA":
        return image.convert("RGBa")
    if image.mode in ("LA", "PA") or "transparency" in image.info:
        return image.convert("RGBA").convert("RGBa")
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _stretch(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Grey values of any type to 0..255 by their own range; what is not finite becomes 0."""
    numbers = values.astype(np.float32)
    finite = np.isfinite(numbers)
    if not finite.any():
        raise Unusable("it holds no finite number")
    low, high = (float(f(numbers, where=finite, initial=i)) for f, i in
                 ((np.min, np.inf), (np.max, -np.inf)))  # fmt: skip
    numbers[~finite] = low
    numbers -= low
    numbers *= 255.0 / (high - low) if high > low else 0.0
    numbers += 0.5
    return numbers.astype(np.uint8)


def _shaped(image: Image.Image, form: Form) -> Image.Image:
    """The picture at the working size, in mode L or RGB as the form wants it."""
    width, height = image.size
    side = form.side
    box, size = (0, 0, width, height), (side, side)
    if form.fit == "crop":
        least = min(width, height)
        left, top = (width - least) // 2, (height - least) // 2
        box = (left, top, left + least, top + least)
    elif form.fit == "pad":
        longest = max(width, height)
        size = (max(1, round(side * width / longest)), max(1, round(side * height / longest)))
    elif form.fit == "whole":
        size = whole_size(width, height, side)
    small = image.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=3.0)
    small = _over_white(small).convert("L" if form.colour == "grey" else "RGB")
    if form.fit == "pad" and size != (side, side):
        whole = Image.new(small.mode, (side, side), "#808080")
        whole.paste(small, ((side - size[0]) // 2, (side - size[1]) // 2))
        small = whole
    return small


def whole_size(width: int, height: int, side: int) -> tuple[int, int]:
    """Width and height with the shorter of them brought to `side`; 0 leaves both."""
    scale = side / min(width, height) if side else 1.0
    return max(1, round(width * scale)), max(1, round(height * scale))


def _over_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBa":
        return image
    parts = np.asarray(image, dtype=np.int16)  # (H, W, 4), colour already multiplied by alpha
    return Image.fromarray((parts[..., :3] + 255 - parts[..., 3:]).clip(0, 255).astype(np.uint8))


def _unidentified(raw: bytes) -> str:
    what = describe_start(raw[:SNIFFED])
    if what.endswith(" image"):
        return f"{what}, but of a kind that is not read or with a damaged header; save it as PNG"
    return f"not an image: it looks like {what}" if what else "not an image that can be read"


def _damaged(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return f"the file is cut short ({text})"
    return f"the file is damaged ({text})"
