"""A picture on screen as PNG, SVG or CSV, written whole."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QSaveFile, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from gui.fonts import numbers
from gui.theme import SPACE, TYPE, manager

Paint = Callable[[QPainter], None]

_STAMP_HEIGHT, _STAMP_WIDTH = 28, 320
_LARGEST = 16_000  # device pixels a side; beyond it the scale gives way


def render(widget: QWidget, painter: QPainter) -> None:
    """Paint a widget and its children from (0, 0), shown or not."""
    flags = QWidget.RenderFlag.DrawWindowBackground | QWidget.RenderFlag.DrawChildren
    widget.render(painter, QPoint(), QRegion(), flags)


def to_image(size: QSize, paint: Paint, stamp: str, scale: float) -> QImage:
    """The picture at `scale` device pixels to a logical one, the stamp on a band below."""
    whole = _with_stamp(size, stamp)
    scale = min(scale, _LARGEST / max(whole.width(), whole.height()))
    image = QImage(
        max(1, round(whole.width() * scale)),
        max(1, round(whole.height() * scale)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.setDevicePixelRatio(scale)
    image.fill(manager().theme.color("panel"))
    painter = QPainter(image)
    _paint_all(painter, size, paint, stamp)
    painter.end()
    return image


def png(image: QImage) -> bytes:
    """The file of an image; its size in metres says the pixels per logical inch of 96."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    plain = image.copy()
    plain.setDevicePixelRatio(1.0)
    plain.save(buffer, "PNG")
    return bytes(buffer.data().data())


def svg(size: QSize, paint: Paint, stamp: str, title: str) -> bytes:
    """The picture as a drawing: text and lines stay text and lines."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    whole = _with_stamp(size, stamp)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(whole)
    generator.setViewBox(QRect(QPoint(), whole))
    generator.setResolution(96)
    generator.setTitle(title)
    painter = QPainter(generator)
    painter.fillRect(QRect(QPoint(), whole), manager().theme.color("panel"))
    _paint_all(painter, size, paint, stamp)
    painter.end()
    return bytes(buffer.data().data())


def csv_text(rows: Iterable[Sequence[object]], stamp: str) -> str:
    """Comma-separated rows; unknown numbers are empty; the stamp is a first line after `#`."""
    out = io.StringIO()
    if stamp:
        out.write(f"# {stamp}\n")
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name and rename it; raises OSError that says what to do."""
    file = QSaveFile(str(path))
    opened = file.open(QIODevice.OpenModeFlag.WriteOnly)
    if not opened or file.write(content) != len(content) or not file.commit():
        raise OSError(
            f"{path} could not be written ({file.errorString()}); "
            "choose another folder or free some space"
        )


def _cell(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.7g}"
    return value


def _with_stamp(size: QSize, stamp: str) -> QSize:
    if not stamp:
        return size.expandedTo(QSize(1, 1))
    return QSize(max(size.width(), _STAMP_WIDTH), max(size.height(), 1) + _STAMP_HEIGHT)


def _paint_all(painter: QPainter, size: QSize, paint: Paint, stamp: str) -> None:
    painter.save()
    paint(painter)
    painter.restore()
    if stamp:
        painter.setFont(numbers(TYPE.caption))
        painter.setPen(manager().theme.color("text_faint"))
        band = QRect(0, size.height(), max(size.width(), _STAMP_WIDTH), _STAMP_HEIGHT)
        room = band.adjusted(SPACE.medium, 0, -SPACE.medium, 0)
        text = painter.fontMetrics().elidedText(stamp, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
