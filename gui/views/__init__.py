"""Views: one file for one type of picture, and which view shows which."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.pictures import Picture
    from gui.views.base import View

_VIEWS: dict[str, tuple[str, str]] = {
    "ImageGrid": ("image_grid", "ImageGridView"),
    "Matrix": ("matrix", "MatrixView"),
    "HeatMaps": ("heat_maps", "HeatMapsView"),
    "Histogram": ("histogram", "HistogramView"),
    "Points": ("points", "PointsView"),
    "Curve": ("curve", "CurveView"),
    "Table": ("table", "TableView"),
    "Guess": ("guess", "GuessView"),
}


def view_for(picture: Picture) -> type[View]:
    """The class of view that shows a picture; raises TypeError where there is none."""
    name = type(picture).__name__
    if name not in _VIEWS:
        raise TypeError(f"no view for {name}: expected one of {', '.join(_VIEWS)}")
    module, view = _VIEWS[name]
    return getattr(import_module(f"gui.views.{module}"), view)
