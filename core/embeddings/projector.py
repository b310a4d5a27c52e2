"""What TensorBoard's embedding projector reads and writes: vectors, what is known of them, sprites.

Vectors are a .tsv without a head line or raw float32 (.bytes); metadata is a .tsv that has a head
line when it has more than one column, and none when it has one; a sprite is one picture of a square
grid of all pictures. `projector_config.pbtxt` (or the projector's .json) says where each lies.
https://www.tensorflow.org/tensorboard/tensorboard_projector_plugin
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.embeddings import arrays, delimited
from core.embeddings.columns import labelled, roles
from core.embeddings.delimited import Form
from core.embeddings.table import FEATURES, Column, EmbeddingError, Floats, Images, Table
from core.progress import Progress

CONFIG = "projector_config.pbtxt"
METADATA = "-metadata.tsv"  # after the name of our own vectors
SPRITE = "-sprite.png"
BESIDE = {"tensors": "metadata", "vectors": "metadata", "vecs": "meta"}  # usual names of a pair
MOST_PIXELS = 150_000_000  # of a sprite
_TOKEN = re.compile(
    r'"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*)|([-+]?\d+)|([{}:\[\],;])|(#[^\n]*|\s+)|(.)'
)

Fields = dict[str, list[Any]]  # name -> its values in order: text, number or Fields


@dataclass(frozen=True)
class _Entry:
    """One set of vectors of a config."""

    name: str
    tensor: Path
    shape: tuple[int, ...] = ()
    metadata: Path | None = None
    sprite: Path | None = None
    size: tuple[int, int] = (0, 0)  # width and height of a picture in the sprite


def read(path: Path, progress: Progress) -> Table:
    """The table of a config, of a folder with one, or of vectors with metadata beside them.

    Of several sets of vectors of a config those as long as the first are stages of one table.
    Raises EmbeddingError.
    """
    entries = [_beside(path)] if path.suffix.lower() == ".tsv" else _entries(path)
    first = entries[0]
    table = Table({FEATURES: _vectors(first, progress)}, title=first.name)
    if first.metadata is not None:
        table = _described(table, first.metadata, progress)
    if first.sprite is not None:
        table = replace(table, images=_sprite(first.sprite, first.size, len(table)))
    stages = {first.name: table.features()}
    for entry in entries[1:]:
        vectors = _vectors(entry, progress)
        if len(vectors) == len(table):
            stages[entry.name] = vectors
    return replace(table, stages=stages) if len(stages) > 1 else table


def _beside(path: Path) -> _Entry:
    """Vectors with what lies beside them under the usual names."""
    names = [f"{path.stem}{METADATA}", f"{path.stem}_metadata.tsv"]
    names += [f"{BESIDE[path.stem]}.tsv"] if path.stem in BESIDE else []
    metadata = next((path.with_name(n) for n in names if path.with_name(n).is_file()), None)
    config = path.with_name(CONFIG)
    if config.is_file():  # it knows the size of the pictures
        for entry in _entries(config):
            if entry.tensor == path:
                return replace(entry, metadata=entry.metadata or metadata)
    return _Entry(path.stem, path, metadata=metadata)


def _entries(path: Path) -> list[_Entry]:
    config = path / CONFIG if path.is_dir() else path
    if path.is_dir() and not config.is_file():
        pair = next((path / f"{n}.tsv" for n in BESIDE if (path / f"{n}.tsv").is_file()), None)
        if pair is None:
            raise EmbeddingError(f"the folder {path.name} has neither {CONFIG} nor tensors.tsv")
        return [_beside(pair)]
    text = config.read_text(encoding="utf-8", errors="replace")
    found = _from_json(config, text) if config.suffix.lower() == ".json" else parsed(text)
    said = [_entry(config, fields) for fields in found.get("embeddings", [])]
    entries = [entry for entry in said if entry is not None]
    if not entries:
        raise EmbeddingError(
            f"{config.name} names no file of vectors (tensor_path); vectors that are only in a "
            "TensorFlow checkpoint cannot be read, so export them as .tsv first"
        )
    return entries


def _entry(config: Path, fields: Any) -> _Entry | None:
    """What a config says of one set of vectors; None where they lie in a checkpoint."""
    if not isinstance(fields, dict) or not _one(fields, "tensor_path"):
        return None
    folder = config.parent
    sprite = _one(fields, "sprite") or {}
    image, size = _one(sprite, "image_path"), [int(n) for n in sprite.get("single_image_dim", [])]
    if image and (len(size) not in (1, 2) or min(size) < 1):
        raise EmbeddingError(f"{config.name}: the sprite has no single_image_dim of two numbers")
    metadata = _one(fields, "metadata_path")
    tensor = folder / str(_one(fields, "tensor_path"))
    return _Entry(
        str(_one(fields, "tensor_name") or tensor.stem),
        tensor,
        tuple(int(n) for n in fields.get("tensor_shape", [])),
        folder / str(metadata) if metadata else None,
        folder / str(image) if image else None,
        (size[0], size[-1]) if size else (0, 0),
    )


def _one(fields: Fields, name: str) -> Any:
    values = fields.get(name)
    return values[-1] if values else None


def parsed(text: str) -> Fields:
    """A protocol buffer written as text: fields with values, repeated ones in order.

    Raises EmbeddingError where it is none.
    """
    tokens: list[str] = []
    for match in _TOKEN.finditer(text):
        quoted, word, number, mark, _, wrong = match.groups()
        if wrong:
            raise EmbeddingError(f"{CONFIG}: {wrong!r} at character {match.start():,} has no sense")
        if quoted is not None:
            tokens.append('"' + re.sub(r"\\(.)", r"\1", quoted))
        elif word or number or (mark and mark not in ",;"):
            tokens.append(match[0])
    fields, at = _fields(tokens, 0)
    if at < len(tokens):
        raise EmbeddingError(f"{CONFIG} has a closing brace too many")
    return fields


def _fields(tokens: Sequence[str], at: int) -> tuple[Fields, int]:
    """The fields from a place on, until a closing brace or the end."""
    found: Fields = {}
    while at < len(tokens) and tokens[at] != "}":
        name, at = tokens[at], at + 1
        if at < len(tokens) and tokens[at] == ":":
            at += 1
        values: list[Any]
        if at < len(tokens) and tokens[at] == "{":
            inner, at = _fields(tokens, at + 1)
            if at >= len(tokens):
                raise EmbeddingError(f"{CONFIG} ends within {name!r}: a closing brace is missing")
            values, at = [inner], at + 1
        elif at < len(tokens) and tokens[at] == "[" and "]" in tokens[at:]:
            end = tokens.index("]", at)
            values, at = [_value(token) for token in tokens[at + 1 : end]], end + 1
        elif at < len(tokens) and tokens[at] not in "{}:[]":
            values, at = [_value(tokens[at])], at + 1
        else:
            raise EmbeddingError(f"{CONFIG}: the field {name!r} has no value")
        found.setdefault(name, []).extend(values)
    return found, at


def _value(token: str) -> str | int:
    if token.startswith('"'):
        return token[1:]
    return int(token) if re.fullmatch(r"[-+]?\d+", token) else token


def _from_json(config: Path, text: str) -> Fields:
    """The projector's .json in the shape of the text form."""

    def shaped(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            re.sub(r"([A-Z])", r"_\1", name).lower(): [
                shaped(inner) for inner in (content if isinstance(content, list) else [content])
            ]
            for name, content in value.items()
        }  # fmt: skip

    try:
        found = json.loads(text)
    except ValueError as error:
        raise EmbeddingError(f"{config.name} is no JSON ({error})") from error
    fields: Fields = shaped(found) if isinstance(found, dict) else {}
    return fields


