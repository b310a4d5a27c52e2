"""Commands whose words are known only once torch is imported: so only where they are asked for."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Late:
    """A command: what it is for, and where its words and its work are, in a module of core.cli."""

    help: str
    module: str
    words: str
    work: str


COMMANDS: Mapping[str, Late] = {
    "ask": Late("hide part of a picture, or shuffle it, and ask a run", "ask", "add_words", "ask"),
    "map": Late("draw and export the map of a run's features, or of a file of anyone's", "map",
                "add_words", "draw_map"),
    "track": Late("follow masks through a film by what a run, or a baseline, finds alike", "track",
                  "add_words", "track"),
    "tracking": Late("a table of how well runs and baselines follow on known clips", "track",
                     "add_judging_words", "tracking"),
    "arena": Late("several GANs on the same points in the plane, side by side", "arena",
                  "add_words", "arena"),
    "race": Late("several ways of learning one scene, side by side on one clock", "race",
                 "add_words", "race"),
    "ablate": Late("what each idea of a method is worth on a scene, beside the paper's table",
                   "race", "add_ablation_words", "ablate"),
    "generate": Late("pictures that a run makes, as a grid or a folder", "generate", "add_words",
                     "generate"),
    "score": Late("how good a run's samples are: FD, precision, recall, coverage, modes",
                  "generate", "add_score_words", "score"),
    "walk": Late("a film along a path through the latents of a run that generates", "walk",
                 "add_walk_words", "walk"),
    "arithmetic": Late("this minus that plus that, of latents: scored", "latent",
                       "add_arithmetic_words", "arithmetic"),
    "invert": Late("the latent that makes a picture of your own", "latent", "add_invert_words",
                   "invert"),
    "denoise": Late("from noise to pictures, and what they are taken for on the way", "walk",
                    "add_denoise_words", "denoise"),
    "guidance": Late("accuracy and diversity of a denoiser's samples at several weights",
                     "guidance", "add_guidance_words", "guidance"),
    "complete": Late("draw the lower part of a picture pixel by pixel, several times", "walk",
                     "add_complete_words", "complete"),
    "film": Late("a film of a run's scene, once about it or along a path", "scene",
                 "add_film_words", "film"),
    "view": Late("a still of a mesh, of points or of Gaussians in a file", "scene",
                 "add_view_words", "view"),
    "translate": Late("pictures of your own, as a run makes them in the other domain", "translate",
                      "add_words", "translate"),
    "boxes": Late("boxes in space that a run finds in pictures, as numbers", "boxes", "add_words",
                  "boxes"),
    "render": Late("a picture of a scene that a run has learned, from any camera", "render",
                   "add_words", "render"),
}  # fmt: skip


def add_late_words(commands: Any, words: Sequence[str]) -> None:
    """A parser for each; the one that is named in `words` gets its words too.

    `commands` is what argparse's add_subparsers returns, which has no public name.
    """
    for name, late in COMMANDS.items():
        parser: argparse.ArgumentParser = commands.add_parser(name, help=late.help)
        if name in words:
            module = importlib.import_module(f"core.cli.{late.module}")
            getattr(module, late.words)(parser)
            parser.set_defaults(do=getattr(module, late.work))
