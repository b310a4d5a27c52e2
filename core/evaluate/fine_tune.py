"""Fine-tuning: the whole network trained on from what it learned without labels, or from scratch.

The labels are 1 %, 10 % and 100 % of every class, as in Table 7 of SimCLR (Chen et al., 2020,
arXiv 2002.05709). Equal steps are equal chances from here on, not equal cost: the pretraining comes
on top. Recipe and length are the same for everybody; no picture chooses either, nor when to stop.
"""

from __future__ import annotations

from dataclasses import replace

from core.data.imageset import ImageSet
from core.evaluate.label_curve import LabelCurve
from core.evaluate.label_training import Terms, Way, compare_ways
from core.evaluate.references import backbone_of
from core.method import Method
from core.nets.backbone import Backbone
from core.progress import Progress


def fine_tune(
    method: Method,
    data: ImageSet,
    terms: Terms | None = None,
    progress: Progress | None = None,
    *,
    beside: bool = True,
) -> LabelCurve:
    """Accuracy after training all blocks on shares of the labels. Raises EvaluationError.

    `beside`: an untrained network is trained on the same labels, too.
    """
    terms = terms or Terms()
    terms = replace(terms, counts=terms.shares, recipe=terms.tuning)
    backbone = backbone_of(method)

    def ways(random: Backbone) -> list[Way]:
        mine = Way("fine-tuned from this method", 0, backbone, backbone)
        return [mine, Way("from scratch", 0, random, random)] if beside else [mine]

    note = (
        f"All blocks trained on the labels for {terms.recipe.steps} steps, without augmentation; "
        f"mean ± standard deviation over {len(terms.seeds)} seeds."
    )
    return compare_ways("Fine-tuning", note, ways, method, data, terms, progress)
