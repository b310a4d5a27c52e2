"""kNN and the linear probe against slow references and closed cases."""

import math

import numpy as np
import pytest
import torch

from core.evaluate.features import EvaluationError
from core.evaluate.knn import Predictions, knn, neighbours
from core.evaluate.linear_probe import fit, linear_probe, scaler_of


def blobs(count, apart, seed=0, classes=4, length=12):
    rng = np.random.default_rng(99)
    centres = rng.normal(size=(classes, length))
    labels = np.random.default_rng(seed).integers(0, classes, count)
    noise = np.random.default_rng(seed + 1).normal(size=(count, length))
    return (apart * centres[labels] + noise).astype(np.float32), labels


def slow_knn(train, labels, query, k, temperature, classes):
    cosines = [
        (float(np.dot(query, x) / np.linalg.norm(query) / np.linalg.norm(x)), y)
        for x, y in zip(train, labels, strict=True)
    ]
    votes = [0.0] * classes
    for cosine, label in sorted(cosines, reverse=True)[:k]:
        votes[label] += math.exp(cosine / temperature)
    return int(np.argmax(votes))


@pytest.mark.parametrize("k", [1, 5, 20, 1000])
@pytest.mark.parametrize("temperature", [0.07, 0.1, 1.0])
def test_knn_agrees_with_a_slow_vote(k, temperature):
    x, y = blobs(80, 0.5)
    queries, truth = blobs(25, 0.5, seed=5)
    found = knn(x, y, queries, truth, 4, k=k, temperature=temperature)
    assert list(found.predicted) == [slow_knn(x, y, q, k, temperature, 4) for q in queries]


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbours_agree_with_a_slow_search_in_any_chunks(metric, monkeypatch):
    monkeypatch.setattr("core.evaluate.knn._CHUNK_NUMBERS", 150)
    x, _ = blobs(50, 1.0)
    near, values = neighbours(x, x[:7], 4, metric)
    for i in range(7):
        if metric == "cosine":
            unit = x / np.linalg.norm(x, axis=1, keepdims=True)
            slow, order = unit @ unit[i], -1
        else:
            slow, order = np.linalg.norm(x - x[i], axis=1), 1
        wanted = np.argsort(order * slow)[:4]
        assert list(near[i]) == list(wanted)
        np.testing.assert_allclose(values[i], slow[wanted], atol=1e-3)


def test_features_that_are_not_finite_are_refused_with_what_to_do():
    x, y = blobs(10, 1.0)
    x[3, 2] = np.inf
    with pytest.raises(EvaluationError, match="earlier snapshot"):
        knn(x, y, x, y, 4)


def test_confusion_counts_truth_by_row():
    counts = Predictions(np.array([0, 1, 1, 2]), np.array([0, 0, 1, 2])).confusion(3)
    assert counts.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]


def test_the_probe_is_perfect_on_separable_blobs():
    assert linear_probe(*blobs(400, 6.0), *blobs(200, 6.0, seed=7), 4).accuracy > 0.99


def test_the_probe_is_at_chance_on_noise():
    assert linear_probe(*blobs(400, 0.0), *blobs(2000, 0.0, seed=7), 4).accuracy < 0.32


def test_the_probe_does_not_mind_the_scale_of_a_feature_or_a_dead_one():
    x, y = blobs(300, 2.0)
    held, truth = blobs(200, 2.0, seed=7)
    scale = np.logspace(-3, 3, x.shape[1]).astype(np.float32)
    dead = np.ones((300, 1), dtype=np.float32)
    plain = linear_probe(x, y, held, truth, 4)
    other = linear_probe(
        np.hstack([x * scale, dead]), y, np.hstack([held * scale, dead[:200]]), truth, 4
    )
    assert abs(plain.accuracy - other.accuracy) <= 0.01


def test_the_fit_agrees_with_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    x, y = blobs(200, 1.0)
    scaled = scaler_of(x)(x)
    weights = fit(scaled, torch.from_numpy(y), 4, 0.01, iterations=300)
    reference = LogisticRegression(C=1 / (0.01 * 200), tol=1e-8, max_iter=1000).fit(scaled, y)
    np.testing.assert_allclose(weights[:-1].T, reference.coef_, atol=5e-3)


def test_a_strong_penalty_is_chosen_for_few_noisy_pictures_and_a_weak_one_for_many_clean_ones():
    noisy = linear_probe(*blobs(40, 0.6, length=100), *blobs(50, 0.6, seed=3, length=100), 4)
    x, y = blobs(4000, 0.0, length=30)
    y = (x @ np.linspace(-1, 1, 30) > 0).astype(np.int64)
    clean = linear_probe(x, y, x[:50], y[:50], 2)
    assert noisy.penalty > clean.penalty
