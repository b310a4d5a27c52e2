"""A chart as lines, areas and words, written as SVG or PNG; no window needed.

A drawing knows no data and no axes: `core.report.charts` makes it of them.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

FONT = Path(__file__).resolve().parents[2] / "assets" / "fonts" / "Inter-Regular.otf"
FAMILY = "Inter, system-ui, sans-serif"
FINE = 2  # pixels are drawn so many times finer than they are kept, and averaged
DASH = (7.0, 4.0)
MOST_CIRCLES = 20_000  # of an SVG
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}

Places = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Stroke:
    """A line through places, in pixels from the upper left."""

    places: Places
    colour: str
    width: float = 1.0
    dashed: bool = False

    def svg(self) -> str:
        dash = f' stroke-dasharray="{DASH[0]:g} {DASH[1]:g}"' if self.dashed else ""
        return (
            f'<polyline points="{_points(self.places)}" fill="none" stroke="{self.colour}" '
            f'stroke-width="{self.width:g}" stroke-linejoin="round"{dash}/>'
        )

    def paint(self, image: Image.Image, scale: float) -> None:
        draw = ImageDraw.Draw(image)
        for part in _dashes(self.places) if self.dashed else [self.places]:
            places = [(x * scale, y * scale) for x, y in part]
            draw.line(places, self.colour, max(1, round(self.width * scale)), joint="curve")


@dataclass(frozen=True)
class Area:
    """A filled outline."""

    places: Places
    colour: str
    opacity: float = 1.0

    def svg(self) -> str:
        return (
            f'<polygon points="{_points(self.places)}" fill="{self.colour}" '
            f'opacity="{self.opacity:g}"/>'
        )

    def paint(self, image: Image.Image, scale: float) -> None:
        places = np.asarray(self.places, dtype=float) * scale
        corner, far = np.floor(places.min(axis=0)), np.ceil(places.max(axis=0))
        wide, high = (far - corner + 1).astype(int).tolist()
        mask = Image.new("L", (wide, high))  # no larger than the area: masks of all take seconds
        outline = [tuple(at) for at in (places - corner).tolist()]
        ImageDraw.Draw(mask).polygon(outline, fill=round(255 * self.opacity))
        image.paste(ImageColor.getrgb(self.colour), (int(corner[0]), int(corner[1])), mask)


@dataclass(frozen=True)
class Dots:
    """Discs in the order in which they cover each other, within a frame."""

    places: NDArray[np.floating]  # (N, 2)
    colours: NDArray[np.uint8]  # (N, 3)
    radius: float
    frame: tuple[float, float, float, float]  # left, top, right, bottom: no dot lies beyond

    def svg(self) -> str:
        if len(self.places) > MOST_CIRCLES:
            return self._embedded()
        return "".join(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{self.radius:g}" fill="#{r:02x}{g:02x}{b:02x}"/>'
            for (x, y), (r, g, b) in zip(self.places.tolist(), self.colours.tolist(), strict=True)
        )

    def paint(self, image: Image.Image, scale: float) -> None:
        draw = ImageDraw.Draw(image)
        reach = self.radius * scale
        low, high = self.places * scale - reach, self.places * scale + reach
        boxes = np.concatenate([low, high], axis=1).tolist()
        for box, colour in zip(boxes, map(tuple, self.colours.tolist()), strict=True):
            draw.ellipse(box, colour)

    def _embedded(self) -> str:
        """The dots as one picture: so many circles would stop every program that shows them."""
        left, top, right, bottom = self.frame
        fine = 2 * FINE
        image = Image.new("RGBA", (round((right - left) * fine), round((bottom - top) * fine)))
        Dots(self.places - (left, top), self.colours, self.radius, self.frame).paint(image, fine)
        out = io.BytesIO()
        image.reduce(FINE).save(out, "PNG")
        return (
            f'<image x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}" '
            f'href="data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"/>'
        )


@dataclass(frozen=True)
class Words:
    """Text whose baseline starts, ends or has its middle at a place; upright turns it left."""

    x: float
    y: float
    text: str
    colour: str
    size: float = 12.0
    anchor: str = "start"
    upright: bool = False

    def svg(self) -> str:
        turn = f' transform="rotate(-90 {self.x:.1f} {self.y:.1f})"' if self.upright else ""
        return (
            f'<text x="{self.x:.1f}" y="{self.y:.1f}" text-anchor="{self.anchor}" '
            f'font-family="{FAMILY}" font-size="{self.size:g}" fill="{self.colour}"{turn}>'
            f"{escape(self.text)}</text>"
        )

    def paint(self, image: Image.Image, scale: float) -> None:
        font = _font(round(self.size * scale))
        at = self.x * scale, self.y * scale
        if not self.upright:
            ImageDraw.Draw(image).text(at, self.text, self.colour, font, _ANCHORS[self.anchor])
            return
        wide, high = round(font.getlength(self.text)) + 2, round(2 * font.size)
        mask = Image.new("L", (wide, high))
        ImageDraw.Draw(mask).text((0, high // 2), self.text, 255, font, "ls")
        back = {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * wide
        corner = round(at[0] - high // 2), round(at[1] + back - wide)
        image.paste(
            ImageColor.getrgb(self.colour), corner, mask.transpose(Image.Transpose.ROTATE_90)
        )


@dataclass(frozen=True)
class Drawing:
    """Marks in the order in which they are laid over each other."""

    width: int
    height: int
    marks: Sequence[Stroke | Area | Dots | Words]
    title: str = ""
    background: str = "#FFFFFF"

    def svg(self) -> str:
        """The file of a drawing that needs nothing beside it; text stays text."""
        size = f'width="{self.width}" height="{self.height}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
            f'viewBox="0 0 {self.width} {self.height}"><title>{escape(self.title)}</title>'
            f'<rect {size} fill="{self.background}"/>'
            f"{''.join(mark.svg() for mark in self.marks)}</svg>\n"
        )

    def png(self, scale: float = 2.0) -> bytes:
        """The file of a picture with `scale` pixels for each of the drawing's."""
        out = io.BytesIO()
        self._painted(scale).save(out, "PNG")
        return out.getvalue()

    def pixels(self, scale: float = 1.0) -> NDArray[np.uint8]:
        """The same picture as (H, W, 3), for a film."""
        return np.asarray(self._painted(scale))

    def _painted(self, scale: float) -> Image.Image:
        fine = scale * FINE
        size = round(self.width * fine), round(self.height * fine)
        image = Image.new("RGB", size, self.background)
        for mark in self.marks:
            mark.paint(image, fine)
        return image.reduce(FINE)


def width_of(text: str, size: float = 12.0) -> float:
    """Pixels that text takes."""
    return _font(round(8 * size)).getlength(text) / 8


@lru_cache(maxsize=32)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, pixels)


def _points(places: Places) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _dashes(places: Places) -> list[Places]:
    """The pieces of a line that are drawn when it is dashed."""
    way = np.asarray(places, dtype=float)
    along = np.concatenate([[0.0], np.hypot(*np.diff(way, axis=0).T).cumsum()])
    pieces: list[Places] = []
    for start in np.arange(0.0, along[-1], sum(DASH)):
        end = min(start + DASH[0], along[-1])
        at = [start, *along[(along > start) & (along < end)], end]
        xs, ys = (np.interp(at, along, way[:, axis]).tolist() for axis in (0, 1))
        pieces.append(list(zip(xs, ys, strict=True)))
    return pieces
