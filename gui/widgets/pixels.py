"""Arrays to pictures on screen: RGB to QImage, numbers to colours, small heat to large."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

Bytes = NDArray[np.uint8]


def to_qimage(pixels: Bytes) -> QImage:
    """A QImage that owns its memory, from (H, W, 3) RGB, (H, W, 4) straight RGBA or (H, W) grey."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    kind = {2: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888}
    chosen = kind.get(pixels.ndim, QImage.Format.Format_RGB888)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        chosen = QImage.Format.Format_RGBA8888
    image = QImage(pixels.data, width, height, pixels.strides[0], chosen)
    # The format that Qt draws without converting, in memory of its own.
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def draw_image(painter: QPainter, area: QRectF, image: QImage) -> None:
    """Draw an image over `area`: crisp squares when it is enlarged twice or more, else smooth."""
    ratio = painter.device().devicePixelRatioF()
    crisp = area.width() * ratio >= 2 * image.width()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not crisp)
    painter.drawImage(area, image)


def fitted(image: QImage, area: QRectF) -> QRectF:
    """The largest rectangle of the image's shape centred in `area`."""
    size = image.size().toSizeF()
    size.scale(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRectF(0, 0, size.width(), size.height())
    place.moveCenter(area.center())
    return place


def limits(values: np.ndarray, diverging: bool = False) -> tuple[float, float]:
    """Least and greatest finite value; symmetric about zero when diverging; never equal."""
    known = values[np.isfinite(values)]
    if not len(known):
        return (-1.0, 1.0) if diverging else (0.0, 1.0)
    low, high = float(known.min()), float(known.max())
    if diverging:
        high = max(abs(low), abs(high))
        low = -high
    if high <= low:
        high = low + (abs(low) or 1.0)
    return low, high


def colour(values: np.ndarray, low: float, high: float, table: Bytes, unknown: Bytes) -> Bytes:
    """Numbers (...) as colours (..., 3): `table` (256, 3) from low to high, `unknown` for NaN."""
    known = np.isfinite(values)
    share = (np.where(known, values, low) - low) / (high - low)
    found = table[(np.clip(share, 0.0, 1.0) * (len(table) - 1) + 0.5).astype(np.uint8)]
    found[~known] = unknown
    return found


def stretched(maps: np.ndarray) -> np.ndarray:
    """Each map (..., h, w) shifted and scaled to 0..1 by its own least and greatest value."""
    maps = np.nan_to_num(np.asarray(maps, dtype=np.float32), posinf=0.0, neginf=0.0)
    low = maps.min(axis=(-2, -1), keepdims=True)
    span = maps.max(axis=(-2, -1), keepdims=True) - low
    return np.where(span > 0, (maps - low) / np.where(span > 0, span, 1.0), 0.0)


@lru_cache(maxsize=64)  # a panel of attention asks for the same few, dozens of times a second
def cubic_weights(small: int, large: int) -> NDArray[np.float32]:
    """(large, small) weights of cubic convolution (Keys 1981, a = -0.5), edges repeated."""
    at = (np.arange(large) + 0.5) * small / large - 0.5
    first = np.floor(at).astype(int)
    weights = np.zeros((large, small), dtype=np.float32)
    for offset in (-1, 0, 1, 2):
        t = np.abs(at - (first + offset))
        near = 1.5 * t**3 - 2.5 * t**2 + 1.0
        far = -0.5 * t**3 + 2.5 * t**2 - 4.0 * t + 2.0
        column = np.clip(first + offset, 0, small - 1)
        np.add.at(weights, (np.arange(large), column), np.where(t <= 1, near, far))
    weights.flags.writeable = False  # every caller gets the same array
    return weights


def enlarge(heat: np.ndarray, height: int, width: int) -> np.ndarray:
    """Heat (h, w) resampled to (height, width) by cubic convolution, kept within 0..1."""
    rows = cubic_weights(heat.shape[0], height)
    columns = cubic_weights(heat.shape[1], width)
    return np.clip(rows @ heat @ columns.T, 0.0, 1.0)


def heat_pixels(heat: np.ndarray, table: Bytes) -> Bytes:
    """Heat (h, w) in 0..1 as (h, w, 4) RGBA to lay over an image: a quarter opaque where cold."""
    colours = table[(heat * (len(table) - 1) + 0.5).astype(np.uint8)]
    alpha = (255 * (0.25 + 0.75 * heat) + 0.5).astype(np.uint8)
    return np.concatenate((colours, alpha[..., None]), axis=-1)
