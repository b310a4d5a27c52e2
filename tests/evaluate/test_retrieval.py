"""Retrieval against a slow ranking, and within bounded memory."""

import tracemalloc

import numpy as np
import pytest

from core.evaluate import retrieval
from core.evaluate.features import EvaluationError
from core.evaluate.retrieval import NEAREST, Retrieval, retrieve
from core.progress import Cancelled, Progress


def some(count, seed, classes=5, length=8):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, length)).astype(np.float32), rng.integers(0, classes, count)


def slow(database, labels, query, asked):
    """Average precision and the first right rank, one picture after another."""
    cosines = [float(x @ query / np.linalg.norm(x) / np.linalg.norm(query)) for x in database]
    right, precisions, first = 0, [], None
    for rank, at in enumerate(sorted(range(len(labels)), key=lambda i: -cosines[i]), start=1):
        if labels[at] == asked:
            right += 1
            precisions.append(right / rank)
            first = first or rank
    return np.mean(precisions), first


@pytest.mark.parametrize("numbers", [1, 700, 10**6])
def test_every_query_is_judged_as_by_a_slow_ranking_in_any_blocks(monkeypatch, numbers):
    monkeypatch.setattr(retrieval, "_CHUNK_NUMBERS", numbers)
    (x, y), (queries, asked) = some(120, 0), some(17, 1)
    found = retrieve(x, y, queries, asked)
    wanted = [slow(x, y, q, a) for q, a in zip(queries, asked, strict=True)]
    np.testing.assert_allclose(found.precisions, [w[0] for w in wanted], rtol=1e-6)
    assert found.first.tolist() == [w[1] for w in wanted]
    assert found.precision() == pytest.approx(np.mean([w[0] for w in wanted]))
    for k in NEAREST:
        assert found.recall(k=k) == np.mean([w[1] <= k for w in wanted])


def test_average_precision_is_that_of_scikit_learn():
    from sklearn.metrics import average_precision_score

    (x, y), (query, _) = some(200, 2), some(1, 3)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    wanted = average_precision_score(y == 3, unit @ query[0])
    assert retrieve(x, y, query, np.array([3])).precision() == pytest.approx(wanted, abs=1e-6)


def test_a_case_worked_by_hand():
    """Right pictures at ranks 1 and 3 of 4: (1 / 1 + 2 / 3) / 2; and at rank 2 alone: 1 / 2."""
    x = np.array([[1.0, 0.0], [1.0, 0.2], [1.0, 0.5], [0.0, 1.0]], dtype=np.float32)
    queries = np.array([[1.0, 0.0], [1.0, 0.01]], dtype=np.float32)
    found = retrieve(x, np.array([0, 1, 0, 2]), queries, np.array([0, 1]))
    np.testing.assert_allclose(found.precisions, [5 / 6, 1 / 2])
    assert found.first.tolist() == [1.0, 2.0]
    assert (found.recall(k=1), found.recall(k=5)) == (0.5, 1.0)
    assert found.recall(slice(1, None, 2), k=1) == 0.0


def test_a_class_that_is_not_in_the_database_asks_nothing():
    found = retrieve(*some(30, 0, classes=2), some(2, 1)[0], np.array([1, 4]))
    assert np.isnan(found.precisions[1])
    assert found.precision() == found.precisions[0]
    assert Retrieval(np.array([0.5, np.nan]), np.array([9.0, np.nan])).recall(k=10) == 1.0


def test_a_collapsed_network_gains_nothing_from_pictures_sorted_by_class():
    labels = np.repeat(np.arange(10), 100)
    collapsed = np.ones((1000, 4), dtype=np.float32)
    found = retrieve(collapsed, labels, collapsed[:10], np.arange(10))
    assert np.ptp(found.precisions) < 0.1
    assert found.precision() == pytest.approx(0.1, abs=0.05)


def test_a_large_database_takes_a_few_hundred_megabytes_at_most():
    (x, y), (queries, asked) = some(60_000, 0, length=64), some(40, 1, length=64)
    tracemalloc.start()
    retrieve(x, y, queries, asked)
    beyond = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert beyond < 300e6


def test_retrieval_can_be_cancelled_and_refuses_what_is_not_finite(monkeypatch):
    monkeypatch.setattr(retrieval, "_CHUNK_NUMBERS", 1)
    (x, y), (queries, asked) = some(30, 0), some(9, 1)
    told = []
    with pytest.raises(Cancelled):
        retrieve(x, y, queries, asked, progress=Progress(told.append, lambda: len(told) > 0))
    queries[0, 0] = np.nan
    with pytest.raises(EvaluationError, match="not finite"):
        retrieve(x, y, queries, asked)
