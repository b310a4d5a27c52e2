"""The whole comparison, the quick one, spectra and confusions."""

import json

import numpy as np
import pytest
import torch

from core.data.imageset import ImageSet, Pictures
from core.evaluate.answers import accuracy_by_class
from core.evaluate.compare import JUDGES, evaluate
from core.evaluate.features import EvaluationError
from core.evaluate.label_training import Terms
from core.evaluate.protocols import PROTOCOLS, UnknownProtocol
from core.evaluate.quick import quick
from core.evaluate.report import RANDOM, RAW, SUPERVISED, THIS, Report, Score
from core.evaluate.spectrum import effective_rank, spectrum
from core.evaluate.supervised import Recipe

BRIEF = Terms((0, 1), counts=(1, None), recipe=Recipe(steps=4), tuning=Recipe(steps=4))
ALL = ("knn", "linear", "few_labels", "clustering", "retrieval", "semi_supervised", "fine_tune")


@pytest.fixture(scope="module")
def report(make_method, data):
    method = make_method()
    return evaluate(method, data, ALL, BRIEF, supervised=method.backbone)


def test_a_report_has_every_reference_on_every_protocol_and_stage(report):
    networks = [(n, s) for n in (THIS, RANDOM, SUPERVISED) for s in ("one", "two", "three")]
    places = [*networks, (RAW, "pixels")]
    for protocol in (PROTOCOLS[name] for name in ALL):
        for measure in protocol.columns:
            mine = protocol.id, measure
            found = [s for s in report.scores if (s.protocol, s.measure) == mine]
            assert sorted((s.representation, s.stage) for s in found) == sorted(places)
            assert all(0.0 <= value <= 1.0 for s in found for value in s.values)
    assert set(report.curves) == {"few_labels", "semi_supervised", "fine_tune"}
    assert set(report.confusions) == {THIS, RAW, RANDOM, SUPERVISED}


def test_random_networks_are_judged_once_a_seed(report):
    assert len(report.best("knn", RANDOM).values) == 2
    assert len(report.best("knn", THIS).values) == 1
    assert report.best("knn", "nothing") is None


def test_a_report_survives_json_whole(report):
    again = Report.from_dict(json.loads(json.dumps(report.to_dict())))
    assert again.to_dict() == report.to_dict()
    assert again.table() == report.table()


def test_every_protocol_in_the_table_is_judged_and_no_other():
    assert set(JUDGES) == set(PROTOCOLS)


def test_the_best_stage_is_chosen_on_one_half_and_judged_on_the_other():
    places = [("early", [0.6], [0.9], [0.3]), ("late", [0.7], [0.6], [0.8])]
    scores = [Score("knn", THIS, *each) for each in places]
    found = Report("Tiny", "Bars", "ab", 10, 10, (0,), 0.5, scores)
    assert found.best("knn", THIS).stage == "early"
    assert found.chosen().rows == [[THIS, "30.0 (early)"]]
    assert [row[2] for row in found.table().rows] == ["60.0", "70.0"]


def test_each_measure_chooses_its_own_stage():
    def score(stage, measure, value):
        return Score("clustering", THIS, stage, [value], [value], [value], measure=measure)

    scores = [
        score(*each)
        for each in (("early", "accuracy", 0.6), ("early", "NMI", 0.2), ("late", "accuracy", 0.5),
                     ("late", "NMI", 0.4))
    ]  # fmt: skip
    found = Report("Tiny", "Bars", "ab", 10, 10, (0,), 0.5, scores)
    assert found.best("clustering", THIS).stage == "early"
    assert found.best("clustering", THIS, "NMI").stage == "late"
    assert found.chosen().columns == ["representation", "clustering accuracy", "clustering NMI"]
    assert found.stages("clustering").y_label.startswith("accuracy")


def test_both_halves_are_judged_apart(report):
    for score in report.scores:
        halves = len(score.choosing), len(score.tested)
        assert halves == (len(score.values), len(score.values))
    knn = report.best("knn", THIS)
    assert knn.mean == pytest.approx((knn.choosing[0] + knn.tested[0]) / 2)  # 45 pictures each


