"""Rows: what is torn is cut, what is damaged is skipped and counted, what is right comes back."""

from __future__ import annotations

import errno
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest

from core.runs import Run, RunDamaged, RunFull, disk
from core.runs.lines import LineReader, LineWriter, decode_line, encode_line
from core.runs.metrics import last_scalars


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    writer = LineWriter(path)
    for step in range(5):
        writer.append({"step": step, "loss": 1.0 / (step + 1)})
    writer.close()
    return path


def steps(path: Path) -> list[int]:
    return [row["step"] for row in LineReader(path).poll()]


def test_every_row_is_strict_json_before_its_tab(path: Path) -> None:
    for line in path.read_text().splitlines():
        text, checksum = line.split("\t")
        assert json.loads(text)["step"] >= 0
        assert len(checksum) == 8


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e-320, 0.1 + 0.2, -0.0])
def test_a_float_comes_back_bit_for_bit_in_strict_json(value: float) -> None:
    line = encode_line({"loss": value, "best": np.float64(value)})
    json.loads(line.split(b"\t")[0], parse_constant=pytest.fail)
    row = decode_line(line[:-1])
    for found in row.values():
        assert np.float64(found).tobytes() == np.float64(value).tobytes()


def test_undecodable_names_survive() -> None:
    name = os.fsdecode(b"caf\xe9 \xf0\x9f\x98\x80.png")
    assert decode_line(encode_line({"name": name})[:-1]) == {"name": name}


def test_a_torn_last_row_is_ignored_at_every_cut(path: Path) -> None:
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        assert steps(path) == list(range(whole[:cut].count(b"\n")))


def test_the_next_writer_cuts_a_torn_row(path: Path) -> None:
    whole = path.read_bytes()
    for torn in (b'{"step": 5, "lo', b"\0" * 70_000):
        path.write_bytes(whole + torn)
        writer = LineWriter(path)
        writer.append({"step": 5})
        writer.close()
        assert steps(path) == [0, 1, 2, 3, 4, 5]


def test_every_flipped_bit_is_noticed_and_costs_two_rows_at_most(path: Path) -> None:
    whole = path.read_bytes()
    for bit in range(len(whole) * 8):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        reader = LineReader(path)
        found = [row["step"] for row in reader.poll()]
        assert set(found) < set(range(5))
        assert len(found) >= 3
        assert reader.damaged or not data.endswith(b"\n")


def test_a_row_that_meets_a_full_disk_leaves_nothing_and_can_be_written_later(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = LineWriter(path)

    class Full:
        def __getattr__(self, name: str) -> object:
            return getattr(os, name)

        def write(self, descriptor: int, data: bytes) -> int:
            os.write(descriptor, bytes(data)[:7])
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "os", Full())
        with pytest.raises(RunFull, match=r"rows\.jsonl"):
            writer.append({"step": 5})
    assert path.read_bytes().endswith(b"\n")
    writer.append({"step": 5})
    writer.close()
    assert steps(path) == [0, 1, 2, 3, 4, 5]


def test_a_reader_sees_only_what_is_new(path: Path) -> None:
    reader = LineReader(path)
    assert len(list(reader.poll())) == 5
    assert list(reader.poll()) == []
    with path.open("ab") as file:
        file.write(encode_line({"step": 5}) + b'{"st')
    assert [row["step"] for row in reader.poll()] == [5]


def test_a_pipe_or_a_link_in_place_of_the_file_is_refused(tmp_path: Path, path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(path)
    for name in ("pipe", "link"):
        with pytest.raises(RunDamaged):
            list(LineReader(tmp_path / name).poll())


def test_columns_hold_each_scalar_over_its_own_steps(run: Run) -> None:
    run.append(1, {"loss": 2.0, "accuracy": math.nan})
    run.append(1, {"held-out/loss": 3.0})
    run.append(2, {"loss": np.float32(math.inf)})
    columns = run.metrics()
    assert columns["loss"][0].tolist() == [1, 2]
    assert columns["loss"][1].tolist() == [2.0, math.inf]
    assert math.isnan(columns["accuracy"][1][0])
    assert columns["held-out/loss"][0].tolist() == [1]


def test_a_resume_takes_back_what_was_after_it(run: Run) -> None:
    for step in range(10):
        run.append(step, {"loss": float(step)})
    run.append(9, {"rare": 1.0})
    run.resume_from(4)
    assert run.metrics()["loss"][0].tolist() == [0, 1, 2, 3, 4]
    assert "rare" not in run.metrics()
    assert last_scalars(run.path / "metrics.jsonl") == (4, {})
    run.append(5, {"loss": 50.0})
    assert run.metrics()["loss"][1].tolist() == [0, 1, 2, 3, 4, 50]
    assert run.events()[-1]["from"] == 4


def test_a_row_written_twice_counts_once(run: Run) -> None:
    run.append(1, {"loss": 1.0})
    run.append(2, {"loss": 2.0})
    run.append(2, {"loss": 2.5})
    assert run.metrics()["loss"][1].tolist() == [1.0, 2.5]


def test_rows_of_a_stranger_with_wrong_types_are_passed_over(run: Run) -> None:
    with (run.path / "metrics.jsonl").open("ab") as file:
        for row in (
            {"step": "1", "loss": 1.0},
            {"step": -1, "loss": 1.0},
            {"loss": 1.0},
            {"step": 1 << 70, "loss": 1.0},
            {"step": 3, "loss": [1], "text": "x"},
            {"event": "resume", "from": "x"},
            {"step": True, "loss": 1.0},
        ):
            file.write(encode_line(row))
        file.write(b"[1]\t" + b"%08x\n" % __import__("zlib").crc32(b"[1]"))
    assert run.metrics() == {}
    assert run.problems() == ["metrics.jsonl: 1 damaged lines were skipped"]


def test_a_scalar_may_not_take_the_name_of_the_step(run: Run) -> None:
    with pytest.raises(ValueError, match="step"):
        run.append(1, {"step": 2.0})
