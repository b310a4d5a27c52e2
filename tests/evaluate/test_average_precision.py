"""Average precision and intersection over union against hand-worked cases and slow references."""

import numpy as np
import pytest

from core.evaluate.transfer.average_precision import THRESHOLDS, Detections, match, overlaps
from core.evaluate.transfer.overlap import intersection_over_union, pixel_counts
from core.evaluate.transfer.truth import Things


def things(*boxes, classes=None):
    kinds = np.zeros(len(boxes), int) if classes is None else np.array(classes)
    return Things(np.array(boxes, dtype=np.float32).reshape(-1, 4), kinds)


def answers(*boxes, scores, classes=None):
    given = things(*boxes, classes=classes)
    return Detections(given.boxes, given.classes, np.array(scores, dtype=np.float32))


def shifted(box, by):
    return [box[0] + by, box[1], box[2] + by, box[3]]


BOX = [0, 0, 10, 10]
FAR = [20, 20, 30, 30]


def precision(found, truth, classes=1, thresholds=THRESHOLDS):
    return match(found, truth, classes, thresholds).average_precision()


def test_the_overlap_of_boxes_is_their_intersection_over_their_union():
    found = overlaps(np.array([BOX, FAR]), np.array([[5, 0, 15, 10], BOX]))
    np.testing.assert_allclose(found, [[50 / 150, 1.0], [0.0, 0.0]])


def test_right_boxes_are_perfect_at_every_threshold():
    found = [answers(BOX, FAR, scores=[0.9, 0.4])]
    np.testing.assert_allclose(precision(found, [things(BOX, FAR)]), 1.0)


def test_no_answers_are_worth_nothing():
    np.testing.assert_array_equal(precision([answers(scores=[])], [things(BOX)]), 0.0)


def test_a_box_is_right_up_to_its_overlap():
    # 2 of 10 pixels aside: 80 / 120 = 0.667, right at 0.50, 0.55, 0.60 and 0.65 alone.
    found = precision([answers(shifted(BOX, 2), scores=[1.0])], [things(BOX)])
    np.testing.assert_array_equal(found[0], [1, 1, 1, 1, 0, 0, 0, 0, 0, 0])


def test_a_better_scored_mistake_halves_the_precision():
    found = precision([answers(FAR, BOX, scores=[0.9, 0.8])], [things(BOX)])
    np.testing.assert_allclose(found[0, 0], 0.5)


def test_a_worse_scored_mistake_costs_nothing():
    found = precision([answers(FAR, BOX, scores=[0.1, 0.8])], [things(BOX)])
    np.testing.assert_allclose(found[0, 0], 1.0)


def test_a_thing_that_is_missed_leaves_half_the_recalls():
    # Recall reaches 0.5: of the recalls 0.00 ... 1.00, 51 of 101 are reached at precision 1.
    found = precision([answers(BOX, scores=[0.9])], [things(BOX, FAR)])
    np.testing.assert_allclose(found[0, 0], 51 / 101)


def test_the_second_box_on_one_thing_is_a_mistake():
    found = precision([answers(BOX, BOX, FAR, scores=[0.9, 0.8, 0.7])], [things(BOX, FAR)])
    # Precisions 1, 1/2, 2/3 at recalls 1/2, 1/2, 1; made monotone: 1 up to 0.5, then 2/3.
    np.testing.assert_allclose(found[0, 0], (51 * 1 + 50 * 2 / 3) / 101)


def test_a_detection_takes_the_free_thing_it_overlaps_most():
    truth = [things(BOX, shifted(BOX, 2))]
    found = precision([answers(shifted(BOX, 1), BOX, scores=[0.9, 0.8])], truth)
    np.testing.assert_allclose(found[0, 0], 1.0)


def test_answers_of_another_class_do_not_count_and_absent_classes_have_no_precision():
    found = precision([answers(BOX, scores=[0.9], classes=[1])], [things(BOX)], classes=3)
    assert found[0, 0] == 0.0
    assert np.isnan(found[1:]).all()


