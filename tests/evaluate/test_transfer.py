"""Heads for detection and segmentation on frozen and on fine-tuned encoders."""

import copy
import json

import numpy as np
import pytest
import torch
from torch import nn

from core.data.imageset import ImageSet, Pictures
from core.evaluate.case import Case
from core.evaluate.compare import evaluate
from core.evaluate.features import EvaluationError, to_images
from core.evaluate.label_training import Terms
from core.evaluate.report import RANDOM, RAW, SUPERVISED, THIS, Report
from core.evaluate.supervised import Recipe
from core.evaluate.transfer.detection import NOTHING, Detection, assign
from core.evaluate.transfer.learning import Learner
from core.evaluate.transfer.protocol import transfer
from core.evaluate.transfer.segmentation import Segmentation
from core.evaluate.transfer.truth import Things
from core.experiment import Experiment, load_data
from core.progress import Cancelled, Progress
from core.report.judged import pictures_of

SIDE = 16
KINDS = ("low", "middle", "high")
BRIEF = Recipe(steps=3, batch_size=8)
CPU = torch.device("cpu")


def rectangles(count, seed, taken=(0, SIDE)):
    """Boxes (N, 4) of 3 to 5 pixels a side, between the columns `taken`."""
    rng = np.random.default_rng(seed)
    size = rng.integers(3, 6, (count, 2))
    low = np.array([taken[0], 0])
    room = np.array([taken[1], SIDE]) - low - size
    corner = low + (rng.random((count, 2)) * (room + 1)).astype(int)
    return np.concatenate([corner, corner + size], axis=1).astype(np.float32)


def painted(count, seed):
    """Pictures of one rectangle, its class its brightness, with box and mask."""
    boxes, labels = rectangles(count, seed), np.arange(count) % len(KINDS)
    images = np.zeros((count, 1, SIDE, SIDE), dtype=np.uint8)
    for image, (x0, y0, x1, y1), label in zip(images, boxes.astype(int), labels, strict=True):
        image[0, y0:y1, x0:x1] = 80 * (label + 1)
    facts = {"boxes": boxes, "masks": images[:, 0] > 0}
    return Pictures(images, labels), facts


@pytest.fixture(scope="module")
def things():
    train, known = painted(90, 0)
    held_out, too = painted(30, 1)
    facts = {"train": known, "held_out": too}
    return ImageSet("things", "Things", train, held_out, KINDS, facts=facts)


class Oracle(nn.Module):
    """An encoder whose only stage says of every pixel what it belongs to."""

    def stages(self, images):
        kinds = (images * 255 / 80).round().long()[:, 0]
        return {"seen": nn.functional.one_hot(kinds, len(KINDS) + 1).permute(0, 3, 1, 2).float()}


class Vectors(nn.Module):
    def stages(self, images):
        return {"all": images.flatten(1)}


def learner(task, encoder, data, frozen=True):
    return Learner(task, encoder, 0, to_images(data.train.images[:1], CPU), frozen=frozen)


def learned(task, encoder, data, recipe=BRIEF, frozen=True):
    """A learner that was trained on all training pictures."""
    made, every = learner(task, encoder, data, frozen), np.arange(len(data.train))
    made.learn(data.train.images, task.truth("train", every), recipe, lambda: None)
    return made


def measured(task, made, data):
    truth = task.truth("held_out", np.arange(len(data.held_out)))
    return task.measures(made.answer(data.held_out.images), truth)


def test_segmentation_on_perfect_features_is_perfect(things):
    task = Segmentation(things)
    made = learned(task, Oracle(), things, Recipe(steps=80, batch_size=16, learning_rate=1e-2))
    assert min(measured(task, made, things)["mIoU"]) > 0.99


def test_detection_on_perfect_features_finds_nearly_every_box(things):
    task = Detection(things)
    made = learned(task, Oracle(), things, Recipe(steps=120, batch_size=16, learning_rate=1e-2))
    assert measured(task, made, things)["mAP@0.5"][0] > 0.95


