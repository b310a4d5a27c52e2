"""From one picture to a surface: a ball whose corners are moved, stage by stage.

Wang et al., "Pixel2Mesh", ECCV 2018, arXiv 1804.01654: each corner reads the picture where it is
seen, and finer stages follow coarse ones; Gkioxari et al., "Mesh R-CNN", ICCV 2019,
arXiv 1906.02739: graph convolutions and losses on points drawn from the faces. What is not seen is
told by a code of the whole picture that every corner is given as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from core.bases.pictured import BEHIND, cameras_of, cubes, pictured, usual_camera
from core.config import option
from core.data.solids.record import cells_of, surface_of
from core.losses.surfaces import drawn_on, edge_length, nearest, normal_difference
from core.method import Batch, DataShape, Look, Method, MethodConfig, Trials, figure
from core.nets.from_image import Pyramid, aligned, pooled
from core.nets.on_mesh import GraphConvolution, neighbours
from core.pictures import ImageGrid, as_images
from core.randomness import generator
from core.render.cameras import Cameras
from core.render.icosphere import cut, edges, icosphere
from core.render.mesh import Mesh

SHOWN = 6
RADIUS = 0.6  # of the ball in the box from −1 to 1
POINTS = 512  # drawn on a mesh in a step, as many as are known of an object
JUDGED = 1024  # drawn on a mesh that is judged
NEAR = 0.1  # distance at which a point counts as found, a twentieth of the box
STAGES = 3
PACE = 5.0  # of the mesh that sees nothing: its corners move so much faster than weights


@dataclass(frozen=True)
class ImageToMeshConfig(MethodConfig):
    """The size of the networks, and what keeps a surface."""

    steps: int = option(180, "Training steps in all.", low=1, high=10_000_000, log=True, live=True,
                        group="Training")  # fmt: skip
    batch_size: int = option(12, "Pictures in a step.", low=2, high=8192, log=True,
                             group="Training")  # fmt: skip
    learning_rate: float = option(2e-3, "Size of a step at its largest.", low=1e-7, high=10.0,
                                  log=True, live=True, group="Training")  # fmt: skip
    backbone: str = option("convnet", "The network that looks at the picture.",
                           choices=("convnet",), group="Network", advanced=True)  # fmt: skip
    width: int = option(16, "Channels of the first stage of the picture's network.", low=4,
                        high=512, log=True, group="Network")  # fmt: skip
    hidden: int = option(64, "Numbers that each corner of the mesh keeps.", low=4, high=1024,
                         log=True, group="Network")  # fmt: skip
    level: int = option(2, "How often the first ball was cut finer: 0 has 12 corners, 2 has 162.",
                        low=0, high=4, group="Network")  # fmt: skip
    refine: bool = option(True, "Cut every triangle into four before the last stage.",
                          group="Method")  # fmt: skip
    edge: float = option(0.2, "Weight of the loss that keeps edges short.", low=0.0, high=100.0,
                         live=True, group="Method")  # fmt: skip
    normal: float = option(0.02, "Weight of the loss that turns faces as the surface is turned.",
                           low=0.0, high=100.0, live=True, group="Method")  # fmt: skip


class Stage(nn.Module):
    """Moves each corner by what it sees, where it is, and what its neighbours know."""

    def __init__(self, seen: int, hidden: int) -> None:
        super().__init__()
        self.look = nn.Linear(seen, hidden)
        self.graph = nn.ModuleList(
            GraphConvolution(inputs, hidden) for inputs in (2 * hidden + 3, hidden + 3, hidden + 3)
        )
        self.move = nn.Linear(hidden + 3, 3)
        nn.init.zeros_(self.move.weight)
        nn.init.zeros_(self.move.bias)

    def forward(
        self, vertices: Tensor, features: Tensor, seen: Tensor, near: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Vertices (V, B, 3) and features (V, B, C) anew, of what each sees (V, B, D)."""
        found = torch.cat([features, self.look(seen).relu()], dim=2)
        for layer in self.graph:
            found = layer(torch.cat([found, vertices], dim=2), near)
        return vertices + self.move(torch.cat([found, vertices], dim=2)), found


