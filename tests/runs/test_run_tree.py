"""An optimiser's state goes into tensors and JSON and comes back the same."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from core.runs import Run, RunDamaged
from core.runs.steps import is_snapshot_step, snapshot_steps
from core.runs.tensors import decode_tensors, encode_tensors
from core.runs.tree import flatten, unflatten

ADAM = {
    "state": {
        0: {"step": np.array(3.0, np.float32), "exp_avg": np.ones((2, 3), np.float32)},
        1: {"step": np.array(3.0, np.float32), "exp_avg": np.zeros(0, np.float32)},
    },
    "param_groups": [
        {"lr": 1e-3, "betas": (0.9, 0.999), "amsgrad": False, "maximize": None, "params": [0, 1]}
    ],
}


def same(a: Any, b: Any) -> bool:
    """Equal in type, shape and every bit, all the way down."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return [*map(repr, a)] == [*map(repr, b)] and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray):
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    return a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b))


@pytest.mark.parametrize(
    "nested",
    [
        ADAM,
        {},
        [],
        (),
        None,
        np.arange(3),
        {"1": np.arange(2), 1: np.arange(3), False: "no", None: (), 2.5: []},
        {"$tensor": "not one", "$items": 1, "a/b": np.ones(1), "a": {"b": np.zeros(1)}},
        {"big": 2**80, "nan": math.nan, "inf": -math.inf, "text": "é\n", "deep": [[[(1, [2])]]]},
    ],
)
def test_nested_state_survives_tensors_and_json(run: Run, nested: Any) -> None:
    tensors, tree = flatten({"saved": nested}, name="optimizer")
    run.save_checkpoint(1, {}, tensors, tree)
    checkpoint = run.load_checkpoint()
    assert same(unflatten(checkpoint.optimizer, checkpoint.state), {"saved": nested})


def test_leaves_of_another_kind_are_converted_both_ways() -> None:
    class Leaf(list):
        pass

    tensors, tree = flatten({0: Leaf([1, 2])}, lambda x: np.array(x) if type(x) is Leaf else None)
    assert unflatten(tensors, tree, lambda array: Leaf(array.tolist())) == {0: Leaf([1, 2])}


def test_what_cannot_be_kept_is_named_by_its_place() -> None:
    with pytest.raises(TypeError, match="groups/1/hook"):
        flatten({"groups": [0, {"hook": object()}]})
    with pytest.raises(TypeError, match="key"):
        flatten({(1, 2): 0})


@pytest.mark.parametrize(
    "tree", [{"$tensor": "missing"}, {"$tensor": []}, {"$items": [[1]]}, {"$items": [[[], 1]]}]
)
def test_a_tree_that_does_not_fit_its_tensors_is_damage(tree: Any) -> None:
    with pytest.raises(RunDamaged):
        unflatten({}, tree)


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u1", "?"])
def test_arrays_of_every_layout_come_back_equal_and_writable(dtype: str) -> None:
    base = np.arange(24).reshape(2, 3, 4).astype(dtype)
    given = {
        "plain": base,
        "turned": base.T,
        "part": base[:, ::2],
        "scalar": np.array(base[0, 0, 1]),
        "none": base[:0],
        "big-endian": base.astype(base.dtype.newbyteorder(">")),
    }
    found = decode_tensors(b"".join(encode_tensors(given)), "file")
    for name, array in given.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].shape == array.shape
        assert found[name].flags.writeable


def test_large_arrays_are_handed_over_where_they_lie() -> None:
    large, small = np.arange(2 << 16, dtype=np.float32), np.arange(4)
    parts = encode_tensors({"small": small, "large": large})
    assert [np.shares_memory(np.frombuffer(part, np.uint8), large) for part in parts[:2]] == [
        False, True]  # fmt: skip
    found = decode_tensors(b"".join(parts), "file")
    np.testing.assert_array_equal(found["large"], large)
    np.testing.assert_array_equal(found["small"], small)


@pytest.mark.parametrize("value", [[1.0], np.array(["text"]), np.array([object()]), 3.0])
def test_what_is_no_array_of_numbers_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError, match="weight"):
        encode_tensors({"weight": value})


def test_hostile_tensor_headers_are_damage() -> None:
    shape = json.dumps({"w": {"dtype": "F32", "shape": [10**18], "data_offsets": [0, 4]}}).encode()
    for data in (
        b"",
        b"\xff" * 8,
        (99_000_000).to_bytes(8, "little") + b"{}",
        len(shape).to_bytes(8, "little") + shape + b"\0" * 4,
        (2).to_bytes(8, "little") + b"[]",
    ):
        with pytest.raises(RunDamaged, match=r"weights\.safetensors"):
            decode_tensors(data, "weights.safetensors")


def test_snapshots_are_six_a_decade_and_the_last() -> None:
    assert snapshot_steps(150) == [0, 1, 2, 3, 5, 7, 10, 15, 22, 32, 46, 68, 100, 147, 150]
    assert snapshot_steps(0) == [0]
    assert snapshot_steps(100)[-2:] == [68, 100]
    assert len(snapshot_steps(1_000_000)) < 50


def test_asking_step_by_step_gives_the_same_snapshots_as_the_list() -> None:
    due = [step for step in range(20_000) if is_snapshot_step(step)]
    assert due == snapshot_steps(20_000)[:-1]
    assert not is_snapshot_step(-1)
