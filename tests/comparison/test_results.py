"""Tables: the stage is chosen on one half and judged on the other; a star is earned."""

from __future__ import annotations

import csv
import io

import pytest

from core.comparison.formats import to_csv, to_latex, to_markdown
from core.comparison.plan import RANDOM
from core.comparison.results import Results, Row, _columns, _values
from core.evaluate.label_curve import LabelCurve
from core.evaluate.protocols import axis_of
from core.evaluate.report import THIS, Report, Score
from core.pictures import Table


def report(*stages: tuple[str, float, float]) -> Report:
    """A report of kNN: stage, accuracy to choose by, accuracy to judge by."""
    scores = [Score("knn", THIS, name, [0.5], [a], [b]) for name, a, b in stages]
    return Report("Rotation", "digits", "ab", 10, 10, (0,), 0.5, scores)


def test_the_stage_is_chosen_where_it_is_not_judged() -> None:
    values, stages = _values([{"knn": report(("early", 0.9, 0.3), ("late", 0.2, 0.8))}], THIS)
    assert stages == {"kNN": "early"}
    assert values == {"kNN": [0.3]}


def test_one_stage_is_chosen_for_all_seeds() -> None:
    reports = [{"knn": report(("early", 0.9, 0.3), ("late", 0.5, 0.8))},
               {"knn": report(("early", 0.4, 0.4), ("late", 0.9, 0.7))}]  # fmt: skip
    assert _values(reports, THIS) == ({"kNN": [0.8, 0.7]}, {"kNN": "late"})


def found(mine: list[float], random: list[float]) -> Results:
    rows = [Row(m, m, {"kNN": v}, {}) for m, v in (("rotation", mine), (RANDOM, random))]
    return Results(["kNN"], rows, {}, "said")


@pytest.mark.parametrize(
    ("mine", "clear"),
    [([0.31, 0.33], True), ([0.225, 0.245], False), ([0.1, 0.12], False), ([0.9], None)],
)
def test_ahead_means_by_more_than_twice_the_pooled_spread(
    mine: list[float], clear: bool | None
) -> None:
    made = found(mine, [0.2, 0.22])  # both spread by 0.0141, so by 0.0283 at least
    assert made.ahead(made.rows[0], "kNN") is clear
    assert made.ahead(made.rows[1], "kNN") is None


def test_the_table_is_ranked_and_marked() -> None:
    table = found([0.31, 0.33], [0.2, 0.22]).table("kNN")
    assert [row[:2] for row in table.rows] == [
        ["rotation", "32.0 ± 1.4 *"],
        [RANDOM, "21.0 ± 1.4"],
    ]


TABLE = Table(["method", "a|b"], [["50 % & more", 'say "so"']], "a note")


def test_csv_is_read_back() -> None:
    assert list(csv.reader(io.StringIO(to_csv(TABLE)))) == [TABLE.columns, TABLE.rows[0]]


def test_markdown_keeps_its_columns_apart() -> None:
    lines = to_markdown(TABLE).splitlines()
    assert lines[0] == "| method      | a\\|b     |"
    assert lines[2] == '| 50 % & more | say "so" |'
    assert lines[-1] == "a note"


def test_latex_escapes_what_it_would_obey() -> None:
    made = to_latex(Table(["a", "b"], [["50 %", "1 ± 2"]], "a note"))
    assert r"50 \% & 1 $\pm$ 2 \\" in made
    assert made.startswith("% a note\n" + r"\begin{tabular}{lr}")


def curve(counts: list[int | float | None], *accuracies: float) -> LabelCurve:
    return LabelCurve("few", counts, 80.0, {THIS: [[a] for a in accuracies]})


def judged_by(protocol: str, found: LabelCurve) -> dict[str, Report]:
    made = Report("Rotation", "digits", "ab", 10, 10, (0,), 0.5, curves={protocol: found})
    return {protocol: made}


def test_networks_judged_before_there_were_two_labels_a_class_stand_beside_others() -> None:
    old = judged_by("few_labels", curve([1, 5, None], 0.2, 0.4, 0.8))
    new = judged_by("few_labels", curve([1, 2, 5, None], 0.4, 0.5, 0.6, 1.0))
    labels = [c for c in _columns([old, new]) if "label" in c]
    assert labels == ["1 label", "2 labels", "5 labels", "all labels"]
    values, _ = _values([old, new], THIS)
    assert values["1 label"] == [0.2, 0.4]
    assert values["2 labels"] == [0.5]
    curves = [each["few_labels"].curves["few_labels"] for each in (old, new)]
    line = Results([], [], {"Rotation": curves}, "").label_curve().lines["Rotation"]
    assert line.x.tolist() == [1, 2, 5, 80]
    assert line.y == pytest.approx([30, 50, 50, 90])


def test_shares_of_the_labels_are_named_and_come_in_their_order() -> None:
    found = judged_by("fine_tune", curve([0.01, 0.1, 1.0], 0.2, 0.4, 0.8))
    assert [c for c in _columns([found]) if "fine-tuned, " in c] == [
        "fine-tuned, 1 % of labels", "fine-tuned, 10 % of labels", "fine-tuned, 100 % of labels"
    ]  # fmt: skip
    assert _values([found], THIS)[0]["fine-tuned, 10 % of labels"] == [0.4]


def test_each_measure_of_a_protocol_is_a_column_with_its_own_stage() -> None:
    scores = [
        Score("clustering", THIS, stage, [0.5], [choosing], [tested], measure=measure)
        for stage, measure, choosing, tested in (
            ("early", "accuracy", 0.9, 0.3), ("late", "accuracy", 0.2, 0.8),
            ("early", "NMI", 0.1, 0.2), ("late", "NMI", 0.6, 0.7),
        )
    ]  # fmt: skip
    made = Report("Rotation", "digits", "ab", 10, 10, (0,), 0.5, scores)
    values, stages = _values([{"clustering": made}], THIS)
    assert values == {"clustering accuracy": [0.3], "clustering NMI": [0.7]}
    assert stages == {"clustering accuracy": "early", "clustering NMI": "late"}


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("kNN", "kNN, accuracy in per cent"),
        ("5 labels", "5 labels, accuracy in per cent"),
        ("clustering accuracy", "clustering accuracy, in per cent"),
        ("clustering NMI", "clustering NMI, in per cent"),
        ("retrieval mAP", "retrieval mAP, in per cent"),
        ("R@5", "R@5, in per cent"),
    ],
)
def test_an_axis_names_the_measure_of_its_column(column: str, said: str) -> None:
    assert axis_of(column) == said