class ImageToMesh(Method):
    """Three stages; beside them, as a baseline, one mesh that is learned without any picture."""

    needs_colour = True
    needs_truth = "solid"
    Config = ImageToMeshConfig
    trials: ClassVar[Trials] = {
        "Nothing but distances": {"edge": 0.0, "normal": 0.0},
        "No finer last stage": {"refine": False},
    }
    ball: Tensor  # (V, 3)
    faces: Tensor  # (F, 3)
    edges: Tensor  # (E, 2); each has its middle in the finer mesh
    fine_faces: Tensor  # (4 F, 3)
    fine_edges: Tensor

    config: ImageToMeshConfig

    def __init__(self, config: ImageToMeshConfig, data: DataShape) -> None:
        super().__init__(config, data)
        self.eye = Pyramid(data.channels, config.width)
        self.whole = nn.Linear(self.eye.widths[-1] * 9, config.hidden)
        self.stages = nn.ModuleList(
            Stage(sum(self.eye.widths), config.hidden) for _ in range(STAGES)
        )
        vertices, faces = icosphere(config.level)
        pairs, fine = cut(len(vertices), faces)
        self.register_buffer("ball", torch.from_numpy(vertices) * RADIUS)
        self.register_buffer("faces", torch.from_numpy(faces).long())
        self.register_buffer("edges", torch.from_numpy(pairs))
        self.register_buffer("fine_faces", torch.from_numpy(fine).long())
        self.register_buffer("fine_edges", torch.from_numpy(edges(fine)))
        self.usual = nn.Parameter(self.ball / PACE)  # what can be said without looking

    def forward(self, images: Tensor, cameras: Cameras) -> list[Tensor]:
        """Vertices (B, V, 3) after each stage, of images (B, C, S, S) and where each was taken."""
        maps = self.eye(images)
        features = self.whole(pooled(maps[-1], 3)).relu().expand(len(self.ball), -1, -1)
        vertices = self.ball[:, None].expand(-1, len(images), -1)
        near, made = neighbours(self.edges, len(self.ball)), []
        for number, stage in enumerate(self.stages):
            if self.config.refine and number == STAGES - 1:
                vertices, features = (_with_middles(x, self.edges) for x in (vertices, features))
                near = neighbours(self.fine_edges, len(vertices))
            pixels = cameras.project_each(vertices.transpose(0, 1))[0]
            seen = aligned(maps, pixels / images.shape[-1]).transpose(0, 1)  # (V, B, D)
            vertices, features = stage(vertices, features, seen, near)
            made.append(vertices.transpose(0, 1))
        return made

    def between(self, vertices: Tensor) -> tuple[Tensor, Tensor]:
        """Faces and edges of a stage's mesh (B, V, 3): the fine ones where there are so many."""
        fine = vertices.shape[1] > len(self.ball)
        return (self.fine_faces, self.fine_edges) if fine else (self.faces, self.edges)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Distances, edges and normals of every stage, and the same of the usual mesh."""
        assert batch.truth is not None
        truth = surface_of(batch.truth)
        made = self(batch.images, cameras_of(batch.cameras, batch.images))
        usual = (PACE * self.usual).expand(len(batch.images), -1, -1)
        losses = [self._loss(mesh, truth, batch.rng) for mesh in (*made, usual)]
        return {"loss": torch.stack(losses[:-1]).mean() + losses[-1], "own loss": losses[-2]}

    def _loss(self, mesh: Tensor, truth: tuple[Tensor, Tensor], rng: torch.Generator) -> Tensor:
        faces, ends = self.between(mesh)
        points, normals = drawn_on(mesh, faces, POINTS, rng)
        found = nearest(points, truth[0])
        known = truth[1].gather(1, found.which[:, :, None].expand(-1, -1, 3))
        kept = self.config.edge * edge_length(mesh, ends)
        return found.chamfer() + kept + self.config.normal * normal_difference(normals, known)

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """Chamfer distance (not squared, in units of the box) and F-score of the last stage, and
        of the mesh that is the same whatever is shown.
        """
        assert batch.truth is not None
        places = surface_of(batch.truth)[0]
        made = self(batch.images, cameras_of(batch.cameras, batch.images))[-1]
        usual = (PACE * self.usual).expand(len(places), -1, -1)
        scalars = self.loss(batch)
        for name, mesh in (("", made), (" without looking", usual)):
            rng = generator("judging a mesh", device=places.device)
            found = nearest(drawn_on(mesh, self.between(mesh)[0], JUDGED, rng)[0], places)
            scalars[f"chamfer{name}"] = found.distance().mean()
            scalars[f"f-score{name}"] = found.f_score(NEAR).mean()
        return scalars

    # --- figures ----------------------------------------------------------------------------------

    @figure(
        "Stages",
        "Held-out pictures; the mesh after each stage, seen from where the picture was taken; the "
        "last one and the truth from the other side. The last row is the one mesh that is best for "
        "all: what can be said without looking.",
    )
    def stages_shown(self, look: Look) -> ImageGrid:
        images, side = look.images[:SHOWN], 2 * look.images.shape[-1]
        cameras = cameras_of(None if look.cameras is None else look.cameras[:SHOWN], images)
        made = self(images, cameras)
        large = nn.functional.interpolate(images, size=(side, side)).cpu()
        seen_from, behind = cameras.resized(side, side), usual_camera(side, BEHIND)
        blank, tiles = torch.ones(3, side, side), []
        for one in range(len(images)):
            meshes = [self._mesh(vertices[one]) for vertices in made]
            tiles += [large[one].expand(3, -1, -1)]
            tiles += [pictured(mesh, seen_from[one]) for mesh in meshes]
            tiles += [pictured(meshes[-1], behind), blank]
            if look.truth is not None:
                cells = cells_of(look.truth[one : one + 1])[0].cpu().numpy()
                tiles[-1] = cubes(cells - 0.5, behind)
        usual = self._mesh(PACE * self.usual)
        tiles += [blank, blank, blank, pictured(usual, usual_camera(side)),
                  pictured(usual, behind), blank]  # fmt: skip
        captions = ["Picture", "Stage 1", "Stage 2", "Stage 3", "Other side", "Truth"] * len(images)
        captions += ["", "", "", "One for all", "Other side", ""]
        return ImageGrid(as_images(torch.stack(tiles).numpy()), captions, columns=6)

    def _mesh(self, vertices: Tensor) -> Mesh:
        faces = self.between(vertices[None])[0].to(torch.int32)
        return Mesh(vertices.detach().cpu().numpy(), faces.cpu().numpy())


def _with_middles(values: Tensor, pairs: Tensor) -> Tensor:
    """Rows (V + E, B, C): those of the corners (V, B, C), and the means of each edge's two."""
    return torch.cat([values, (values[pairs[:, 0]] + values[pairs[:, 1]]) / 2])
