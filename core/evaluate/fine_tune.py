"""Fine-tuning: the whole network trained on from what it learned without labels, or from scratch.

Equal steps are equal chances from here on, not equal cost: the pretraining comes on top.
"""

from __future__ import annotations

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
) -> LabelCurve:
    """Accuracy after training all blocks on n labels a class. Raises EvaluationError."""
    terms = terms or Terms()
    backbone = backbone_of(method)

    def ways(random: Backbone) -> list[Way]:
        return [
            Way("fine-tuned from this method", 0, backbone, backbone),
            Way("from scratch", 0, random, random),
        ]

    note = (
        f"All blocks trained on the labels for {terms.recipe.steps} steps, without augmentation; "
        f"mean ± standard deviation over {len(terms.seeds)} seeds."
    )
    return compare_ways("Fine-tuning", note, ways, method, data, terms, progress)
