"""Meshes and point clouds as files: Wavefront .obj, and .ply as text or binary (Turk 1994).

A colour of a .ply is `red`, `green`, `blue` in 0..255 or as fractions; one of an .obj stands behind
its vertex, as most programs write it. What is malformed is told with its line and field.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.render.mesh import Mesh

SAVED = (".ply", ".obj")
_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2",
    "ushort": "u2", "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_HEADER_LINES = 1000  # a header that is longer is none


class MeshError(ValueError):
    """A file that is no mesh, or a broken one; names the file, the line and the field."""


def check_ending(path: Path) -> None:
    """Raises MeshError for an ending that no mesh is read or written with."""
    if path.suffix.lower() not in SAVED:
        raise MeshError(f"{path.name}: a mesh or points are {' or '.join(SAVED)}")


def read_mesh(path: Path) -> Mesh:
    """What a .ply or .obj holds; polygons are cut into triangles. Raises MeshError, OSError."""
    check_ending(path)
    data = path.read_bytes()
    mesh = _read_ply(data, path.name) if path.suffix.lower() == ".ply" else _read_obj(data, path)
    if not len(mesh.vertices):
        raise MeshError(f"{path.name}: it has no vertices")
    if not np.isfinite(mesh.vertices).all():
        at = int(np.flatnonzero(~np.isfinite(mesh.vertices).all(axis=1))[0])
        raise MeshError(f"{path.name}: vertex {at}: a coordinate is no finite number")
    if len(mesh.faces) and (mesh.faces.min() < 0 or mesh.faces.max() >= len(mesh.vertices)):
        wrong = (mesh.faces < 0) | (mesh.faces >= len(mesh.vertices))
        at = int(np.flatnonzero(wrong.any(axis=1))[0])
        raise MeshError(
            f"{path.name}: triangle {at} names vertex {mesh.faces[at][wrong[at]][0]}, but there "
            f"are {len(mesh.vertices):,}"
        )
    return mesh


def encoded(mesh: Mesh, suffix: str, text: bool = False) -> bytes:
    """The content of a file with that ending; a .ply is binary but where `text` is asked for."""
    return _obj(mesh) if suffix.lower() == ".obj" else _ply(mesh, text)


# --- .obj ----------------------------------------------------------------------------------------


def _read_obj(data: bytes, path: Path) -> Mesh:
    places: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    coloured = 0
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        words = line.split()
        if not words or words[0] not in ("v", "f"):
            continue
        where = f"{path.name}: line {number}"
        if words[0] == "v":
            values = _numbers(words[1:], where, "v")
            if len(values) < 3:
                raise MeshError(f"{where}: v: expected x y z, found {len(values)} numbers")
            coloured += len(values) >= 6
            places.append(values[:6] if len(values) >= 6 else values[:3])
        else:
            corners = [_corner(word, len(places), where) for word in words[1:]]
            if len(corners) < 3:
                raise MeshError(f"{where}: f: expected 3 corners at least, found {len(corners)}")
            faces += [(corners[0], b, c) for b, c in itertools.pairwise(corners[1:])]
    colours = None
    if coloured and coloured == len(places):
        colours = np.array([place[3:6] for place in places], np.float32).clip(0, 1)
    vertices = np.array([place[:3] for place in places], np.float32).reshape(-1, 3)
    return Mesh(vertices, np.array(faces, np.int32).reshape(-1, 3), colours)


def _numbers(words: list[str], where: str, field: str) -> list[float]:
    try:
        return [float(word) for word in words]
    except ValueError:
        raise MeshError(f"{where}: {field}: {' '.join(words)!r} are no numbers") from None


def _corner(word: str, count: int, where: str) -> int:
    """Row of the vertex a corner names, "7/1/2" or counted back "-1"."""
    try:
        number = int(word.split("/")[0])
    except ValueError:
        raise MeshError(f"{where}: f: {word!r} names no vertex") from None
    if number == 0:
        raise MeshError(f"{where}: f: vertices are counted from 1, found 0")
    return number - 1 if number > 0 else count + number


def _obj(mesh: Mesh) -> bytes:
    rows = mesh.vertices if mesh.colours is None else np.hstack([mesh.vertices, mesh.colours])
    lines = ["v " + " ".join(f"{value:.7g}" for value in row) for row in rows.tolist()]
    lines += [f"f {a} {b} {c}" for a, b, c in (mesh.faces + 1).tolist()]
    return ("\n".join(lines) + "\n").encode()


# --- .ply ----------------------------------------------------------------------------------------


@dataclass
class _Element:
    name: str
    count: int
    fields: list[tuple[str, str, str]]  # name, type, type of a list's length or ""


def _read_ply(data: bytes, name: str) -> Mesh:
    order, elements, start, lines = _header(data, name)
    if order:
        found = _binary(data, start, order, elements, name)
    else:
        found = _text(data[start:], elements, name, lines)
    vertex = found.get("vertex")
    if vertex is None:
        raise MeshError(f"{name}: header: there is no element vertex")
    columns = vertex[0]
    for axis in "xyz":
        if axis not in columns:
            raise MeshError(f"{name}: header: element vertex has no property {axis}")

    def rows(names: tuple[str, ...]) -> Any:
        return np.stack([columns[field].astype(np.float32) for field in names], axis=1)

    colours = normals = None
    if all(field in columns for field in ("red", "green", "blue")):
        whole = np.issubdtype(columns["red"].dtype, np.integer)
        colours = (rows(("red", "green", "blue")) / (255 if whole else 1)).clip(0, 1)
    if all(field in columns for field in ("nx", "ny", "nz")):
        normals = rows(("nx", "ny", "nz"))
    polygons = [p for field in found.get("face", ({}, {}))[1].values() for p in field]
    return Mesh(rows(("x", "y", "z")), _triangles(polygons), colours, normals)


def _triangles(polygons: list[NDArray[Any]]) -> NDArray[np.int32]:
    """Fans about the first corner, (F, 3)."""
    if polygons and all(len(p) == 3 for p in polygons):
        return np.stack(polygons).astype(np.int32)
    fans = [(p[0], b, c) for p in polygons for b, c in itertools.pairwise(p[1:])]
    return np.array(fans, np.int32).reshape(-1, 3)


def _header(data: bytes, name: str) -> tuple[str, list[_Element], int, int]:
    """Byte order ("" of text), elements, where the body begins, and lines before it."""
    elements: list[_Element] = []
    order: str | None = None
    at = 0
    for number in range(1, _HEADER_LINES):
        end = data.find(b"\n", at)
        if end < 0:
            break
        words = data[at:end].decode("ascii", "replace").split()
        at = end + 1
        where = f"{name}: line {number}"
        if number == 1 and words != ["ply"]:
            raise MeshError(f"{where}: expected 'ply', found {' '.join(words)[:40]!r}")
        if words[:1] == ["format"]:
            if len(words) < 2 or words[1] not in _ORDERS:
                raise MeshError(f"{where}: format: expected one of {', '.join(_ORDERS)}")
            order = _ORDERS[words[1]]
        elif words[:1] == ["element"]:
            if len(words) != 3 or not words[2].isdigit():
                raise MeshError(f"{where}: element: expected a name and a count")
            elements.append(_Element(words[1], int(words[2]), []))
        elif words[:1] == ["property"]:
            if not elements:
                raise MeshError(f"{where}: property: it stands before any element")
            elements[-1].fields.append(_field(words, where))
        elif words == ["end_header"]:
            if order is None:
                raise MeshError(f"{name}: header: it names no format")
            return order, elements, at, number
    raise MeshError(f"{name}: header: no line says end_header")


def _field(words: list[str], where: str) -> tuple[str, str, str]:
    listed = words[1:2] == ["list"]
    types = words[2:4] if listed else words[1:2]
    if len(words) != (5 if listed else 3) or any(t not in _TYPES for t in types):
        raise MeshError(f"{where}: property: {' '.join(words)!r} is not understood")
    return words[-1], _TYPES[types[-1]], _TYPES[types[0]] if listed else ""


_Found = dict[str, tuple[dict[str, NDArray[Any]], dict[str, list[NDArray[Any]]]]]


def _text(body: bytes, elements: list[_Element], name: str, before: int) -> _Found:
    lines = body.decode("ascii", "replace").splitlines()
    found: _Found = {}
    at = 0
    for element in elements:
        single: dict[str, list[float]] = {f[0]: [] for f in element.fields if not f[2]}
        lists: dict[str, list[NDArray[Any]]] = {f[0]: [] for f in element.fields if f[2]}
        for row in range(element.count):
            where = f"{name}: line {before + at + 1}"
            if at >= len(lines):
                raise MeshError(
                    f"{where}: {element.name} {row} of {element.count} is missing; the file ends"
                )
            values = _numbers(lines[at].split(), where, element.name)
            at, place = at + 1, 0
            for field, _, length in element.fields:
                try:
                    if length:
                        many = int(values[place])
                        if many < 0 or place + 1 + many > len(values):
                            raise IndexError
                        lists[field].append(np.array(values[place + 1 : place + 1 + many]))
                        place += 1 + many
                    else:
                        single[field].append(values[place])
                        place += 1
                except IndexError:
                    raise MeshError(f"{where}: {element.name}: {field} is missing") from None
        columns = {f: np.array(single[f]).astype(t) for f, t, length in element.fields
                   if not length}  # fmt: skip
        found[element.name] = columns, lists
    return found


def _binary(data: bytes, at: int, order: str, elements: list[_Element], name: str) -> _Found:
    found: _Found = {}
    for element in elements:
        if not any(length for _, _, length in element.fields):
            kind = np.dtype([(f, order + t) for f, t, _ in element.fields])
            _enough(data, at, kind.itemsize * element.count, element, name)
            table = np.frombuffer(data, kind, element.count, at)
            at += kind.itemsize * element.count
            found[element.name] = {f: table[f] for f, _, _ in element.fields}, {}
        else:
            lists, at = _lists(data, at, order, element, name)
            found[element.name] = {}, lists
    return found


def _lists(
    data: bytes, at: int, order: str, element: _Element, name: str
) -> tuple[dict[str, list[NDArray[Any]]], int]:
    """The list fields of an element, and where the next begins; triangles are read at once."""
    (first, of, length), *more = element.fields
    if length and not more and element.count:
        kind = np.dtype([("n", order + length), ("v", order + of, 3)])
        if len(data) - at >= kind.itemsize * element.count:
            table = np.frombuffer(data, kind, element.count, at)
            if (table["n"] == 3).all():
                return {first: list(table["v"])}, at + kind.itemsize * element.count
    lists: dict[str, list[NDArray[Any]]] = {f: [] for f, _, n in element.fields if n}
    for _ in range(element.count):
        for field, of, length in element.fields:
            many = 1
            if length:
                size = np.dtype(length).itemsize
                _enough(data, at, size, element, name)
                many = int(np.frombuffer(data, order + length, 1, at)[0])
                at += size
            size = np.dtype(of).itemsize * many
            _enough(data, at, size, element, name)
            if length:
                lists[field].append(np.frombuffer(data, order + of, many, at))
            at += size
    return lists, at


def _enough(data: bytes, at: int, wanted: int, element: _Element, name: str) -> None:
    if wanted < 0 or at + wanted > len(data):
        raise MeshError(
            f"{name}: element {element.name}: {element.count:,} are promised, but the file ends "
            f"after {len(data):,} bytes"
        )


def _ply(mesh: Mesh, text: bool) -> bytes:
    kind: list[tuple[str, str]] = [(axis, "<f4") for axis in "xyz"]
    parts: list[NDArray[Any]] = [mesh.vertices]
    if mesh.normals is not None:
        kind += [(f"n{axis}", "<f4") for axis in "xyz"]
        parts.append(mesh.normals)
    if mesh.colours is not None:
        kind += [(colour, "u1") for colour in ("red", "green", "blue")]
        parts.append((mesh.colours.clip(0, 1) * 255 + 0.5).astype(np.uint8))
    table = np.empty(len(mesh.vertices), np.dtype(kind))
    for (field, _), column in zip(kind, (c for part in parts for c in part.T), strict=True):
        table[field] = column
    words = {"<f4": "float", "u1": "uchar"}
    lines = ["ply", f"format {'ascii' if text else 'binary_little_endian'} 1.0",
             f"element vertex {len(table)}"]  # fmt: skip
    lines += [f"property {words[t]} {field}" for field, t in kind]
    if len(mesh.faces):
        lines += [f"element face {len(mesh.faces)}", "property list uchar int vertex_indices"]
    head = ("\n".join([*lines, "end_header"]) + "\n").encode()
    if text:
        rows = [" ".join(f"{value:.7g}" for value in row) for row in table.tolist()]
        rows += [f"3 {a} {b} {c}" for a, b, c in mesh.faces.tolist()]
        return head + ("\n".join(rows) + "\n").encode()
    faces = np.empty(len(mesh.faces), np.dtype([("n", "u1"), ("v", "<i4", 3)]))
    faces["n"], faces["v"] = 3, mesh.faces
    return head + table.tobytes() + faces.tobytes()
