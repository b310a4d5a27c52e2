"""Augmentation of whole batches on their device, each sample with its own draw.

`Augmentation` says which and how strong (no torch is needed to read it); `augment.compose.augment`
does it; the pure functions behind it are in `geometry`, `colour` and `texture`.
"""

from core.data.augment.config import Augmentation

__all__ = ["Augmentation"]
