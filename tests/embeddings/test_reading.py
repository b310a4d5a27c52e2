"""Features that other programs wrote, read; and what is no such file, refused in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.embeddings.files import read
from core.embeddings.table import EmbeddingError, Table
from core.progress import Cancelled, Progress, Tick

FEATURES = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)


def of(tmp_path: Path, name: str, text: str) -> Table:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read(path)


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "<i2"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_npy_of_any_numbers_is_read(tmp_path: Path, dtype: str, order: str) -> None:
    array = np.asarray(FEATURES * 100, dtype=dtype, order=order)
    np.save(tmp_path / "a.npy", array)
    table = read(tmp_path / "a.npy")
    assert table.features().dtype == np.float32
    np.testing.assert_array_equal(table.features(), array.astype(np.float32))


@pytest.mark.parametrize("name", ["features", "embeddings", "X", "whatever"])
def test_an_npz_is_read_by_the_names_of_its_arrays(tmp_path: Path, name: str) -> None:
    images = np.random.default_rng(1).integers(0, 256, (6, 5, 3), dtype=np.uint8)
    np.savez(
        tmp_path / "a.npz",
        **{name: FEATURES},
        y=np.array([3, 3, 7, 7, 3, -1]),
        xy=np.arange(12.0).reshape(6, 2),
        images=images,
        names=np.array(list("abcdef")),
        score=np.arange(6) / 2,
    )
    table = read(tmp_path / "a.npz")
    np.testing.assert_array_equal(table.features(), FEATURES)
    assert table.labels is not None
    assert table.labels.tolist() == [0, 0, 1, 1, 0, -1]
    assert table.classes == ("3", "7")
    assert table.names == list("abcdef")
    assert table.places is not None
    assert table.places.shape == (6, 2)
    assert table.images is not None
    np.testing.assert_array_equal(table.images, np.repeat(images[..., None], 3, axis=3))
    assert table.columns["score"].values.tolist() == [0, 0.5, 1, 1.5, 2, 2.5]


def test_numbered_columns_of_a_csv_are_its_features(tmp_path: Path) -> None:
    text = "path,emb_1,emb_0,label,age,emb_10\na.png,1,0,cat,3,10\nb.png,1.5,0.5,dog,,10.5\n"
    table = of(tmp_path, "a.csv", text)
    assert table.features().tolist() == [[0, 1, 10], [0.5, 1.5, 10.5]]
    assert table.classes == ("cat", "dog")
    assert table.names == ["a.png", "b.png"]
    assert table.columns["age"].words() == ["3", ""]


def test_without_numbered_columns_all_numbers_but_the_known_are_features(tmp_path: Path) -> None:
    text = "id;petal;sepal;species;x;y\n7;0,5;2;a;1;2\n9;1,5;3;b;3;4\n"
    table = of(tmp_path, "a.csv", text)
    assert table.features().tolist() == [[0.5, 2], [1.5, 3]]
    assert table.places is not None
    assert table.places.tolist() == [[1, 2], [3, 4]]
    assert table.classes == ("a", "b")
    assert table.names == ["7", "9"]


def test_what_pandas_writes_is_read(tmp_path: Path) -> None:
    table = of(tmp_path, "a.csv", ",0,1,2\n0,1.0,2.0,3.0\n1,4.0,5.0,6.0\n")
    assert table.features().tolist() == [[1, 2, 3], [4, 5, 6]]
    assert not table.columns


def test_a_csv_without_a_head_line_is_read(tmp_path: Path) -> None:
    assert of(tmp_path, "a.csv", "0.5,1\n2,3\n").features().tolist() == [[0.5, 1], [2, 3]]


def test_a_csv_without_names_whose_last_column_is_text_has_labels(tmp_path: Path) -> None:
    table = of(tmp_path, "iris.csv", "5.1,3.5,setosa\n4.9,3.0,virginica\n5.0,3.1,setosa\n")
    assert table.features().shape == (3, 2)
    assert table.classes == ("setosa", "virginica")


def test_numbers_that_begin_whole_and_go_on_broken_are_read(tmp_path: Path) -> None:
    lines = ["f0,f1,n"] + ["1,2,3"] * 5000 + ["1.5,2.5,3.5"]
    table = of(tmp_path, "a.csv", "\n".join(lines))
    assert table.features()[-1].tolist() == [1.5, 2.5]
    assert table.columns["n"].values[-1] == 3.5


def test_lists_in_parquet_are_features(tmp_path: Path) -> None:
    lists = pa.array(FEATURES.astype(np.float64).tolist())
    columns = {"vec": lists, "label": pa.array([0, 1] * 3), "f0": pa.array(range(6))}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    table = read(tmp_path / "a.parquet")
    np.testing.assert_array_equal(table.features(), FEATURES)
    assert table.classes == ("0", "1")
    assert list(table.columns) == ["f0"]


def test_numbered_columns_of_parquet_are_features(tmp_path: Path) -> None:
    columns = {f"d{at}": FEATURES[:, at] for at in range(4)}
    pq.write_table(pa.table({**columns, "class": list("aabbcc")}), tmp_path / "a.parquet")
    table = read(tmp_path / "a.parquet")
    np.testing.assert_array_equal(table.features(), FEATURES)
    assert table.classes == ("a", "b", "c")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("f0,f1\n1,2\n3\n", r"line 3 has 1 values, expected 2 .*'3'"),
        ("f0,f1\n1,2\n3,cat\n" + "1,2\n" * 60, "column 'f1' of the features holds 'cat'"),
        ("f0,f1\n" + "1,2\n" * 60 + "3,cat\n", "column 'f1' of the features holds 'cat'"),
        ("f0,f1\n1,2\n,4\n", "row 1"),
        ("f0,f1\n1,2\ninf,4\n", "row 1 holds inf in column 0"),
        ("f0,f1\n1,nan\n", "no number in row 0|holds nan"),
        ("f0,f1\n", "no row below"),
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,b\ncat,dog\n", "no columns of features among 'a', 'b'"),
        ("f0,f0\n1,2\n", "two columns named 'f0'"),
    ],
)
def test_a_bad_csv_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(EmbeddingError, match=said):
        of(tmp_path, "a.csv", text)


def _pickled_npy(path: Path) -> None:
    np.save(path.with_suffix(".npy"), np.array([{}], dtype=object), allow_pickle=True)


def _pickled_npz(path: Path) -> None:
    np.savez(path.with_suffix(".npz"), features=FEATURES, y=np.array([{}], dtype=object))


def _short_npy(path: Path) -> None:
    np.save(path.with_suffix(".npy"), FEATURES)
    data = path.with_suffix(".npy").read_bytes()
    path.with_suffix(".npy").write_bytes(data[:-3])


def _flat_npy(path: Path) -> None:
    np.save(path.with_suffix(".npy"), FEATURES[0])


def _two_arrays(path: Path) -> None:
    np.savez(path.with_suffix(".npz"), one=FEATURES, two=FEATURES)


def _text_npy(path: Path) -> None:
    np.save(path.with_suffix(".npy"), np.array([["a", "b"]]))


def _ragged_parquet(path: Path) -> None:
    pq.write_table(pa.table({"vec": [[1.0, 2.0], [3.0]]}), path.with_suffix(".parquet"))


def _torch_file(path: Path) -> None:
    path.with_suffix(".pt").write_bytes(b"\x80\x02rest")


def _damaged_parquet(path: Path) -> None:
    path.with_suffix(".parquet").write_bytes(b"PAR1 and nothing else")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_pickled_npy, "pickle"),
        (_pickled_npz, "pickle"),
        (_torch_file, "pickle"),
        (_short_npy, "ends too early"),
        (_flat_npy, r"shape \(4,\); expected \(N, D\)"),
        (_text_npy, "expected numbers"),
        (_two_arrays, "which array holds the features"),
        (_ragged_parquet, "row 1 .* has 1 numbers, expected 2"),
        (_damaged_parquet, "cannot be read as Parquet"),
    ],
)
def test_a_bad_file_is_refused_in_words(
    tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    make(tmp_path / "a")
    [path] = tmp_path.iterdir()
    with pytest.raises(EmbeddingError, match=said):
        read(path)


def test_a_file_larger_than_the_memory_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "a.npy", FEATURES)
    monkeypatch.setattr("core.embeddings.arrays.free_memory", lambda: 50)
    with pytest.raises(EmbeddingError, match="GB of memory"):
        read(tmp_path / "a.npy")


def test_reading_says_how_far_it_is_and_can_be_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.embeddings.arrays.BLOCK_BYTES", 32)
    np.save(tmp_path / "a.npy", FEATURES)
    ticks: list[Tick] = []
    read(tmp_path / "a.npy", Progress(ticks.append))
    assert (ticks[-1].done, ticks[-1].total, ticks[-1].unit) == (6, 6, "rows")
    with pytest.raises(Cancelled):
        read(tmp_path / "a.npy", Progress(cancelled=lambda: True))
