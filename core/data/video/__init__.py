"""Films, folders of frames and DAVIS sequences as clips, and tracking written back out."""

from core.data.video.clip import Clip, VideoError
from core.data.video.folders import clips_in
from core.data.video.opening import open_clip

__all__ = ["Clip", "VideoError", "clips_in", "open_clip"]
