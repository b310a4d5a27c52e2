"""Painted clips: textured things that move before a panning backdrop, all of it known exactly.

The embedded data of tracking. Shapes turn, grow, shear and hide one another, the light changes and
the picture is noisy; masks, keypoints and flow come from the geometry that painted the pixels.
"""

from core.data.clips.painting import make_clip

__all__ = ["make_clip"]
