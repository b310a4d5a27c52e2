"""The files of TensorBoard's projector, byte for byte as other programs write them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.embeddings.files import read
from core.embeddings.projector import parsed
from core.embeddings.table import EmbeddingError

VECTORS = np.array([[0.5, -1.25], [2.0, 3.5], [4.0, 1e-05]], dtype=np.float32)
# As SummaryWriter.add_embedding of tensorboardX 2.6 and torch.utils.tensorboard wrote it.
TENSORS = "0.5\t-1.25\n2.0\t3.5\n4.0\t9.999999747378752e-06\n"
CONFIG = """embeddings {
tensor_name: "emb:00001"
tensor_path: "00001/emb/tensors.tsv"
metadata_path: "00001/emb/metadata.tsv"
sprite {
image_path: "00001/emb/sprite.png"
single_image_dim: 2
single_image_dim: 3
}
}
"""


def written(tmp_path: Path, metadata: str) -> Path:
    """A log folder of tensorboardX: pictures of 2 x 3, in a square grid of 2 by 2."""
    folder = tmp_path / "00001" / "emb"
    folder.mkdir(parents=True)
    (folder / "tensors.tsv").write_bytes(TENSORS.encode())
    (folder / "metadata.tsv").write_bytes(metadata.encode())
    grid = np.zeros((6, 4, 3), np.uint8)
    grid[:3, :2], grid[:3, 2:], grid[3:, :2] = 10, 20, 30
    Image.fromarray(grid).save(folder / "sprite.png")
    (tmp_path / "projector_config.pbtxt").write_text(CONFIG)
    return tmp_path


def test_a_log_folder_of_another_program_opens_with_its_pictures(tmp_path: Path) -> None:
    folder = written(tmp_path, "cat\ndog\ncat\n")
    for path in (folder, folder / "projector_config.pbtxt"):
        table = read(path)
        np.testing.assert_array_equal(table.features(), VECTORS)
        assert table.labels is not None
        assert [table.classes[at] for at in table.labels] == ["cat", "dog", "cat"]
        assert table.images is not None
        assert table.images.shape == (3, 3, 2, 3)
        assert table.images[:, 0, 0, 0].tolist() == [10, 20, 30]


def test_metadata_of_several_columns_has_a_line_of_names(tmp_path: Path) -> None:
    table = read(written(tmp_path, 'note\tlabel\tage\n5" wide\tcat\t1\nb\tdog\t2.5\nc\tcat\t\n'))
    assert table.classes == ("cat", "dog")
    assert table.columns["note"].words() == ['5" wide', "b", "c"]
    assert table.columns["age"].words() == ["1", "2.5", ""]


def test_one_column_of_different_texts_is_names(tmp_path: Path) -> None:
    table = read(written(tmp_path, "one\ntwo\nthree\n"))
    assert list(table.names) == ["one", "two", "three"]
    assert table.labels is None


def test_metadata_of_another_length_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="has 2 rows, expected 3"):
        read(written(tmp_path, "label\tage\ncat\t1\ndog\t2\n"))


def test_a_sprite_too_small_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path, "a\nb\nc\n")
    Image.new("RGB", (4, 3)).save(folder / "00001" / "emb" / "sprite.png")
    with pytest.raises(EmbeddingError, match="has room for 2 pictures of 2 x 3, expected 3"):
        read(folder)


def test_a_pair_side_by_side_opens_without_a_config(tmp_path: Path) -> None:
    (tmp_path / "vectors.tsv").write_text(TENSORS)
    (tmp_path / "metadata.tsv").write_text("cat\ndog\ncat\n")
    assert read(tmp_path / "vectors.tsv").classes == ("cat", "dog")
    assert read(tmp_path).classes == ("cat", "dog")


def test_raw_floats_of_a_json_config_open(tmp_path: Path) -> None:
    VECTORS.astype("<f4").tofile(tmp_path / "t.bytes")
    said = {"tensorName": "mine", "tensorShape": [3, 2], "tensorPath": "t.bytes"}
    (tmp_path / "config.json").write_text(json.dumps({"embeddings": [said]}))
    table = read(tmp_path / "config.json")
    assert table.title == "mine"
    np.testing.assert_array_equal(table.features(), VECTORS)


def test_raw_floats_of_another_size_are_told(tmp_path: Path) -> None:
    VECTORS.tofile(tmp_path / "t.bytes")
    config = 'embeddings { tensor_path: "t.bytes" tensor_shape: [3, 4] }'
    (tmp_path / "projector_config.pbtxt").write_text(config)
    with pytest.raises(EmbeddingError, match=r"24 bytes; expected 4 for each .*\[3, 4\]"):
        read(tmp_path)


def test_several_sets_of_one_length_are_stages(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.tsv").write_text(TENSORS)
    config = "".join(
        f'embeddings {{ tensor_name: "{n}" tensor_path: "{n}.tsv" }}\n' for n in ("one", "two")
    )
    (tmp_path / "projector_config.pbtxt").write_text(config)
    assert list(read(tmp_path).stages) == ["one", "two"]


def test_a_config_of_a_checkpoint_alone_is_told(tmp_path: Path) -> None:
    (tmp_path / "projector_config.pbtxt").write_text('model_checkpoint_path: "model.ckpt"\n')
    with pytest.raises(EmbeddingError, match="checkpoint"):
        read(tmp_path)


def test_text_of_fields_is_parsed_with_what_stands_in_them() -> None:
    text = '# a note\na: "x \\"y\\" {"; b { c: 1, c: 2 d < > }'.replace("d < > ", "")
    assert parsed(text) == {"a": ['x "y" {'], "b": [{"c": [1, 2]}]}


@pytest.mark.parametrize("text", ["a {", "a: ", "a: 1 }", "a: $", "a: [1, 2"])
def test_broken_text_of_fields_is_told(text: str) -> None:
    with pytest.raises(EmbeddingError):
        parsed(text)