def _vectors(entry: _Entry, progress: Progress) -> Floats:
    path = entry.tensor
    if not path.is_file():
        raise EmbeddingError(
            f"the vectors {path} are not there; put the file where its config says"
        )
    if path.suffix.lower() == ".bytes":
        return _raw(path, entry.shape)
    form = delimited.form_of(path, quoted=False)
    if form.headed:
        raise EmbeddingError(
            f"{path.name} begins with {', '.join(form.names[:3])!r}; a projector's vectors have no "
            "line of names"
        )
    found = delimited.Roles(tuple(range(len(form.names))))
    return delimited.columns(path, replace(form, delimiter="\t"), found, progress)[0]


def _raw(path: Path, shape: tuple[int, ...]) -> Floats:
    """Raw little-endian float32 of the shape that its config tells."""
    size = path.stat().st_size
    if len(shape) != 2 or 4 * shape[0] * shape[1] != size or not size:
        raise EmbeddingError(
            f"{path.name} has {size:,} bytes; expected 4 for each number of tensor_shape "
            f"{list(shape) or '[N, D], which the config does not tell'}"
        )
    arrays.ask_for(size, path.name)
    return np.fromfile(path, dtype="<f4").astype(np.float32, copy=False).reshape(shape)


def _described(table: Table, path: Path, progress: Progress) -> Table:
    """The table with its metadata; raises EmbeddingError where it has another number of rows."""
    if not path.is_file():
        raise EmbeddingError(f"the metadata {path} is not there; put it where its config says")
    form = delimited.form_of(path, quoted=False)
    single = len(form.names) == 1
    form = replace(form, headed=not single, names=form.names if not single else ("label",))
    beside = delimited.columns(path, form, delimited.Roles(()), progress)[2]
    rows = len(next(iter(beside.values())))
    if single and rows == len(table) + 1:  # some write its name all the same
        beside = {"label": _without_first(beside["label"])}
        rows -= 1
    if rows != len(table):
        raise EmbeddingError(
            f"{path.name} has {rows:,} rows, expected {len(table):,}, as many as vectors; a file "
            "of one column has no line of names, one of several has"
        )
    found = roles(form.names, [False] * len(form.names))
    label, named = (
        beside[form.names[at]] if at is not None else None for at in (found.labels, found.classes)
    )
    labels, classes = labelled(label, named)
    names: Sequence[str] = ()
    if single and len(classes) == len(table) > 1:  # each its own: a name, not a class
        names, labels, classes = label.words() if label is not None else (), None, ()
    elif found.names is not None:
        names = beside[form.names[found.names]].words()
    columns = {form.names[at]: beside[form.names[at]] for at in found.rest(len(form.names))}
    return replace(table, labels=labels, classes=classes, names=names, columns=columns)