def test_pictures_are_ranked_together_and_may_be_judged_apart():
    found = [answers(FAR, scores=[0.9]), answers(BOX, scores=[0.5])]
    matches = match(found, [things(BOX), things(BOX)], 1)
    np.testing.assert_allclose(matches.average_precision()[0, 0], 0.5 * 51 / 101)
    np.testing.assert_allclose(matches.average_precision(slice(0, None, 2))[0, 0], 0.0)
    np.testing.assert_allclose(matches.average_precision(slice(1, None, 2))[0, 0], 1.0)


def slow_precision(found, truth, kind, threshold):
    """Straight from the definition: for every recall the best precision at it or beyond."""
    ranked = sorted(
        (-float(score), picture, place)
        for picture, answer in enumerate(found)
        for place, score in enumerate(answer.scores)
        if answer.classes[place] == kind
    )
    taken, verdicts = set(), []
    for _, picture, place in ranked:
        a = found[picture].boxes[place]
        best, chosen = 0.0, None
        for g, b in enumerate(truth[picture].boxes):
            if truth[picture].classes[g] != kind or (picture, g) in taken:
                continue
            width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
            height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
            both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
            share = width * height / (both - width * height)
            if share >= threshold and share > best:
                best, chosen = share, (picture, g)
        verdicts.append(chosen is not None)
        taken.add(chosen)
    there = sum(int((t.classes == kind).sum()) for t in truth)
    points = [
        (sum(verdicts[: n + 1]) / there, sum(verdicts[: n + 1]) / (n + 1))
        for n in range(len(verdicts))
    ]
    recalls = np.linspace(0, 1, 101)
    return np.mean([max([p for r, p in points if r >= recall], default=0.0) for recall in recalls])


@pytest.mark.parametrize("seed", range(4))
def test_many_boxes_in_many_pictures_agree_with_the_slow_reference(seed):
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for _ in range(12):
        corner, size = rng.integers(0, 20, (4, 2)), rng.integers(6, 14, (4, 2))
        real = np.concatenate([corner, corner + size], axis=1).astype(np.float32)[: rng.integers(5)]
        kinds = rng.integers(0, 2, len(real))
        moved = np.concatenate([real, real, real]) + rng.integers(-3, 4, (3 * len(real), 4))
        truth.append(Things(real, kinds))
        scores = rng.permutation(1000)[: len(moved)] / 1000  # no ties, which rank as one likes
        found.append(Detections(moved, rng.integers(0, 2, len(moved)), scores + len(found) * 1e-5))
    fast = precision(found, truth, classes=2)
    slow = [[slow_precision(found, truth, k, t) for t in THRESHOLDS] for k in range(2)]
    np.testing.assert_allclose(fast, slow, atol=1e-9)


def test_the_overlap_of_masks_by_hand():
    truth = np.array([[0, 0, 1], [0, 1, 1]])
    said = np.array([[0, 1, 1], [0, 1, 2]])
    counts = pixel_counts(said, truth, 4)
    assert counts.sum() == 6
    # Background 2 of 3; class 1: 2 shared of 4; class 2 is called once and nowhere: no value.
    np.testing.assert_allclose(intersection_over_union(counts), [2 / 3, 2 / 4, np.nan, np.nan])


def test_the_overlap_of_masks_agrees_with_sets_of_pixels():
    rng = np.random.default_rng(0)
    truth, said = rng.integers(0, 5, (2, 3, 8, 8))
    counts = sum(pixel_counts(s, t, 5) for s, t in zip(said, truth, strict=True))
    slow = []
    for kind in range(5):
        a, b = set(np.flatnonzero(truth == kind)), set(np.flatnonzero(said == kind))
        slow.append(len(a & b) / len(a | b))
    np.testing.assert_allclose(intersection_over_union(counts), slow)