def test_several_things_in_a_picture_are_each_found():
    """Two rectangles a picture: the head and the measure know no number of things."""
    count = 120
    left, right = rectangles(count, 2, (0, 8)), rectangles(count, 3, (8, SIDE))
    images = np.zeros((count, 1, SIDE, SIDE), dtype=np.uint8)
    for image, *both in zip(images, left.astype(int), right.astype(int), strict=True):
        for kind, (x0, y0, x1, y1) in enumerate(both):
            image[0, y0:y1, x0:x1] = 80 * (kind + 1)
    kinds = np.array([0, 1])
    truth = [Things(np.stack(both), kinds) for both in zip(left, right, strict=True)]
    pictures = Pictures(images, np.zeros(count, dtype=np.int64))
    task = Detection(ImageSet("two", "Two", pictures, pictures, KINDS[:2]))
    made = learner(task, Oracle(), task.data)
    recipe = Recipe(steps=120, batch_size=16, learning_rate=1e-2)
    made.learn(images[:90], truth[:90], recipe, lambda: None)
    found = made.answer(images[90:])
    assert task.measures(found, truth[90:])["mAP@0.5"][0] > 0.9


def test_what_cells_should_answer_decodes_to_the_boxes_themselves(things):
    """Targets written as the head's answer give every box back: they fit each other."""
    task = Detection(things)
    truth = task.truth("held_out", np.arange(len(things.held_out)))
    classes, boxes = task.targets(truth)
    ticks = torch.arange(task.cells) + 0.5
    y, x = torch.meshgrid(ticks, ticks, indexing="ij")
    centres = torch.stack([x, y], dim=-1)
    edges = torch.cat([centres - boxes[..., :2], boxes[..., 2:] - centres], dim=-1)
    chances = torch.full((*classes.shape, len(KINDS)), -20.0)
    held = classes != NOTHING
    chances[held] = chances[held].scatter(1, classes[held][:, None], 20.0)
    answer = torch.cat([chances, edges], dim=-1).permute(0, 3, 1, 2)
    found = task.answers(answer)
    assert all(len(each.boxes) == 1 for each in found), "doubles are suppressed"
    for each, real in zip(found, truth, strict=True):
        np.testing.assert_allclose(each.boxes, real.boxes, atol=1e-4)
    assert task.measures(found, truth)["mAP"] == (1.0, 1.0, 1.0)
    assert float(task.loss(answer, classes, boxes)) == pytest.approx(0.0, abs=1e-4)


def test_cells_near_the_centre_of_a_box_answer_for_it():
    # A box of 8 x 8 pixels on cells of 2: from 1 to 5 cells, its centre at 3; centres within 1.5.
    thing = Things(np.array([[2, 2, 10, 10]], dtype=np.float32), np.array([2]))
    classes, boxes = assign(thing, 8, SIDE)
    expected = np.full((8, 8), NOTHING)
    expected[2:4, 2:4] = 2
    np.testing.assert_array_equal(classes, expected)
    np.testing.assert_array_equal(boxes[2, 3], [1, 1, 5, 5])


def test_of_two_boxes_a_cell_answers_for_the_smaller_and_the_smallest_has_a_cell():
    boxes = np.array([[4, 4, 8, 8], [2, 2, 10, 10], [12.1, 12.1, 12.9, 12.9]], dtype=np.float32)
    classes, found = assign(Things(boxes, np.array([0, 1, 2])), 8, SIDE)
    assert classes[2, 2] == 0
    np.testing.assert_array_equal(found[2, 2], boxes[0] / 2)
    assert (classes == 1).sum() == 0, "all four cells of the larger are the smaller's"
    assert classes[6, 6] == 2
    assert (classes == 2).sum() == 1


@pytest.mark.parametrize("task", [Detection, Segmentation])
def test_a_frozen_encoder_stays_as_it_was_bit_for_bit(task, things, make_method):
    encoder = make_method().backbone.train()
    before = copy.deepcopy(encoder.state_dict())
    made = learned(task(things), encoder, things)
    made.answer(things.held_out.images)
    assert all(torch.equal(before[name], now) for name, now in encoder.state_dict().items())
    assert all(p.grad is None for p in encoder.parameters())
    assert all(part.training for part in encoder.modules())


def test_fine_tuning_trains_a_copy(things, make_method):
    encoder = make_method().backbone
    before = copy.deepcopy(encoder.state_dict())
    made = learned(Detection(things), encoder, things, frozen=False)
    assert all(torch.equal(before[name], now) for name, now in encoder.state_dict().items())
    tuned = made.trunk.encoder.state_dict()
    assert not torch.equal(tuned["blocks.one.0.weight"], before["blocks.one.0.weight"])


def test_an_encoder_without_maps_is_refused(things):
    with pytest.raises(EvaluationError, match="no stage with a map"):
        learner(Detection(things), Vectors(), things)


