"""Films, folders of frames and DAVIS sequences as clips, and tracking written back out."""

from core.data.video.clip import Clip, VideoError

__all__ = ["Clip", "VideoError"]
