"""The semi-supervised curve of Gidaris, Singh and Komodakis, ICLR 2018 (arXiv 1803.07728).

The first blocks are frozen as they were learned without labels; the other blocks and a linear
layer are trained on n labels a class. Beside it, trained for as many steps on the same labels:
the same network from scratch, and the same on frozen random blocks.
"""

from __future__ import annotations

from core.data.imageset import ImageSet
from core.evaluate.label_curve import LabelCurve
from core.evaluate.label_training import Terms, Way, compare_ways
from core.evaluate.references import backbone_of
from core.evaluate.supervised import split_blocks
from core.method import Method
from core.nets.backbone import Backbone
from core.progress import Progress


def semi_supervised(
    method: Method,
    data: ImageSet,
    terms: Terms | None = None,
    progress: Progress | None = None,
    *,
    frozen: int | None = None,
    fresh: bool = True,
    beside: bool = True,
) -> LabelCurve:
    """The paper's curve; `frozen` None freezes the first half of the blocks.

    `fresh` trains new blocks above the frozen ones, as the paper does; otherwise the method's own
    are trained on. `beside` gives the two curves to compare with, too. Raises EvaluationError, or
    ValueError for a `frozen` that leaves no block.
    """
    terms = terms or Terms()
    backbone = backbone_of(method)
    count = len(backbone.blocks)
    kept = max(1, count // 2) if frozen is None else frozen
    split_blocks(backbone, kept)

    def ways(random: Backbone) -> list[Way]:
        start = random if fresh else backbone
        mine = Way("frozen blocks of this method", kept, backbone, start)
        others = [
            Way("from scratch", 0, random, random),
            Way("frozen random blocks", kept, random, random),
        ]
        return [mine, *(others if beside else ())]

    note = (
        f"The first {kept} of {count} blocks frozen, the others "
        f"{'new' if fresh else 'as the method left them'} and trained on the labels for "
        f"{terms.recipe.steps} steps, without augmentation; mean ± standard deviation over "
        f"{len(terms.seeds)} seeds."
    )
    return compare_ways("Semi-supervised", note, ways, method, data, terms, progress)