@pytest.fixture(scope="module")
def report(make_method, things):
    """Everybody by both protocols, too briefly to be any good."""
    method = make_method()
    case = Case(method, things, Terms((0, 1)), Progress(), supervised=method.backbone)
    found = {task.id: transfer(task, BRIEF, 30)(case) for task in (Detection, Segmentation)}
    return Report(
        "Tiny",
        things.title,
        KINDS,
        90,
        30,
        [0, 1],
        1 / 3,
        [score for each in found.values() for score in each.scores],
        shown={name: each.shown for name, each in found.items()},
    )


def test_everybody_is_judged_frozen_and_all_but_pixels_fine_tuned(report):
    for protocol, measures in (("detection", ("mAP", "mAP@0.5")), ("segmentation", ("mIoU",))):
        for measure in measures:
            for name, tuned in ((THIS, True), (RANDOM, True), (SUPERVISED, True), (RAW, False)):
                assert len(report.best(protocol, name, measure).values) == 2
                found = report.best(protocol, name, f"fine-tuned {measure}")
                assert (found is not None) == tuned


def test_the_columns_say_what_was_measured(report):
    assert list(report.table().columns[2:]) == [
        "detection mAP", "detection mAP@0.5", "fine-tuned detection mAP",
        "fine-tuned detection mAP@0.5", "segmentation mIoU", "fine-tuned segmentation mIoU",
    ]  # fmt: skip


def test_the_note_says_from_how_many_pictures_a_head_learned(report):
    assert "90 labelled pictures" in report.table().notes
    assert "Detection learned from 30 of them." in report.table().notes


def test_a_report_keeps_pictures_of_the_truth_beside_the_answers(report):
    again = Report.from_dict(json.loads(json.dumps(report.to_dict())))
    pictures = dict(pictures_of(again))
    for title in ("Detection: held-out pictures", "Segmentation: held-out pictures"):
        grid = pictures[title]
        assert grid.columns == 5
        assert {c for c in grid.captions if c.startswith("truth")} == {
            "truth: low", "truth: middle", "truth: high",
        }  # fmt: skip
        assert [c.split(":")[0] for c in grid.captions[:5]] == [
            "truth", "frozen", "fine-tuned", "random", "from scratch",
        ]  # fmt: skip
        assert grid.images.shape == (15, 96, 96, 3)
        assert grid.images[0].any()
    assert "Detection" not in pictures, "one stage makes no curve over stages"


def test_what_a_kept_report_cannot_show_is_said(report):
    values = report.to_dict()
    values["shown"]["detection"]["png"] = "AAAA"
    with pytest.raises(ValueError, match="damaged"):
        pictures_of(Report.from_dict(values))


def test_transfer_repeats_exactly(things, make_method):
    def scores():
        case = Case(make_method(), things, Terms((0,)), Progress(), references=())
        return transfer(Detection, BRIEF, 30)(case).scores

    assert scores() == scores()


def test_transfer_can_be_cancelled(things, make_method):
    asked = iter([False, False, True])
    progress = Progress(cancelled=lambda: next(asked))
    case = Case(make_method(), things, Terms((0,)), progress)
    with pytest.raises(Cancelled):
        transfer(Segmentation, BRIEF)(case)


@pytest.mark.parametrize(("protocol", "fact"), [("detection", "boxes"), ("segmentation", "masks")])
def test_pictures_without_boxes_or_masks_are_refused_before_any_work(method, data, protocol, fact):
    progress = Progress(cancelled=lambda: pytest.fail("work had begun"))
    with pytest.raises(EvaluationError, match=f"{fact} are known, and Bars has none; choose Toyl"):
        evaluate(method, data, ["knn", protocol], progress=progress)


def test_facts_of_another_number_of_pictures_are_refused(method, things):
    facts = {**things.facts, "train": {"boxes": things.facts["train"]["boxes"][:5]}}
    short = ImageSet("t", "Things", things.train, things.held_out, KINDS, facts=facts)
    with pytest.raises(EvaluationError, match="5 boxes for 90 pictures"):
        evaluate(method, short, ["detection"])


def test_the_boxes_of_toyland_reach_whoever_loads_it():
    experiment = Experiment("rotation", "toyland", data_options={"count": 24, "held_out": 12})
    data = load_data(experiment, Progress())
    every = np.arange(12)
    boxes = [things.boxes[0] for things in Detection(data).truth("held_out", every)]
    masks = Segmentation(data).truth("held_out", every)
    for box, mask, label in zip(boxes, masks, data.held_out.labels, strict=True):
        assert set(np.unique(mask)) == {0, label + 1}
        rows, columns = np.nonzero(mask)
        around = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        np.testing.assert_array_equal(box, around)
