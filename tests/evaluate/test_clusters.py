"""k-means as a tool, on cases worked by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from core.evaluate.clusters import Clustering, cluster
from core.evaluate.features import EvaluationError
from core.probe import Probe
from core.report.clusters import write_clusters

CLASSES = ("cat", "dog")


def worked() -> Clustering:
    """Five pictures in one cluster (cat, cat, cat, dog, unknown), two in another (dog, dog)."""
    assigned = np.array([0, 0, 0, 0, 0, 1, 1])
    labels = np.array([0, 0, 0, 1, -1, 1, 1])
    distances = np.array([0.3, 0.1, 0.2, 0.4, 0.5, 0.2, 0.1], np.float32)
    return Clustering("stage4", assigned, distances, labels, CLASSES)


def test_purity_is_the_share_in_the_most_frequent_class_of_each_cluster() -> None:
    assert worked().purity == pytest.approx((3 + 2) / 6)


def test_nmi_is_the_information_over_the_mean_of_the_entropies() -> None:
    # Of the six labelled: clusters 4 and 2, classes 3 and 3, together 3, 1 and 2.
    both = [(3, 4, 3), (1, 4, 3), (2, 2, 3)]
    shared = sum(n / 6 * math.log((n / 6) / (c / 6 * k / 6)) for n, c, k in both)
    clusters = -(4 / 6 * math.log(4 / 6) + 2 / 6 * math.log(2 / 6))
    assert worked().agreement == pytest.approx(shared / math.sqrt(clusters * math.log(2)))


def test_without_labels_there_is_nothing_to_check_by_and_it_says_so() -> None:
    blind = Clustering("stage4", np.zeros(3, np.int64), np.zeros(3, np.float32), np.full(3, -1), ())
    assert blind.purity is None
    assert blind.agreement is None
    assert "No picture has a label" in blind.sentence()
    assert blind.titles() == ["Cluster 1: 3 pictures"]


def test_the_grid_shows_the_nearest_first_under_a_title_each() -> None:
    images = np.arange(7, dtype=np.uint8).repeat(3).reshape(7, 1, 1, 3)
    grid = worked().grid(images, most=3)
    assert grid.groups == [
        ("Cluster 1: 5 pictures, 75% are cat", 3),
        ("Cluster 2: 2 pictures, 100% are dog", 2),
    ]
    assert grid.indices is not None
    assert grid.indices.tolist() == [1, 2, 0, 6, 5]
    assert grid.images[:, 0, 0, 0].tolist() == [1, 2, 0, 6, 5]
    assert list(grid.captions) == ["cat", "cat", "cat", "dog", "dog"]


def test_what_points_the_same_way_is_together_and_the_largest_is_first() -> None:
    vectors = np.array([[1.0, 0.1], [5.0, 0.4], [0.1, 1.0], [0.3, 3.0], [0.0, 9.0]], np.float32)
    found = cluster(vectors, 2, np.zeros(5, np.int64))
    assert found.assigned.tolist() == [1, 1, 0, 0, 0]  # by direction, however long
    assert found.sizes.tolist() == [3, 2]


def test_pictures_that_are_all_alike_make_one_cluster() -> None:
    found = cluster(np.ones((6, 3), np.float32), 3, np.zeros(6, np.int64), ("one",))
    assert found.sizes.tolist() == [6]


def test_more_clusters_than_pictures_are_refused() -> None:
    with pytest.raises(EvaluationError, match="4 pictures cannot make 9 clusters; choose 1 to 4"):
        cluster(np.eye(4, dtype=np.float32), 9, np.zeros(4, np.int64))


def probe() -> Probe:
    return Probe(np.zeros((7, 1, 4, 4), np.uint8), worked().labels, CLASSES)


def test_a_table_of_every_picture_is_written(tmp_path: Path) -> None:
    to = write_clusters(worked(), probe(), "SimCLR", tmp_path / "clusters.csv")
    lines = to.read_text().splitlines()
    assert lines[0] == "picture,file,class,cluster,distance"
    assert lines[4] == "3,,dog,1,0.4"
    assert lines[5] == "4,,,1,0.5"
    assert len(lines) == 8


def test_a_page_shows_them_under_their_titles(tmp_path: Path) -> None:
    page = write_clusters(worked(), probe(), "SimCLR & co", tmp_path / "c.html").read_text()
    assert "<h4>Cluster 2: 2 pictures, 100% are dog</h4>" in page
    assert page.count("<img") == 7
    assert "SimCLR &amp; co" in page


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"clusters are written as \.html or \.csv"):
        write_clusters(worked(), probe(), "SimCLR", tmp_path / "clusters.txt")
    assert not list(tmp_path.iterdir())