def _without_first(column: Column) -> Column:
    from core.embeddings.columns import column_of

    return column_of(column.words()[1:])


def _sprite(path: Path, size: tuple[int, int], count: int) -> Images:
    """The pictures (N, H, W, 3) of a grid, row by row; raises EmbeddingError for too few."""
    from PIL import Image, UnidentifiedImageError

    wide, high = size
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise EmbeddingError(f"{path.name} has more than {MOST_PIXELS:,} pixels")
            pixels = np.asarray(image.convert("RGB"))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise EmbeddingError(f"the sprite {path.name} cannot be read ({error})") from error
    rows, columns = pixels.shape[0] // high, pixels.shape[1] // wide
    if rows * columns < count:
        raise EmbeddingError(
            f"the sprite {path.name} of {pixels.shape[1]} x {pixels.shape[0]} pixels has room for "
            f"{rows * columns:,} pictures of {wide} x {high}, expected {count:,}"
        )
    grid = pixels[: rows * high, : columns * wide].reshape(rows, high, columns, wide, 3)
    return np.ascontiguousarray(grid.swapaxes(1, 2).reshape(-1, high, wide, 3)[:count])


def sprite(images: Images) -> bytes:
    """Pictures (N, H, W, 3) in a square grid, as the bytes of a PNG."""
    from PIL import Image

    count, high, wide = images.shape[:3]
    side = int(np.ceil(np.sqrt(count)))
    grid = np.zeros((side * side, high, wide, 3), np.uint8)
    grid[:count] = images
    pixels = grid.reshape(side, side, high, wide, 3).swapaxes(1, 2)
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels.reshape(side * high, side * wide, 3))).save(
        out, "PNG"
    )
    return out.getvalue()


def metadata(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Columns as the projector wants them: no head line for one column."""

    def clean(value: Any) -> str:
        return re.sub(r"[\t\r\n]+", " ", str(value))

    lines = ["\t".join(map(clean, columns))] if len(columns) > 1 else []
    lines += ["\t".join(map(clean, row)) for row in zip(*columns.values(), strict=True)]
    return "".join(f"{line}\n" for line in lines).encode()


def config(tensor: str, described: str | None, pictures: str | None, images: Images | None) -> str:
    """The text of a config beside its files."""
    quoted = lambda text: json.dumps(text, ensure_ascii=False)  # noqa: E731
    lines = [f"tensor_name: {quoted(Path(tensor).stem)}", f"tensor_path: {quoted(tensor)}"]
    if described is not None:
        lines.append(f"metadata_path: {quoted(described)}")
    if pictures is not None and images is not None:
        high, wide = images.shape[1:3]
        lines += ["sprite {", f"image_path: {quoted(pictures)}",
                  f"single_image_dim: {wide}", f"single_image_dim: {high}", "}"]  # fmt: skip
    return "embeddings {\n" + "\n".join(lines) + "\n}\n"


def is_vectors(path: Path) -> bool:
    """Whether a .tsv is a projector's: numbers from the first line on."""
    form: Form = delimited.form_of(path, quoted=False)
    return not form.headed