def test_a_report_kept_before_there_were_other_measures_is_read(report):
    kept = json.loads(json.dumps(report.to_dict()))
    kept["scores"] = [
        {"accuracies" if n == "values" else n: v for n, v in s.items() if n != "measure"}
        for s in kept["scores"]
        if s["measure"] == "accuracy"
    ]
    again = Report.from_dict(kept)
    assert list(again.scores) == [s for s in report.scores if s.measure == "accuracy"]


def test_a_report_of_another_format_is_refused():
    with pytest.raises(ValueError, match="evaluate again"):
        Report.from_dict({"format": 99})


def test_a_report_becomes_pictures(report):
    assert list(report.table().columns) == [
        "representation", "stage", "kNN", "linear probe", "clustering accuracy", "clustering NMI",
        "retrieval mAP", "R@1", "R@5", "R@10",
    ]  # fmt: skip
    np.testing.assert_allclose(report.confusion(RAW).values.sum(axis=1), 1.0)
    assert [row[0] for row in report.per_class().rows] == ["a", "b", "c"]
    assert len(report.stages("linear").lines[THIS].x) == 3


def test_an_evaluation_repeats_exactly(method, data):
    torch.set_num_threads(1)  # several sum in another order
    report = evaluate(method, data, ALL, BRIEF, supervised=method.backbone)
    again = evaluate(method, data, ALL, BRIEF, supervised=method.backbone)
    assert {**again.to_dict(), "seconds": 0} == {**report.to_dict(), "seconds": 0}


def test_what_cannot_be_judged_is_refused_with_the_reason(method, data):
    with pytest.raises(UnknownProtocol, match="not one of"):
        evaluate(method, data, ["knm"])
    bare = Pictures(data.train.images, np.full(len(data.train), -1))
    with pytest.raises(EvaluationError, match="no labels"):
        evaluate(method, ImageSet("x", "X", bare, bare, ()))
    with torch.no_grad():
        method.backbone.blocks["one"][0].weight[0] = torch.nan
    with pytest.raises(EvaluationError, match="earlier snapshot"):
        evaluate(method, data)


def test_the_quick_score_knows_accuracies_only_with_labels(method, data):
    known = quick(method, data)
    assert known.knn > 0.5
    assert set(known.scalars()) == {"kNN", "linear probe"}
    bare = Pictures(data.train.images, np.full(len(data.train), -1))
    assert set(quick(method, ImageSet("x", "X", bare, bare, ())).scalars()) == {"effective rank"}


def test_the_effective_rank_of_an_isotropic_cloud_is_its_dimension():
    cloud = np.random.default_rng(0).normal(size=(20_000, 16))
    assert effective_rank(cloud) == pytest.approx(16, rel=0.01)


def test_the_effective_rank_of_a_line_is_one():
    line = np.random.default_rng(0).normal(size=(500, 1)) * np.arange(1, 9)
    assert effective_rank(line) == pytest.approx(1.0, abs=1e-3)


def test_the_deviation_tells_a_healthy_cloud_from_a_collapsed_one():
    cloud = np.random.default_rng(0).normal(size=(5000, 16))
    assert spectrum(cloud).deviation == pytest.approx(1.0, abs=0.02)
    collapsed = spectrum(np.ones((100, 16)))
    assert collapsed.deviation == pytest.approx(0.0, abs=1e-4)
    assert np.isfinite(collapsed.curve().lines["share of variance"].y).all()


def test_answers_are_split_by_class_and_by_true_option():
    probabilities = np.eye(2)[[0, 1, 1, 0]]
    found = accuracy_by_class(
        probabilities, np.array([0, 0, 1, 1]), np.array([0, 0, 1, -1]), ["up", "down"], ["x", "y"]
    )
    np.testing.assert_array_equal(found.values, [[0.5, np.nan], [np.nan, 1.0]])


def test_without_the_random_network_nothing_untrained_is_trained_beside(method, data):
    found = evaluate(method, data, ["semi_supervised", "fine_tune"], BRIEF, references=())
    assert [len(curve.accuracies) for curve in found.curves.values()] == [1, 1]
