"""Toyland: a painted world of twelve things with an up and a down, any number of pictures of it.

Made for learning without labels: shape tells the class and the orientation, colour and backdrop
tell next to nothing, and where everything is is known to the pixel. NumPy alone paints it.
"""

from core.data.toyland.scene import BACKDROPS, CLASSES
from core.data.toyland.source import Options, Toyland
from core.data.toyland.world import Rendered, contact_sheet, render

__all__ = ["BACKDROPS", "CLASSES", "Options", "Rendered", "Toyland", "contact_sheet", "render"]
