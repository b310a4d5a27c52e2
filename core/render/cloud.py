"""A cloud of Gaussians that is learned: its parameters, and how it grows and is thinned.

Kerbl et al., "3D Gaussian splatting", SIGGRAPH 2023, arXiv 2308.04079, section 5.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from core.optimisers import replace
from core.render.cameras import Cameras
from core.render.splatting import Gaussians, rotations
from core.render.voxels import C0

FIRST_OPACITY = 0.1  # section 5.1: of Gaussians as they begin
SHRUNK = 1.6  # section 5.2: both halves of one that is split are so many times as small
NEIGHBOURS = 3  # whose mean distance is a Gaussian's first size
MOST_TRIED = 4_000_000  # places that are looked at from all views
LEARNED = "means", "log_scales", "turns", "opacities", "plain", "harmonics"

State = dict[str, Tensor]


class GaussianCloud(nn.Module):
    """As many Gaussians as there are; their number changes while they are learned."""

    pulled: Tensor  # (N,) sum of how strongly their middles were drawn over the picture
    looks: Tensor  # (N,) in how many views they were seen since

    def __init__(self, count: int, coefficients: int) -> None:
        """`count` grey ones at random in the box; of so many harmonics a colour."""
        super().__init__()
        self.means = nn.Parameter(nn.init.uniform_(torch.empty(count, 3), -0.8, 0.8))
        size = math.log(0.8 / count ** (1 / 3))
        self.log_scales = nn.Parameter(torch.full((count, 3), size))
        upright = torch.tensor([1.0, 0.0, 0.0, 0.0], device=self.means.device)
        self.turns = nn.Parameter(upright.repeat(count, 1))
        begin = math.log(FIRST_OPACITY / (1 - FIRST_OPACITY))
        self.opacities = nn.Parameter(torch.full((count,), begin))
        self.plain = nn.Parameter(torch.zeros(count, 3))
        self.harmonics = nn.Parameter(torch.zeros(count, 3, coefficients - 1))
        self.register_buffer("pulled", torch.zeros(count))
        self.register_buffer("looks", torch.zeros(count))

    def __len__(self) -> int:
        return len(self.means)

    def _load_from_state_dict(self, state: dict[str, Any], prefix: str, *more: Any) -> None:
        """A cloud of another number than this is taken as it is."""
        for name in (*LEARNED, "pulled", "looks"):
            found, own = state.get(prefix + name), getattr(self, name)
            if isinstance(found, Tensor) and found.shape[1:] == own.shape[1:]:
                replace(own, torch.empty_like(found, dtype=own.dtype, device=own.device))
        super()._load_from_state_dict(state, prefix, *more)

    @property
    def gaussians(self) -> Gaussians:
        """What is learned."""
        return Gaussians(*(getattr(self, name) for name in LEARNED))

    # --- beginning --------------------------------------------------------------------------------

    @torch.no_grad()
    def begin(self, means: Tensor, colours: Tensor) -> None:
        """Stand at places (N, 3) with colours (N, 3) in 0..1, as large as there is room."""
        from scipy.spatial import cKDTree

        places = means.cpu().numpy()
        near = cKDTree(places).query(places, min(NEIGHBOURS + 1, len(places)))[0]
        apart = torch.from_numpy(near.reshape(len(places), -1)[:, 1:]).float().square()
        size = apart.mean(dim=1).sqrt().clamp(1e-3, 0.3).nan_to_num(0.1).to(means.device)
        first = {
            "means": means,
            "log_scales": size.log()[:, None].repeat(1, 3),
            "turns": self.turns[:1].repeat(len(means), 1),
            "opacities": self.opacities[:1].repeat(len(means)),
            "plain": (colours - 0.5) / C0,
            "harmonics": self.harmonics[:1].repeat(len(means), 1, 1),
        }
        for name, value in first.items():
            replace(getattr(self, name), value.contiguous())
        self._forget()

    # --- growing ----------------------------------------------------------------------------------

    @torch.no_grad()
    def note(self, pulls: Tensor, seen: Tensor) -> None:
        """Remember how strongly each was drawn (N,), of those that were `seen` (N,) bool."""
        self.pulled += pulls
        self.looks += seen

    @torch.no_grad()
    def densify(
        self,
        optimizer: torch.optim.Optimizer | None,
        threshold: float,
        large: float,
        most: int,
        rng: torch.Generator,
    ) -> tuple[int, int]:
        """Clone small ones and split those above `large` that are drawn by `threshold` or more.

        The strongest drawn come first, until there are `most`. Clones, then both halves of what
        is split, stand at the end. Returns how many were cloned and split.
        """
        pull = self.pulled / self.looks.clamp(min=1)
        chosen = (pull >= threshold).nonzero()[:, 0]
        room = max(0, most - len(self))
        chosen = chosen[pull[chosen].argsort(descending=True, stable=True)[:room]]
        big = self.log_scales[chosen].amax(dim=1) > math.log(large)
        cloned, split = chosen[~big], chosen[big]
        added = {name: getattr(self, name)[torch.cat([cloned, split, split])] for name in LEARNED}
        parts = slice(len(cloned), None)
        spread = rotations(added["turns"][parts]) * added["log_scales"][parts].exp()[:, None]
        moved = torch.randn(2 * len(split), 3, 1, generator=rng, device=spread.device)
        added["means"][parts] += (spread @ moved)[..., 0]
        added["log_scales"][parts] -= math.log(SHRUNK)
        kept = torch.ones(len(self), dtype=torch.bool, device=split.device)
        kept[split] = False
        self._change(optimizer, kept, added)
        return len(cloned), len(split)

    @torch.no_grad()
    def prune(self, optimizer: torch.optim.Optimizer, least: float, largest: float) -> int:
        """Remove those less opaque than `least` or larger than `largest`; returns how many.

        The most opaque one stays whatever it is.
        """
        kept = self.opacities.sigmoid() >= least
        kept &= self.log_scales.amax(dim=1) <= math.log(largest)
        kept[self.opacities.argmax()] = True
        self._change(optimizer, kept, {})
        return int((~kept).sum())

    @torch.no_grad()
    def fade(self, optimizer: torch.optim.Optimizer, most: float) -> None:
        """Set opacities back to `most` where they are more, and forget how they moved."""
        self.opacities.clamp_(max=math.log(most / (1 - most)))
        for value in optimizer.state.get(self.opacities, {}).values():
            if value.shape == self.opacities.shape:
                value.zero_()

    def _change(
        self, optimizer: torch.optim.Optimizer | None, kept: Tensor, added: dict[str, Tensor]
    ) -> None:
        """Keep some and add others; what the optimiser knows of those that stay, stays."""
        for name in LEARNED:
            parameter: nn.Parameter = getattr(self, name)
            new = added.get(name, parameter[:0])
            state: State = optimizer.state.get(parameter, {}) if optimizer is not None else {}
            for key, value in state.items():
                if value.shape == parameter.shape:
                    state[key] = torch.cat([value[kept], torch.zeros_like(new)])
            replace(parameter, torch.cat([parameter.data[kept], new]))
        self._forget()

    def _forget(self) -> None:
        self.pulled = torch.zeros_like(self.opacities)
        self.looks = torch.zeros_like(self.opacities)


@torch.no_grad()
def carved(
    count: int, images: Tensor, cameras: Cameras, rng: torch.Generator, tries: int = 32
) -> tuple[Tensor, Tensor]:
    """Places (M, 3) in the box that no view shows background at, and colours (M, 3).

    `count` of them, or fewer where the pictures (B, 3, H, W) leave less: the hull of Laurentini
    1994, white being background. Colours are means over the views.
    """
    tried = max(count, min(count * tries, MOST_TRIED))
    points = torch.rand(tried, 3, generator=rng, device=images.device) * 2 - 1
    kept = torch.ones(len(points), dtype=torch.bool, device=images.device)
    total, views = torch.zeros_like(points), torch.zeros_like(points[:, :1])
    width, height = cameras.size
    for one in range(len(cameras)):
        pixels, ahead = cameras.project(one, points)
        x, y = pixels.floor().long().unbind(1)
        seen = (ahead > 0) & (x >= 0) & (y >= 0) & (x < width) & (y < height)
        colours = images[one][:, y.clamp(0, height - 1), x.clamp(0, width - 1)].T
        kept &= ~(seen & (colours > 0.999).all(dim=1))
        total += torch.where(seen[:, None], colours, 0.0)
        views += seen[:, None]
    kept &= views[:, 0] > 0
    chosen = kept.nonzero()[:count, 0]
    return points[chosen], total[chosen] / views[chosen]
